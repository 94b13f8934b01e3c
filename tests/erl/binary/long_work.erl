%% SPDX-License-Identifier: Apache-2.0
%% Work that takes more than one slice: results, errors with the original arguments, and other processes that run
%% meanwhile. (In OTP, the stack trace of an error in a checksum shows how far it came; ours does not.)
-module(long_work).
-export([main/0]).

h(T) -> erlang:phash2(T).

t(M, F, A) ->
    try apply(M, F, A) of R -> {ok, h(R)}
    catch
        C:E when F =:= md5; F =:= crc32; F =:= adler32 -> {C, E};
        C:E:S -> [{SM, SF, SA, _} | _] = S, {C, E, SM, SF, h(SA)}
    end.

main() ->
    N = 24000,
    Bytes = [I band 255 || I <- lists:seq(1, N)],
    Bin = list_to_binary(Bytes),
    <<_:3, Un:(N - 1)/binary, _:5>> = Bin,
    Nested = [[I band 255, [<<I:16>> | <<(I * 7):8>>]] || I <- lists:seq(1, N div 2)],
    Deep = lists:foldl(fun(I, A) -> [A, I band 255, <<I:24>>] end, [], lists:seq(1, N div 2)),
    Bitty = [<<I:(I rem 13)>> || I <- lists:seq(1, N)],
    Chars = [I rem 16#D000 || I <- lists:seq(1, N)],
    Text = unicode:characters_to_binary(Chars),
    Parts = [<<B>> || <<B>> <= Text],
    Big = binary:copy(Bin, 12),
    <<_:5, BigUn:(byte_size(Big) - 1)/binary, _:3>> = Big,
    Iodata = [Bytes, Nested, Deep, [Bytes | Bin], [Un, Bytes, Un], [Big | Bytes], BigUn],
    Bad = [Bytes ++ [a], Bytes ++ [256], [Bytes | 1], [Nested, Bitty], [Deep, [Big | foo]], Bitty],
    [io:format("~w ~w~n", [F, [t(erlang, F, [L]) || L <- Iodata ++ Bad]])
        || F <- [list_to_binary, iolist_to_binary, iolist_size, list_to_bitstring, md5, crc32, adler32]],
    io:format("seeded ~w~n", [[t(erlang, F, [12345, L]) || F <- [crc32, adler32], L <- Iodata ++ Bad]]),
    io:format("md5 ~w~n", [[h(erlang:md5_final(erlang:md5_update(erlang:md5_update(erlang:md5_init(), L), [L])))
        || L <- Iodata]]),
    io:format("to list ~w~n", [[t(erlang, F, [B]) || F <- [binary_to_list, bitstring_to_list],
        B <- [Bin, Un, Text, BigUn, <<Big/binary, 3:3>>]]]),
    io:format("part to list ~w~n", [[t(erlang, binary_to_list, [B, 2, byte_size(B) - 2])
        || B <- [Bin, Un, Text, BigUn]]]),
    io:format("chars ~w~n", [[t(unicode, F, [C, E]) || F <- [characters_to_binary, characters_to_list],
        E <- [utf8, latin1],
        C <- [Chars, Text, Parts, [Chars | Text], [Chars, 16#D800, Chars], [Parts, <<255>>, Parts], [Parts, <<195>>],
            [Parts, [Chars, [16#110000 | a]]], [Chars, b],
              [[Chars, [Parts, [<<200>> | <<65>>], 7], 8] | <<9>>]]]]),
    io:format("search ~w~n", [[length(binary:matches(Big, <<1, 2, 3>>)),
        length(binary:split(Big, [<<7>>, <<8, 9>>], [global])), binary:match(BigUn, <<255, 255, 255>>)]]),
    Commas = binary:copy(<<"a,,bc;,">>, 15000),
    <<_:3, CommasUn:(byte_size(Commas) - 1)/binary, _:5>> = <<Commas/binary>>,
    Ends = <<(binary:copy(<<",">>, 25000))/binary, Commas/binary, (binary:copy(<<",">>, 25000))/binary>>,
    Compiled = binary:compile_pattern([<<",">>, <<";,">>]),
    io:format("hits ~w~n", [[{O, t(binary, F, [B, P, O])}
        || B <- [Commas, CommasUn, Ends, binary:copy(<<",">>, 110000)], P <- [<<",">>, [<<",">>, <<";,">>], Compiled],
        {F, Options} <- [{matches, [[], [{scope, {10, 60000}}], [{scope, {byte_size(Commas) - 2, -70000}}]]},
            {split, [[global], [global, trim], [global, trim_all], [global, {scope, {5, 80000}}], [trim]]}],
        O <- Options]]),
    io:format("replaced ~w~n", [[t(binary, replace, [B, <<",">>, <<"--">>, [global | O]]) || B <- [Commas, Ends],
        O <- [[], [{insert_replaced, 1}]]]]),
    Numbers = lists:seq(1, 200000),
    io:format("subtracted ~w~n", [[t(erlang, '--', [A, B])
        || A <- [Numbers, lists:reverse(Numbers), [X rem 1000 || X <- Numbers], [a | Numbers] ++ [1, 1, 1]],
        B <- [Numbers, lists:seq(1, 200000, 3), lists:duplicate(150, 7) ++ Numbers, [X / 1 || X <- lists:seq(1, 90000)],
            [X rem 777 || X <- Numbers]]]]),
    io:format("not lists ~w~n", [[t(erlang, '--', [A, B])
        || {A, B} <- [{Numbers ++ x, Numbers}, {Numbers, Numbers ++ x}, {x, Numbers}]]]),
    Self = self(),
    Worker = spawn(fun() -> Self ! {done, h(list_to_binary([Nested, Deep, Big]))} end),
    receive {done, H} -> io:format("worker ~w ~w~n", [is_pid(Worker), H]) end.
