%% SPDX-License-Identifier: Apache-2.0
%% Integers so long that operations on them pause in the middle: products, quotients and texts, by every way of calling
%% them, in several processes at once, some of which are killed meanwhile.
-module(long_numbers).
-export([main/0]).

main() ->
    Sizes = [{300000, 300000}, {280000, 190000}, {400000, 2000}, {400000, 700},
             {150000, 149000}, {500000, 61}, {90000, 90000}],
    [pair(number(A, I), number(B, I + 1), {A, B}) || {I, {A, B}} <- lists:zip(lists:seq(1, length(Sizes)), Sizes)],
    [text(number(Bits, Bits), Base) || {Bits, Bases} <- [{70000, [2, 3, 8, 10, 16, 35, 36]}, {260000, [10, 32]}],
                                       Base <- Bases],
    guards(),
    applied(),
    several(),
    wrong(),
    deep(3000).

%% The same number on all systems, with long runs of ones and of zeros.
number(Bits, Seed) -> number(Bits, Seed, 1).
number(Bits, _, N) when Bits =< 0 -> N;
number(Bits, Seed, N) ->
    Next = (Seed * 1103515245 + 12345) band 16#7FFFFFFF,
    Run = 1 + (Next bsr 8) band 2047,
    Part = case (Next bsr 20) band 3 of
               0 -> 0;
               1 -> (1 bsl Run) - 1;
               _ -> Next * Next * Next * Next band ((1 bsl Run) - 1)
           end,
    number(Bits - Run, Next, (N bsl Run) bor Part).

sum(N) when is_integer(N) -> erlang:md5(binary:encode_unsigned(abs(N)));
sum(B) when is_binary(B) -> erlang:md5(B);
sum(L) when is_list(L) -> {length(L), erlang:md5(L)}.

show(Label, Results) -> io:format("~w ~w~n", [Label, [sum(R) || R <- Results]]).

pair(A, B, Label) ->
    P = A * B,
    show(Label, [P, A div B, A rem B, P div A, P rem B, (P + B - 1) div B, (P - 1) rem A]),
    io:format("~w~n", [{P div B =:= A, (-P) div A =:= -B, (P - 1) rem B =:= B - 1,
                    (-P - 1) rem B =:= -1, A * -B =:= -P, B * A =:= P}]).

text(N, Base) ->
    L = integer_to_list(N, Base),
    B = integer_to_binary(-N, Base),
    show({text, Base}, [L, B]),
    io:format("~w~n", [{list_to_integer(L, Base) =:= N, binary_to_integer(B, Base) =:= -N,
                         list_to_integer("+000" ++ L, Base) =:= N, list_to_integer(string:to_lower(L), Base) =:= N}]).

guards() ->
    A = number(200000, 5), B = number(190000, 6),
    P = A * B,
    R = if A * B =:= P, P div A =:= B, P rem B =:= 0 -> yes; true -> no end,
    S = if P div (B - B) =:= 1 -> yes; A * B =:= P + 1 -> also; true -> no end,
    X = {A * B =:= P, [P div A =:= B | R], 1.5 + length([A * B])},
    io:format("guards ~w ~w ~w~n", [R, S, X]).

applied() ->
    A = number(200000, 7), B = number(170000, 8),
    show(applied, [apply(erlang, F, [A, B]) || F <- ['*', 'div', 'rem']]),
    show(functions, [F(A, B) || F <- [fun erlang:'*'/2, fun erlang:'div'/2, fun erlang:'rem'/2]]).

several() ->
    Self = self(),
    N = number(200000, 9),
    Work = [fun() -> integer_to_list(N) end, fun() -> N * (N + 1) end, fun() -> N * N div (N - 1) end,
            fun() -> list_to_integer(integer_to_list(N)) end],
    Doomed = [spawn(fun() -> F(), F(), F(), F() end) || F <- Work],
    Pids = [spawn_link(fun() -> Self ! {self(), F()} end) || F <- Work ++ Work],
    [exit(Pid, kill) || Pid <- Doomed],
    show(processes, [receive {Pid, Result} -> Result end || Pid <- Pids]).

wrong() ->
    Digits = lists:duplicate(100000, $7),
    [io:format("wrong ~w~n", [try F() of _ -> fine catch C:R -> {C, R} end])
     || F <- [fun() -> list_to_integer(Digits ++ "x") end, fun() -> list_to_integer([$- | Digits] ++ [$-]) end,
              fun() -> list_to_integer(Digits ++ x) end, fun() -> list_to_integer(Digits ++ [a]) end,
              fun() -> binary_to_integer(list_to_binary([Digits, 0])) end,
              fun() -> binary_to_integer(list_to_binary(Digits), 7) end,
              fun() -> binary_to_integer(<<(list_to_binary(Digits))/binary, 1:1>>) end,
              fun() -> list_to_integer(Digits, 37) end, fun() -> number(100000, 1) div (length(Digits) - 100000) end]].

%% The only calls between the products are returns.
deep(N) -> io:format("deep ~w~n", [sum(factorial(N))]).
factorial(0) -> 1;
factorial(N) -> N * factorial(N - 1).
