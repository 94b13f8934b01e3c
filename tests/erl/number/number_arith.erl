%% SPDX-License-Identifier: Apache-2.0
%% Every operator on pairs of difficult numbers (and on terms that are no numbers), by apply and as compiled code; then
%% random operands of random lengths.
-module(number_arith).
-export([main/0]).

main() ->
    [line(Op, X) || Op <- ['+', '-', '*', '/', 'div', 'rem', 'band', 'bor', 'bxor', '<', '=<', '==', '=:='],
        X <- operands()],
    [shifts(X) || X <- operands()],
    [unary(X) || X <- operands() ++ floats()],
    [constants(X) || X <- operands()],
    random(300, 17),
    compiled(),
    big(),
    limits().

operands() ->
    [0, 1, -1, 7, -10, 1 bsl 31, -(1 bsl 32), 16#FFFFFFFF, (1 bsl 59) - 1, 1 bsl 59, -(1 bsl 59), -(1 bsl 59) - 1,
     (1 bsl 63) - 1, -(1 bsl 63), (1 bsl 64) - 1, -(1 bsl 64), 16#123456789ABCDEF0123456789, -(1 bsl 96),
         (1 bsl 128) - 1,
     1.0, -2.5, 1.0e20, -0.0, 1.0e308, a].

floats() ->
    [0.49999999999999994, 0.5, -0.5, 1.5, 2.5, -2.5, 1.0e15, 4503599627370497.5, 9007199254740993.0, -1.0e22, 1.0e300,
        5.0e-324,
     576460752303423488.0, -576460752303423488.0, 18446744073709551616.0, [], {}, <<1>>].

line(Op, X) -> io:format("~w ~w: ~w~n", [X, Op, [try_apply(Op, [X, Y]) || Y <- operands()]]).

try_apply(Op, Args) ->
    try apply(erlang, Op, Args) catch error:badarith -> ba; error:R -> R end.

shifts(X) ->
    Counts = [0, 1, 3, 31, 32, 33, 59, 60, 63, 64, 65, 127, 200, -1, -5, -59, -60, -64, -100, -(1 bsl 70), 1.0, a],
    io:format("~w bsl: ~w~n", [X, [try_apply('bsl', [X, N]) || N <- Counts]]),
    io:format("~w bsr: ~w~n", [X, [try_apply('bsr', [X, N]) || N <- Counts ++ [1 bsl 70]]]).

unary(X) ->
    io:format("~w: ~w~n", [X, [{F, try_apply(F, [X])} || F <- ['+', '-', 'bnot', abs, trunc, round, floor, ceil, float,
        'not',
        is_integer, is_float, is_number, is_boolean, is_atom]]]).

%% Expressions in which the compiler sees a constant.
constants(X) ->
    io:format("~w and constants: ~w~n", [X, [try F(X) catch error:R:Stack -> {R, hd(Stack)} end ||
        F <- [fun masked/1, fun parity/1, fun(Y) -> Y band 0 end, fun(Y) -> 7 band Y end,
            fun(Y) -> Y band (1 bsl 40) end]]]).
masked(X) -> X band 255.
parity(X) when X band 1 =:= 0 -> even;
parity(_) -> other.

%% Our own random generator, because the operands must not depend on rand.
next(S) -> (S * 6364136223846793005 + 1442695040888963407) band 16#FFFFFFFFFFFFFFFF.
integer(S0) ->
    Bits = (S0 bsr 33) rem 300,
    {V, S} = limbs(Bits div 32 + 1, S0, 0),
    N = V bsr (32 - Bits rem 32),
    {if S band (1 bsl 40) =:= 0 -> N; true -> -N end, next(S)}.
limbs(0, S, V) -> {V, S};
limbs(N, S0, V) ->
    S = next(S0),
    L = case (S bsr 60) band 3 of 0 -> 0; 1 -> 16#FFFFFFFF; _ -> (S bsr 20) band 16#FFFFFFFF end,
    limbs(N - 1, S, V bsl 32 bor L).

random(0, _) -> ok;
random(N, S0) ->
    {A, S1} = integer(S0),
    {B, S2} = integer(S1),
    D = if B =:= 0 -> 1; true -> B end,
    io:format("~w ~w ~w ~w ~w~n", [A, B, {A + B, A - B, A * B, A div D, A rem D}, {A band B, A bor B, A bxor B, bnot A},
        {A bsr (B band 255), A bsl (B band 63), A < B, A == B, try_apply('/', [A, D]), try_apply(float, [A])}]),
    random(N - 1, S2).

%% The interpreter's fast paths: sums that just leave the range of small integers and come back.
compiled() ->
    io:format("~w~n", [count(1 bsl 59 - 5, 10, [])]),
    io:format("~w~n", [count(-(1 bsl 59) - 5, 10, [])]),
    io:format("~w~n", [factorials(30, 1, [])]),
    io:format("~w~n", [[half(1 bsl N - 1, []) || N <- [10, 60, 64, 70]]]),
    io:format("~w~n", [guards(operands() ++ floats())]).

count(_, 0, L) -> L;
count(X, N, L) -> count(X + 1, N - 1, [{X, X - 1, -X, X * 2} | L]).
factorials(0, _, L) -> L;
factorials(N, F, L) -> factorials(N - 1, F * N, [F * N | L]).
half(0, L) -> L;
half(X, L) -> half(X div 2, [X rem 3 | L]).

guards(L) ->
    [if is_integer(X), X band 1 =:= 1 -> odd; is_integer(X), X rem 2 =:= 0 -> even; is_float(X), abs(X) > 1 -> large;
        is_number(X), X + 1 > 0 -> positive; trunc(X) =:= 0 -> whole; true -> none end || X <- L].

big() ->
    F = lists:foldl(fun(I, P) -> I * P end, 1, lists:seq(1, 3000)),
    Text = integer_to_list(F),
    io:format("~w ~w ~w~n", [length(Text), erlang:phash2(Text), list_to_integer(Text) =:= F]),
    P = pow(3, 20000),
    io:format("~w ~w~n", [erlang:phash2(integer_to_binary(P)), erlang:phash2(integer_to_list(P, 36))]),
    io:format("~w ~w~n", [erlang:phash2(P div F), erlang:phash2(P * P rem F)]),
    io:format("~w~n", [(F * P) div P =:= F andalso F * P rem F =:= 0]).

pow(_, 0) -> 1;
pow(B, N) when N rem 2 =:= 0 -> H = pow(B, N div 2), H * H;
pow(B, N) -> B * pow(B, N - 1).

limits() ->
    Top = 1 bsl 33554367,
    [io:format("~s ~w~n", [What, try F() of X -> {bits, X < 0, byte_size(term_to_binary(X bsr 33554300))}
        catch error:R -> R end]) || {What, F} <- [
        {"top", fun() -> Top end}, {"negative", fun() -> -Top end}, {"doubled", fun() -> Top * 2 end},
            {"sum", fun() -> Top + Top end},
        {"shifted", fun() -> Top bsl 1 end}, {"far", fun() -> 1 bsl 60000000 end},
            {"very far", fun() -> 1 bsl (1 bsl 70) end},
        {"and", fun() -> Top band (Top bor 5) end}, {"all but one", fun() -> Top + (Top - 1) end},
            {"bnot", fun() -> bnot (Top + (Top - 1)) end}]].
