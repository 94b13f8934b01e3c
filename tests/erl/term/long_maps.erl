%% SPDX-License-Identifier: Apache-2.0
%% Operations on large maps and encodings that take several portions: maps:merge, keys and values, binary_to_term. With
%% errors in the middle, while another process collects this one, and in processes that are killed meanwhile.
-module(long_maps).
-export([main/0]).

main() ->
    A = map(1, 60000), B = map(30001, 90000), C = map(100001, 160000), Small = map(1, 40), Few = map(1, 5),
    Pairs = [{A, B}, {B, A}, {A, C}, {A, A}, {A, map(1, 60000)}, {A, Small}, {Small, A}, {A, Few}, {Few, A}, {A, #{}}],
    io:format("~p~n", [[merged(X, Y) || {X, Y} <- Pairs]]),
    io:format("~p~n", [[listed(M) || M <- [A, B, C, Small, Few]]]),
    Terms = [A, maps:to_list(B), {Small, C, lists:seq(1, 40000)}, lists:duplicate(70000, {a, 1.5, <<"xyz">>, #{}}),
             [#{I => {I}, {I} => I} || I <- lists:seq(1, 20000)], list_to_tuple(lists:seq(1, 100000))],
    io:format("~p~n", [[decoded(T) || T <- Terms]]),
    io:format("~p~n", [[spoiled(term_to_binary(T)) || T <- Terms]]),
    io:format("~p~n", [twice()]),
    io:format("~p~n", [meanwhile(A, B)]),
    io:format("~p~n", [[killed(F) || F <- [fun() -> maps:merge(A, B) end, fun() -> maps:keys(A) end,
                                           fun() -> binary_to_term(term_to_binary(A)) end]]]).

map(From, To) -> maps:from_list([{I, {I, From}} || I <- lists:seq(From, To)]).

merged(X, Y) ->
    M = maps:merge(X, Y),
    Expected = lists:ukeymerge(1, lists:sort(maps:to_list(Y)), lists:sort(maps:to_list(X))),
    {maps:size(M), lists:sort(maps:to_list(M)) =:= Expected, M =:= maps:from_list(Expected), erlang:phash2(M)}.

listed(M) ->
    {length(maps:keys(M)), lists:zip(maps:keys(M), maps:values(M)) =:= maps:to_list(M),
     lists:sum(maps:keys(M)), lists:sum([I || {I, _} <- maps:values(M)])}.

decoded(T) ->
    Plain = term_to_binary(T), Size = byte_size(Plain), Zipped = term_to_binary(T, [compressed]),
    {_, Odd} = split_bits(<<5:3, Plain/binary>>),
    {binary_to_term(Plain) =:= T, binary_to_term(Plain, [safe]) =:= T, binary_to_term(Zipped) =:= T,
     binary_to_term(Odd) =:= T, {T, Size} =:= binary_to_term(<<Plain/binary, "rest">>, [used]),
     {T, byte_size(Zipped)} =:= binary_to_term(<<Zipped/binary, "rest">>, [used])}.

split_bits(<<Three:3, Rest/binary>>) -> {Three, Rest}.

%% Damaged encodings: cut off, or with an unknown tag.
spoiled(Bytes) ->
    Size = byte_size(Bytes),
    [catch_error(fun() -> binary_to_term(B) end)
     || At <- [Size - 1, Size div 2, Size - 3],
        B <- [binary:part(Bytes, 0, At), <<(binary:part(Bytes, 0, At))/binary, (binary:copy(<<255>>, Size))/binary>>]].

catch_error(F) ->
    try F() of _ -> none
    catch error:Reason:Stack -> [{M, N, [Bytes], _} | _] = Stack, {Reason, M, N, byte_size(Bytes)}
    end.

%% The same key occurs twice, far apart.
twice() ->
    N = 40000,
    Pairs = [<<98, I:32, 97, 1>> || I <- lists:seq(1, N - 1) ++ [1]],
    catch_error(fun() -> binary_to_term(iolist_to_binary([<<131, 116, N:32>>, Pairs])) end).

meanwhile(A, B) ->
    Bytes = term_to_binary(A), Merged = maps:merge(A, B), Keys = maps:keys(B), Values = maps:values(B),
    Self = self(),
    {Pid, Ref} = spawn_monitor(fun() -> collect(Self) end),
    Result = [{maps:merge(A, B) =:= Merged, maps:keys(B) =:= Keys, maps:values(B) =:= Values,
               binary_to_term(Bytes) =:= A} || _ <- lists:seq(1, 3)],
    exit(Pid, kill),
    receive {'DOWN', Ref, _, _, Why} -> {Result, Why} end.

collect(Pid) -> erlang:garbage_collect(Pid), Pid ! collected, erlang:yield(), collect(Pid).

killed(F) ->
    {Pid, Ref} = spawn_monitor(fun() -> again(F) end),
    receive after 10 -> exit(Pid, kill) end,
    receive {'DOWN', Ref, _, _, Why} -> Why end.

again(F) -> F(), again(F).
