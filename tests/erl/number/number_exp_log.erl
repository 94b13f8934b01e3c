%% SPDX-License-Identifier: Apache-2.0
%%
%% exp, log, log2 and pow to the last bit, and arguments for which they have no result.
-module(number_exp_log).
-export([main/0]).

main() ->
    Edges = [0, 0.0, -0.0, 1, -1, 0.5, -0.5, 2, -2, 3, -3, 10, 1.0e308, -1.0e308, 5.0e-324, -5.0e-324,
        2.2250738585072014e-308, 709.78, 709.79, -708.5, -720.25,
             -745.13, -745.14, 9007199254740993, 1 bsl 900],
    [io:format("~w ~w: ~w~n", [F, X, try math:F(X) catch error:R -> R end]) || F <- [exp, log, log2], X <- Edges],
    [io:format("~w ^ ~w: ~w~n", [X, Y, try math:pow(X, Y) catch error:R -> R end]) || X <- Edges, Y <- Edges],
    [io:format("2 ^ ~w: ~w ~w~n", [N, math:pow(2, N), math:log2(math:pow(2, N))]) || N <- lists:seq(-1074, 1023, 37)],
    [io:format("10 ^ ~w: ~w~n", [N, math:pow(10, N)]) || N <- lists:seq(0, 22)],
    %% A sample of arguments: for one argument in a thousand the last bit differs, because erl's result is not the
    %% nearest double.
    [io:format("~w~n", [{math:exp(X / 7.3 - 60), math:log(X + 0.37), math:log2(X * 1.7 + 1.0e-3),
        math:pow(X / 91, X / 17 - 3)}]) || X <- lists:seq(1, 1500, 13)].
