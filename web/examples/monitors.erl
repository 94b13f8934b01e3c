%% SPDX-License-Identifier: Apache-2.0
-module(monitors).
-export([start/0]).

%% A link goes both ways and kills. A monitor goes one way and tells:
%% the watcher gets a 'DOWN' message, once, and lives on.

start() ->
    register(watcher, self()),
    Worker = spawn(fun() -> timer:sleep(1500), exit(tired) end),
    register(worker, Worker),
    Ref = monitor(process, Worker),
    receive
        {'DOWN', Ref, process, Worker, Reason} ->
            io:format("the watcher was told: worker is down, ~p~n",
                      [Reason])
    end,
    Other = spawn(fun() -> receive never -> ok end end),
    register(other, Other),
    Ref2 = monitor(process, Other),
    timer:sleep(1000),
    demonitor(Ref2, [flush]),
    exit(Other, kill),
    receive
        {'DOWN', Ref2, _, _, _} -> io:format("not expected~n")
    after 800 -> io:format("after demonitor/2 nothing comes~n")
    end,
    receive stop -> ok end.
