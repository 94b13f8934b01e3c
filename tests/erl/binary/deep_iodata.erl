%% SPDX-License-Identifier: Apache-2.0
%% Iodata and chardata nested to the left, deeper than one portion of a long BIF's work: each BIF continues where it
%% paused, and gives the same result as for a flat list.
-module(deep_iodata).
-export([main/0]).

main() ->
    Deep = lists:foldl(fun(I, Acc) -> [Acc, integer_to_list(I), "\n"] end, [], lists:seq(1, 70000)),
    Binaries = lists:foldl(fun(I, Acc) -> [Acc, integer_to_binary(I), <<>> | <<"\n">>] end, <<"x">>,
        lists:seq(1, 60000)),
    Empty = lists:foldl(fun(_, Acc) -> [Acc, [], []] end, "end", lists:seq(1, 80000)),
    Wide = lists:foldl(fun(I, Acc) -> [Acc, [I rem 128, 16#E5, <<(I rem 200)/utf8>>]] end, [], lists:seq(1, 60000)),
    Right = lists:foldl(fun(I, Acc) -> [I rem 256, Acc] end, [], lists:seq(1, 120000)),
    [io:format("~s ~p~n", [Name, results(Term)]) || {Name, Term} <- [{deep, Deep}, {binaries, Binaries}, {empty, Empty},
        {right, Right}]],
    [io:format("~s ~p~n", [Name, characters(Term)]) || {Name, Term} <- [{deep, Deep}, {binaries, Binaries},
        {empty, Empty}, {wide, Wide}]],
    [io:format("~s ~p~n", [Name, wrong(Term)]) || {Name, Term} <- [{deep, Deep}, {empty, Empty}, {right, Right}]],
    [io:format("rest ~p~n", [rest(Bad)]) || Bad <- [16#D800, <<255>>, -1, <<16#E5>>]],
    [io:format("~w~n", [short(T)]) || T <- short()],
    io:put_chars(lists:foldl(fun(I, Acc) -> [Acc, [$a + I rem 26]] end, [], lists:seq(1, 60000))),
    io:nl().

results(L) ->
    Binary = iolist_to_binary(L),
    {iolist_size(L), byte_size(Binary), erlang:crc32(L) =:= erlang:crc32(Binary), erlang:crc32(L), erlang:adler32(L),
     erlang:md5(L) =:= erlang:md5(Binary), list_to_binary([L]) =:= Binary,
         list_to_bitstring([L, <<1:3>>]) =:= <<Binary/binary, 1:3>>,
     iolist_to_binary(erlang:iolist_to_iovec(L)) =:= Binary,
         erlang:crc32([byte_size(B) rem 256 || B <- erlang:iolist_to_iovec(L)])}.

characters(L) ->
    Binary = unicode:characters_to_binary(L),
    List = unicode:characters_to_list(L),
    {byte_size(Binary), length(List), erlang:phash2(Binary), unicode:characters_to_list(Binary) =:= List,
     erlang:phash2(unicode:characters_to_binary(L, latin1))}.

wrong(L) ->
    Bad = [L, 256],
    [try F(Bad) of _ -> no_error catch error:badarg -> badarg end
     || F <- [fun iolist_size/1, fun erlang:crc32/1, fun erlang:adler32/1, fun erlang:md5/1, fun list_to_binary/1,
              fun iolist_to_binary/1, fun list_to_bitstring/1, fun erlang:iolist_to_iovec/1]].

%% Incomplete characters at the end of a binary, with and without other data behind them.
short() ->
    [[<<229>>, <<98>>], [[<<229>>, <<98>>], <<1>>], [<<229>>, <<98>>, <<99>>], [<<240>>, <<98>>, <<99, 100>>],
        [<<240>>, <<98>>, 1], [<<240, 98>>],
     [<<240, 98>>, <<1>>], <<240, 98>>, [[$a, <<229>>, [], <<128, 1>>, "c"], 1], [[$a, <<229>> | <<"b">>], 5],
         [<<240>>, <<144>>, <<1>>], [<<240, 144>>], [<<229, 165>>, []]].

short(T) -> {unicode:characters_to_list(T), unicode:characters_to_binary(T)}.

%% Data that is not converted is returned with its nesting, however many portions came before.
rest(Bad) ->
    L = lists:foldl(fun(I, Acc) -> [Acc, I rem 100] end, [$a, Bad, <<"b">>, "c"], lists:seq(1, 60000)),
    Long = lists:foldl(fun(I, Acc) -> [Acc, I rem 100] end, [lists:duplicate(70000, $a), Bad, <<"b">>, "c"],
        lists:seq(1, 60000)),
    [begin {Tag, Done, Rest} = F(T), {Tag, erlang:phash2(Done), erlang:phash2(Rest)} end
     || T <- [L, Long], F <- [fun unicode:characters_to_list/1, fun unicode:characters_to_binary/1]].
