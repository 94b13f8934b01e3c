%% SPDX-License-Identifier: Apache-2.0
%% A worker that cannot live, under a supervisor that gives up after a few restarts, under one that does not.
-module(storm).
-behaviour(supervisor).
-export([start/1, init/1, worker/0]).

start(Intensity) -> {ok, Pid} = supervisor:start_link({local, top}, ?MODULE, {top, Intensity}), unlink(Pid), ok.

init({top, Intensity}) ->
    {ok, {#{strategy => one_for_one, intensity => 2, period => 60},
          [#{id => inner, start => {supervisor, start_link, [{local, inner}, ?MODULE, {inner, Intensity}]},
              type => supervisor},
           #{id => calm, start => {erlang, apply, [fun calm/0, []]}}]}};
init({inner, Intensity}) ->
    {ok, {#{strategy => one_for_one, intensity => Intensity, period => 60},
        [#{id => moth, start => {?MODULE, worker, []}}]}}.

worker() -> {ok, spawn_link(fun() -> receive after 1 -> exit(flame) end end)}.
calm() -> {ok, spawn_link(fun() -> register(calm, self()), receive never -> ok end end)}.
