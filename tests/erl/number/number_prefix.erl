%% SPDX-License-Identifier: Apache-2.0
%% Numbers at the beginning of texts: string:to_integer, to_float and the functions that they use.
-module(number_prefix).
-export([main/0]).

main() ->
    Texts = ["12ab", "12", "", "-", "+7 ", "-0x", "zz", a, [$1 | x], [$1, x], <<"55 apples">>, <<"x">>, <<>>, "1.5abc",
        "1", "-1.5e10e", "1.5e", "1.5e+x",
             "1.", "1.0e400", "+1.25|", [$1, $., $5 | a], "1,5", "1.5e1a]", "00012", lists:duplicate(300, $9) ++ "!",
                 "1.0e-400", ".5", <<"-2.5e-3rest"/utf8>>],
    [io:format("~p: ~p ~p~n", [T, catch string:to_integer(T), catch string:to_float(T)]) || T <- Texts],
    [io:format("~p: ~p ~p~n", [T, catch (string:to_integer(T)), catch string:list_to_float(T)]) || T <- Texts,
        is_list(T), T =/= []].
