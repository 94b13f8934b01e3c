%% SPDX-License-Identifier: Apache-2.0
%% Owners: exit, heirs, give_away, access, fixation by processes that die.
-module(ets_owner).
-export([main/0]).

main() ->
    process_flag(trap_exit, true),
    Me = self(),
    p("owner dies", fun() ->
        {P, R} = spawn_monitor(fun() -> Me ! {t, ets:new(t, [public])}, receive stop -> ok end end),
        T = receive {t, X} -> X end,
        ets:insert(T, {1}),
        A = ets:lookup(T, 1),
        P ! stop,
        receive {'DOWN', R, _, _, _} -> ok end,
        {A, ets:info(T), catch element(1, element(2, catch ets:lookup(T, 1)))} end),
    p("named owner dies", fun() ->
        {P, R} = spawn_monitor(fun() -> ets:new(named_t, [public, named_table]), Me ! go, receive stop -> ok end end),
        receive go -> ok end,
        S = ets:info(named_t, size),
        P ! stop,
        receive {'DOWN', R, _, _, _} -> ok end,
        {S, ets:info(named_t), ets:whereis(named_t), ets:new(named_t, [named_table]), ets:delete(named_t)} end),
    p("heir", fun() ->
        {P, R} = spawn_monitor(fun() -> T = ets:new(ht, [{heir, Me, {data, "x"}}]), ets:insert(T, {a, 1}),
            Me ! {t, T} end),
        T = receive {t, X} -> X end,
        M = receive {'ETS-TRANSFER', T, P, D} -> D after 1000 -> none end,
        receive {'DOWN', R, _, _, _} -> ok end,
        {M, ets:lookup(T, a), ets:info(T, owner) =:= Me, ets:info(T, heir) =:= Me, ets:insert(T, {b}),
            ets:delete(T)} end),
    p("heir named", fun() ->
        {P, _} = spawn_monitor(fun() -> ets:new(ht, [named_table, {heir, Me, d}]) end),
        M = receive {'ETS-TRANSFER', ht, P, D} -> D after 1000 -> none end,
        receive {'DOWN', _, _, P, _} -> ok end,
        {M, ets:delete(ht)} end),
    p("dead heir", fun() ->
        {H, HR} = spawn_monitor(fun() -> ok end),
        receive {'DOWN', HR, _, _, _} -> ok end,
        {P, R} = spawn_monitor(fun() -> Me ! {t, ets:new(ht, [{heir, H, d}])} end),
        T = receive {t, X} -> X end,
        receive {'DOWN', R, _, P, _} -> ok end,
        ets:info(T) end),
    p("heir set and unset", fun() ->
        {P, R} = spawn_monitor(fun() -> T = ets:new(ht, [{heir, Me, d}]), ets:setopts(T, {heir, none}),
            Me ! {t, T} end),
        T = receive {t, X} -> X end,
        receive {'DOWN', R, _, P, _} -> ok end,
        {ets:info(T), receive {'ETS-TRANSFER', _, _, _} = M -> M after 0 -> none end} end),
    p("give away", fun() ->
        T = ets:new(gt, []),
        ets:insert(T, {k, 1}),
        {P, R} = spawn_monitor(fun() ->
            receive {'ETS-TRANSFER', T, From, gift} ->
                Me ! {got, From =:= Me, ets:lookup(T, k), ets:insert(T, {k, 2})} end,
            receive stop -> ok end end),
        ets:give_away(T, P, gift),
        G = receive {got, _, _, _} = X -> X end,
        E = try ets:insert(T, {z}) catch error:badarg -> refused end,
        L = ets:lookup(T, k),
        P ! stop,
        receive {'DOWN', R, _, _, _} -> ok end,
        {G, E, L, ets:info(T)} end),
    p("kill owner of many", fun() ->
        {P, R} = spawn_monitor(fun() ->
            Ts = [ets:new(t, [public]) || _ <- lists:seq(1, 100)],
            [ets:insert(T, [{I} || I <- lists:seq(1, 50)]) || T <- Ts],
            Me ! {ts, Ts}, receive never -> ok end end),
        Ts = receive {ts, X} -> X end,
        exit(P, kill),
        receive {'DOWN', R, _, _, Why} -> ok end,
        {Why, lists:usort([ets:info(T) || T <- Ts])} end),
    p("fixer dies", fun() ->
        T = ets:new(ft, [public]),
        ets:insert(T, [{I} || I <- lists:seq(1, 10)]),
        {P, R} = spawn_monitor(fun() -> ets:safe_fixtable(T, true), ets:safe_fixtable(T, true), ets:delete(T, 3),
            Me ! go, receive stop -> ok end end),
        receive go -> ok end,
        {_, [{P, N}]} = ets:info(T, safe_fixed),
        ets:safe_fixtable(T, true),
        {_, Both} = ets:info(T, safe_fixed),
        P ! stop,
        receive {'DOWN', R, _, _, _} -> ok end,
        {_, One} = ets:info(T, safe_fixed),
        ets:safe_fixtable(T, false),
        {N, lists:sort([C || {_, C} <- Both]), length(One), ets:info(T, fixed), ets:info(T, size)} end),
    p("delete a fixed table", fun() ->
        T = ets:new(ft, [public]),
        {P, R} = spawn_monitor(fun() -> ets:safe_fixtable(T, true), Me ! go, receive stop -> ok end end),
        receive go -> ok end,
        D = ets:delete(T),
        P ! stop,
        receive {'DOWN', R, _, _, W} -> ok end,
        {D, W} end),
    p("all", fun() ->
        T = ets:new(all_t, []),
        N = ets:new(all_n, [named_table]),
        A = ets:all(),
        R = {lists:member(T, A), lists:member(N, A)},
        ets:delete(T), ets:delete(N),
        {R, lists:member(T, ets:all())} end),
    p("reference through term_to_binary", fun() ->
        T = ets:new(t, []),
        ets:insert(T, {1}),
        T2 = binary_to_term(term_to_binary(T)),
        {T =:= T2, ets:lookup(T2, 1)} end),
    p("whereis in another process", fun() ->
        ets:new(w, [named_table, public]),
        spawn(fun() -> Me ! {r, ets:insert(ets:whereis(w), {1, 2}), ets:lookup(w, 1)} end),
        R = receive {r, _, _} = X -> X end,
        {R, ets:whereis(w) =:= ets:info(w, id), ets:delete(ets:whereis(w)), ets:whereis(w)} end),
    ok.

%% Prints the value; or class, reason and error_info of the first stack entry. References and pids are replaced, because
%% they differ between systems.
p(Name, F) ->
    R = try F() catch C:E:S ->
        {M, Fn, A, L} = hd(S),
        {C, E, M, Fn, if is_list(A) -> length(A); true -> A end, proplists:get_value(error_info, L)}
    end,
    io:format("~s: ~0p~n", [Name, norm(R)]).

norm(R) when is_reference(R) -> 'Ref';
norm(P) when is_pid(P) -> 'Pid';
norm(F) when is_function(F) -> 'Fun';
norm([H | T]) -> [norm(H) | norm(T)];
norm(T) when is_tuple(T) -> list_to_tuple(norm(tuple_to_list(T)));
norm(M) when is_map(M) -> maps:from_list(norm(maps:to_list(M)));
norm(X) -> X.
