%% SPDX-License-Identifier: Apache-2.0
%% Matching: every segment type with constant and computed sizes, at every alignment, and the ways of
%% failing.
-module(bits_match).
-export([main/0]).

id(X) -> X.
t(F) -> try F() catch C:{badmatch, _} -> {C, badmatch}; C:R -> {C, R} end.

data() ->
    [<<>>, <<1:1>>, <<170>>, <<255, 0, 128, 127, 1, 2, 3, 4, 5>>,
        <<16#8123456789ABCDEF:64, 16#FEDCBA9876543210:64, 16#5555:16>>, <<-1:300>>, <<0:77>>,
     list_to_binary([(I * 37 + 11) band 255 || I <- lists:seq(1, 80)])].

-define(M(N),
    [case B of <<X:N, R/bits>> -> {X, bit_size(R)}; _ -> no end,
     case B of <<X:N/signed, _/bits>> -> X; _ -> no end,
     case B of <<X:N/little, _/bits>> -> X; _ -> no end,
     case B of <<X:N/little-signed, _/bits>> -> X; _ -> no end,
     case B of <<_:3, X:N, _/bits>> -> X; _ -> no end,
     case B of <<_:5, X:N/signed, Y:N/little, _/bits>> -> {X, Y}; _ -> no end,
     case B of <<_:1, X:N/little-signed, _/bits>> -> X; _ -> no end,
     case B of <<X:N>> -> X; _ -> no end,
     case B of <<_:N, X/bits>> -> X; _ -> no end,
     case B of <<X:N/bits, _/bits>> -> X; _ -> no end]).
const(B) ->
    [{0, ?M(0)}, {1, ?M(1)}, {4, ?M(4)}, {7, ?M(7)}, {8, ?M(8)}, {9, ?M(9)}, {13, ?M(13)}, {16, ?M(16)}, {24, ?M(24)},
        {31, ?M(31)}, {32, ?M(32)},
     {33, ?M(33)}, {48, ?M(48)}, {56, ?M(56)}, {57, ?M(57)}, {59, ?M(59)}, {60, ?M(60)}, {61, ?M(61)}, {63, ?M(63)},
         {64, ?M(64)}, {65, ?M(65)},
     {72, ?M(72)}, {100, ?M(100)}, {128, ?M(128)}, {144, ?M(144)}, {299, ?M(299)}, {300, ?M(300)}].

dynamic(B, N) -> ?M(N).

-define(F(S), [case B of <<F:S/float, R/bits>> -> {F, R}; _ -> no end, case B of <<F:S/float-little, _/bits>> -> F;
    _ -> no end,
               case B of <<_:3, F:S/float, _/bits>> -> F; _ -> no end]).
float_case(B) ->
    N = id(16), Bad = id(24),
    [?F(16), ?F(32), ?F(64), ?F(N), case B of <<F:N/float-unit:4, _/bits>> -> F; _ -> no end,
        t(fun() -> <<X:Bad/float, _/bits>> = B, X end)].

float_data() ->
    [<<F:S/float>> || F <- [0.0, -0.0, 1.0, -1.5, 65504.0, 6.0e-8, 1.0e30, 0.1], S <- [16, 32, 64]] ++
    [<<16#7C00:16>>, <<16#FC00:16>>, <<16#7E00:16>>, <<16#0001:16>>, <<16#83FF:16>>, <<16#7F800000:32>>,
        <<16#FF800000:32>>, <<16#7FC00000:32>>,
     <<1:32>>, <<16#7FF0000000000000:64>>, <<16#FFF0000000000000:64>>, <<16#7FF8000000000000:64>>, <<1:64>>,
         <<16#400921FB54442D18:64, 1:3>>,
     <<5:3, 16#400921FB54442D18:64>>].

tails(B) ->
    Two = id(2),
    [case B of <<R/binary>> -> {bin, R}; _ -> no end, case B of <<_, R/binary>> -> {bin, R}; _ -> no end,
     case B of <<_:3, R/binary>> -> {bin, R}; _ -> no end, case B of <<_:4, R/binary-unit:4>> -> {u4, R}; _ -> no end,
     case B of <<_:2, R/bitstring>> -> R; _ -> no end, case B of <<X:2/binary, Y:1/binary, R/bits>> -> {X, Y, R};
         _ -> no end,
     case B of <<X:Two/binary-unit:3, R/bits>> -> {X, R}; _ -> no end, case B of <<_/binary-unit:7>> -> yes;
         _ -> no end,
     case B of <<255, R/bits>> -> {lead, R}; <<170>> -> one; <<>> -> empty; _ -> other end,
     case B of <<16#8123456789ABCDEF:64, _/bits>> -> yes; _ -> no end, case B of <<0:77>> -> yes; _ -> no end,
     case B of <<N, X:N/binary, _/binary>> -> X; <<N:4, X:N/bits, _/bits>> -> {small, X}; _ -> no end,
     case B of <<A:16, _:8, A:16, _/bits>> -> same; <<A, _/bits>> when A > 100 -> large; _ -> no end].

utf(B) ->
    [case B of <<X/utf8, R/bits>> -> {X, R}; _ -> no end, case B of <<X/utf16, R/bits>> -> {X, R}; _ -> no end,
     case B of <<X/utf16-little, _/bits>> -> X; _ -> no end, case B of <<X/utf32, _/bits>> -> X; _ -> no end,
     case B of <<X/utf32-little, _/bits>> -> X; _ -> no end, case B of <<_/utf8, _/utf8, R/bits>> -> R; _ -> no end,
     case B of <<_/utf16, R/bits>> -> R; _ -> no end, case B of <<_/utf32, R/bits>> -> R; _ -> no end,
     case B of <<"å"/utf8, R/bits>> -> R; _ -> no end, [C || <<C/utf8>> <= B],
     case <<1:3, B/bits>> of <<_:3, X/utf8, _/bits>> -> X; _ -> no end,
         case <<1:3, B/bits>> of <<_:3, X/utf16, _/bits>> -> X; _ -> no end].

utf_data() ->
    [<<X/utf8>> || X <- [0, 65, 228, 8364, 119070, 16#10FFFF, 16#FFFF]] ++ [<<X/utf16>>
        || X <- [65, 8364, 119070, 16#10FFFF]] ++
    [<<X/utf16-little>> || X <- [65, 119070]] ++ [<<X/utf32>> || X <- [65, 119070]] ++ [<<119070/utf32-little>>,
        <<"åäö"/utf8>>,
     <<16#D800:16>>, <<16#DC00:16>>, <<16#D800:16, 65:16>>, <<16#D800:16, 16#DC00:15>>, <<16#110000:32>>,
         <<16#D800:32>>, <<255>>, <<195>>, <<195, 65>>,
     <<224, 128, 128>>, <<237, 160, 128>>, <<240, 159, 152>>, <<244, 144, 128, 128>>, <<192, 128>>,
         <<248, 136, 128, 128, 128>>].

%% Loops over a binary in which match contexts are kept, dropped, and turned back into binaries.
sum(<<X, R/binary>>, S) -> sum(R, S + X);
sum(<<>>, S) -> S;
sum(Other, S) -> {rest, Other, S}.

words(<<$\s, R/binary>>, A, W) -> words(R, [], [lists:reverse(A) | W]);
words(<<C, R/binary>>, A, W) -> words(R, [C | A], W);
words(<<>>, A, W) -> lists:reverse([lists:reverse(A) | W]).

tlv(<<T, L:16, V:L/binary, R/binary>>) -> [{T, V} | tlv(R)];
tlv(<<>>) -> [];
tlv(R) -> [{left, R}].

odd(<<X:3, R/bits>>) -> [X | odd(R)];
odd(R) -> [R].

keep(B) ->
    case B of
        <<1, R/binary>> -> {one, R, B};
        <<2, X:4, R/bits>> when X > 7 -> {two, X, R, byte_size(R)};
        <<2, _/bits>> = All -> {all, All};
        _ -> {none, B}
    end.

main() ->
    [io:format("const ~w ~w: ~w~n", [bit_size(B), N, R]) || B <- data(), {N, R} <- const(B)],
    [io:format("dynamic ~w ~w: ~w~n", [bit_size(B), N, dynamic(B, N)]) || B <- data(),
        N <- [0, 1, 6, 8, 16, 29, 32, 60, 64, 65, 130]],
    <<_:5, Sub/bits>> = id(list_to_binary(lists:seq(100, 160))),
    [io:format("sub ~w: ~w~n", [N, R]) || {N, R} <- const(Sub)],
    [io:format("float ~w: ~w~n", [B, float_case(B)]) || B <- float_data()],
    [io:format("tails ~w: ~w~n", [B, tails(B)]) || B <- data() ++ [<<2, 1, 2, 3>>, <<33, 7:7>>, <<1, 2, 9, 1, 2>>]],
    [io:format("utf ~w: ~w~n", [B, utf(B)]) || B <- utf_data()],
    io:format("sum ~w~n", [[sum(B, 0) || B <- data()]]),
    io:format("words ~p~n", [words(<<"the quick brown  fox ">>, [], [])]),
    io:format("tlv ~w~n", [[tlv(<<1, 3:16, "abc", 2, 0:16, 3, 5:16, "hello">>), tlv(<<1, 3:16, "ab">>), tlv(<<>>)]]),
    io:format("odd ~w~n", [[odd(B) || B <- data()]]),
    io:format("keep ~w~n", [[keep(B) || B <- [<<1>>, <<1, 2, 3>>, <<2, 16#95>>, <<2, 16#15, 7>>, <<2>>, <<3>>, <<>>]]]),
    io:format("sizes ~w~n", [[t(fun() -> <<X:N, _/bits>> = <<1, 2, 3>>, X end)
        || N <- [id(8), id(-1), id(a), id(1 bsl 60), id(1 bsl 70), id(1.0)]]]),
    io:format("bin sizes ~w~n", [[t(fun() -> <<X:N/binary, _/bits>> = <<1, 2, 3>>, X end)
        || N <- [id(2), id(-1), id(a), id(1 bsl 60), id(1 bsl 70), id(4)]]]),
    io:format("not binaries ~w~n", [[case id(X) of <<_/bits>> -> bits; _ -> other end
        || X <- [a, 1, [], {}, "a", <<1:1>>, #{}, 1.0, self()]]]),
    io:format("comprehensions ~w~n", [[<< <<(X + 1):4>> || <<X:3>> <= <<1, 2, 3>> >>,
        [X || <<X:5, 1:1, _:2>> <= <<4, 12, 255, 6>>],
        << <<Y, X>> || <<X, Y>> <= <<"abcdefg">> >>, << <<B/bits>> || <<N:3, B:N/bits>> <= <<16#ABCDEF:24>> >>,
            [{X, Y} || <<X:4>> <= <<16#12>>, <<Y>> <= <<1, 2>>]]]).
