%% SPDX-License-Identifier: Apache-2.0
-module(reasons).
-export([start/0, try_one/3]).

%% What an exit signal does depends on its reason, on how it comes (over
%% a link, or by exit/2) and on whether the receiver traps exits.

start() ->
    io:format("~-8s ~-10s ~-22s ~s~n",
              [way, reason, "not trapping", trapping]),
    [io:format("~-8w ~-10w ~-22w ~w~n",
               [Way, Reason,
                try_one(Way, false, Reason), try_one(Way, true, Reason)])
     || Way <- [link, exit], Reason <- [normal, boom, kill, killed]],
    ok.

%% What becomes of a process that gets this signal.
try_one(Way, Trap, Reason) ->
    Me = self(),
    Receiver = spawn(fun() ->
        process_flag(trap_exit, Trap),
        Me ! ready,
        receive
            {'EXIT', _, Got} ->
                Me ! {self(), {traps, Got}},
                receive over -> ok end;
            over -> ok
        end
    end),
    receive ready -> ok end,
    Ref = monitor(process, Receiver),
    send(Way, Receiver, Reason),
    receive
        {Receiver, What} -> over(Receiver, Ref), What;
        {'DOWN', Ref, _, _, Why} -> {dies, Why}
    after 500 ->
        over(Receiver, Ref), lives
    end.

send(exit, Receiver, Reason) ->
    exit(Receiver, Reason);
send(link, Receiver, Reason) ->
    spawn(fun() -> link(Receiver), timer:sleep(10), exit(Reason) end).

over(Receiver, Ref) ->
    demonitor(Ref, [flush]),
    Receiver ! over.
