%% SPDX-License-Identifier: Apache-2.0
-module(rest_for_one).
-behaviour(supervisor).
-export([start/0, init/1, start_child/1]).

%% rest_for_one: the children started after the one that ended go
%% down with it, and come back in order; those before it stay.

start() ->
    {ok, _} = supervisor:start_link({local, sup}, ?MODULE, []),
    Before = pids(),
    timer:sleep(1500),
    io:format("b fails~n"),
    exit(whereis(b), boom),
    timer:sleep(1200),
    [io:format("~p: ~s~n", [Name, same(Pid, whereis(Name))])
     || {Name, Pid} <- Before],
    receive stop -> ok end.

init([]) ->
    Children = [#{id => Name, start => {?MODULE, start_child, [Name]}}
                || Name <- [a, b, c, d]],
    {ok, {#{strategy => rest_for_one}, Children}}.

start_child(Name) ->
    Pid = spawn_link(fun() -> receive never -> ok end end),
    register(Name, Pid),
    {ok, Pid}.

pids() -> [{Name, whereis(Name)} || Name <- [a, b, c, d]].

same(Pid, Pid) -> "the same process";
same(_, _) -> "a new process".
