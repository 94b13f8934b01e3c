%% SPDX-License-Identifier: Apache-2.0
%% What iterators of maps look like from inside: comprehensions of OTP 29 print what is left of one, and an iterator
%% that a program made up is refused. Those that have an order came with OTP 26.
-module(map_iterators).
-export([main/0]).

main() ->
    Small = #{1 => x},
    Two = #{1 => x, 2 => y},
    [show(Position, Map, Type)
     || Map <- [#{}, Small, Two], Position <- [0, 1, 2, 3, -1, none, 1 bsl 70], Type <- [iterator, [], [tail], other]],
    Ordered = erlang:function_exported(maps, iterator, 2),
    Ordered andalso
        [show(Keys, Map, iterator)
         || Map <- [#{}, Small, Two], Keys <- [[], [1], [2], [1, 2], [2, 1], [1, 1], [3], [1, 3], [1 | 2], [1 | 3]]],
    Ordered andalso [walk(N, Order) || N <- [0, 1, 2, 31, 32, 33, 64, 65, 300], Order <- [ordered, reversed]],
    Ordered andalso [comprehend(X) || X <- made_up(Small, Two)].

show(Position, Map, Type) ->
    Answer = try_it(fun() -> erts_internal:map_next(Position, Map, Type) end),
    io:format("~w ~w ~w: ~w~n", [Position, Map, Type, Answer]).

%% Every pair once, in the order asked for; how many are read at a time is not to be seen.
walk(N, Order) ->
    Map = maps:from_list([{integer_to_list(I), I} || I <- lists:seq(1, N)]),
    Pairs = pairs(maps:next(maps:iterator(Map, Order))),
    io:format("~w ~w ~w~n", [N, Order, {length(Pairs), erlang:phash2(Pairs)}]).

pairs(none) -> [];
pairs({K, V, Next}) -> [{K, V} | pairs(maps:next(Next))].

made_up(Small, Two) ->
    [Small, Two, #{}, none, [], a, [0 | Two], [0 | #{}], [1 | Small], [9 | Small], [0 | a], [[1] | Small], [[] | Small],
     [[z] | Small], [[1, 2] | Two], {a, b, [0 | Small]}, {a, b, none}, {a, b, []}, {a, b}].

comprehend(X) -> io:format("~w: ~w~n", [X, try_it(fun() -> erts_internal:mc_iterator(X) end)]).

try_it(F) ->
    try F() catch Class:Reason -> {Class, Reason} end.
