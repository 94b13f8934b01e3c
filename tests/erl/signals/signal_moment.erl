%% SPDX-License-Identifier: Apache-2.0
%% When signals act: an exit signal acts when its receiver is scheduled, or when somebody asks about the receiver. The
%% cases show what the sender, a third process, names, tables, timers and processes() see before and after; what happens
%% to messages sent after a signal that ends their receiver; and what a process sends to itself or to a process that
%% does not exist.
-module(signal_moment).
-export([main/0, init/1, worker/0, wait/0]).

main() ->
    process_flag(trap_exit, false),
    catch logger:set_primary_config(level, none),
    [io:format("~p: ~0p~n", [Name, run(F)]) || {Name, F} <- third_party() ++ sender() ++ behind() ++ absent() ++
        itself() ++ otp()].

run(F) ->
    Me = self(),
    {P, R} = spawn_monitor(fun() -> Me ! {self(), F()} end),
    X = receive {P, V} -> V; {'DOWN', R, _, _, E} -> {died, E} end,
    demonitor(R, [flush]),
    X.

wait() -> receive never -> ok end.
idle() -> spawn(fun wait/0).
mb() -> receive M -> [M | mb()] after 0 -> [] end.
brief(L) -> [case M of {Tag, _, R} -> {Tag, R}; {Tag, _, _, _, R} -> {Tag, R}; _ -> M end || M <- L].
dead() -> {P, R} = spawn_monitor(fun() -> ok end), receive {'DOWN', R, _, _, _} -> P end.
pause() -> pause(10).
pause(T) -> receive {never, T} -> ok after T -> ok end.
listed(P) -> lists:member(P, processes()).

%% A process that reports what it receives.
observer(F) ->
    Me = self(),
    P = spawn(fun() -> F(), Me ! ready, tell(Me) end),
    receive ready -> P end.
tell(To) -> receive M -> To ! {saw, M}, tell(To) end.
saw() -> receive {saw, M} -> [M | saw()] after 30 -> [] end.

third_party() ->
    [{message_before_down, fun() -> P = idle(), O = observer(fun() -> monitor(process, P) end), exit(P, kill), O ! hi,
        brief(saw()) end},
     {message_before_exit, fun() -> P = idle(), O = observer(fun() -> process_flag(trap_exit, true), link(P) end),
         exit(P, bang), O ! hi, O ! ho, brief(saw()) end},
     {many_before_down, fun() -> Ps = [idle() || _ <- lists:seq(1, 5)],
         O = observer(fun() -> [monitor(process, P) || P <- Ps] end),
         [begin exit(P, N), O ! N end || {P, N} <- lists:zip(Ps, lists:seq(1, 5))], L = brief(saw()),
             {lists:sublist(L, 5), lists:sort(lists:nthtail(5, L))} end},
     {link_exit, fun() -> P = idle(), Q = spawn(fun() -> link(P), receive {'end', R} -> exit(R) end end),
         O = observer(fun() -> pause(), monitor(process, P), monitor(process, Q) end),
         Q ! {'end', over}, O ! hi, brief(saw()) end},
     {asks, fun() -> Me = self(), P = idle(), O = spawn(fun() ->
         receive {P0} -> Me ! {process_info(P0, status), is_process_alive(P0), whereis(sm_asked)} end end),
         register(sm_asked, P), exit(P, bang), O ! {P}, receive X -> X end end},
     {heir, fun() -> Me = self(), O = observer(fun() -> ok end),
         P = spawn(fun() -> T = ets:new(t, [{heir, O, data}]), Me ! T, wait() end), T = receive X -> X end,
         exit(P, kill), O ! hi, Owner = ets:info(T, owner) =:= P,
             {Owner, [if is_tuple(M) -> element(1, M); true -> M end || M <- saw()], ets:info(T, owner) =:= O} end},
     {trapped, fun() -> P = observer(fun() -> process_flag(trap_exit, true) end), P ! one, exit(P, two), P ! three,
         exit(P, normal), brief(saw()) end},
     {killed_by_two, fun() -> P = idle(), M = monitor(process, P), run(fun() -> exit(P, first) end), exit(P, second),
         receive {'DOWN', M, _, _, R} -> R end end},
     {suspended, fun() -> P = idle(), erlang:suspend_process(P), M = monitor(process, P), exit(P, bang),
         receive {'DOWN', M, _, _, R} -> R after 1000 -> none end end},
     {runnable, fun() -> Me = self(), P = spawn(fun() -> Me ! ran, wait() end), exit(P, bang), pause(), mb() end},
     {priorities, fun() -> [begin P = spawn_opt(fun wait/0, [{priority, L}]), pause(1), exit(P, bang),
         A = is_process_alive(P), {L, A} end || L <- [low, normal, high, max]] end}].

sender() ->
    [{name, fun() -> P = idle(), register(sm_name, P), exit(P, kill), A = whereis(sm_name) =:= P, sm_name ! x,
        {A, is_process_alive(P), whereis(sm_name)} end},
     {processes, fun() -> P = idle(), exit(P, kill), {listed(P), listed(P)} end},
     {table, fun() -> Me = self(), P = spawn(fun() -> T = ets:new(t, [public, named_table]), Me ! T, wait() end),
         T = receive X -> X end,
         exit(P, kill), A = ets:insert(t, {a, 1}), B = ets:info(t, owner) =:= P,
             {T, A, B, is_process_alive(P), ets:info(t)} end},
     {give_away, fun() -> P = idle(), T = ets:new(t, []), exit(P, kill), X = ets:give_away(T, P, d),
         {X, ets:info(T, owner) =:= P, is_process_alive(P), ets:info(T, owner)} end},
     {timer, fun() -> P = idle(), exit(P, kill), T = erlang:send_after(100000, P, x), A = erlang:read_timer(T) > 0,
         is_process_alive(P), {A, erlang:read_timer(T)} end},
     {register, fun() -> P = idle(), exit(P, kill), A = register(sm_late, P), B = whereis(sm_late) =:= P,
         C = unregister(sm_late), D = register(sm_late, P), {A, B, C, D, is_process_alive(P), whereis(sm_late)} end},
     {unlink, fun() -> P = spawn_link(fun wait/0), exit(P, kill), unlink(P), pause(), alive end},
     {linked, fun() -> P = spawn_link(fun wait/0), exit(P, kill), is_process_alive(P) end},
     {linked_asks_then_unlinks, fun() -> P = spawn_link(fun wait/0), exit(P, kill), A = is_process_alive(P), unlink(P),
         A end},
     {trapping, fun() -> process_flag(trap_exit, true), P = spawn_link(fun wait/0), exit(P, kill), A = mb(),
         B = is_process_alive(P), {A, B, brief(mb())} end},
     {monitored, fun() -> P = idle(), monitor(process, P), exit(P, kill), A = mb(), B = process_info(P, links),
         {A, B, brief(mb())} end},
     {demonitored, fun() -> P = idle(), R = monitor(process, P), exit(P, kill), A = demonitor(R, [info]),
         B = is_process_alive(P), {A, B, mb()} end},
     {info, fun() -> P = idle(), exit(P, kill), P ! x, {process_info(P, messages), process_info(P)} end},
     {group_leader, fun() -> P = idle(), exit(P, kill),
         {try group_leader(self(), P) catch C:E -> {C, E} end, is_process_alive(P)} end},
     {suspend, fun() -> P = idle(), exit(P, kill), try erlang:suspend_process(P) catch C:E -> {C, E} end end},
     {resume, fun() -> P = idle(), erlang:suspend_process(P), exit(P, kill),
         {erlang:resume_process(P), is_process_alive(P)} end},
     {collect, fun() -> P = idle(), exit(P, kill), erlang:garbage_collect(P) end},
     {check_code, fun() -> P = idle(), exit(P, kill), erlang:check_process_code(P, lists) end},
     {normal, fun() -> P = idle(), M = monitor(process, P), exit(P, normal), exit(P, other),
         receive {'DOWN', M, _, _, R} -> R end end},
     {leader_now, fun() -> Me = self(), P = spawn(fun() -> receive go -> Me ! (group_leader() =:= Me) end end),
         group_leader(Me, P), P ! go, receive X -> X end end},
     {chain, fun() -> Me = self(), Ps = [spawn(fun() -> receive {link, Q} -> link(Q), Me ! ok end, wait() end)
         || _ <- lists:seq(1, 6)],
         [begin A ! {link, B}, receive ok -> ok end end || {A, B} <- lists:zip(lists:droplast(Ps), tl(Ps))],
         exit(hd(Ps), bang), A = listed(lists:nth(4, Ps)), [is_process_alive(P) || P <- Ps],
             {A, [listed(P) || P <- Ps]} end}].

behind() ->
    Trap = fun() -> process_flag(trap_exit, true) end,
    [{link, fun() -> Trap(), P = idle(), exit(P, kill), A = link(P), L = process_info(self(), links) =:= {links, [P]},
        B = mb(), pause(), {A, L, B, brief(mb()), process_info(self(), links)} end},
     {link_not_trapping, fun() -> P = idle(), exit(P, kill), link(P), pause(), alive end},
     {link_unlink, fun() -> Trap(), P = idle(), exit(P, kill), link(P), unlink(P), pause(),
         {mb(), process_info(self(), links)} end},
     {monitor, fun() -> P = idle(), exit(P, kill), monitor(process, P), pause(),
         {brief(mb()), process_info(self(), monitors)} end},
     {monitors, fun() -> P = idle(), A = monitor(process, P), exit(P, kill), B = monitor(process, P),
         C = monitor(process, P), demonitor(B), pause(),
         [{lists:member(R, [A, C]), W} || {'DOWN', R, _, _, W} <- mb()] end},
     {monitor_name, fun() -> P = idle(), register(sm_behind, P), exit(P, kill), monitor(process, sm_behind), pause(),
         [{O =:= {sm_behind, node()}, W} || {'DOWN', _, _, O, W} <- mb()] end},
     {all, fun() -> Trap(), P = idle(), exit(P, kill), monitor(process, P), link(P), pause(), brief(mb()) end},
     {linked_before, fun() -> Trap(), P = idle(), link(P), exit(P, kill), link(P), pause(), brief(mb()) end},
     {linked_again, fun() -> Trap(), P = idle(), link(P), exit(P, kill), unlink(P), link(P), pause(),
         {brief(mb()), process_info(self(), links)} end},
     {monitor_between, fun() -> P = idle(), exit(P, normal), monitor(process, P), exit(P, bang), pause(),
         brief(mb()) end},
     {link_to_link, fun() -> Trap(), [P, Q] = [idle(), idle()], exit(P, one), link(P), link(Q), exit(Q, two), pause(),
         lists:sort(brief(mb())) end},
     {alias, fun() -> Me = self(), P = spawn(fun() -> Me ! alias(), wait() end), A = receive X -> X end, exit(P, kill),
         A ! x, {A =:= A, is_process_alive(P), A ! y} end},
     {linker_dies, fun() -> P = idle(), O = observer(fun() -> ok end),
         run(fun() -> exit(P, one), link(P), exit(bye) end), pause(), exit(O, kill), is_process_alive(P) end}].

absent() ->
    [{monitor, fun() -> monitor(process, dead()), A = mb(), pause(), {A, brief(mb())} end},
     {two, fun() -> [A, B] = [dead(), dead()], monitor(process, A), monitor(process, B),
         L = [P =:= A || {_, _, _, P, _} <- mb()], pause(), {L, length(mb())} end},
     {exit_to_it, fun() -> P = dead(), monitor(process, P), exit(P, x), brief(mb()) end},
     {exit_to_other, fun() -> P = dead(), Q = idle(), monitor(process, P), exit(Q, x), brief(mb()) end},
     {monitor_other, fun() -> P = dead(), Q = idle(), monitor(process, P), monitor(process, Q), brief(mb()) end},
     {link_other, fun() -> P = dead(), Q = idle(), monitor(process, P), link(Q), brief(mb()) end},
     {message_to_self, fun() -> monitor(process, dead()), self() ! y, A = mb(), pause(), {A, brief(mb())} end},
     {demonitor, fun() -> R = monitor(process, dead()), A = demonitor(R, [info]), pause(), {A, mb()} end},
     {name, fun() -> R = monitor(process, sm_nobody), A = demonitor(R, [info]), monitor(process, sm_nobody),
         {A, brief(mb())} end},
     {name_alias, fun() -> R = monitor(process, sm_nobody, [{alias, demonitor}]), R ! x, A = brief(mb()), R ! y,
         {A, mb()} end},
     {links, fun() -> process_flag(trap_exit, true), P = dead(), A = (catch link(P)), pause(), {A, brief(mb())} end}].

itself() ->
    Trap = fun(B) -> process_flag(trap_exit, B) end,
    [{alias_reply, fun() -> A = alias([reply]), A ! x, {unalias(A), mb()} end},
     {alias_explicit, fun() -> A = alias(), A ! x, {unalias(A), mb()} end},
     {alias_seen, fun() -> A = alias(), A ! x, process_info(self(), message_queue_len), {unalias(A), mb()} end},
     {alias_monitor, fun() -> [begin R = monitor(process, idle(), [{alias, How}]), R ! x, B = demonitor(R, [info]),
         {How, B, mb()} end || How <- [explicit_unalias, demonitor, reply_demonitor]] end},
     {alias_order, fun() -> A = alias(), A ! 1, self() ! 2, A ! 3, self() ! 4, unalias(A), mb() end},
     {alias_reply_twice, fun() -> A = alias([reply]), A ! 1, A ! 2, self() ! 3, A ! 4, {mb(), unalias(A)} end},
     {alias_big, fun() -> A = alias(), L = lists:seq(1, 500), A ! L, erlang:garbage_collect(), A ! {L, <<0:8000>>},
         erlang:garbage_collect(), length(mb()) end},
     {trap_off, fun() -> Trap(true), exit(self(), foo), Trap(false), self() ! y,
         receive X -> {got, X} after 0 -> none end end},
     {trap_off_seen, fun() -> Trap(true), exit(self(), foo), process_info(self(), message_queue_len), Trap(false),
         length(mb()) end},
     {trap_off_receive, fun() -> Trap(true), exit(self(), foo), receive none -> ok after 0 -> ok end, Trap(false),
         length(mb()) end},
     {trap_twice, fun() -> Trap(true), exit(self(), foo), Trap(false), exit(self(), bar) end},
     {trap_kill, fun() -> Trap(true), exit(self(), foo), exit(self(), kill) end},
     {order, fun() -> Trap(true), exit(self(), 1), self() ! 2, exit(self(), 3), self() ! 4, brief(mb()) end},
     {flush, fun() -> R = make_ref(), A = alias(), A ! {x, R, 1, 2, 3}, demonitor(R, [flush]), mb() end},
     {hibernate, fun() -> Me = self(), P = spawn(fun() -> A = alias(), A ! {to, Me},
         erlang:hibernate(erlang, apply, [fun() -> receive {to, X} -> X ! woken end end, []]) end),
         receive Y -> is_process_alive(P), Y after 500 -> none end end}].

%% The effect on supervisors and gen_servers.
otp() ->
    [{terminate_child, fun() -> process_flag(trap_exit, true), {ok, S} = supervisor:start_link(?MODULE, []),
        [{w, W, _, _}] = supervisor:which_children(S), exit(W, kill),
        {supervisor:terminate_child(S, w), supervisor:which_children(S)} end},
     {restart, fun() -> process_flag(trap_exit, true), {ok, S} = supervisor:start_link(?MODULE, []),
         [{w, W, _, _}] = supervisor:which_children(S), exit(W, kill), is_process_alive(W),
         {supervisor:which_children(S), catch supervisor:restart_child(S, w)} end},
     {call, fun() -> P = spawn(fun() -> receive {'$gen_call', From, _} -> gen_server:reply(From, hello) end end),
         exit(P, shutdown), try gen_server:call(P, x) catch exit:{R, _} -> R end end}].

init(_) -> {ok, {#{}, [#{id => w, start => {?MODULE, worker, []}, restart => temporary}]}}.
worker() -> {ok, spawn_link(fun wait/0)}.
