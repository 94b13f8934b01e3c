%% SPDX-License-Identifier: Apache-2.0
-module(family).
-behaviour(supervisor).
-export([start/0, init/1, start_worker/1, work/2]).

%% A supervisor and three workers. Each worker is linked to the
%% supervisor, which traps exits. Click a worker, send it `kill`,
%% and watch another one take its place.

start() ->
    {ok, _} = supervisor:start_link({local, family_sup}, ?MODULE, []),
    timer:sleep(1500),
    io:format("w2 is ~p: it gets killed now~n", [whereis(w2)]),
    exit(whereis(w2), kill),
    timer:sleep(1000),
    io:format("w2 is ~p: another process, the same name~n",
              [whereis(w2)]),
    receive stop -> ok end.

init([]) ->
    Workers = [#{id => Name, start => {?MODULE, start_worker, [Name]}}
               || Name <- [w1, w2, w3]],
    Flags = #{strategy => one_for_one, intensity => 100, period => 5},
    {ok, {Flags, Workers}}.

start_worker(Name) ->
    {ok, proc_lib:spawn_link(?MODULE, work, [Name, 0])}.

work(Name, 0) ->
    register(Name, self()),
    work(Name, 1);
work(Name, N) ->
    receive
        hello ->
            io:format("~p says hello, for the ~pth time~n", [Name, N])
    end,
    work(Name, N + 1).
