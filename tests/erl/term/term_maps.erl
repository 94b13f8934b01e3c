%% SPDX-License-Identifier: Apache-2.0
%% Maps of all sizes compared with models like orddict; growing over and shrinking below 32 keys; iteration.
-module(term_maps).
-export([main/0]).

main() ->
    term_gen:seed(44),
    [io:format("from_list ~w~n", [from_list(N)]) || N <- [0, 1, 2, 8, 31, 32, 33, 34, 64, 100, 1000]],
    [io:format("~w ~w~n", [N, random_ops(N)]) || N <- [3, 10, 30, 34, 40, 70, 200, 1000]],
    [io:format("keys ~w~n", [key_kinds(N)]) || N <- [5, 32, 33, 60]],
    [io:format("merge ~w~n", [merge(A, B)]) || A <- [0, 1, 20, 32, 33, 100], B <- [0, 1, 20, 32, 33, 100]],
    [io:format("iterate ~w~n", [iterate(N)]) || N <- [0, 1, 31, 32, 33, 65, 500]],
    [io:format("~w~n", [T]) || T <- language()],
    [io:format("~s~n", [X]) || X <- printed()],
    [io:format("big ~w~n", [big(N)]) || N <- [20000, 50000]].

sum(M) -> {map_size(M), erlang:phash2(lists:sort(maps:to_list(M))), erlang:phash2(M)}.

from_list(N) ->
    L = [{term_gen:below(2 * N + 1), I} || I <- lists:seq(1, N)],
    M = maps:from_list(L),
    {sum(M), lists:sort(maps:to_list(M)) =:= lists:ukeysort(1, lists:reverse(L)),
        sum(maps:from_keys([K || {K, _} <- L], v)),
     lists:sort(maps:keys(M)) =:= lists:usort([K || {K, _} <- L]),
         lists:zip(maps:keys(M), maps:values(M)) -- maps:to_list(M)}.

random_ops(N) -> random_ops(300, N, #{}, []).
random_ops(0, _, M, D) -> {sum(M), lists:sort(maps:to_list(M)) =:= lists:sort(D), shrink(M)};
random_ops(Steps, N, M, D) ->
    K = term_gen:below(N),
    case term_gen:below(7) of
        0 -> random_ops(Steps - 1, N, maps:remove(K, M), lists:keydelete(K, 1, D));
        1 -> case maps:take(K, M) of
                 error -> false = lists:keyfind(K, 1, D), random_ops(Steps - 1, N, M, D);
                 {V, M1} -> {K, V} = lists:keyfind(K, 1, D), random_ops(Steps - 1, N, M1, lists:keydelete(K, 1, D))
             end;
        2 -> R = try maps:update(K, Steps, M) catch error:{badkey, K} -> absent end,
             case {R, lists:keymember(K, 1, D)} of
                 {absent, false} -> random_ops(Steps - 1, N, M, D);
                 {_, true} -> random_ops(Steps - 1, N, R, lists:keystore(K, 1, D, {K, Steps}))
             end;
        3 -> random_ops(Steps - 1, N, M#{K => a, K + 1 => b, {K} => c},
            lists:keystore({K}, 1, lists:keystore(K + 1, 1, lists:keystore(K, 1, D, {K, a}), {K + 1, b}), {{K}, c}));
        _ -> random_ops(Steps - 1, N, M#{K => Steps}, lists:keystore(K, 1, D, {K, Steps}))
    end.

shrink(M) -> erlang:phash2(lists:foldl(fun(K, {A, Acc}) -> B = maps:remove(K, A),
    {B, [erlang:phash2(B), map_size(B) | Acc]} end, {M, []}, lists:sort(maps:keys(M)))).

key_kinds(N) ->
    Ks = [case I rem 7 of 0 -> I; 1 -> float(I); 2 -> {I}; 3 -> [I]; 4 -> integer_to_binary(I); 5 -> 1 bsl 70 + I;
        6 -> #{I => I} end || I <- lists:seq(1, N)],
    M = maps:from_list([{K, {v, K}} || K <- Ks]),
    Found = [begin C = binary_to_term(term_to_binary(K)), {v, C} =:= maps:get(C, M) end || K <- Ks],
    {sum(M), lists:all(fun(X) -> X end, Found), [K || K <- Ks, is_map_key(K + 0.0, M)],
        sum(maps:map(fun(_, V) -> [V] end, M))}.

merge(A, B) ->
    M = maps:from_list([{I, {a, I}} || I <- lists:seq(1, A)]),
    N = maps:from_list([{I, {b, I}} || I <- lists:seq(A div 2, A div 2 + B - 1)]),
    {sum(maps:merge(M, N)), sum(maps:merge(N, M)), sum(maps:merge_with(fun(K, X, Y) -> {K, X, Y} end, M, N)),
        sum(maps:intersect(M, N)), sum(maps:without(maps:keys(N), M)),
     sum(maps:with(maps:keys(N), M))}.

iterate(N) ->
    M = maps:from_list([{I, I * I} || I <- lists:seq(1, N)]),
    L = walk(maps:next(maps:iterator(M))),
    {lists:sort(L) =:= lists:sort(maps:to_list(M)), length(L), maps:fold(fun(K, V, A) -> K + V + A end, 0, M),
        sum(maps:filter(fun(K, _) -> K rem 2 =:= 0 end, M)),
     lists:sort([K || {K, _} <- L]) =:= lists:sort(maps:keys(M)),
         sum(maps:filtermap(fun(K, V) -> case K rem 3 of 0 -> true; 1 -> {true, -V}; 2 -> false end end, M))}.
walk(none) -> [];
walk({K, V, I}) -> [{K, V} | walk(maps:next(I))].

language() ->
    M = #{a => 1, b => 2}, id(M),
    [M#{a := 3}, M#{a => 4, c => 5}, catch_error(fun() -> (id(M))#{z := 1} end),
        catch_error(fun() -> (id(x))#{z => 1} end), match(M), match(#{}), match(#{a => x, 1.0 => y, 1 => z}),
     #{1 => a, 1.0 => b}, maps:get(1, #{1 => a, 1.0 => b}), maps:get(1.0, #{1 => a, 1.0 => b}), M =:= #{b => 2, a => 1},
         maps:find(c, M), maps:get(c, M, none), maps:size(M),
     maps:to_list(#{}), maps:new(), maps:without([a], M), maps:with([a, q], M),
         maps:groups_from_list(fun(X) -> X rem 3 end, lists:seq(1, 10)),
     maps:fold(fun(K, V, A) -> [{K, V} | A] end, [], #{c => 3, a => 1, b => 2, 1 => 0, "x" => y, 2.5 => z})].
match(#{a := X}) -> {a, X};
match(#{}) -> none.
catch_error(F) -> try F() catch C:R -> {C, R} end.
id(X) -> X.

printed() ->
    M = maps:from_list([{X, Y} || X <- [1, 2, 1.0, a, b, "s", <<"b">>, {t}, [], #{}], Y <- [X]]),
    [io_lib:format("~w", [M]), io_lib:format("~p", [M]),
        io_lib:format("~p", [#{deep => #{deep => #{deep => lists:seq(1, 50)}}}])].

big(N) ->
    M = maps:from_list([{I, -I} || I <- lists:seq(1, N)]),
    M2 = lists:foldl(fun(I, A) -> A#{I => I} end, M, lists:seq(1, N, 3)),
    M3 = lists:foldl(fun maps:remove/2, M2, lists:seq(1, N, 2)),
    {sum(M), sum(M2), sum(M3), M2 =:= maps:from_list(maps:to_list(M2)), M2 < M,
        maps:keys(maps:from_keys(lists:duplicate(N, k), v))}.
