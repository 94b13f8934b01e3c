%% SPDX-License-Identifier: Apache-2.0
-module(selective).
-export([start/0]).

%% receive takes the first message that matches, not the first that came:
%% the others wait in the mailbox, in their order.

start() ->
    register(reader, self()),
    [self() ! {low, N} || N <- [1, 2, 3]],
    self() ! {high, urgent},
    {messages, Waiting} = process_info(self(), messages),
    io:format("in the mailbox: ~p~n", [Waiting]),
    timer:sleep(1500),
    receive {high, What} -> io:format("first: ~p~n", [What]) end,
    drain().

drain() ->
    timer:sleep(800),
    receive
        {low, N} -> io:format("then: ~p~n", [N]), drain()
    after 0 ->
        io:format("the mailbox is empty~n")
    end.
