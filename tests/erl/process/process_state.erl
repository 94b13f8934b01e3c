%% SPDX-License-Identifier: Apache-2.0
%% Timers, the process dictionary, process_info, flags, suspension, hibernation, receive.
-module(process_state).
-export([main/0, bytes/1, deep/2, parts/1, woken/2]).
-import(pcase, [idle/0, idle/1, do/2, tell/2, dead/0, why/1, mb/0, take/1, down/1, gone/1, links/1, trap/0, err/1,
    await/1]).

main() ->
    pcase:quiet(),
    pcase:run(timer_cases()), pcase:run(dictionary_cases()), pcase:run(info_cases()), pcase:run(flag_cases()),
    pcase:run(suspend_cases()), pcase:run(hibernate_cases()), pcase:run(receive_cases()), pcase:run(leader_cases()).

timer_cases() ->
    [{send_after, fun() -> erlang:send_after(5, self(), hello), take(1) end},
     {start_timer, fun() -> T = erlang:start_timer(5, self(), hello), [{timeout, T2, M}] = take(1), {T =:= T2, M} end},
     {zero, fun() -> erlang:send_after(0, self(), now), take(1) end},
     {order, fun() -> [erlang:send_after(N, self(), N) || N <- [30, 10, 20]], take(3) end},
     {same_time, fun() -> At = erlang:monotonic_time(millisecond) + 15,
         [erlang:send_after(At, self(), I, [{abs, true}]) || I <- lists:seq(1, 10)], lists:sort(take(10)) end},
     {to_name, fun() -> register(tc_n, self()), erlang:send_after(5, tc_n, hi), R = take(1), unregister(tc_n), R end},
     {to_free_name, fun() -> T = erlang:send_after(1, tc_none, hi), receive after 10 -> ok end,
         {is_reference(T), erlang:read_timer(T)} end},
     {cancel, fun() -> T = erlang:send_after(50000, self(), x), L = erlang:cancel_timer(T),
         {is_integer(L), L > 49000, L =< 50000, erlang:cancel_timer(T), mb()} end},
     {read, fun() -> T = erlang:send_after(50000, self(), x), L = erlang:read_timer(T), erlang:cancel_timer(T),
         {L > 49000, erlang:read_timer(T)} end},
     {fired, fun() -> T = erlang:send_after(1, self(), x), take(1), {erlang:cancel_timer(T), erlang:read_timer(T)} end},
     {cancel_async, fun() -> T = erlang:send_after(50000, self(), x), R = erlang:cancel_timer(T, [{async, true}]),
         [{cancel_timer, T2, L}] = take(1), {R, T =:= T2, is_integer(L)} end},
     {cancel_no_info, fun() -> T = erlang:send_after(50000, self(), x),
         {erlang:cancel_timer(T, [{info, false}]), erlang:cancel_timer(T, [{async, true}, {info, false}]), mb()} end},
     {cancel_unknown, fun() -> {erlang:cancel_timer(make_ref()), erlang:cancel_timer(make_ref(), [{async, true}]),
         [{A, C} || {A, _, C} <- take(1)]} end},
     {read_async, fun() -> T = erlang:send_after(50000, self(), x), R = erlang:read_timer(T, [{async, true}]),
         [{read_timer, T2, L}] = take(1), {R, T =:= T2, L > 49000} end},
     {by_other, fun() -> T = erlang:send_after(50000, self(), x), P = idle(),
         is_integer(do(P, fun() -> erlang:cancel_timer(T) end)) end},
     {survives_creator, fun() -> Me = self(), P = spawn(fun() -> erlang:send_after(10, Me, late) end), gone(P),
         take(1) end},
     {dead_target, fun() -> T = erlang:send_after(10, dead(), x), {is_reference(T), erlang:read_timer(T)} end},
     {abs, fun() -> erlang:send_after(erlang:monotonic_time(millisecond) + 5, self(), x, [{abs, true}]), take(1) end},
     {abs_past, fun() -> erlang:send_after(erlang:monotonic_time(millisecond) - 5, self(), x, [{abs, true}]),
         take(1) end},
     {message_copied, fun() -> M = {lists:seq(1, 100), <<0:8000>>}, erlang:send_after(1, self(), M),
         take(1) =:= [M] end},
     {bad, fun() -> [err(F) || F <- [fun() -> erlang:send_after(-1, self(), x) end,
         fun() -> erlang:send_after(a, self(), x) end, fun() -> erlang:send_after(1.0, self(), x) end,
         fun() -> erlang:send_after(1 bsl 60, self(), x) end, fun() -> erlang:send_after(1 bsl 70, self(), x) end,
         fun() -> erlang:send_after(1, "x", x) end, fun() -> erlang:send_after(1, {a, node()}, x) end,
         fun() -> erlang:send_after(1, self(), x, [a]) end, fun() -> erlang:send_after(1, self(), x, a) end,
         fun() -> erlang:start_timer(-1, self(), x) end, fun() -> erlang:cancel_timer(a) end,
         fun() -> erlang:cancel_timer(make_ref(), [a]) end, fun() -> erlang:read_timer(a) end,
         fun() -> erlang:read_timer(make_ref(), [{info, false}]) end]] end},
     {many, fun() -> [erlang:send_after(I rem 20, self(), I) || I <- lists:seq(1, 500)],
         lists:sort(take(500)) =:= lists:seq(1, 500) end},
     {not_early, fun() -> T0 = erlang:monotonic_time(), erlang:send_after(20, self(), x), take(1),
         T1 = erlang:monotonic_time(), erlang:convert_time_unit(T1 - T0, native, microsecond) >= 20000 end}].

dictionary_cases() ->
    [{put_get, fun() -> {put(a, 1), put(a, 2), get(a), erase(a), get(a), erase(a)} end},
     {all, fun() -> [put(I, I * I) || I <- lists:seq(1, 50)],
         {lists:sort(get()), lists:sort(get_keys()) =:= lists:seq(1, 50)} end},
     {erase_all, fun() -> [put(I, x) || I <- lists:seq(1, 20)], L = lists:sort(erase()),
         {length(L), get(), get_keys()} end},
     {keys_of, fun() -> put(a, 1), put(b, 2), put(c, 1), put(d, 1.0),
         {lists:sort(get_keys(1)), get_keys(2), get_keys(3), get_keys(1.0)} end},
     {boxed_keys, fun() -> [put({k, I}, I) || I <- lists:seq(1, 100)], put("str", s), put(<<"bin">>, b),
         put(#{a => 1}, m), put(1.5, f), {[get({k, I}) || I <- [1, 50, 100]], get("str"), get(<<"bin">>),
         get(#{a => 1}), get(1.5)} end},
     {int_float_keys, fun() -> put(1, int), put(1.0, float), {get(1), get(1.0)} end},
     {after_gc, fun() -> put(l, lists:seq(1, 1000)), put({t, 1}, {x, y}), erlang:garbage_collect(),
         lists:seq(1, 100000), erlang:garbage_collect(), {lists:sum(get(l)), get({t, 1})} end},
     {info, fun() -> put(a, {1, 2}), put(b, "x"), {dictionary, D} = process_info(self(), dictionary),
         lists:sort(D) end},
     {info_other, fun() -> P = idle(), do(P, fun() -> put(z, [1, 2, {3}]) end), process_info(P, dictionary) end},
     {churn, fun() -> [begin put(I rem 17, I), erase((I * 7) rem 17) end || I <- lists:seq(1, 1000)],
         lists:sort(get()) end},
     {undefined_value, fun() -> {put(u, undefined), put(u, x), get(u)} end},
     {not_inherited, fun() -> put(a, b), Me = self(), spawn(fun() -> Me ! get() end), take(1) end}].

info_cases() ->
    [{keys, fun() -> [K || {K, _} <- process_info(self())] end},
     {keys_registered, fun() -> register(ic_r, self()), R = hd(process_info(self())), unregister(ic_r), R end},
     {list_form, fun() -> process_info(self(), [trap_exit, links, trap_exit, monitors, registered_name]) end},
     {empty_list, fun() -> process_info(self(), []) end},
     {messages, fun() -> self() ! a, self() ! {b, "c"},
         {process_info(self(), messages), process_info(self(), message_queue_len), mb()} end},
     {messages_other, fun() -> P = idle(), P ! x, P ! {y, <<1>>},
         {process_info(P, messages), process_info(P, message_queue_len)} end},
     {status_self, fun() -> process_info(self(), status) end},
     {status_waiting, fun() -> P = idle(), do(P, fun() -> ok end),
         await(fun() -> process_info(P, status) =:= {status, waiting} end) end},
     {status_suspended, fun() -> P = idle(), erlang:suspend_process(P), process_info(P, status) end},
     {current_function, fun() -> P = spawn(fun() -> receive x -> ok end end),
         await(fun() -> process_info(P, status) =:= {status, waiting} end),
         {current_function, {M, _, A}} = process_info(P, current_function), {M, A} end},
     {current_function_self, fun() -> {current_function, {M, _, A}} = process_info(self(), current_function),
         {M, A} end},
     {current_stacktrace, fun() -> P = idle(), do(P, fun() -> ok end),
         await(fun() -> process_info(P, status) =:= {status, waiting} end),
         {current_stacktrace, [{M, F, A, [{file, Fi}, {line, L}]}]} = process_info(P, current_stacktrace),
         {M, F, A, filename:basename(Fi), is_integer(L)} end},
     {numbers, fun() -> [begin {K, V} = process_info(self(), K), {K, is_integer(V)} end
         || K <- [heap_size, total_heap_size, stack_size, memory, reductions, min_heap_size, min_bin_vheap_size,
         fullsweep_after, catchlevel, message_queue_len]] end},
     {error_handler, fun() -> process_info(self(), error_handler) end},
     {group_leader, fun() -> process_info(self(), group_leader) =:= {group_leader, group_leader()} end},
     {gc_keys, fun() -> {garbage_collection, L} = process_info(self(), garbage_collection), [K || {K, _} <- L] end},
     {gc_info_keys, fun() -> {garbage_collection_info, L} = process_info(self(), garbage_collection_info),
         [K || {K, _} <- L] end},
     {max_heap, fun() -> process_info(self(), max_heap_size) end},
     {constants, fun() -> process_info(self(), [trace, sequential_trace_token, last_calls, magic_ref,
         message_queue_data, suspending, binary]) end},
     {reductions_grow, fun() -> {_, A} = process_info(self(), reductions), lists:seq(1, 10000),
         {_, B} = process_info(self(), reductions), B > A end},
     {links_monitors, fun() -> P = idle(), link(P), erlang:monitor(process, P),
         R = {process_info(self(), links) =:= {links, [P]},
         process_info(self(), monitors) =:= {monitors, [{process, P}]},
         process_info(P, monitored_by) =:= {monitored_by, [self()]}}, unlink(P), R end},
     {dead, fun() -> D = dead(), {process_info(D), process_info(D, links), process_info(D, [links, status]),
         process_info(D, registered_name)} end},
     {trap_exit, fun() -> A = process_info(self(), trap_exit), trap(), {A, process_info(self(), trap_exit)} end},
     {backtrace_self, fun() -> {backtrace, B} = process_info(self(), backtrace),
         binary:match(B, <<"Return addr">>) =/= nomatch end},
     {backtrace, fun() -> P = spawn(?MODULE, deep, [2, {a, [1, <<"b">>], 'C d'}]),
         await(fun() -> process_info(P, status) =:= {status, waiting} end), backtrace(P) end},
     {backtrace_matching,
         fun() -> [begin P = spawn(?MODULE, F, [B]), P ! go,
         await(fun() -> process_info(P, [status, message_queue_len]) =:= [{status, waiting},
         {message_queue_len, 0}] end), backtrace(P) end ||
         {F, B} <- [{bytes, <<1, 2, 3>>}, {bytes, binary:copy(<<7>>, 100)}, {parts, <<5, 6>>}]] end},
     {backtrace_gone, fun() -> [err(fun() -> erlang:process_display(X, Y) end)
         || {X, Y} <- [{dead(), backtrace}, {self(), x}, {x, backtrace}]] end}].

deep(0, X) -> try receive X -> X end catch error:E -> {E, X} end;
deep(N, X) -> [N, deep(N - 1, X), X].

%% Both keep a binary that is being matched while they wait.
bytes(<<_, Rest/binary>>) -> receive go -> ok end, bytes(Rest);
bytes(<<>>) -> ok.
parts(<<A:3, Rest/bitstring>>) -> receive go -> ok end, [A | parts(Rest)];
parts(_) -> [].

%% A backtrace without addresses and code offsets.
backtrace(P) ->
    {backtrace, B} = process_info(P, backtrace),
    exit(P, kill),
    re:replace(B, "0x[0-9a-f]{16}| \\+ [0-9]+", "", [global, {return, binary}]).

flag_cases() ->
    [{priority, fun() -> [process_flag(priority, P) || P <- [low, high, max, normal]] end},
     {error_handler, fun() -> A = process_flag(error_handler, my_handler),
         {A, process_flag(error_handler, error_handler)} end},
     {fullsweep, fun() -> {process_flag(fullsweep_after, 10), process_flag(fullsweep_after, 20),
         process_info(self(), fullsweep_after)} end},
     {queue_data, fun() -> {process_flag(message_queue_data, off_heap), process_info(self(), message_queue_data),
         process_flag(message_queue_data, on_heap)} end},
     {sensitive_info, fun() -> P = idle(), do(P, fun() -> put(k, v), process_flag(sensitive, true) end), P ! a,
         [process_info(P, X) || X <- [messages, dictionary, backtrace, message_queue_len, [dictionary, messages]]] ++
         [lists:keyfind(dictionary, 1, process_info(P))] end},
     {sensitive, fun() -> {process_flag(sensitive, true), process_flag(sensitive, false)} end},
     {max_heap, fun() -> {process_flag(max_heap_size, 100000), process_info(self(), max_heap_size),
         process_flag(max_heap_size, #{size => 0, kill => false}), process_info(self(), max_heap_size)} end},
     {save_calls, fun() -> is_integer(process_flag(save_calls, 0)) end},
     {messages_survive_flag, fun() -> self() ! a, process_flag(message_queue_data, off_heap), self() ! b,
         process_flag(message_queue_data, on_heap), mb() end}].

suspend_cases() ->
    [{stops, fun() -> Me = self(), P = idle(), erlang:suspend_process(P), P ! {'$t', fun() -> Me ! ran end},
        A = take1(20), erlang:resume_process(P), {A, take(1)} end},
     {nests, fun() -> Me = self(), P = idle(), erlang:suspend_process(P), erlang:suspend_process(P),
         tell(P, fun() -> Me ! ran end), erlang:resume_process(P), A = take1(20), erlang:resume_process(P),
         {A, take(1)} end},
     {unless_suspending, fun() -> P = idle(), {erlang:suspend_process(P, [unless_suspending]),
         erlang:suspend_process(P, [unless_suspending]), erlang:resume_process(P),
         err(fun() -> erlang:resume_process(P) end)} end},
     {asynchronous, fun() -> P = idle(), {erlang:suspend_process(P, [asynchronous]),
         await(fun() -> process_info(P, status) =:= {status, suspended} end)} end},
     {holder_dies, fun() -> P = idle(), S = idle(), do(S, fun() -> erlang:suspend_process(P) end), exit(S, kill),
         gone(S), do(P, fun() -> runs end) end},
     {two_holders, fun() -> Me = self(), P = idle(), S = idle(), erlang:suspend_process(P),
         do(S, fun() -> erlang:suspend_process(P) end), tell(P, fun() -> Me ! ran end), erlang:resume_process(P),
         A = take1(20), do(S, fun() -> erlang:resume_process(P) end), {A, take(1)} end},
     {suspending, fun() -> P = idle(), erlang:suspend_process(P), erlang:suspend_process(P),
         {suspending, [{X, N, 0}]} = process_info(self(), suspending), {X =:= P, N} end},
     {messages_wait, fun() -> P = idle(), erlang:suspend_process(P), P ! a, P ! b, R = process_info(P, messages),
         exit(P, kill), R end},
     {dies_suspended, fun() -> P = idle(), link(P), trap(), erlang:suspend_process(P), exit(P, x),
         {[element(3, X) || X <- take(1)], process_info(self(), suspending)} end},
     {running_loop, fun() -> Me = self(), P = spawn(fun F() -> Me ! tick, receive after 1 -> ok end, F() end), take(1),
         erlang:suspend_process(P), receive after 10 -> ok end, mb(), receive after 30 -> ok end, A = mb(),
         exit(P, kill), A end}].

take1(Ms) -> receive X -> X after Ms -> none end.

hibernate_cases() ->
    [{wakes, fun() -> Me = self(), {P, M} = spawn_monitor(fun() -> erlang:hibernate(?MODULE, woken, [Me, 1]) end),
        await(fun() -> process_info(P, current_function) =:= {current_function, {erlang, hibernate, 3}} end), P ! go,
        {take(1), down(M)} end},
     {stack_gone, fun() -> Me = self(), {P, M} = spawn_monitor(fun() ->
         try erlang:hibernate(?MODULE, woken, [Me, 2]) after Me ! after_ran end end), P ! go,
         {take(1), down(M), mb()} end},
     {message_waiting,
         fun() -> Me = self(), spawn(fun() -> self() ! already, erlang:hibernate(?MODULE, woken, [Me, 3]) end),
         take(1) end},
     {not_woken_by_signals, fun() -> Me = self(), P = spawn(fun() -> erlang:hibernate(?MODULE, woken, [Me, 4]) end),
         receive after 5 -> ok end, exit(P, normal), link(P), unlink(P), erlang:monitor(process, P), A = take1(20),
         P ! x, {A, take(1)} end},
     {killed, fun() -> P = spawn(fun() -> erlang:hibernate(?MODULE, woken, [x, 5]) end), M = erlang:monitor(process, P),
         exit(P, die), down(M) end},
     {keeps, fun() -> Me = self(), P = spawn(fun() -> put(k, {v, [1, 2]}), process_flag(trap_exit, true),
         register(hc_k, self()), erlang:hibernate(?MODULE, woken, [Me, 6]) end),
         await(fun() -> process_info(P, current_function) =:= {current_function, {erlang, hibernate, 3}} end),
         R = process_info(P, [dictionary, trap_exit, registered_name, status, catchlevel]), P ! x, {R, take(1)} end},
     {undef, fun() -> {P, M} = spawn_monitor(fun() -> erlang:hibernate(no_module_x, f, [1]) end), P ! x,
         {R, [{A, B, C, _} | _]} = down(M), {R, A, B, C} end},
     {apply_fun, fun() -> Me = self(), P = spawn(fun() ->
         erlang:hibernate(erlang, apply, [fun() -> Me ! applied end, []]) end), P ! x, take(1) end},
     {trapped_exit_wakes, fun() -> Me = self(), P = spawn(fun() -> process_flag(trap_exit, true),
         erlang:hibernate(?MODULE, woken, [Me, 7]) end),
         await(fun() -> process_info(P, current_function) =:= {current_function, {erlang, hibernate, 3}} end),
         exit(P, hello), take(1) end},
     {again, fun() -> Me = self(), P = spawn(fun F() -> receive {n, N} -> Me ! N after 0 -> ok end,
         erlang:hibernate(erlang, apply, [F, []]) end), [P ! {n, I} || I <- lists:seq(1, 5)], R = take(5),
         exit(P, kill), R end}].

woken(To, N) -> receive X -> To ! {woken, N, if element(1, X) =:= 'EXIT' -> element(3, X); true -> X end} after
    0 -> To ! {woken, N, nothing} end.

receive_cases() ->
    [{timeout, fun() -> receive x -> y after 10 -> timed_out end end},
     {timeout_not_restarted, fun() -> Me = self(),
         spawn(fun() -> [begin receive after 10 -> ok end, Me ! noise end || _ <- lists:seq(1, 20)] end),
         T0 = erlang:monotonic_time(millisecond), receive x -> y after 50 -> ok end,
         T = erlang:monotonic_time(millisecond) - T0, {T >= 50, T < 150} end},
     {match_before_timeout, fun() -> erlang:send_after(5, self(), x), receive x -> got after 1000 -> timed_out end end},
     {infinity, fun() -> erlang:send_after(5, self(), x), receive x -> got after infinity -> never end end},
     {timeout_var, fun() -> T = list_to_integer("3"), receive x -> y after T -> T end end},
     {bad_timeout, fun() -> [err(fun() -> receive x -> y after T -> z end end)
         || T <- [a, -1, 1.5, 1 bsl 40, "x"]] end},
     {guard, fun() -> [self() ! I || I <- [1, a, 2, "b"]],
         {receive X when is_list(X) -> X end, receive Y when is_atom(Y) -> Y end, mb()} end},
     {guard_fails_quietly, fun() -> self() ! a, self() ! [1], receive X when hd(X) > 0 -> X end end},
     {in_function, fun() -> self() ! {k, 1}, F = fun(K) -> receive {K, V} -> V end end, F(k) end},
     {big_message, fun() -> L = lists:seq(1, 50000), self() ! L, receive X -> length(X) end end},
     {binary_message, fun() -> B = binary:copy(<<7>>, 100000), P = idle(), Me = self(), do(P, fun() -> Me ! B end),
         receive X when is_binary(X) -> {byte_size(X), X =:= B} end end},
     {queue_of_many, fun() -> [self() ! I || I <- lists:seq(1, 20000)], self() ! {the, one},
         {receive {the, one} -> found end, length(mb())} end},
     {calls_into_full_queue, fun() -> [self() ! I || I <- lists:seq(1, 20000)], P = idle(),
         R = lists:usort([do(P, fun() -> ok end) || _ <- lists:seq(1, 300)]), {R, length(mb())} end},
     {gc_while_matching, fun() -> [self() ! {I, lists:seq(1, 20), <<I:800>>} || I <- lists:seq(1, 500)],
         X = [receive {I, L, <<I:800>>} -> {I, length(L ++ L)} end || I <- lists:reverse(lists:seq(1, 500))],
         {length(X), hd(X)} end},
     {ping_pong, fun() -> P = spawn(fun F() -> receive {Fr, N} -> Fr ! N, F() end end),
         lists:sum([begin P ! {self(), I}, receive I -> I end end || I <- lists:seq(1, 5000)]) end},
     {timeout_zero_flush, fun() -> [self() ! I || I <- [1, 2, 3]],
         F = fun F() -> receive _ -> 1 + F() after 0 -> 0 end end, F() end},
     {nested_receive, fun() -> self() ! outer, self() ! inner, receive outer -> receive inner -> both end end end},
     {exit_in_wait, fun() -> P = spawn(fun() -> receive after 60000 -> ok end end), M = erlang:monitor(process, P),
         exit(P, normal), exit(P, now), down(M) end}].

leader_cases() ->
    [{set, fun() -> G = idle(), P = idle(), {group_leader(G, P),
        process_info(P, group_leader) =:= {group_leader, G}} end},
     {inherit, fun() -> G = idle(), P = idle(), group_leader(G, P),
         do(P, fun() -> C = spawn(fun() -> receive x -> ok end end),
         process_info(C, group_leader) =:= {group_leader, G} end) end},
     {self, fun() -> G = idle(), group_leader(G, self()), group_leader() =:= G end},
     {dead_kept, fun() -> G = idle(), P = idle(), group_leader(G, P), exit(G, kill), gone(G),
         {process_info(P, group_leader) =:= {group_leader, G}, links(P)} end},
     {dead_accepted, fun() -> group_leader(dead(), self()) end}].
