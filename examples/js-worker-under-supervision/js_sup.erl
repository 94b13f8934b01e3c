%% SPDX-License-Identifier: Apache-2.0
%% A supervisor whose child is a JavaScript process: the process named js_factory makes one when asked.
-module(js_sup).
-behaviour(supervisor).
-export([start/0, init/1, start_child/0, add/2, stop/0]).

start() -> {ok, Pid} = supervisor:start_link({local, js_sup}, ?MODULE, []), unlink(Pid), ok.
init([]) -> {ok, {#{intensity => 3, period => 10},
    [#{id => adder, start => {?MODULE, start_child, []}, shutdown => 1000}]}}.

%% Runs in the supervisor: the JavaScript process links itself to it.
start_child() -> {ok, gen_server:call(js_factory, {start, self()})}.

add(A, B) -> gen_server:call(adder, {add, A, B}).
stop() -> gen_server:stop(js_sup).
