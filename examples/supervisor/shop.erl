%% SPDX-License-Identifier: Apache-2.0
%% A shop: a supervision tree on OTP's own supervisor and gen_server. Its workers crash in different ways;
%% exit signals travel along the links, the supervisors restart what has to be restarted.
%%
%%   shop_sup (one_for_one)
%%     till (gen_server, traps exits)
%%     kitchen_sup (rest_for_one)
%%       oven, waiter (waiter depends on oven)
-module(shop).
-behaviour(supervisor).
-export([open/0, day/0, init/1, start_worker/2]).

open() -> supervisor:start_link({local, shop_sup}, ?MODULE, shop_sup).

%% A bad day at the shop. Runs to its end and returns what is left alive.
day() ->
    process_flag(trap_exit, true),
    logger:set_primary_config(level, none),                                  % JavaScript tells the story
    {ok, Sup} = open(),
    crash(till, fun(P) -> gen_server:cast(P, {order, soup, -1}) end),        % an error in a worker
    crash(oven, fun(P) -> gen_server:cast(P, overheat) end),                 % exit(burnt): waiter goes down with it
    crash(waiter, fun(P) -> exit(P, kill) end),                              % killed from outside
    Guest = spawn(fun guest/0),                                              % a guest who leaves quietly
    receive after 5 -> Guest ! bye end,
    receive after 20 -> ok end,
    Left = [Name || Name <- [till, kitchen_sup, oven, waiter], is_pid(whereis(Name))],
    exit(Sup, shutdown),                                                     % closing time
    receive {'EXIT', Sup, Reason} -> {Left, Reason} end.

%% Makes a worker die, and waits until another one stands in its place.
crash(Name, How) ->
    Old = whereis(Name),
    How(Old),
    restarted(Name, Old, 200).

restarted(Name, _, 0) -> exit({not_restarted, Name});
restarted(Name, Old, N) ->
    case whereis(Name) of
        New when is_pid(New), New =/= Old -> ok;
        _ -> receive after 2 -> restarted(Name, Old, N - 1) end
    end.

%% Links to a worker that does not trap exits: its normal exit is ignored there.
guest() -> link(whereis(oven)), receive bye -> ok end.

init(shop_sup) ->
    {ok, {#{strategy => one_for_one, intensity => 5, period => 10},
          [#{id => till, start => {?MODULE, start_worker, [till, #{trap => true}]}},
           #{id => kitchen_sup, type => supervisor,
             start => {supervisor, start_link, [{local, kitchen_sup}, ?MODULE, kitchen_sup]}}]}};
init(kitchen_sup) ->
    {ok, {#{strategy => rest_for_one, intensity => 5, period => 10},
          [#{id => oven, start => {?MODULE, start_worker, [oven, #{}]}},
           #{id => waiter, start => {?MODULE, start_worker, [waiter, #{}]}}]}}.

start_worker(Name, Options) -> gen_server:start_link({local, Name}, shop_worker, Options, []).
