%% SPDX-License-Identifier: Apache-2.0
%%
%% kernel_sup and kernel_safe_sup of a bare VM: OTP's own supervisor without children, for the services that OTP starts
%% when they are first used (timer, disk_log). Each waits outside this module until somebody sends it something
%% (spawnlink_init).
-module(spawnlink_sup).
-export([start/1, file_server/0, global/0, prim_loader/0, init/1]).

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

%% OTP's global, once somebody registers a name or the like. Its own table takes the place of the empty one that was
%% looked into before.
global() ->
    put('$ancestors', [kernel_sup, init]),
    put('$initial_call', {global, init, 1}),
    ets:delete(global_names),
    {ok, State} = global:init([]),
    gen_server:enter_loop(global, [], State, {local, global_name_server}).

%% OTP's primary loader, once somebody asks it. It starts itself and takes the name, which comes back to us: modules are
%% the host's to give (OTP 25 asks for them here), and what else is asked goes to OTP's.
prim_loader() ->
    receive {From, Request} when is_pid(From) -> ok end,
    unregister(erl_prim_loader),
    {ok, Loader} = erl_prim_loader:start(),
    unregister(erl_prim_loader),
    register(erl_prim_loader, self()),
    answer(From, Request, Loader).

answer(From, {get_modules, Wanted}, Loader) ->
    From ! {self(), {ok, modules(element(1, Wanted), element(2, Wanted))}},
    next(Loader);
answer(From, Request, Loader) ->
    Loader ! {self(), Request},
    receive {Loader, Answer} -> From ! {self(), Answer} end,
    next(Loader).

next(Loader) -> receive {From, Request} when is_pid(From) -> answer(From, Request, Loader) end.

%% {[{Module, What Use made of it}], [{Module, Error}]}
modules(Modules, Use) ->
    Done = [{Module, module(Module, Use)} || Module <- Modules],
    {[{Module, Value} || {Module, {ok, Value}} <- Done], [{Module, Error} || {Module, {error, Error}} <- Done]}.

module(Module, Use) ->
    case spawnlink:beam(Module) of
        false -> {error, enoent};
        Beam ->
            try Use(Module, atom_to_list(Module) ++ ".beam", Beam)
            catch
                _:Reason -> {error, {crash, Reason}}
            end
    end.

init([]) -> {ok, {#{strategy => one_for_one, intensity => 10, period => 10}, []}}.
