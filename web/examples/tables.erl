%% SPDX-License-Identifier: Apache-2.0
-module(tables).
-export([start/0]).

%% An ETS table belongs to a process and goes with it, unless it has an
%% heir, who is told and gets it.

start() ->
    register(heir, self()),
    Owner = spawn(fun() -> owner(whereis(heir)) end),
    register(owner, Owner),
    timer:sleep(1000),
    io:format("owned by ~p: ~p~n",
              [ets:info(kept, owner), ets:tab2list(kept)]),
    exit(Owner, boom),
    receive
        {'ETS-TRANSFER', kept, From, Gift} ->
            io:format("kept came from ~p with ~p: ~p~n",
                      [From, Gift, ets:tab2list(kept)])
    end,
    timer:sleep(50),
    io:format("lost is ~p~n", [ets:info(lost)]).

owner(Heir) ->
    ets:new(kept, [named_table, ordered_set, {heir, Heir, a_gift}]),
    ets:new(lost, [named_table]),
    ets:insert(kept, [{apples, 3}, {pears, 5}]),
    receive never -> ok end.
