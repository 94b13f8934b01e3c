%% SPDX-License-Identifier: Apache-2.0
-module(javascript).
-behaviour(supervisor).
-export([start/0, init/1, start_js/0]).

%% A JavaScript process under an Erlang supervisor: it has a pid, a link
%% and a mailbox like any other. This is it, in the page's worker:
%%
%%   const counter = vm.process();
%%   counter.link(supervisor);
%%   counter.on('message', (m) => isCall(m)
%%     ? counter.reply(m.at(1), ++count)
%%     : counter.exit(tuple('js_error', 'thrown in JavaScript')));

start() ->
    {ok, Sup} = supervisor:start_link({local, js_sup}, ?MODULE, []),
    count(Sup, 3),
    timer:sleep(800),
    io:format("JavaScript crashes~n"),
    child(Sup) ! crash,
    timer:sleep(1200),
    count(Sup, 1),
    receive stop -> ok end.

count(_, 0) -> ok;
count(Sup, N) ->
    Count = gen_server:call(child(Sup), next),
    io:format("JavaScript counts: ~p~n", [Count]),
    timer:sleep(400),
    count(Sup, N - 1).

child(Sup) -> [{_, Pid, _, _}] = supervisor:which_children(Sup), Pid.

init([]) ->
    {ok, {#{strategy => one_for_one},
          [#{id => counter, start => {?MODULE, start_js, []}}]}}.

start_js() ->
    javascript ! {start_link, self()},
    receive {javascript, Pid} -> {ok, Pid} end.
