%% SPDX-License-Identifier: Apache-2.0
%% A gen_server that does what a message tells it; otp_test and the supervision tests use it.
-module(gs_server).
-behaviour(gen_server).
-export([start_link/1, start_link/2, init/1, handle_call/3, handle_cast/2, handle_info/2, handle_continue/2,
    terminate/2, code_change/3]).

start_link(Arg) -> gen_server:start_link(?MODULE, Arg, []).
start_link(Name, Arg) -> gen_server:start_link({local, Name}, ?MODULE, Arg, []).

init({trap, To}) -> process_flag(trap_exit, true), {ok, To};
init({stop, R}) -> {stop, R};
init({crash, R}) -> error(R);
init({continue, To}) -> {ok, To, {continue, go}};
init(ignore) -> ignore;
init(To) -> {ok, To}.

handle_call(state, _, S) -> {reply, S, S};
handle_call({reply, X}, _, S) -> {reply, X, S};
handle_call({stop, R}, _, S) -> {stop, R, stopping, S};
handle_call({crash, R}, _, _) -> error(R);
handle_call({exit, R}, _, _) -> exit(R);
handle_call({throw, T}, _, _) -> throw(T);
handle_call({later, X}, From, S) -> gen_server:reply(From, X), {noreply, S};
handle_call(never, _, S) -> {noreply, S};
handle_call({timeout, T}, _, S) -> {reply, ok, S, T};
handle_call(hibernate, _, S) -> {reply, ok, S, hibernate};
handle_call(bad, _, _) -> bad_return.

handle_cast({tell, X}, S) -> tell(S, X), {noreply, S};
handle_cast({stop, R}, S) -> {stop, R, S};
handle_cast({crash, R}, _) -> error(R).

handle_info(timeout, S) -> tell(S, got_timeout), {noreply, S};
handle_info(X, S) -> tell(S, {info, strip(X)}), {noreply, S}.

handle_continue(go, S) -> tell(S, continued), {noreply, S}.

terminate(R, S) -> tell(S, {terminate, strip(R)}).
code_change(_, S, _) -> {ok, S}.

tell(To, X) when is_pid(To) -> To ! X;
tell(_, _) -> ok.

strip({'EXIT', P, R}) when is_pid(P) -> {'EXIT', pid, R};
strip({R, [{_, _, _, _} | _]}) -> {R, stack};
strip(X) -> X.
