%% SPDX-License-Identifier: Apache-2.0
%%
%% kernel_sup of a bare VM: OTP's own supervisor without children, for the services that OTP starts when
%% they are first used (timer, for one). It costs a waiting process until somebody asks it for something.
-module(spawnlink_sup).
-export([start/0, init/1]).

start() ->
    receive Message -> self() ! Message end,
    %% As if proc_lib had started it.
    put('$ancestors', [init]),
    put('$initial_call', {supervisor, ?MODULE, 1}),
    %% {ok, State}, from OTP 27 on {ok, State, hibernate} and the like.
    Init = supervisor:init({{local, kernel_sup}, ?MODULE, []}),
    State = element(2, Init),
    gen_server:enter_loop(supervisor, [], State, {local, kernel_sup}).

init([]) -> {ok, {#{strategy => one_for_one, intensity => 10, period => 10}, []}}.
