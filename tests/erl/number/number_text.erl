%% SPDX-License-Identifier: Apache-2.0
%% Numbers to text and back: integers in all bases, floats in all formats, malformed text, options.
-module(number_text).
-export([main/0]).

main() ->
    [integer(I) || I <- integers()],
    [io:format("~w ~w~n", [T, [try_apply(list_to_integer, [T | B])
        || B <- [[], [2], [8], [10], [16], [36], [1], [37], [a]]]]) || T <- integer_texts()],
    [io:format("~w ~w~n", [T, {try_apply(list_to_float, [T]), binary_float(T)}]) || T <- float_texts()],
    [float_text(F) || F <- floats()],
    [io:format("~w~n", [random_float(S)]) || S <- lists:seq(1, 400)],
    [io:format("~w ~w~n", [O, [try_apply(float_to_list, [F, O]) || F <- [1.0, 0.05, -0.0, 1234.5678, 1.0e300, 1, a]]])
        || O <- options()],
    [io:format("~w~n", [[{B, try_apply(F, [X, B])} || B <- [1, 2, 10, 36, 37, a, 1.0]]])
        || F <- [integer_to_list, integer_to_binary], X <- [255, a, 1.0]],
    [io:format("~w ~w~n", [F, try_apply(F, A)]) || {F, A} <- others()].

try_apply(F, A) -> try apply(erlang, F, A) catch error:R -> R end.

integers() ->
    [0, 1, -1, 9, 10, 255, -256, 999999999, 1000000000, 1 bsl 59, -(1 bsl 59), -(1 bsl 59) - 1, (1 bsl 64) - 1,
        1 bsl 64,
     1000000000000000000000000000000, -99999999999999999999999999999999999999999, (1 bsl 511) - 1, 1 bsl 512,
         -(1 bsl 1000), 1 bsl 2000 - 12345].

integer(I) ->
    io:format("~w ~w~n", [I, [{B, list_to_binary(integer_to_list(I, B))}
        || B <- [2, 3, 7, 8, 10, 12, 16, 24, 32, 36]]]),
    io:format("~w ~w~n", [I, [list_to_integer(integer_to_list(I, B), B) =:= I andalso
        binary_to_integer(integer_to_binary(I, B), B) =:= I || B <- lists:seq(2, 36)]]),
    io:format("~s ~s ~p~n", [integer_to_list(I), integer_to_binary(I), I]).

integer_texts() ->
    ["", "-", "+", "0", "-0", "+0", "007", "12", "-12", "+12", " 12", "12 ", "1_0", "12a", "zz", "-Zz", "1.0", "--1",
        "+-1", "101", "777", "8",
     [49 | a], [49, 300], [49, -1], [49, a], a, <<"12">>, "123456789012345678", "99999999999999999",
         "-576460752303423489", "576460752303423488",
     lists:duplicate(100, $1), "-" ++ lists:duplicate(300, $0) ++ "7", lists:duplicate(200, $z)].

float_texts() ->
    ["", "1", "1.", ".5", "1.0", "-1.5", "+1.5", "--1.5", "1,5", "1.0e3", "1.0E3", "1.0e+3", "1.0e-3", "1.0e", "1.0e+",
        "1.e3", "1e3", " 1.0",
     "1.0 ", "1.0x", "1.0e5.0", "001.50", "0.0", "-0.0", "1.0e308", "1.8e308", "1.7976931348623157e308",
         "1.7976931348623158e308",
     "1.7976931348623159e308", "-1.0e400", "1.0e-400", "4.9e-324", "2.4703282292062327e-324", "2.4703282292062328e-324",
         "2.2250738585072011e-308",
     "1.0e99999999999999999999", "1.0e-99999999999999999999", "0.0e99999", "9007199254740993.0",
         "9007199254740992.99999999999999999999",
     "9007199254740993.00000000000000000000000000000000001", "0." ++ lists:duplicate(400, $0) ++ "1",
         "0." ++ lists:duplicate(300, $0) ++ "123456789e280",
     lists:duplicate(30, $1) ++ ".0", "1." ++ lists:duplicate(900, $3), "123456789012345678901234567890.0e-20",
         "8.41e21", "2.0919495182368195e19",
     "5.0e-324", "1.00000000000000011102230246251565404", "1.00000000000000011102230246251565405", "1.0\0abc", "inf",
         "nan"].

binary_float(T) -> try binary_to_float(list_to_binary(T)) catch error:R -> R end.

floats() ->
    [0.0, -0.0, 1.0, -1.0, 0.1, 0.5, 1.5, 2.5, 0.15, 0.045, 1.005, 100.0, 123456.0, 1.0e5, 1.0e15, 1.0e16, 1.0e21,
        1.0e22, 1.0e23, 123456789.125,
     9007199254740991.0, 9007199254740992.0, 4503599627370497.5, 5.0e-324, 2.2250738585072014e-308,
         2.225073858507201e-308, 1.7976931348623157e308,
     5.684341886080802e-14, 0.001, 0.0001, 1.0e-5, 1.0e-10, 123.456e-10, 3.141592653589793, 2.0e-3, 9.5, 99.95, 999.995,
         0.99999, 6.0e-7].

float_text(F) ->
    io:format("~w ~p ~s ~s~n", [F, F, float_to_list(F), float_to_binary(F, [short])]),
    io:format("~w ~w~n", [[list_to_binary(float_to_list(F, [{scientific, N}]))
        || N <- [0, 1, 2, 5, 15, 16, 17, 25, 60]],
        [list_to_binary(try_list(F, [{decimals, N}])) || N <- [0, 1, 2, 3, 4, 9, 15, 16, 17, 18, 19, 20, 40]]]),
    io:format("~w ~s ~s ~s~n", [[list_to_binary(try_list(F, [{decimals, N}, compact])) || N <- [0, 2, 6, 17, 20, 40]],
        io_lib:format("~.3f", [F]), io_lib:format("~.4e", [F]), io_lib:format("~.6g", [F])]).

try_list(F, O) -> try float_to_list(F, O) catch error:badarg -> "badarg" end.

%% Bits from a multiplicative generator; every double must read back from its text.
random_float(S) ->
    B = (S * 16#9E3779B97F4A7C15 bxor (S bsl 40) bxor (S * S * 16#BF58476D1CE4E5B9)) band 16#FFFFFFFFFFFFFFFF,
    Bits = case S rem 2 of 0 -> B; 1 -> (B band 16#800FFFFFFFFFFFFF) bor ((1023 - 40 + B rem 90) bsl 52) end,
    case <<Bits:64>> of
        <<F/float>> -> {F, list_to_float(float_to_list(F, [short])) =:= F, binary_to_float(float_to_binary(F)) =:= F,
            list_to_binary(try_list(F, [{decimals, S rem 25}])),
                list_to_binary(float_to_list(F, [{scientific, S rem 20}]))};
        _ -> Bits
    end.

options() ->
    [[], [short], [compact], [{decimals, 0}], [{decimals, 3}], [{decimals, 3}, compact], [compact, {decimals, 10}],
        [{decimals, 253}], [{decimals, 254}],
     [{decimals, -1}], [{decimals, a}], [{scientific, 0}], [{scientific, 20}], [{scientific, 249}], [{scientific, 250}],
         [{scientific, -1}],
     [{scientific, a}], [{scientific, 3}, {decimals, 2}], [{decimals, 2}, {scientific, 3}], [short, {decimals, 2}],
         [{decimals, 2}, short],
     [foo], [{foo, 1}], [short | a], a, [[short]], [{decimals, 1 bsl 70}]].

others() ->
    [{float_to_list, [1]}, {float_to_binary, [a]}, {float_to_binary, [1.5]}, {binary_to_float, ["1.0"]},
        {binary_to_float, [<<1:3>>]},
     {binary_to_integer, ["1"]}, {binary_to_integer, [<<"5", 0>>]}, {binary_to_integer, [<<"+5">>]},
         {binary_to_integer, [<<1:1>>]},
     {binary_to_integer, [<<"ff">>, 16]}, {binary_to_integer, [<<"fg">>, 16]}, {integer_to_binary, [1.0]},
         {list_to_float, [a]}, {list_to_float, [[300]]},
     {list_to_float, [[$1 | a]]}].
