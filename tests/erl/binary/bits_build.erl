%% SPDX-License-Identifier: Apache-2.0
%% Construction: integers, floats, binaries, strings and UTF with sizes known to the compiler or not,
%% at every alignment.
-module(bits_build).
-export([main/0]).
-compile({no_auto_import, [size/1]}).

id(X) -> X.
t(F) -> try F() catch C:R -> {C, R} end.

values() ->
    [0, 1, -1, 2, 127, 128, -128, 255, 256, -129, 16#ABCDEF, -16#ABCDEF, 16#123456789ABCDEF, (1 bsl 59) - 1, 1 bsl 59,
        -(1 bsl 59),
     -(1 bsl 59) - 1, (1 bsl 63) - 1, 1 bsl 63, -(1 bsl 63), (1 bsl 64) - 1, 1 bsl 64, -(1 bsl 64),
         16#FEDCBA98765432100123456789ABCDEF,
     -16#FEDCBA98765432100123456789ABCDEF, (1 bsl 200) - 3].

-define(C(N), {N, [<<V:N>>, <<V:N/little>>, <<1:3, V:N>>, <<5:7, V:N/little, 1:2>>, <<V:N/native>>,
    <<0:1, V:N/signed-little, V:N>>]}).
const(V) ->
    [?C(0), ?C(1), ?C(2), ?C(3), ?C(7), ?C(8), ?C(9), ?C(12), ?C(15), ?C(16), ?C(17), ?C(24), ?C(27), ?C(31), ?C(32),
        ?C(33), ?C(40),
     ?C(48), ?C(56), ?C(57), ?C(58), ?C(59), ?C(60), ?C(61), ?C(63), ?C(64), ?C(65), ?C(71), ?C(72), ?C(100), ?C(128),
         ?C(129), ?C(255),
     ?C(256), ?C(257), ?C(1000)].

dynamic(V, N) ->
    [<<V:N>>, <<V:N/little>>, <<1:3, V:N>>, <<5:7, V:N/little, 1:2>>, <<V:N/native>>, <<0:1, V:N/signed-little, V:N>>].

units(V, N) -> [<<V:N/unit:1>>, <<V:N/unit:4-little>>, <<V:N/unit:8>>, <<V:N/unit:13>>, <<1:5, V:N/little-unit:16>>].

floats() -> [0.0, -0.0, 1.0, -1.5, 3.141592653589793, 1.0e300, -1.0e300, 1.0e-300, 5.0e-324, 65504.0, 65519.0, 65520.0,
    1.0e-7, 6.0e-8, 2.9e-8,
             3.4028235e38, 3.5e38, 1.0e-45, 7.0e-46, 0, 1, -7, 1 bsl 53, (1 bsl 53) + 1, 1 bsl 100, 123456789].

float_case(F) ->
    [t(fun() -> <<F/float>> end), t(fun() -> <<F:32/float>> end), t(fun() -> <<F:16/float>> end),
        t(fun() -> <<F/float-little>> end),
     t(fun() -> <<F:32/float-little>> end), t(fun() -> <<F:16/float-little>> end), t(fun() -> <<1:3, F:64/float>> end),
     t(fun() -> <<1:3, F:32/float-little, 1:1>> end), t(fun() -> <<1:5, F:(id(16))/float-native>> end)].

pieces() ->
    B = id(<<1, 2, 3, 4, 5, 6, 7, 8, 9, 250, 251, 252>>),
    <<_:3, U:61/bits, _/bits>> = B,
    L = binary:copy(B, 20),
    <<_:9, W/bits>> = L,
    [<<>>, B, <<5:3>>, <<1:9>>, U, L, W, <<W/bits, 0:1>>].

binary_case(P, Q) ->
    [<<P/bits, Q/bits>>, <<1:1, P/bits, 2:2, Q/bits, 3:3>>, t(fun() -> <<P/binary, Q/binary>> end),
        t(fun() -> <<0, P:3/binary, Q/bits>> end),
     t(fun() -> <<0:4, P:7/bits, Q:(id(5))/bits>> end), t(fun() -> <<Q/bits, P/binary-unit:3>> end),
         t(fun() -> <<P/bits, Q:(id(1))/binary-unit:9>> end)].

chars() -> [0, $a, 127, 128, 255, 2047, 2048, 16#D7FF, 16#D800, 16#DFFF, 16#E000, 16#FFFE, 16#FFFF, 16#10000, 16#10FFFF,
    16#110000, -1, a, 1.0, 1 bsl 64].

utf_case(X) ->
    [t(fun() -> <<X/utf8>> end), t(fun() -> <<X/utf16>> end), t(fun() -> <<X/utf16-little>> end),
        t(fun() -> <<X/utf32>> end),
     t(fun() -> <<X/utf32-little>> end), t(fun() -> <<1:3, X/utf8, 7:3>> end),
         t(fun() -> <<1:3, X/utf16, X/utf32-little>> end)].

main() ->
    [io:format("const ~w ~w: ~w~n", [V, N, R]) || V <- values(), {N, R} <- const(V), N < 300 orelse V > 0],
    [io:format("dynamic ~w ~w: ~w~n", [V, N, dynamic(V, N)]) || V <- values(),
        N <- [0, 1, 5, 8, 11, 16, 32, 59, 60, 64, 67, 128, 200]],
    [io:format("units ~w ~w: ~w~n", [V, N, units(V, N)]) || V <- [0, 1, -2, 16#ABCDEF0123456789], N <- [0, 1, 2, 5]],
    [io:format("float ~w: ~w~n", [F, float_case(F)]) || F <- floats()],
    [io:format("binary ~w ~w: ~w~n", [P, Q, binary_case(P, Q)]) || P <- pieces(), Q <- pieces()],
    [io:format("utf ~w: ~w~n", [X, utf_case(X)]) || X <- chars()],
    io:format("strings ~w~n", [[<<"abc">>, <<"abc":16>>, <<1:1, "abc">>, <<"åäö"/utf8>>, <<"åäö"/utf16>>,
        <<"aå𝄞"/utf16-little>>, <<"å"/utf32>>,
        <<1, 2:16, "xyz", (id(7)):4, "q", 3:4>>, <<"ab":4/little>>,
            <<(id(1)), "a long literal string in the middle", (id(2))>>]]).
