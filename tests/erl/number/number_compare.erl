%% SPDX-License-Identifier: Apache-2.0
%% Order and equality of numbers of both types, min and max, type tests as functions, boolean operators.
-module(number_compare).
-export([main/0]).

main() ->
    N = numbers(),
    [io:format("~w ~s~n", [X, [order(X, Y) || Y <- N]]) || X <- N],
    io:format("~w~n", [lists:sort(N)]),
    io:format("~w~n", [lists:usort(N)]),
    io:format("~w~n", [[{min(X, Y), max(X, Y)} || {X, Y} <- [{1, 1.0}, {1.0, 1}, {0, -0.0}, {a, 1},
        {1 bsl 53, float(1 bsl 53)}]]]),
    [io:format("~w ~w~n", [X, [F || F <- tests(), apply(erlang, F, [X])]]) || X <- terms()],
    [io:format("~w~w ~w~n", [F, A, try_apply(F, A)]) || {F, A} <- calls()].

numbers() ->
    P = 1 bsl 53,
    [0, 0.0, -0.0, 1, 1.0, 1.5, 2, -1, -1.0, 5.0e-324, -5.0e-324, P - 1, P, P + 1, P + 2, float(P - 1), float(P),
        float(P + 2),
     (1 bsl 59) - 1, 1 bsl 59, (1 bsl 59) + 1, float(1 bsl 59), -(1 bsl 59), -(1 bsl 59) - 1, -float(1 bsl 59),
         1 bsl 63, float(1 bsl 63),
     1 bsl 64, (1 bsl 64) + 1, (1 bsl 64) - 1, float(1 bsl 64), -(1 bsl 64), -float(1 bsl 64), (1 bsl 100) + 1,
         float(1 bsl 100), 1.0e22,
     10000000000000000000000, 1.0e23, 100000000000000000000000, 99999999999999991611392, 1.7976931348623157e308,
         1 bsl 1023, (1 bsl 1024) - 1,
     1 bsl 1024, -(1 bsl 1024), -1.7976931348623157e308, trunc(1.7976931348623157e308),
         trunc(1.7976931348623157e308) + 1, 1 bsl 3000].

order(X, Y) ->
    O = if X < Y -> $<; X > Y -> $>; X =:= Y -> $=; X == Y -> $~; true -> $? end,
    true = (X =< Y) =:= (O =/= $>),
    true = (X >= Y) =:= (O =/= $<),
    true = (X /= Y) =:= (O =:= $< orelse O =:= $>),
    true = (X =/= Y) =:= (O =/= $=),
    O.

tests() ->
    [is_atom, is_binary, is_bitstring, is_boolean, is_float, is_function, is_integer, is_list, is_map, is_number,
        is_pid, is_port, is_reference, is_tuple].

terms() -> [0, 1 bsl 70, 1.0, a, true, false, [], [1], [1 | 2], {}, {a}, <<>>, <<1:3>>, <<1, 2>>, #{}, #{a => 1},
    fun lists:map/2].

try_apply(F, A) -> try apply(erlang, F, A) catch error:R -> R end.

calls() ->
    [{is_function, [fun lists:map/2, N]} || N <- [0, 2, 255, 1 bsl 70, -1, -(1 bsl 70), 1.0, a]] ++
    [{is_function, [a, N]} || N <- [0, 1 bsl 70, -1, a]] ++
    [{is_record, [T, a]} || T <- [{a}, {b}, {}, a, {a, 1}, [a]]] ++ [{is_record, [{a}, 1]}, {is_record, [x, 1]}] ++
    [{is_record, [T, a, N]} || T <- [{a}, {b}, {a, 1}, x], N <- [1, 2, -1, 1 bsl 70, a]] ++ [{is_record, [{1}, 1, 1]},
        {is_record, [x, 1, 1]}] ++
    [{Op, [X, Y]} || Op <- ['and', 'or', 'xor'], X <- [true, false, 1], Y <- [true, false, a]] ++ [{'not', [X]}
        || X <- [true, false, 0]] ++
    [{F, [X]} || F <- [abs, float, trunc, round, floor, ceil],
        X <- [a, [], 1 bsl 2000 - (1 bsl 1999) - (1 bsl 1999), -(1 bsl 59), -1.5, 1.0e19]] ++
    [{float, [1 bsl 2000]}, {float, [1 bsl 1023]}, {'/', [1 bsl 2000, 1 bsl 1999]}, {'+', [1 bsl 2000, 1.0]},
        {'*', [1.0e308, 10]}, {'/', [1, 0]},
     {'/', [1.0, 0.0]}, {'div', [1, 0]}, {'rem', [1, 0]}, {'div', [1.0, 1]}].
