%% SPDX-License-Identifier: Apache-2.0
%% A worker of the shop.
-module(shop_worker).
-behaviour(gen_server).
-export([init/1, handle_call/3, handle_cast/2]).

init(Options) ->
    process_flag(trap_exit, maps:get(trap, Options, false)),
    {ok, 0}.

handle_call(sum, _From, Sum) -> {reply, Sum, Sum}.

handle_cast({order, _Dish, Price}, Sum) when Price > 0 -> {noreply, Sum + Price};
handle_cast({order, Dish, Price}, _) -> error({bad_price, Dish, Price});
handle_cast(overheat, _) -> exit(burnt).
