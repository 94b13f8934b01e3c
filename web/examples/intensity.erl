%% SPDX-License-Identifier: Apache-2.0
-module(intensity).
-behaviour(supervisor).
-export([start/0, init/1, start_child/0]).

%% A child that fails again and again: after 3 restarts within 5 seconds
%% its supervisor gives up, ends its children and itself. The one above
%% it is told, and starts the whole of it anew.

start() ->
    process_flag(trap_exit, true),
    register(owner, self()),
    {ok, Sup} = supervisor:start_link({local, sup}, ?MODULE, []),
    receive
        {'EXIT', Sup, Reason} ->
            io:format("the supervisor gave up: ~p~n", [Reason])
    end.

init([]) ->
    {ok, {#{strategy => one_for_one, intensity => 3, period => 5},
          [#{id => hopeless, start => {?MODULE, start_child, []}}]}}.

start_child() ->
    Pid = spawn_link(fun() ->
        timer:sleep(700),
        io:format("hopeless fails~n"),
        exit(again)
    end),
    {ok, Pid}.
