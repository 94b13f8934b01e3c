%% SPDX-License-Identifier: Apache-2.0
%% Construction by the instructions of older compilers (bs_init2, bs_append, bs_put_* ...).
-module(bits_old).
-compile([r24]).
-export([main/0, id/1]).

id(X) -> X.
t(F) -> try F() catch C:R -> {C, R} end.

cases() ->
    A = id(a), B = id(<<1, 2, 3>>), Bits = id(<<5:3>>), I = id(300), N = id(-1), F = id(1.5), C = id(955),
        Big = id(1 bsl 90),
    [fun() -> <<I:16, I:16/little, N:8, N:7, I:9>> end, fun() -> <<F/float, F:32/float, F:64/little-float>> end,
     fun() -> <<B/binary, 1, B/binary>> end, fun() -> <<1, B:2/binary, Bits/bits>> end,
         fun() -> <<Bits/bits, B/binary>> end,
     fun() -> <<C/utf8, C/utf16, C/utf32, C/utf16-little>> end, fun() -> <<"text", C/utf8, "more">> end,
     fun() -> <<1:(id(12)), Big:(id(100))>> end, fun() -> <<Big:91, 0:5>> end,
         fun() -> <<B/binary, (id(B))/binary, 7:4, 3:4>> end,
     fun() -> << <<X:5>> || X <- [1, 2, 3, 40] >> end, fun() -> << <<X/binary, $,>> || X <- [<<"a">>, <<"bc">>] >> end,
     fun() -> lists:foldl(fun(X, Acc) -> <<Acc/binary, X:24>> end, <<>>, lists:seq(1, 300)) end,
     fun() -> X = <<B/binary, 9>>, {<<X/binary, 1>>, <<X/binary, 2>>} end,
         fun() -> {<<1:I>>, [I | <<I:8>>], {x, <<I:32>>}} end,
     fun() -> <<A:8>> end, fun() -> <<1, A/binary>> end, fun() -> <<A/binary, 1>> end, fun() -> <<1:N>> end,
         fun() -> <<A/utf8>> end,
     fun() -> <<F:(id(0))/float>> end, fun() -> <<F:(id(24))/float>> end, fun() -> <<1, Bits/binary>> end,
         fun() -> <<16#D800/utf8>> end,
     fun() -> <<B:5/binary>> end, fun() -> <<I:(id(1 bsl 70))>> end].

main() -> [io:format("~w~n", [t(F)]) || F <- cases()].
