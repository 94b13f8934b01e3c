%% SPDX-License-Identifier: Apache-2.0
-module(trap).
-export([start/0]).

%% A process that traps exits gets exit signals as messages. So it can
%% clean up, or start another one; that is all a supervisor is.

start() ->
    process_flag(trap_exit, true),
    register(keeper, self()),
    loop(1).

loop(6) ->
    io:format("five lives are enough~n"),
    receive stop -> ok end;
loop(N) ->
    Pid = spawn_link(fun() -> mortal(N) end),
    register(mortal, Pid),
    receive
        {'EXIT', Pid, Reason} ->
            io:format("life ~p ended: ~p~n", [N, Reason]),
            loop(N + 1)
    end.

mortal(N) ->
    timer:sleep(1200),
    case N rem 3 of
        0 -> ok;                       % ends with reason normal
        1 -> exit({life, N});          % exit with a reason
        2 -> throw(ball)               % nobody catches it
    end.
