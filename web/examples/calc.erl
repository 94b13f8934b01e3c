%% SPDX-License-Identifier: Apache-2.0
-module(calc).
-behaviour(gen_server).
-export([start_link/0, init/1, handle_call/3, handle_cast/2]).

start_link() -> gen_server:start_link({local, calc}, ?MODULE, [], []).

init([]) -> {ok, no_state}.

handle_call({divide, A, B}, _From, State) -> {reply, A / B, State}.

handle_cast(_, State) -> {noreply, State}.
