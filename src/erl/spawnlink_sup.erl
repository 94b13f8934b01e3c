%% SPDX-License-Identifier: Apache-2.0
%%
%% kernel_sup and kernel_safe_sup of a bare VM: OTP's own supervisor without children, for the services that OTP starts
%% when they are first used (timer, disk_log). Each waits outside this module until somebody sends it something
%% (spawnlink_init).
-module(spawnlink_sup).
-export([start/1, file_server/0, prim_loader/0, init/1]).

start(Name) ->
    %% As if proc_lib had started it.
    put('$ancestors', [init]),
    put('$initial_call', {supervisor, ?MODULE, 1}),
    %% {ok, State}, from OTP 27 on {ok, State, hibernate} and the like.
    Init = supervisor:init({{local, Name}, ?MODULE, []}),
    State = element(2, Init),
    gen_server:enter_loop(supervisor, [], State, {local, Name}).

%% OTP's file server, once somebody asks for a file.
file_server() ->
    put('$ancestors', [kernel_sup, init]),
    put('$initial_call', {file_server, init, 1}),
    {ok, State} = file_server:init([]),
    gen_server:enter_loop(file_server, [], State, {local, file_server_2}).

%% OTP's primary loader, once somebody asks it. It starts itself and takes the name; who asked before waits for an answer
%% of ours.
prim_loader() ->
    receive {From, Request} when is_pid(From) -> ok end,
    unregister(erl_prim_loader),
    {ok, Loader} = erl_prim_loader:start(),
    answer(From, Request, Loader).

answer(From, Request, Loader) ->
    Loader ! {self(), Request},
    receive {Loader, Answer} -> From ! {self(), Answer} end,
    receive {Next, More} when is_pid(Next) -> answer(Next, More, Loader) end.

init([]) -> {ok, {#{strategy => one_for_one, intensity => 10, period => 10}, []}}.
