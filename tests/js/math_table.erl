%% SPDX-License-Identifier: Apache-2.0
%% The results of the functions of math for about 2,000 inputs, of all sizes and signs, with all bits; math.test.js
%% compares them.
-module(math_table).
-export([table/1]).

table(pow) -> [value(pow, [X, Y]) || {X, Y} <- lists:zip(floats(1), exponents())];
table(F) when F =:= atan2; F =:= fmod -> [value(F, [X, Y]) || {X, Y} <- lists:zip(floats(1), floats(2))];
table(F) -> [value(F, [X]) || X <- floats(1)].

value(F, Args) -> try <<(apply(math, F, Args)):64/float>> catch error:badarith -> badarith end.

%% A third of the inputs is near one, a third up to a thousand, a third of all sizes. They come from our own generator,
%% so that they are the same on all releases.
floats(Seed) -> special() ++ drawn(2100, Seed * 7919).
special() ->
    [0.0, -0.0, 1.0, -1.0, 0.5, 2.0, 10.0, 100.0, 1.0e15, 1.0e22, 1.0e308, 5.0e-324, 2.2250738585072014e-308,
     3.141592653589793, 1.5707963267948966, 0.7853981633974483, -709.7, 709.7, -745.1].
exponents() ->
    [if abs(X) > 400.0 -> 1.5 * (I rem 40) - 20; true -> X end || {I, X} <- lists:zip(lists:seq(1, 2119), floats(3))].

drawn(0, _) -> [];
drawn(N, S) ->
    S1 = (S * 6364136223846793005 + 1442695040888963407) band 16#FFFFFFFFFFFFFFFF,
    <<Sign:1, Mantissa:52, Rest:11>> = <<S1:64>>,
    Exponent = case N rem 3 of 0 -> 1020 + Rest rem 6; 1 -> 1013 + Rest rem 20; 2 -> Rest rem 2047 end,
    <<X/float>> = <<Sign:1, Exponent:11, Mantissa:52>>,
    [X | drawn(N - 1, S1)].
