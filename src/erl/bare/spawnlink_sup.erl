%% SPDX-License-Identifier: Apache-2.0
%%
%% kernel_sup and kernel_safe_sup of a bare VM: OTP's own supervisor without children, for the services that OTP starts
%% when they are first used (timer, disk_log). Each process hibernates, without this module being loaded, until it gets
%% its first message (spawnlink_init).
-module(spawnlink_sup).
-export([start/1, file_server/0, global/0, prim_loader/0, init/1]).

start(Name) ->
    %% What proc_lib puts there when it starts a process.
    put('$ancestors', [init]),
    put('$initial_call', {supervisor, ?MODULE, 1}),
    %% {ok, State}, and from OTP 27 on also {ok, State, hibernate} and the like.
    Init = supervisor:init({{local, Name}, ?MODULE, []}),
    State = element(2, Init),
    gen_server:enter_loop(supervisor, [], State, {local, Name}).

%% OTP's file server, started by the first request.
file_server() ->
    put('$ancestors', [kernel_sup, init]),
    put('$initial_call', {file_server, init, 1}),
    {ok, State} = file_server:init([]),
    %% Its name is not told: while something is compiled, spawnlink_compile has it.
    gen_server:enter_loop(file_server, [], State).

%% OTP's global, started by the first request. Its own table replaces the empty one, which spawnlink_init made.
global() ->
    put('$ancestors', [kernel_sup, init]),
    put('$initial_call', {global, init, 1}),
    ets:delete(global_names),
    {ok, State} = global:init([]),
    gen_server:enter_loop(global, [], State, {local, global_name_server}).

%% OTP's primary loader, started by the first request. It registers its name when it starts, and then this process takes
%% the name back: it serves requests for modules itself, which OTP 25 makes and for which the host is responsible, and
%% passes all other requests to OTP's loader.
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

%% Returns {[{Module, result of Use}], [{Module, Error}]}.
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
