%% SPDX-License-Identifier: Apache-2.0
-module(crash).
-behaviour(supervisor).
-export([start/0, init/1]).

%% Let it crash: the calculator (calc.erl) has no code for bad input. It
%% fails, says why, and its supervisor starts it with a clean state. The
%% client only sees that its call was not answered.

start() ->
    {ok, _} = supervisor:start_link({local, calc_sup}, ?MODULE, []),
    [ask(A, B) || {A, B} <- [{10, 2}, {1, 0}, {9, 3}]],
    receive stop -> ok end.

ask(A, B) ->
    timer:sleep(900),
    try gen_server:call(calc, {divide, A, B}) of
        Result -> io:format("~p / ~p = ~p~n", [A, B, Result])
    catch
        exit:_ -> io:format("~p / ~p got no answer~n", [A, B])
    end.

init([]) ->
    {ok, {#{strategy => one_for_one},
          [#{id => calc, start => {calc, start_link, []}}]}}.
