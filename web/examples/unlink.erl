%% SPDX-License-Identifier: Apache-2.0
-module(unlink).
-export([start/0]).

%% unlink/1 takes the link away on both sides at once: after it, no
%% exit signal of that link can arrive.

start() ->
    Tied = spawn_link(fun wait/0),
    Freed = spawn_link(fun wait/0),
    register(tied, Tied),
    register(freed, Freed),
    register(starter, self()),
    timer:sleep(1200),
    unlink(Freed),
    {links, Links} = process_info(self(), links),
    io:format("links of the starter now: ~p~n", [Links]),
    timer:sleep(1200),
    io:format("freed fails: nobody notices~n"),
    exit(Freed, boom),
    timer:sleep(1200),
    io:format("tied fails: the starter goes down with it~n"),
    exit(Tied, boom),
    timer:sleep(1000),
    io:format("this is never printed~n").

wait() -> receive never -> ok end.
