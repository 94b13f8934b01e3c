%% SPDX-License-Identifier: Apache-2.0
%% Appending in place must never change what holders of older versions see.
-module(bits_append).
-export([main/0]).

h(B) -> {bit_size(B), erlang:phash2(B)}.

grow(B, 0) -> B;
grow(B, N) -> grow(<<B/binary, N>>, N - 1).

grow_bits(B, 0) -> B;
grow_bits(B, N) -> grow_bits(<<B/bits, N:(N rem 11)>>, N - 1).

branch(Base) ->
    A = <<Base/binary, "aaa">>,
    B = <<Base/binary, "bbb">>,
    C = <<A/binary, "ccc">>,
    D = <<A/binary, "ddd">>,
    [h(X) || X <- [Base, A, B, C, D, <<A/binary, A/binary>>, <<C/binary, B/binary, D/binary>>]].

branch_bits(Base) ->
    A = <<Base/bits, 5:3>>,
    B = <<Base/bits, 2:3>>,
    C = <<A/bits, 1:1>>,
    D = <<A/bits, 0:1>>,
    [h(X) || X <- [Base, A, B, C, D, <<A/bits, A/bits>>, <<C/bits, B/bits, D/bits>>]].

main() ->
    [io:format("grow ~w ~w~n", [N, h(grow(<<>>, N))]) || N <- [0, 1, 10, 63, 64, 65, 66, 127, 128, 129, 255, 256, 257,
        1000, 50000]],
    [io:format("bits ~w ~w~n", [N, h(grow_bits(<<>>, N))]) || N <- [0, 1, 2, 10, 100, 1000, 5000]],
    [io:format("branch ~w ~w~n", [N, branch(grow(<<>>, N))]) || N <- [0, 10, 60, 62, 64, 100, 253, 256, 1000]],
    [io:format("branch bits ~w ~w~n", [N, branch_bits(grow_bits(<<>>, N))])
        || N <- [0, 5, 10, 62, 100, 101, 102, 103, 1000]],
    Base = grow(<<>>, 300),
    Self = self(),
    Pids = [spawn(fun() -> Self ! {self(), h(<<Base/binary, I>>), h(grow(Base, I * 100))} end) || I <- lists:seq(1, 5)],
    Mine = h(<<Base/binary, "mine">>),
    io:format("processes ~w~n", [[receive {P, A, B} -> {A, B} end || P <- Pids]]),
    io:format("mine ~w ~w~n", [Mine, h(Base)]),
    io:format("comprehension ~w~n", [[h(<< <<X:S>> || X <- lists:seq(1, N) >>) || N <- [0, 1, 50, 70, 500, 3000],
        S <- [1, 8, 13, 32]]]),
    io:format("nested ~w~n", [h(<< << <<X, Y>> || Y <- lists:seq(1, X) >> || X <- lists:seq(1, 60) >>)]),
    io:format("filter ~w~n", [h(<< <<X>> || <<X>> <= grow(<<>>, 700), X rem 3 =:= 0 >>)]),
    garbage(grow(<<>>, 500), 200).

%% The payload moves while other views of it are alive, with collections in between.
garbage(B, 0) -> io:format("garbage ~w~n", [h(B)]);
garbage(B, N) ->
    <<_:N/binary, V:100/binary, _/binary>> = B,
    H = h(V),
    B2 = <<B/binary, V/binary, N:16>>,
    _ = lists:seq(1, 500),
    N rem 50 =:= 0 andalso erlang:garbage_collect(),
    H = h(V),
    garbage(B2, N - 1).
