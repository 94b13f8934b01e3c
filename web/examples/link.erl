%% SPDX-License-Identifier: Apache-2.0
-module(link).
-export([start/0, chain/1]).

%% A link binds two processes to the same fate: when one ends
%% abnormally, an exit signal travels along its links, and who gets
%% it ends with the same reason and passes it on.

start() ->
    Head = spawn(?MODULE, chain, [5]),
    register(head, Head),
    timer:sleep(1500),
    io:format("the head of the chain is told to exit~n"),
    exit(Head, boom),
    timer:sleep(500),
    io:format("is the head alive? ~p~n", [is_process_alive(Head)]).

chain(0) ->
    receive never -> ok end;
chain(N) ->
    spawn_link(?MODULE, chain, [N - 1]),
    receive never -> ok end.
