%% SPDX-License-Identifier: Apache-2.0
-module(light).
-behaviour(gen_statem).
-export([start/0, callback_mode/0, init/1, red/3, green/3, yellow/3]).

%% gen_statem: a function for each state, and time-outs that belong to
%% the state. A pedestrian's button makes green shorter.

start() ->
    {ok, _} = gen_statem:start_link({local, light}, ?MODULE, [], []),
    timer:sleep(1800),
    io:format("button~n"),
    gen_statem:cast(light, button),
    receive stop -> ok end.

callback_mode() -> [state_functions, state_enter].

init([]) -> {ok, red, 0}.

red(enter, _, N) -> show(red, N, 800);
red(state_timeout, next, N) -> {next_state, green, N + 1};
red(cast, button, _) -> keep_state_and_data.

green(enter, _, N) -> show(green, N, 4000);
green(state_timeout, next, N) -> {next_state, yellow, N};
green(cast, button, N) -> {next_state, yellow, N}.

yellow(enter, _, N) -> show(yellow, N, 500);
yellow(state_timeout, next, N) -> {next_state, red, N};
yellow(cast, button, _) -> keep_state_and_data.

show(State, N, Time) ->
    io:format("~p~n", [State]),
    {keep_state, N, [{state_timeout, Time, next}]}.
