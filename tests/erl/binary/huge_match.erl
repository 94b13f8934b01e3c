%% SPDX-License-Identifier: Apache-2.0
%% Patterns with more bits than any bitstring has: the module loads, and they match nothing.
-module(huge_match).
-export([main/0]).

skip(<<_:2147483648, _/bits>>) -> yes; skip(_) -> no.
exactly(<<_:3000000000>>) -> yes; exactly(_) -> no.
bits(<<X:2147483648/bits, Y/binary>>) -> {X, Y}; bits(_) -> no.
bytes(<<1, _:300000000/binary, B>>) -> B; bytes(_) -> no.
number(<<X:8, Y:2147483648/signed-little, Z/bits>>) -> {X, Y, Z}; number(_) -> no.
beyond(<<X:8, _:18446744073709551616, Z/bits>>) -> {X, Z}; beyond(_) -> no.
next(<<_:2147483648, _/bits>>) -> yes; next(<<A, B/bits>>) -> {A, B}; next(_) -> no.

main() ->
    [io:format("~p ~p~n", [element(2, erlang:fun_info(F, name)), [F(B) || B <- [<<>>, <<1>>, <<1, 2, 3>>, <<5:3>>]]])
     || F <- [fun skip/1, fun exactly/1, fun bits/1, fun bytes/1, fun number/1, fun beyond/1, fun next/1]].
