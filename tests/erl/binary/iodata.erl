%% SPDX-License-Identifier: Apache-2.0
%% Flattening of iodata and checksums.
-module(iodata).
-export([main/0]).

t(M, F, A) -> try apply(M, F, A) catch C:R -> {C, R} end.

lists() ->
    [[], <<>>, <<"abc">>, <<1:9>>, a, 1, {}, [1, 2, 3], [1 | 2], [1 | <<2>>], [[[[]]]], [[1, [2, [3 | <<4, 5>>]]], 6 | <<7>>], [<<1:4>>, <<2:4>>], [<<1:4>> | <<2:5>>],
     [<<1:4>>, 255, <<2:5>>], [256], [-1], [1 bsl 70], [1.0], [a], [[a | b]], [<<>>, [], [<<>>]], ["abc", [<<"def">>, $g], "hij"],
     lists:seq(0, 255), [binary:copy(<<"x">>, 300), 1, 2, binary:copy(<<"y">>, 300)], [[[1] | <<2>>], 3 | <<4:4>>], [<<1:1>>, <<1:2>>, <<1:5>>],
     lists:foldl(fun(I, A) -> [A, I] end, [], lists:seq(1, 200)), lists:foldl(fun(I, A) -> [I | [A]] end, [], lists:seq(1, 200))].

checks() ->
    [{crc32, [["abc"], [<<1:9>>], [a], [[]], [17, "abc"], [-1, "abc"], [1 bsl 32, "abc"], [a, "abc"], [1 bsl 70, "x"], [lists:seq(0, 255)], [[<<"ab">>, [99]]]]},
     {adler32, [["abc"], [<<1:9>>], [a], [[]], [17, "abc"], [-1, "abc"], [1 bsl 32, "abc"], [binary:copy(<<255>>, 20000)]]},
     {crc32_combine, [[1, 2, 3], [1, 2, -1], [1 bsl 32, 1, 1], [123456, 654321, 1000], [1, 2, 0], [1, 2, a]]},
     {adler32_combine, [[1, 2, 3], [1, 2, -1], [1 bsl 32, 1, 1], [123456, 654321, 1000], [16#FFFFFFFF, 16#FFFFFFFF, 70000]]},
     {md5, [["abc"], [a], [<<1:9>>], [[]], [lists:seq(0, 255)], [binary:copy(<<"abcdefg">>, 1000)]]},
     {md5_update, [[a, "abc"], [<<1, 2>>, "a"]]}, {md5_final, [[a], [<<1>>]]}].

portions(B, N) ->
    lists:foldl(fun(I, C) -> erlang:md5_update(C, [I, B]) end, erlang:md5_init(), lists:seq(1, N)).

main() ->
    [io:format("~w(~w) ~w~n", [F, L, t(erlang, F, [L])]) || L <- lists(), F <- [iolist_size, iolist_to_binary, list_to_binary, list_to_bitstring]],
    [io:format("iovec ~w ~w~n", [L, case t(erlang, iolist_to_iovec, [L]) of V when is_list(V) -> {iolist_to_binary(V), [is_binary(X) || X <- V, false]}; E -> E end]) || L <- lists()],
    [io:format("~w ~w ~w~n", [F, A, t(erlang, F, A)]) || {F, As} <- checks(), A <- As],
    [io:format("md5 ~w ~w~n", [N, erlang:md5_final(portions(<<"portion of text">>, N))]) || N <- [0, 1, 3, 10, 100]],
    A = binary:copy(<<"first">>, 99), B = binary:copy(<<"second">>, 77),
    io:format("combine ~w~n", [[erlang:crc32_combine(erlang:crc32(A), erlang:crc32(B), byte_size(B)) =:= erlang:crc32([A, B]),
        erlang:adler32_combine(erlang:adler32(A), erlang:adler32(B), byte_size(B)) =:= erlang:adler32([A | B]),
        erlang:crc32(erlang:crc32(A), B) =:= erlang:crc32([A, B]), erlang:adler32(erlang:adler32(A), B) =:= erlang:adler32([A, B])]]),
    <<_:3, U:80/bits, _/bits>> = list_to_binary(lists:seq(1, 40)),
    io:format("unaligned ~w~n", [[erlang:crc32([U, 1]), erlang:adler32(U), erlang:md5([1 | U]), iolist_to_binary([1, U, 2]), erlang:iolist_to_iovec([U])]]).
