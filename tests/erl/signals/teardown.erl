%% SPDX-License-Identifier: Apache-2.0
%% What other processes see of an exit, and in which order: names, timers, tables, links, monitors, aliases, messages.
-module(teardown).
-export([main/0, wait/1]).
-import(pcase, [idle/0, idle/1, do/2, tell/2, dead/0, mb/0, take/1, down/1, gone/1, links/1, trap/0, err/1]).

main() ->
    pcase:quiet(),
    pcase:run(order_cases()), pcase:run(name_cases()), pcase:run(table_cases()), pcase:run(timer_cases()),
    pcase:run(record_cases()), pcase:run(state_cases()), pcase:run(request_cases()),
    [pcase:run([seen, Trap, Steps], fun() -> seen(Trap, Steps) end) || Trap <- [true, false],
        Steps <- permutations([link, monitor, heir, message])],
    [pcase:run([ways, Way], fun() -> way(Way) end) || Way <- [returns, exit, error, throw, exit2, kill, linked,
        self_exit, self_kill, badmatch, normal]],
    ok.

permutations([]) -> [[]];
permutations(L) -> [[X | R] || X <- L, R <- permutations(L -- [X])].

kind(M) -> element(1, M).
kinds(N) -> [kind(X) || X <- take(N)].

%% An observer that is linked to P, monitors it, is heir of its table and gets a message; these are made in that order.
seen(Trap, Steps) ->
    process_flag(trap_exit, Trap),
    Me = self(), P = idle(),
    [case S of
         link when Trap -> link(P);
         link -> ok;
         monitor -> erlang:monitor(process, P);
         heir -> do(P, fun() -> ets:new(t, [{heir, Me, gift}]), ok end);
         message -> ok
     end || S <- Steps],
    tell(P, fun() -> Me ! {last, words}, exit(bye) end),
    kinds(case Trap of true -> 4; false -> 3 end).

%% However P ends: its name, table, timer, links and monitors are gone when its DOWN comes.
way(Way) ->
    trap(),
    Me = self(), P = idle(), Q = idle(trap),
    R = do(P, fun() ->
        register(way_name, self()), ets:new(way_table, [named_table, public]), link(Q),
        erlang:monitor(process, Q), {erlang:send_after(60000, self(), x), erlang:send_after(60000, Q, x),
            erlang:alias()} end),
    {Own, Other, Alias} = R,
    M = erlang:monitor(process, P),
    case Way of
        returns -> P ! '$stop';
        exit -> tell(P, fun() -> exit({a, Me}) end);
        error -> tell(P, fun() -> erlang:raise(error, oops, []) end);
        throw -> tell(P, fun() -> erlang:raise(throw, ball, []) end);
        exit2 -> exit(P, {b, 1});
        kill -> exit(P, kill);
        linked -> L = idle(), do(L, fun() -> link(P) end), exit(L, through);
        self_exit -> tell(P, fun() -> exit(self(), own) end);
        self_kill -> tell(P, fun() -> exit(self(), kill) end);
        badmatch -> tell(P, fun() -> erlang:raise(error, {badmatch, P}, []) end);
        normal -> tell(P, fun() -> exit(normal) end)
    end,
    Reason = down(M),
    Alias ! lost,
    Seen = {Reason, whereis(way_name), ets:info(way_table), erlang:read_timer(Own),
        is_integer(erlang:cancel_timer(Other)),
            is_process_alive(P), process_info(P, links), lists:member(P, processes()),
                lists:member(way_name, registered())},
    {Seen, links(Q), element(2, process_info(Q, monitored_by)),
        [X || {'EXIT', _, X} <- element(2, process_info(Q, messages))]}.

order_cases() ->
    [{messages_then_exit, fun() -> trap(), Me = self(), spawn_link(fun() -> [Me ! I || I <- [1, 2, 3]], exit(x) end),
        [if is_tuple(X) -> kind(X); true -> X end || X <- take(4)] end},
     {messages_then_down, fun() -> Me = self(), spawn_monitor(fun() -> [Me ! I || I <- [1, 2, 3]] end),
         [if is_tuple(X) -> kind(X); true -> X end || X <- take(4)] end},
     {tables_then_exit, fun() -> trap(), Me = self(),
         spawn_link(fun() -> [ets:new(t, [{heir, Me, I}]) || I <- [1, 2, 3]], exit(x) end),
         [case X of {'ETS-TRANSFER', _, _, I} -> I; _ -> kind(X) end || X <- take(4)] end},
     {tables_given_on, fun() -> Me = self(), A = idle(), B = idle(),
         do(A, fun() -> [ets:new(t, [{heir, B, I}]) || I <- [1, 2, 3, 4]] end), exit(A, x), gone(A),
                               do(B, fun() -> receive {'ETS-TRANSFER', T, _, 2} -> ets:setopts(T, {heir, Me, two}) end,
                                   receive {'ETS-TRANSFER', T4, _, 4} -> ets:setopts(T4, {heir, Me, four}) end,
                                              receive {'ETS-TRANSFER', T1, _, 1} ->
                                                  ets:setopts(T1, {heir, Me, one}) end end), exit(B, y), gone(B),
                                                  [D || {'ETS-TRANSFER', _, _, D} <- take(3)] end},
     {tables_after_give_away, fun() -> Me = self(), P = idle(),
         [A, B, C] = do(P, fun() -> [ets:new(t, [public, {heir, Me, I}]) || I <- [1, 2, 3]] end), Q = idle(),
                                     do(P, fun() -> ets:give_away(A, Q, g) end),
                                         do(Q, fun() -> ets:give_away(A, P, back) end), exit(P, x), gone(P), _ = {B, C},
                                         [D || {'ETS-TRANSFER', _, _, D} <- take(3)] end},
     {table_deleted_between, fun() -> Me = self(), P = idle(),
         do(P, fun() -> [_, B, C] = [ets:new(t, [{heir, Me, I}]) || I <- [1, 2, 3]], ets:delete(C),
         ets:new(t, [{heir, Me, 4}]), ets:delete(B) end), exit(P, x), gone(P),
         [D || {'ETS-TRANSFER', _, _, D} <- take(2)] end},
     {downs_in_order, fun() -> P = idle(), Ms = [erlang:monitor(process, P) || _ <- lists:seq(1, 6)],
         erlang:demonitor(lists:nth(3, Ms)), M7 = erlang:monitor(process, P), exit(P, x),
         [R || {_, R, _, _, _} <- take(6)] =:= (Ms -- [lists:nth(3, Ms)]) ++ [M7] end},
     {exit_of_chain, fun() -> trap(), Me = self(),
         A = spawn(fun() -> B = spawn_link(fun() -> C = spawn_link(fun() -> link(Me), receive x -> ok end end),
         Me ! {c, C}, receive x -> ok end end), Me ! {b, B}, receive x -> ok end end),
         [_, {c, C}] = lists:sort(take(2)), gone_link(C), exit(A, r), [{'EXIT', P, R}] = take(1), {P =:= C, R} end},
     {signals_keep_order, fun() -> P = idle(trap), [exit(P, I) || I <- [1, 2, 3]], P ! four, exit(P, 5),
         [case X of {'EXIT', _, R} -> R; _ -> X end || X <- element(2, process_info(P, messages))] end},
     {kill_after_messages, fun() -> Me = self(), P = idle(), tell(P, fun() -> Me ! first end), take(1), exit(P, kill),
         P ! '$stop', gone(P) end},
     {exit_overtakes_nothing, fun() -> Me = self(), P = spawn(fun F() -> receive X -> Me ! X, F() end end), P ! a,
         P ! b, receive b -> ok end, exit(P, z), P ! c, gone(P), mb() end}].

gone_link(P) -> case lists:member(P, links(self())) of true -> ok; false -> receive after 1 -> gone_link(P) end end.

name_cases() ->
    [{free_at_exit, fun() -> trap(), [begin P = spawn_link(fun() -> register(td_n, self()), exit(I) end),
        receive {'EXIT', P, _} -> whereis(td_n) end end || I <- [1, 2, 3]] end},
     {free_at_down, fun() -> [begin {P, M} = spawn_monitor(fun() -> register(td_n, self()), exit(I) end),
         receive {'DOWN', M, _, P, _} -> register(td_n, self()), unregister(td_n) end end || I <- [1, 2, 3]] end},
     {taken_over, fun() -> P = idle(), register(td_o, P), M = erlang:monitor(process, td_o), exit(P, x),
         R = receive {'DOWN', M, _, O, Why} -> {O, Why} end, Q = idle(), register(td_o, Q),
         {R, whereis(td_o) =:= Q, unregister(td_o)} end},
     {send_at_down, fun() -> P = idle(), register(td_s, P), exit(P, x), gone(P), err(fun() -> td_s ! hello end) end},
     {send_at_down_node, fun() -> P = idle(), register(td_sn, P), exit(P, x), gone(P), {td_sn, node()} ! hello end},
     {own_unregister, fun() -> P = idle(), do(P, fun() -> register(td_u, self()), unregister(td_u) end), exit(P, x),
         gone(P), whereis(td_u) end},
     {monitor_name_then_other, fun() -> P = idle(), Q = idle(), register(td_m, P), M = erlang:monitor(process, td_m),
         unregister(td_m), register(td_m, Q), exit(Q, x), gone(Q), A = mb(), exit(P, y), {A, down(M)} end}].

table_cases() ->
    [{private_gone, fun() -> P = idle(), T = do(P, fun() -> ets:new(t, [private]) end), exit(P, x), gone(P),
        {ets:info(T), err(fun() -> ets:insert(T, {a}) end)} end},
     {named_reused, fun() -> P = idle(), do(P, fun() -> ets:new(td_table, [named_table]) end), exit(P, x), gone(P),
         ets:new(td_table, [named_table]) end},
     {large_gone, fun() -> P = idle(), do(P, fun() -> T = ets:new(td_large, [named_table, public]),
         ets:insert(T, [{I, I} || I <- lists:seq(1, 20000)]), ok end), exit(P, x), gone(P),
         ets:info(td_large, size) end},
     {heir_dead, fun() -> H = dead(), P = idle(), T = do(P, fun() -> ets:new(t, [{heir, H, x}]) end), exit(P, x),
         gone(P), ets:info(T) end},
     {heir_self, fun() -> P = idle(), T = do(P, fun() -> ets:new(t, [{heir, self(), x}]) end), exit(P, x), gone(P),
         ets:info(T) end},
     {heir_none, fun() -> P = idle(), Me = self(),
         T = do(P, fun() -> X = ets:new(t, [{heir, Me, x}]), ets:setopts(X, {heir, none}), X end), exit(P, x), gone(P),
         {ets:info(T), mb()} end},
     {heir_owner_at_message, fun() -> P = idle(), Me = self(),
         do(P, fun() -> T = ets:new(t, [private, {heir, Me, x}]), ets:insert(T, {k, v}) end), exit(P, x),
         receive {'ETS-TRANSFER', T, F, D} -> {F =:= P, D, ets:info(T, owner) =:= Me, ets:lookup(T, k),
         ets:info(T, heir)} end end},
     {heir_kept, fun() -> P = idle(), Me = self(), Q = idle(), T = do(P, fun() -> ets:new(t, [{heir, Q, x}]) end),
         exit(P, x), gone(P), O = ets:info(T, owner) =:= Q, exit(Q, y), gone(Q), _ = Me, {O, ets:info(T)} end},
     {heir_dies_with_owner, fun() -> P = idle(), Q = idle(), do(P, fun() -> link(Q) end),
         T = do(P, fun() -> ets:new(t, [{heir, Q, x}]) end), exit(P, x), gone(P), gone(Q),
         wait(fun() -> ets:info(T) =:= undefined end) end},
     {heir_trapping_linked, fun() -> P = idle(), Q = idle(trap),
         do(P, fun() -> link(Q), ets:new(t, [{heir, Q, x}]) end), exit(P, x), gone(P),
         [kind(X) || X <- element(2, process_info(Q, messages))] end},
     {fixed_by_dead, fun() -> T = ets:new(t, [public]), P = idle(), do(P, fun() -> ets:safe_fixtable(T, true) end),
         A = ets:info(T, fixed), exit(P, x), gone(P), {A, ets:info(T, fixed)} end},
     {many_tables, fun() -> P = idle(), Ts = do(P, fun() -> [ets:new(t, []) || _ <- lists:seq(1, 200)] end), exit(P, x),
         gone(P), lists:usort([ets:info(T) || T <- Ts]) end}].

timer_cases() ->
    [{to_pid_cancelled, fun() -> P = idle(), R = erlang:send_after(60000, P, x), exit(P, x), gone(P),
        {erlang:read_timer(R), erlang:cancel_timer(R)} end},
     {start_timer_cancelled, fun() -> P = idle(), R = erlang:start_timer(60000, P, x), exit(P, x), gone(P),
         erlang:cancel_timer(R) end},
     {by_name_stays, fun() -> P = idle(), register(td_t, P), R = erlang:send_after(60000, td_t, x), exit(P, x), gone(P),
         is_integer(erlang:cancel_timer(R)) end},
     {by_name_new_owner, fun() -> P = idle(), register(td_t2, P), erlang:send_after(20, td_t2, hello), exit(P, x),
         gone(P), register(td_t2, self()), take(1) end},
     {creator_dead, fun() -> Me = self(), P = idle(), do(P, fun() -> erlang:send_after(10, Me, from_dead) end),
         exit(P, x), gone(P), take(1) end},
     {own_to_self, fun() -> P = idle(), R = do(P, fun() -> erlang:send_after(60000, self(), x) end), exit(P, x),
         gone(P), erlang:read_timer(R) end},
     {many, fun() -> P = idle(), Rs = [erlang:send_after(60000 + I, P, x) || I <- lists:seq(1, 500)], exit(P, x),
         gone(P), lists:usort([erlang:cancel_timer(R) || R <- Rs]) end},
     {receive_timeout_dies, fun() -> P = spawn(fun() -> receive after 30 -> exit(timed_out) end end),
         M = erlang:monitor(process, P), exit(P, first), down(M) end}].

record_cases() ->
    [{link_gone_at_exit, fun() -> trap(), P = idle(link), exit(P, x), take(1),
        {links(self()), process_info(self(), links)} end},
     {monitor_gone_at_down, fun() -> P = idle(), M = erlang:monitor(process, P), exit(P, x), down(M),
         {process_info(self(), monitors), erlang:demonitor(M, [info])} end},
     {watched_gone, fun() -> P = idle(), Q = idle(), do(P, fun() -> [erlang:monitor(process, Q) || _ <- [1, 2, 3]] end),
         exit(P, x), gone(P), wait(fun() -> process_info(Q, monitored_by) =:= {monitored_by, []} end) end},
     {alias_dead, fun() -> P = idle(), A = do(P, fun() -> erlang:alias() end), exit(P, x), gone(P),
         {A ! hello, erlang:send(A, hello, [nosuspend])} end},
     {monitor_alias_dead_owner, fun() -> P = idle(), Q = idle(),
         A = do(P, fun() -> erlang:monitor(process, Q, [{alias, explicit_unalias}]) end), exit(P, x), gone(P),
         A ! hello, {process_info(Q, monitored_by), erlang:unalias(A)} end},
     {suspend_released, fun() -> Me = self(), P = idle(), Q = idle(),
         do(Q, fun() -> erlang:suspend_process(P), erlang:suspend_process(P) end), tell(P, fun() -> Me ! runs end),
         exit(Q, x), gone(Q), take(1) end},
     {suspended_dies_released, fun() -> P = idle(), erlang:suspend_process(P), exit(P, x), gone(P),
         {process_info(self(), suspending), err(fun() -> erlang:resume_process(P) end)} end},
     {both_halves_unlinked, fun() -> P = idle(), Q = idle(), do(P, fun() -> link(Q) end), do(Q, fun() -> unlink(P) end),
         exit(P, x), gone(P), {is_process_alive(Q), links(Q)} end},
     {link_dead_twice, fun() -> trap(), D = dead(), link(D), link(D), [R || {'EXIT', _, R} <- take(2)] end},
     {trapped_gone_other_stays, fun() -> trap(), P = idle(link), Q = idle(link), exit(P, x), take(1),
         links(self()) =:= [Q] end},
     {monitor_and_link_same, fun() -> trap(), {P, M} = spawn_opt(fun() -> exit(r) end, [link, monitor]),
         [case X of {'EXIT', P, R} -> {'EXIT', R}; {'DOWN', M, process, P, R} -> {'DOWN', R} end || X <- take(2)] end},
     {unlink_flush_idiom, fun() -> trap(), P = idle(link), exit(P, x), gone(P), unlink(P),
         receive {'EXIT', P, R} -> R after 0 -> none end end}].

%% What is seen of processes that are suspended, hibernating or waiting when signals come.
state_cases() ->
    [{suspended_link_dies, fun() -> P = idle(), Q = idle(), do(P, fun() -> link(Q) end), erlang:suspend_process(P),
        exit(Q, r), gone(P) end},
     {suspended_trap_collects, fun() -> P = idle(trap), Q = idle(), do(P, fun() -> link(Q) end),
         erlang:suspend_process(P), exit(Q, r), gone(Q),
         wait(fun() -> element(2, process_info(P, message_queue_len)) =:= 1 end), S = process_info(P, status),
         erlang:resume_process(P), S end},
     {suspended_monitor, fun() -> P = idle(), Q = idle(), do(P, fun() -> erlang:monitor(process, Q) end),
         erlang:suspend_process(P), exit(Q, r), gone(Q),
         [element(5, X) || X <- element(2, process_info(P, messages))] end},
     {suspended_normal_exit, fun() -> P = idle(), erlang:suspend_process(P), exit(P, normal), erlang:resume_process(P),
         do(P, fun() -> alive end) end},
     {suspended_register, fun() -> P = idle(), erlang:suspend_process(P), register(td_susp, P), exit(P, kill), gone(P),
         whereis(td_susp) end},
     {hibernated_link_dies, fun() -> P = sleeper(), Q = idle(), do(Q, fun() -> link(P) end), exit(Q, r), gone(P) end},
     {hibernated_normal, fun() -> P = sleeper(), Q = idle(), do(Q, fun() -> link(P) end), Q ! '$stop', gone(Q),
         {is_process_alive(P), process_info(P, current_function), links(P)} end},
     {hibernated_monitor_wakes, fun() -> Me = self(), Q = idle(),
         P = spawn(fun() -> erlang:monitor(process, Q), erlang:hibernate(?MODULE, wait, [Me]) end),
         wait(fun() -> process_info(P, current_function) =:= {current_function, {erlang, hibernate, 3}} end),
         exit(Q, r), [{woken, {'DOWN', _, process, _, R}}] = take(1), R end},
     {hibernated_suspended, fun() -> Me = self(), P = spawn(fun() -> erlang:hibernate(?MODULE, wait, [Me]) end),
         wait(fun() -> process_info(P, current_function) =:= {current_function, {erlang, hibernate, 3}} end),
         erlang:suspend_process(P), P ! x, A = receive X -> X after 20 -> nothing end, erlang:resume_process(P),
         {A, take(1)} end},
     {alive_after_signal, fun() -> [begin P = idle(), exit(P, R), is_process_alive(P) end
         || R <- [normal, x, kill]] end},
     {alive_after_signal_trap, fun() -> [begin P = idle(trap), exit(P, R), is_process_alive(P) end
         || R <- [normal, x, kill, killed]] end},
     {info_after_signal, fun() -> [begin P = idle(), exit(P, R), process_info(P, trap_exit) end
         || R <- [normal, x, kill]] end},
     {waiting_in_call, fun() -> P = spawn(fun() -> gen:call(pcase:idle(), '$gen_call', x, infinity) end),
         M = erlang:monitor(process, P), receive after 5 -> ok end, exit(P, cut), down(M) end},
     {busy_killed, fun() -> P = spawn(fun F() -> F() end), M = erlang:monitor(process, P), exit(P, kill), down(M) end},
     {busy_exits, fun() -> P = spawn(fun F() -> F() end), M = erlang:monitor(process, P), exit(P, stop), down(M) end},
     {time_offset_down_on_exit, fun() -> P = idle(),
         do(P, fun() -> [erlang:monitor(time_offset, clock_service) || _ <- [1, 2]], ok end),
         A = process_info(P, monitors), exit(P, x), gone(P), A end},
     {time_offset_twice, fun() -> A = erlang:monitor(time_offset, clock_service),
         B = erlang:monitor(time_offset, clock_service),
         {A =:= B, erlang:demonitor(A, [info]), erlang:demonitor(A, [info]), erlang:demonitor(B, [flush, info])} end},
     {time_offset_options, fun() -> M = erlang:monitor(time_offset, clock_service, [{tag, x}]),
         {is_reference(M), erlang:demonitor(M, [info])} end}].

sleeper() ->
    P = spawn(fun() -> erlang:hibernate(?MODULE, wait, [none]) end),
    wait(fun() -> process_info(P, current_function) =:= {current_function, {erlang, hibernate, 3}} end),
    P.

wait(F) when is_function(F) -> case F() of true -> true; _ -> receive after 1 -> wait(F) end end;
wait(To) -> receive X -> To ! {woken, X} end.

request_cases() ->
    [{abandon_replied, fun() -> R = erlang:spawn_request(fun() -> ok end, []),
        receive {spawn_reply, R, ok, P} -> {is_pid(P), erlang:spawn_request_abandon(R)} end end},
     {abandon_unknown, fun() -> erlang:spawn_request_abandon(make_ref()) end},
     {abandon_bad, fun() -> [err(fun() -> erlang:spawn_request_abandon(X) end) || X <- [a, 1, self()]] end},
     {abandon_foreign, fun() -> P = idle(), R = do(P, fun() -> erlang:spawn_request(fun() -> ok end) end),
         erlang:spawn_request_abandon(R) end},
     {reply_then_down, fun() -> R = erlang:spawn_request(fun() -> exit(r) end, [monitor]),
         [{A, B, C} || {A, B, C} <- [case X of {spawn_reply, R, ok, _} -> {spawn_reply, ok, x};
         {'DOWN', R, process, _, W} -> {'DOWN', W, x} end || X <- take(2)]] end},
     {reply_link_exit, fun() -> trap(), R = erlang:spawn_request(fun() -> exit(r) end, [link, monitor]),
         [case X of {spawn_reply, R, ok, _} -> reply; {'EXIT', _, W} -> {exit, W};
         {'DOWN', R, _, _, W} -> {down, W} end || X <- take(3)] end},
     {no_reply_down, fun() -> R = erlang:spawn_request(fun() -> exit(r) end, [monitor, {reply, no}]),
         [{'DOWN', R2, process, _, W}] = take(1), {R =:= R2, W} end},
     {demonitor_request, fun() -> R = erlang:spawn_request(fun() -> receive x -> ok end end, [monitor]),
         receive {spawn_reply, R, ok, P} -> {erlang:demonitor(R, [info]), process_info(P, monitored_by)} end end},
     {request_tagged_error, fun() -> R = erlang:spawn_request(fun() -> ok end, [bad]),
         [{T, R2, error, badopt}] = take(1), {T, R =:= R2} end},
     {request_monitor_options, fun() -> R = erlang:spawn_request(fun() -> exit(z) end, [{monitor, [{tag, mytag}]}]),
         [case X of {spawn_reply, R, ok, _} -> reply; {T, R, process, _, W} -> {T, W} end || X <- take(2)] end},
     {request_link_parent_dies, fun() -> Me = self(),
         P = spawn(fun() -> R = erlang:spawn_request(fun() -> receive x -> ok end end, [link]),
         receive {spawn_reply, R, ok, C} -> Me ! {c, C}, exit(parent) end end), _ = P, [{c, C}] = take(1), gone(C) end},
     {request_in_order, fun() -> Rs = [erlang:spawn_request(fun() -> ok end) || _ <- lists:seq(1, 20)],
         [R || {spawn_reply, R, ok, _} <- take(20)] =:= Rs end}].
