%% SPDX-License-Identifier: Apache-2.0
%% Long runs of pseudo-random operations on every type of table, compared by digests; and tables so large that every
%% operation takes several slices.
-module(ets_random).
-export([main/0]).

main() ->
    [run(Type, Range, Seed) || Type <- [set, ordered_set, bag, duplicate_bag],
        {Range, Seed} <- [{20, 1}, {300, 2}, {3000, 3}]],
    [run_fixed(Type) || Type <- [set, ordered_set, bag, duplicate_bag]],
    [big(Type) || Type <- [set, ordered_set, bag, duplicate_bag]],
    ok.

next(S) -> (S * 1103515245 + 12345) band 16#7fffffff.
pick(S, N) -> (S bsr 8) rem N.

%% Keys of many types; the same number always gives the same key.
key(N) ->
    case N rem 7 of
        0 -> N; 1 -> {k, N}; 2 -> [N, a]; 3 -> list_to_atom("k" ++ integer_to_list(N rem 50));
        4 -> float(N); 5 -> <<N:32>>; 6 -> {N, [N], #{n => N}}
    end.

run(Type, Range, Seed) ->
    T = ets:new(t, [Type]),
    {_, Acc} = lists:foldl(fun(I, {S0, Acc}) ->
        S1 = next(S0), S2 = next(S1), S3 = next(S2),
        K = key(pick(S2, Range)),
        R = try step(T, pick(S1, 14), K, pick(S3, 5), I) catch error:E -> {error, E} end,
        {S3, erlang:phash2({Acc, R})} end, {Seed, 0}, lists:seq(1, 4000)),
    io:format("~w ~w: results ~w size ~w rows ~w~n",
        [Type, Range, Acc, ets:info(T, size), erlang:phash2(sorted(Type, T))]).

%% In an ordered set 1 and 1.0 are the same key. Sorting does not change the order of rows with equal keys.
sorted(_, T) -> lists:sort(ets:tab2list(T)).

step(T, 0, K, V, _) -> ets:insert(T, {K, V});
step(T, 1, K, V, _) -> ets:insert(T, {K, V, x});
step(T, 2, K, V, _) -> ets:insert_new(T, {K, V});
step(T, 3, K, _, _) -> ets:lookup(T, K);
step(T, 4, K, _, _) -> ets:delete(T, K);
step(T, 5, K, V, _) -> ets:delete_object(T, {K, V});
step(T, 6, K, _, _) -> ets:member(T, K);
step(T, 7, K, V, _) -> ets:update_element(T, K, {2, V});
step(T, 8, K, V, _) -> ets:update_counter(T, K, {2, V});
step(T, 9, K, V, _) -> ets:update_counter(T, K, [{2, 1}, {2, V}], {K, 5});
step(T, 10, K, _, _) -> ets:take(T, K);
step(T, 11, K, V, _) -> ets:match(T, {K, '$1'}) ++ ets:match_object(T, {K, V});
step(T, 12, K, V, I) -> ets:insert(T, [{K, V}, {K, I rem 3}, {key(I rem 100), V}]);
step(T, 13, K, V, I) when I rem 50 =:= 0 ->
    {ets:select_count(T, [{{'_', V}, [], [true]}]), ets:select_delete(T, [{{'_', 3, '_'}, [], [true]}]),
     lists:sort(ets:select(T, [{{'$1', V}, [{is_atom, '$1'}], [{{'$1', V}}]}])), ets:lookup(T, K)};
step(T, 13, K, _, _) -> ets:lookup_element(T, K, 2).

run_fixed(Type) ->
    T = ets:new(t, [Type]),
    ets:insert(T, [{I, I rem 10} || I <- lists:seq(1, 1000)]),
    ets:safe_fixtable(T, true),
    L = walk(T, ets:first(T)),
    N1 = ets:info(T, size),
    ets:insert(T, [{I, new} || I <- lists:seq(1, 2000, 3)]),
    N2 = ets:info(T, size),
    ets:safe_fixtable(T, false),
    io:format("~w fixed: ~w ~w ~w ~w ~w~n", [Type, lists:sort(L) =:= lists:seq(1, 1000), N1, N2, ets:info(T, size),
        erlang:phash2(sorted(Type, T))]),
    ets:delete_all_objects(T),
    io:format("~w cleared: ~w ~w ~w~n", [Type, ets:info(T, size), ets:first(T), ets:insert_new(T, {1})]).

walk(_, '$end_of_table') -> [];
walk(T, K) ->
    if K rem 2 =:= 0 -> ets:delete(T, K); true -> ok end,
    [K | walk(T, ets:next(T, K))].

big(Type) ->
    N = 20000,
    T = ets:new(t, [Type, public]),
    ets:insert(T, [{I, I rem 100} || I <- lists:seq(1, N)]),
    Me = self(),
    %% Another process changes the table meanwhile.
    P = spawn_link(fun() -> busy(T, 0), Me ! done end),
    R1 = length(ets:select(T, [{{'$1', '_'}, [{is_integer, '$1'}], ['$_']}])),
    R2 = ets:select_count(T, [{{'_', 7}, [], [true]}]),
    R3 = lists:sum(ets:select(T, [{{'$1', 9}, [], ['$1']}])),
    R4 = try ets:select_replace(T, [{{'$1', 11}, [], [{{'$1', replaced}}]}]) catch error:badarg -> badarg end,
    R5 = length(ets:select(T, [{{'_', replaced}, [], [x]}])),
    R6 = ets:select_delete(T, [{{'_', '$1'}, [{is_integer, '$1'}, {'<', '$1', 50}], [true]}]),
    P ! stop,
    receive done -> ok end,
    R7 = ets:info(T, size) - length(ets:lookup(T, busy)),
    R8 = chunked(ets:select(T, [{{'$1', '_'}, [{is_integer, '$1'}], ['$1']}], 777)),
    R9 = ets:foldl(fun(_, A) -> A + 1 end, 0, T) - length(ets:lookup(T, busy)),
    ets:delete(T, busy),
    R10 = ets:insert_new(T, [{I, x} || I <- lists:seq(N + 1, 2 * N)]),
    R11 = ets:insert_new(T, [{I, x} || I <- lists:seq(2 * N + 1, 3 * N)] ++ [{N + 5, y}]),
    R12 = ets:info(T, size),
    R13 = ets:select_delete(T, [{'_', [], [true]}]),
    R14 = {ets:info(T, size), ets:insert(T, {1, 2}), ets:tab2list(T), ets:delete(T), ets:info(T)},
    io:format("~w big: ~0p~n", [Type, [R1, R2, R3, R4, R5, R6, R7, R8, R9, R10, R11, R12, R13, R14]]),
    %% A process is killed in the middle of a long operation.
    [kill_in(Type, F) || F <- [fun(X) -> ets:match_object(X, '_') end,
        fun(X) -> ets:select_delete(X, [{{'$1', '_'}, [{'>', '$1', 0}], [true]}]) end,
        fun(X) -> ets:insert(X, [{I, 2} || I <- lists:seq(1, N)]) end, fun(X) -> ets:delete_all_objects(X) end]],
    io:format("~w killed~n", [Type]).

busy(T, N) ->
    ets:insert(T, {busy, x}),
    ets:lookup(T, N),
    receive stop -> ok after 0 -> busy(T, N + 1) end.

chunked('$end_of_table') -> {0, 0};
chunked({L, C}) -> {N, S} = chunked(ets:select(C)), {N + length(L), S + lists:sum(L)}.

kill_in(Type, F) ->
    T = ets:new(t, [Type, public]),
    ets:insert(T, [{I, 1} || I <- lists:seq(1, 20000)]),
    {P, R} = spawn_monitor(fun() -> F(T) end),
    erlang:yield(),
    exit(P, kill),
    receive {'DOWN', R, _, _, _} -> ok end,
    ets:insert(T, {0, 1}),
    true = ets:member(T, 0),
    ets:delete(T).
