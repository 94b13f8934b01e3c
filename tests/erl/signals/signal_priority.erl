%% SPDX-License-Identifier: Apache-2.0
%% Priority messages, since OTP 28: aliases, send/3, exit/3, links and monitors, their order and selective receive.
-module(signal_priority).
-export([main/0]).

main() ->
    catch logger:set_primary_config(level, none),
    [io:format("~p: ~0p~n", [Name, run(F)]) || {Name, F} <- aliases() ++ monitors() ++ links() ++ exits() ++
        receives()].

run(F) ->
    Me = self(),
    {P, R} = spawn_monitor(fun() -> Me ! {self(), F()} end),
    X = receive {P, V} -> V; {'DOWN', R, _, _, E} -> {died, E} end,
    demonitor(R, [flush]),
    X.

mb() -> receive M -> [M | mb()] after 0 -> [] end.
brief(L) -> [case M of {Tag, _, R} -> {Tag, R}; {Tag, _, _, _, R} -> {Tag, R}; _ -> M end || M <- L].
idle() -> spawn(fun() -> receive never -> ok end end).
try_it(F) -> try F() catch C:E -> {C, E} end.
pause() -> receive never -> ok after 10 -> ok end.
trap() -> process_flag(trap_exit, true).
%% Ends P, and waits until it has ended.
finish(P, R) -> exit(P, R), is_process_alive(P).

aliases() ->
    [{order, fun() -> A = alias([priority]), self() ! 1, erlang:send(A, 2, [priority]), erlang:send(A, 3, [priority]),
        A ! 4, erlang:send(A, 5, []), erlang:send(A, 6, [priority]), mb() end},
     {options, fun() -> [try_it(fun() -> is_reference(alias(O)) end)
         || O <- [[priority, priority], [priority, reply], [reply, priority], [explicit_unalias, priority],
         [{priority, true}], [foo]]] end},
     {not_priority, fun() -> A = alias(), self() ! 1, erlang:send(A, 2, [priority]), mb() end},
     {pid, fun() -> self() ! 1, {erlang:send(self(), 2, [priority]), mb()} end},
     {name, fun() -> register(sp_name, self()), self() ! 1, {erlang:send(sp_name, 2, [priority]), mb()} end},
     {nobody, fun() -> {erlang:send(make_ref(), 2, [priority]),
         try_it(fun() -> erlang:send(sp_none, 2, [priority]) end), mb()} end},
     {reply, fun() -> A = alias([reply, priority]), self() ! 1, erlang:send(A, 2, [priority]),
         erlang:send(A, 3, [priority]), mb() end},
     {unaliased, fun() -> A = alias([priority]), self() ! 1, erlang:send(A, 2, [priority]), unalias(A), mb() end},
     {send_options, fun() -> A = alias([priority]),
         [try_it(fun() -> erlang:send(A, x, O) end) || O <- [[priority, noconnect], [priority, nosuspend], [foo],
         [priority, priority], [{priority, true}]]] end},
     {info, fun() -> A = alias([priority]), self() ! 1, erlang:send(A, 2, [priority]),
         process_info(self(), messages) end},
     {other, fun() -> Me = self(), P = spawn(fun() -> Me ! alias([priority]),
         receive go -> Me ! {mailbox, mb()} end end), A = receive X -> X end,
         P ! a, P ! b, erlang:send(A, c, [priority]), P ! d, P ! go, erlang:send(A, e, [priority]),
             receive {mailbox, L} -> L end end},
     {large, fun() -> A = alias([priority]), L = lists:seq(1, 500), self() ! 1, erlang:send(A, L, [priority]),
         erlang:garbage_collect(), erlang:send(A, {L, <<0:8000>>}, [priority]), erlang:garbage_collect(),
         [X, Y, 1] = mb(), {X =:= L, Y =:= {L, <<0:8000>>}} end}].

monitors() ->
    [{monitor, fun() -> P = idle(), monitor(process, P, [priority]), self() ! 1, self() ! 2, finish(P, x),
        brief(mb()) end},
     {both, fun() -> P = idle(), monitor(process, P, []), monitor(process, P, [priority]), self() ! 1, finish(P, x),
         pause(), brief(mb()) end},
     {alias_of_it, fun() -> P = idle(), M = monitor(process, P, [priority, {alias, demonitor}]), self() ! 1,
         erlang:send(M, 2, [priority]), mb() end},
     {dead, fun() -> P = idle(), finish(P, kill), self() ! 1, monitor(process, P, [priority]), pause(),
         brief(mb()) end},
     {no_name, fun() -> self() ! 1, monitor(process, sp_nobody, [priority]), brief(mb()) end},
     {tag, fun() -> P = idle(), monitor(process, P, [{tag, mine}, priority]), self() ! 1, finish(P, x),
         brief(mb()) end},
     {demonitored, fun() -> P = idle(), M = monitor(process, P, [priority]), self() ! 1, finish(P, x),
         demonitor(M, [flush]), mb() end},
     {options, fun() -> [try_it(fun() -> is_reference(monitor(process, self(), O)) end)
         || O <- [[priority, priority], [{priority, true}], [prio]]] end},
     {spawned, fun() -> trap(), {P, _} = spawn_opt(fun() -> receive never -> ok end end,
         [{link, [priority]}, {monitor, [priority]}]), self() ! 1, finish(P, x), brief(mb()) end},
     {spawn_options, fun() -> [try_it(fun() -> spawn_opt(fun() -> ok end, [O]), ok end)
         || O <- [{link, []}, {link, [foo]}, {link, foo}, {monitor, [priority]}]] end}].

links() ->
    [{link, fun() -> trap(), P = idle(), X = link(P, [priority]), self() ! 1, finish(P, x), {X, brief(mb())} end},
     {again, fun() -> trap(), P = idle(), link(P, [priority]), link(P), self() ! 1, finish(P, x), brief(mb()) end},
     {again_empty, fun() -> trap(), P = idle(), link(P, [priority]), link(P, []), self() ! 1, finish(P, x),
         brief(mb()) end},
     {later, fun() -> trap(), P = idle(), link(P), link(P, [priority]), self() ! 1, finish(P, x), brief(mb()) end},
     {by_peer, fun() -> Me = self(), trap(), P = spawn(fun() -> link(Me, [priority]), Me ! ok,
         receive never -> ok end end), receive ok -> ok end, self() ! 1, finish(P, x), brief(mb()) end},
     {unlinked, fun() -> trap(), P = idle(), link(P, [priority]), unlink(P), link(P), self() ! 1, finish(P, x),
         brief(mb()) end},
     {options, fun() -> P = idle(), [try_it(fun() -> link(P, O) end)
         || O <- [[], [priority, priority], [foo], foo, [priority | foo], [{priority, true}]]] end},
     {of_what, fun() -> [try_it(fun() -> link(P, [priority]) end) || P <- [foo, make_ref(), self()]] end}].

exits() ->
    Owner = fun(Trap) -> Me = self(), P = spawn(fun() -> process_flag(trap_exit, Trap), Me ! alias(),
        receive stop -> ok end end), {P, receive A -> A end} end,
    [{to_pid, fun() -> trap(), self() ! 1, X = exit(self(), x, [priority]), {X, brief(mb())} end},
     {to_alias, fun() -> trap(), A = alias([priority]), self() ! 1, X = exit(A, x, [priority]), Y = exit(A, y, []),
         {X, Y, brief(mb())} end},
     {two_to_alias, fun() -> trap(), A = alias([priority]), self() ! 1, X = exit(A, x), {X, brief(mb())} end},
     {to_other_alias, fun() -> trap(), A = alias([]), self() ! 1, X = exit(A, x, [priority]), {X, brief(mb())} end},
     {to_reply_alias, fun() -> trap(), A = alias([reply]), X = exit(A, x), A ! y, {X, brief(mb())} end},
     {kill_alias, fun() -> trap(), A = alias([]), exit(A, kill), mb(), alive end},
     {owner_dies, fun() -> {P, A} = Owner(false), M = monitor(process, P), exit(A, foo),
         receive {'DOWN', M, _, _, R} -> R end end},
     {owner_ignores, fun() -> {P, A} = Owner(false), exit(A, normal), is_process_alive(P) end},
     {owner_traps, fun() -> {P, A} = Owner(true), exit(A, foo), {messages, L} = process_info(P, messages),
         brief(L) end},
     {own_alias, fun() -> A = alias(), X = exit(A, foo), {X, alive} end},
     {own_alias_normal, fun() -> A = alias(), X = exit(A, normal), pause(), {X, alive} end},
     {unaliased, fun() -> A = alias(), unalias(A),
         {exit(A, foo), exit(make_ref(), foo), exit(make_ref(), foo, [priority])} end},
     {options, fun() -> trap(), P = idle(), [try_it(fun() -> exit(X, foo, O) end)
         || {X, O} <- [{foo, []}, {P, foo}, {P, [foo]}, {P, [priority, priority]}, {1, [priority]}]] end},
     {oneself, fun() -> exit(self(), foo, [priority]), alive end}].

receives() ->
    [{waiting, fun() -> A = alias([priority]), [self() ! N || N <- lists:seq(1, 5)],
         spawn(fun() -> pause(), erlang:send(A, {want, 1}, [priority]), pause(), erlang:send(A, skip, [priority]),
             erlang:send(A, {want, 2}, [priority]) end),
         X = receive {want, Q} -> Q after 2000 -> none end, Y = receive {want, R} -> R after 2000 -> none end,
             {X, Y, mb()} end},
     {skipped, fun() -> A = alias([priority]), Me = self(), [self() ! N || N <- lists:seq(1, 5)],
         spawn(fun() -> pause(), [erlang:send(A, {skip, N}, [priority]) || N <- [1, 2, 3]], pause(),
             erlang:send(A, {skip, 4}, [priority]), Me ! 6, pause(), Me ! {want, 1} end),
         X = receive {want, Q} -> Q after 2000 -> none end, {X, mb()} end},
     {marker, fun() -> P = idle(), A = alias([priority]), [self() ! N || N <- lists:seq(1, 5)],
         R = monitor(process, P, [priority]), spawn(fun() -> erlang:send(A, {R, hello}, [priority]) end),
         X = receive {R, H} -> H; {'DOWN', R, _, _, Z} -> Z after 2000 -> none end, {X, mb()} end},
     {marker_later, fun() -> A = alias([priority]), erlang:send(A, first, [priority]),
         [self() ! N || N <- lists:seq(1, 5)],
         R = make_ref(), self() ! {R, hello}, X = receive {R, H} -> H after 2000 -> none end, {X, mb()} end},
     {many, fun() -> A = alias([priority]), [begin self() ! N, erlang:send(A, {p, N}, [priority]) end
         || N <- lists:seq(1, 300)], L = mb(), {lists:sublist(L, 2), lists:nthtail(598, L), length(L)} end},
     {gen_call, fun() -> A = alias([priority]), P =
         spawn(fun F() -> receive {'$gen_call', From, X} -> erlang:send(A, seen, [priority]), gen_server:reply(From, X),
         F() end end),
         {[gen_server:call(P, N) || N <- [1, 2]], mb()} end}].
