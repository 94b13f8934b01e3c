%% SPDX-License-Identifier: Apache-2.0
%% Failed constructions: class, reason and the error_info that names the segment.
-module(bits_errors).
-export([main/0]).

id(X) -> X.
t(F) ->
    try F() of R -> {ok, R}
    catch C:R:S ->
        {_, _, _, L} = hd(S),
        {C, R, case proplists:get_value(error_info, L) of #{cause := K} -> K; O -> O end}
    end.

cases() ->
    A = id(a), N = id(-1), B3 = id(<<1:3>>), Big = id(1 bsl 70), B = id(<<1, 2, 3>>), Half = id(1.5),
    [fun() -> <<A:8>> end, fun() -> <<A/float>> end, fun() -> <<A/binary>> end, fun() -> <<A/binary, 1>> end,
        fun() -> <<1, A/binary>> end,
     fun() -> <<1, A:3/binary>> end, fun() -> <<1, (id(<<1, 2>>)):3/binary>> end, fun() -> <<1, B3/binary>> end,
         fun() -> <<B3/binary, 1>> end,
     fun() -> <<1, B3:1/binary>> end, fun() -> <<1:N>> end, fun() -> <<1:A>> end, fun() -> <<1:Big>> end,
         fun() -> <<1:(id(-(1 bsl 70)))>> end,
     fun() -> <<1.0:(id(24))/float>> end, fun() -> <<A/utf8>> end, fun() -> <<(id(16#D800))/utf8>> end,
         fun() -> <<(id(16#110000))/utf16>> end,
     fun() -> <<A/utf32>> end, fun() -> <<N/utf32>> end, fun() -> <<(id(1 bsl 2000))/float>> end,
         fun() -> <<(id(1 bsl 1024)):16/float>> end,
     fun() -> <<B:N/binary>> end, fun() -> <<B:Big/binary>> end, fun() -> <<B:A/binary>> end,
         fun() -> <<1:(id(1 bsl 58))/unit:32>> end,
     fun() -> <<(id(1)):8, A:8, (id(b)):N>> end, fun() -> <<(id(1)):8, A:8, (id(1)):N>> end,
         fun() -> <<A:(id(64))/float>> end,
     fun() -> <<1:Half>> end, fun() -> <<1, (id(<<1:9>>))/binary-unit:5>> end,
         fun() -> <<(id(<<1:9>>))/binary-unit:5, 1>> end,
     fun() -> << <<X:8>> || X <- [1, a] >> end, fun() -> << <<X/binary>> || X <- [<<1>>, a] >> end,
         fun() -> <<1.0:(id(3))/float-unit:8>> end,
     fun() -> <<A:(id(0))/float>> end, fun() -> <<1.0:(id(0))/float>> end, fun() -> <<1:N, A/utf32>> end,
         fun() -> <<A/utf32, 1:N>> end,
     fun() -> <<A/utf8, 1:N>> end, fun() -> <<A/utf16, 1:N>> end, fun() -> <<A/binary, 1:N>> end,
         fun() -> <<1, A/binary, 1:N>> end,
     fun() -> <<A:8, 1:N>> end, fun() -> <<A:3/binary, 1:N>> end, fun() -> <<(<<B:3/binary>>)/binary, A:4>> end,
         fun() -> <<"abc"/utf8, 1:N>> end,
     fun() -> <<"abc", 1:N>> end, fun() -> <<1:3, A:4/bits>> end, fun() -> <<B:25/bits>> end,
         fun() -> <<1:1, B:(id(25))/bits>> end,
     fun() -> <<{}:8>> end, fun() -> <<(id([])):8>> end, fun() -> <<(id("a")):8>> end, fun() -> <<(id(1.0)):8>> end,
         fun() -> <<(id(B)):8>> end].

main() -> lists:foldl(fun(F, I) -> io:format("~w: ~w~n", [I, t(F)]), I + 1 end, 1, cases()).
