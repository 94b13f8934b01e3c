%% SPDX-License-Identifier: Apache-2.0
-module(bank).
-behaviour(gen_server).
-export([start/0, init/1, handle_call/3, handle_cast/2]).

%% gen_server: state in a process, asked by calls. Try in the shell:
%%   gen_server:call(bank, {deposit, 100}).

start() ->
    {ok, _} = gen_server:start_link({local, bank}, ?MODULE, [], []),
    [customer(Name) || Name <- [anna, bert, cleo]],
    timer:sleep(2500),
    io:format("balance: ~p~n", [gen_server:call(bank, balance)]),
    receive stop -> ok end.

customer(Name) ->
    register(Name, spawn_link(fun() ->
        [begin
             timer:sleep(300 + rand:uniform(400)),
             {ok, _} = gen_server:call(bank, {deposit, 10})
         end || _ <- [1, 2, 3]],
        receive bye -> ok end
    end)).

init([]) -> {ok, 0}.

handle_call({deposit, Amount}, _From, Sum) when Amount > 0 ->
    {reply, {ok, Sum + Amount}, Sum + Amount};
handle_call(balance, _From, Sum) ->
    {reply, Sum, Sum}.

handle_cast(_, Sum) -> {noreply, Sum}.
