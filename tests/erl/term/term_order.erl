%% SPDX-License-Identifier: Apache-2.0
%% Term order: every pair of a set of terms by every operator, and sorting.
-module(term_order).
-export([main/0]).

main() ->
    term_gen:seed(11),
    Fixed = term_gen:fixed(),
    [io:format("~w: ~s~n", [term_gen:show(A), [pair(A, B) || B <- Fixed]]) || A <- Fixed],
    Random = term_gen:list(3, 150),
    [io:format("~w: ~s~n", [term_gen:show(A), [pair(A, B) || B <- Random]]) || A <- Random],
    [io:format("sort ~w~n", [term_gen:show(T)]) || T <- lists:sort(Random ++ Fixed)],
    [io:format("usort ~w~n", [term_gen:show(T)]) || T <- lists:usort(Random ++ Random)],
    [io:format("exact ~w~n", [term_gen:show(T)]) || T <- lists:sort(fun(A, B) -> erts_internal:cmp_term(A, B) =< 0 end,
        Fixed)],
    %% A copy is equal, however it was made.
    [io:format("copy ~w~n", [copy(T)]) || T <- Fixed ++ Random],
    deep(100000).

pair(A, B) ->
    Ops = [A < B, A =< B, A == B, A /= B, A >= B, A > B, A =:= B, A =/= B],
    lists:foldl(fun(true, N) -> N * 2 + 1; (false, N) -> N * 2 end, 0, Ops) rem 61 + $A.

copy(T) ->
    C = binary_to_term(term_to_binary(T)),
    {T =:= C, T == C, T < C, T > C, erlang:phash2(T) =:= erlang:phash2(C)}.

%% Nested on the left, where recursion would need a stack.
deep(N) ->
    A = nest(N, x), B = nest(N, x), C = nest(N, y),
    io:format("deep ~w~n", [{A == B, A =:= B, A < C, C < A, A =:= C, erlang:phash2(A) =:= erlang:phash2(B)}]),
    D = tuples(N, x), E = tuples(N, x), F = tuples(N, y),
    io:format("deep ~w~n", [{D == E, D =:= E, D < F, F < D, D =:= F, erlang:phash2(D) =:= erlang:phash2(E)}]),
    io:format("deep ~w~n", [byte_size(term_to_binary({A, D}))]),
    io:format("deep ~w~n", [binary_to_term(term_to_binary({A, D})) =:= {A, D}]).
nest(0, X) -> X;
nest(N, X) -> nest(N - 1, [X, N]).
tuples(0, X) -> X;
tuples(N, X) -> tuples(N - 1, {X, N}).
