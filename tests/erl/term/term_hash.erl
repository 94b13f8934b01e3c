%% SPDX-License-Identifier: Apache-2.0
%% phash2 and phash of several hundred terms.
-module(term_hash).
-export([main/0]).

main() ->
    term_gen:seed(22),
    [line(T) || T <- term_gen:fixed()],
    [line(T) || T <- term_gen:list(4, 300)],
    [line(I) || I <- integers()],
    [line(atom(N)) || N <- lists:seq(0, 60)],
    [line(lists:sublist("The quick brown fox", N)) || N <- lists:seq(0, 19)],
    [line(binary:copy(<<"x">>, N)) || N <- lists:seq(0, 30)],
    [line(<<(N * 37):N>>) || N <- lists:seq(0, 30)],
    [begin <<_:Skip, B:60/bitstring, _/bitstring>> = <<"some text to cut">>, line(B) end || Skip <- lists:seq(0, 20)],
    [io:format("~w~n", [{R, [erlang:phash2(T, R) || T <- [a, {b}, "c", 4, 5.0]],
        [erlang:phash(T, R) || T <- [a, {b}, "c", 4, 5.0]]}])
     || R <- [1, 2, 3, 7, 1000, 65536, 1 bsl 27, 1 bsl 32]],
    [line(P) || P <- lists:map(fun erlang:list_to_pid/1, ["<0.0.0>", "<0.1.0>", "<0.99.3>", "<0.32767.8191>"])],
    [line(R) || R <- lists:map(fun erlang:list_to_ref/1, ["#Ref<0.1.1.3>", "#Ref<0.4294967295.1.262143>"])],
    line(list_to_port("#Port<0.17>")),
    Big = maps:from_list([{I, {I, integer_to_binary(I)}} || I <- lists:seq(1, 5000)]),
    line_of(big_map, Big),
    line_of(big_map_changed, Big#{7 => x}).

integers() ->
    lists:append([[1 bsl N, -(1 bsl N), (1 bsl N) - 1, 1 - (1 bsl N), (1 bsl N) * 12345678901]
    || N <- lists:seq(1, 130, 3)]).
atom(N) -> list_to_atom(lists:sublist("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", N)).

line(T) -> line_of(term_gen:show(T), T).
line_of(Name, T) ->
    io:format("~w ~w ~w ~w~n", [Name, erlang:phash2(T), erlang:phash2(T, 1 bsl 32), erlang:phash(T, 1 bsl 32)]).
