%% SPDX-License-Identifier: Apache-2.0
-module(pingpong).
-export([start/0, pong/0]).

%% Two processes share nothing and talk by messages alone.

start() ->
    register(ping, self()),
    Pong = spawn_link(?MODULE, pong, []),
    register(pong, Pong),
    ping(Pong, 5),
    Pong ! stop,
    io:format("game over~n").

ping(_, 0) -> ok;
ping(Pong, N) ->
    Pong ! {ping, self(), N},
    receive {pong, N} -> io:format("pong ~p~n", [N]) end,
    timer:sleep(500),
    ping(Pong, N - 1).

pong() ->
    receive
        {ping, From, N} -> timer:sleep(500), From ! {pong, N}, pong();
        stop -> ok
    end.
