%% SPDX-License-Identifier: Apache-2.0
%% The module math: errors and exact results; 12 digits where C libraries may differ in the last bit.
-module(number_math).
-export([main/0]).

main() ->
    io:format("~w~n", [math:pi()]),
    [io:format("~w(~w) ~s~n", [F, X, call(F, [X])]) || F <- unary(), X <- arguments()],
    [io:format("~w(~w, ~w) ~s~n", [F, X, Y, call(F, [X, Y])]) || F <- [atan2, pow, fmod], X <- pairs(), Y <- pairs()],
    io:format("~w~n", [[math:sqrt(X) || X <- [2, 3.0, 10, 1.0e300, 1 bsl 70]]]),
    io:format("~w~n", [[{math:floor(X), math:ceil(X)}
        || X <- [1, -1.5, 1.5, 1.0e20, 1 bsl 70, -0.5, 4503599627370497.5]]]),
    io:format("~w~n", [[math:pow(2, N) || N <- [0, 1, -1, 10, 52, 1023, -1074]]]),
    io:format("~w~n", [[math:fmod(X, Y) || X <- [5, -5, 5.5, 1.0e300], Y <- [3, -3, 0.7]]]),
    io:format("~w~n", [[math:log2(1 bsl N) || N <- [0, 1, 10, 60, 1023]]]).

unary() ->
    [sin, cos, tan, asin, acos, atan, sinh, cosh, tanh, asinh, acosh, atanh, exp, log, log2, log10, sqrt, floor, ceil,
        erf, erfc].
arguments() -> [0, 0.0, 1, -1, 0.5, -0.5, 2, 1.0e-5, 10, -10.0, 100.25, 800, 1.0e10, 1 bsl 100, 1 bsl 2000, a, "x"].
pairs() -> [0, 0.0, 1, -1, 0.5, 2, -3.0, 1.0e10, 400, 1 bsl 2000, a].

call(F, A) ->
    try apply(math, F, A) of
        X when X == 0 -> io_lib:format("~w", [X]);
        X -> io_lib:format("~.11e", [X])
    catch error:R -> io_lib:format("~w", [R]) end.
