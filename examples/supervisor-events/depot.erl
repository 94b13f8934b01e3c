%% SPDX-License-Identifier: Apache-2.0
%% A supervisor with three workers: when one fails, those started after it are restarted as well.
-module(depot).
-behaviour(supervisor).
-export([open/0, fail/1, close/0, init/1, start_worker/1, worker/2]).

open() -> {ok, Pid} = supervisor:start_link({local, depot}, ?MODULE, []), unlink(Pid), ok.

init([]) ->
    {ok, {#{strategy => rest_for_one, intensity => 5, period => 10},
          [#{id => Name, start => {?MODULE, start_worker, [Name]}} || Name <- [scales, crane, truck]]}}.

start_worker(Name) -> proc_lib:start_link(?MODULE, worker, [Name, self()]).

worker(Name, Parent) ->
    register(Name, self()),
    proc_lib:init_ack(Parent, {ok, self()}),
    receive {fail, Reason} -> exit(Reason) end.

%% Returns once the supervisor has dealt with it: it answers after that.
fail(Name) ->
    Ref = monitor(process, Name),
    Name ! {fail, {broken, Name}},
    receive {'DOWN', Ref, _, _, _} -> ok end,
    [Id || {Id, _, _, _} <- lists:reverse(supervisor:which_children(depot))].

close() -> gen_server:stop(depot).
