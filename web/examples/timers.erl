%% SPDX-License-Identifier: Apache-2.0
-module(timers).
-export([start/0]).

%% Time is a message too. Timers can be read and cancelled; a receive may
%% wait for so long and no longer.

start() ->
    register(clock, self()),
    erlang:send_after(300, self(), tick),
    Late = erlang:send_after(60_000, self(), never),
    loop(5, Late).

loop(0, Late) ->
    Left = erlang:cancel_timer(Late),
    io:format("cancelled, ~p s before its time~n", [Left div 1000 + 1]),
    receive
        nothing -> ok
    after 500 ->
        io:format("nothing came for half a second~n")
    end;
loop(N, Late) ->
    receive
        tick ->
            io:format("tick ~p~n", [N]),
            erlang:send_after(300, self(), tick),
            loop(N - 1, Late)
    end.
