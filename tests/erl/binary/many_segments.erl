%% SPDX-License-Identifier: Apache-2.0
%% Constructions with many segments, and a size that turns out at run time to be the atom all.
-module(many_segments).
-export([main/0]).
-define(T, X/binary,X/binary,X/binary,X/binary,X/binary,X/binary,X/binary,X/binary,X/binary,X/binary).
-define(H, ?T,?T,?T,?T,?T,?T,?T,?T,?T,?T).
-define(K, ?H,?H,?H,?H,?H,?H,?H,?H,?H,?H).

main() ->
    io:format("~p ~p~n", [many(id(<<1, 2>>)), thousand(id(<<3>>))]),
    io:format("~p~n", [catch many(id(a))]),
    io:format("~p~n", [catch last(id(<<1>>), id(b))]),
    [io:format("~p ~p ~p~n", [S, catch build(id(<<1, 2, 3>>), S), catch match(id(<<1, 2, 3>>), S)])
        || S <- [all, 8, 7, undefined, -1]],
    io:format("~p~n", [catch <<(id(<<1>>)):(id(all))/binary>>]),
    io:format("~p~n", [catch <<(id(1)):(id(all))>>]).

many(X) -> byte_size(<<?H, ?H, ?H>>).
thousand(X) -> erlang:md5(<<?K, 7, ?K>>).
last(X, Y) -> <<?H, ?H, ?H, Y/binary>>.
build(B, S) -> <<B:S/bitstring>>.
match(B, S) -> case B of <<X:S/bitstring, _/bitstring>> -> X; _ -> no_match end.
id(X) -> X.
