%% SPDX-License-Identifier: Apache-2.0
%% Flattening of iodata and checksums.
-module(iodata).
-export([main/0]).

t(M, F, A) -> try apply(M, F, A) catch C:R -> {C, R} end.

lists() ->
    [[], <<>>, <<"abc">>, <<1:9>>, a, 1, {}, [1, 2, 3], [1 | 2], [1 | <<2>>], [[[[]]]],
        [[1, [2, [3 | <<4, 5>>]]], 6 | <<7>>], [<<1:4>>, <<2:4>>], [<<1:4>> | <<2:5>>],
     [<<1:4>>, 255, <<2:5>>], [256], [-1], [1 bsl 70], [1.0], [a], [[a | b]], [<<>>, [], [<<>>]],
         ["abc", [<<"def">>, $g], "hij"],
     lists:seq(0, 255), [binary:copy(<<"x">>, 300), 1, 2, binary:copy(<<"y">>, 300)], [[[1] | <<2>>], 3 | <<4:4>>],
         [<<1:1>>, <<1:2>>, <<1:5>>],
     lists:foldl(fun(I, A) -> [A, I] end, [], lists:seq(1, 200)),
         lists:foldl(fun(I, A) -> [I | [A]] end, [], lists:seq(1, 200))].

checks() ->
    [{crc32, [["abc"], [<<1:9>>], [a], [[]], [17, "abc"], [-1, "abc"], [1 bsl 32, "abc"], [a, "abc"], [1 bsl 70, "x"],
        [lists:seq(0, 255)], [[<<"ab">>, [99]]]]},
     {adler32, [["abc"], [<<1:9>>], [a], [[]], [17, "abc"], [-1, "abc"], [1 bsl 32, "abc"],
         [binary:copy(<<255>>, 20000)]]},
     {crc32_combine, [[1, 2, 3], [1, 2, -1], [1 bsl 32, 1, 1], [123456, 654321, 1000], [1, 2, 0], [1, 2, a]]},
     {adler32_combine, [[1, 2, 3], [1, 2, -1], [1 bsl 32, 1, 1], [123456, 654321, 1000],
         [16#FFFFFFFF, 16#FFFFFFFF, 70000]]},
     {md5, [["abc"], [a], [<<1:9>>], [[]], [lists:seq(0, 255)], [binary:copy(<<"abcdefg">>, 1000)]]},
     {md5_update, [[a, "abc"], [<<1, 2>>, "a"]]}, {md5_final, [[a], [<<1>>]]}].

portions(B, N) ->
    lists:foldl(fun(I, C) -> erlang:md5_update(C, [I, B]) end, erlang:md5_init(), lists:seq(1, N)).

%% Where iodata is divided: small parts together, up to about 8 KB; the rest of a large part.
iovecs() ->
    Sizes = [0, 1, 10, 100, 200, 255, 256, 257, 300, 511, 512, 1000, 9000],
    told([[A, B] || A <- parts(Sizes), B <- parts(Sizes)]),
    told([lists:duplicate(N, P) || P <- parts(Sizes), N <- [3, 40, 300]]),
    told([[lists:duplicate(N, P), binary:copy(<<"b">>, 700), [[P] | P]] || P <- parts([1, 10, 100, 200]),
        N <- [1, 2, 3, 100]]),
    told([random(N, N * 7919) || N <- lists:seq(1, 150)]).

told(Lists) ->
    [begin V = erlang:iolist_to_iovec(L), io:format("~w ~w~n",
        [[byte_size(P) || P <- V], erlang:md5(V) =:= erlang:md5(L)]) end || L <- Lists].

parts(Sizes) -> lists:append([[binary:copy(<<"x">>, N), lists:duplicate(N, $y)] || N <- Sizes]).

random(0, _) -> [];
random(N, Seed0) ->
    Seed = Seed0 * 1103515245 + 12345 band 16#7FFFFFFF,
    Size = case Seed bsr 8 rem 7 of 0 -> Seed bsr 12 rem 700; 1 -> Seed bsr 12 rem 9000; _ -> Seed bsr 12 rem 60 end,
    Part = case Seed bsr 4 rem 3 of 0 -> binary:copy(<<"r">>, Size); 1 -> lists:duplicate(Size, $r);
        2 -> [binary:copy(<<"r">>, Size div 2) | binary:copy(<<"s">>, Size div 2)] end,
    case Seed bsr 6 rem 3 of 0 -> [[random(N div 2, Seed)], Part | random(N - N div 2 - 1, Seed + 1)];
        _ -> [Part | random(N - 1, Seed)] end.

main() ->
    [io:format("~w(~w) ~w~n", [F, L, t(erlang, F, [L])]) || L <- lists(),
        F <- [iolist_size, iolist_to_binary, list_to_binary, list_to_bitstring]],
    [io:format("iovec ~w ~w~n", [L, t(erlang, iolist_to_iovec, [L])]) || L <- lists()],
    iovecs(),
    [io:format("~w ~w ~w~n", [F, A, t(erlang, F, A)]) || {F, As} <- checks(), A <- As],
    [io:format("md5 ~w ~w~n", [N, erlang:md5_final(portions(<<"portion of text">>, N))]) || N <- [0, 1, 3, 10, 100]],
    A = binary:copy(<<"first">>, 99), B = binary:copy(<<"second">>, 77),
    io:format("combine ~w~n",
        [[erlang:crc32_combine(erlang:crc32(A), erlang:crc32(B), byte_size(B)) =:= erlang:crc32([A, B]),
        erlang:adler32_combine(erlang:adler32(A), erlang:adler32(B), byte_size(B)) =:= erlang:adler32([A | B]),
        erlang:crc32(erlang:crc32(A), B) =:= erlang:crc32([A, B]),
            erlang:adler32(erlang:adler32(A), B) =:= erlang:adler32([A, B])]]),
    <<_:3, U:80/bits, _/bits>> = list_to_binary(lists:seq(1, 40)),
    io:format("unaligned ~w~n", [[erlang:crc32([U, 1]), erlang:adler32(U), erlang:md5([1 | U]),
        iolist_to_binary([1, U, 2]), erlang:iolist_to_iovec([U])]]).
