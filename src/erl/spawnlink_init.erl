%% SPDX-License-Identifier: Apache-2.0
%%
%% The first process of a bare VM. It stands where OTP's init does (registered as init, same protocol) and
%% starts the light services: I/O (user, standard_error), logger, code_server. It holds the arguments of
%% the command line. Started by js/vm.js and the native runner before any other process.
-module(spawnlink_init).
-export([start/0, start/1]).

start() -> start([]).

%% Arguments: binaries, as they follow the program's own name on the command line.
start(Arguments) ->
    register(init, self()),
    process_flag(trap_exit, true),
    %% Where application:get_env looks: no application has any.
    ac_tab = ets:new(ac_tab, [set, public, named_table, {read_concurrency, true}]),
    User = service(user, spawnlink_io, start, [1]),
    service(standard_error, spawnlink_io, start, [2]),
    %% Where os:cmd/1 of OTP 26 and later looks.
    persistent_term:put(kernel_os_cmd_shell, "/bin/sh"),
    %% As group_leader/2, without loading the module erlang: a start loads as little as it can.
    true = erts_internal:group_leader(User, self()),
    code_server(list_to_integer(erlang:system_info(otp_release))),
    register(logger, spawn_link(spawnlink_log, start, [])),
    service(kernel_sup, spawnlink_sup, start, [kernel_sup]),
    service(kernel_safe_sup, spawnlink_sup, start, [kernel_safe_sup]),
    service(file_server_2, spawnlink_sup, file_server, []),
    service(erl_prim_loader, spawnlink_sup, prim_loader, []),
    {Flags, Plain} = flags(Arguments, [], []),
    loop(Flags, Plain).

%% A process that runs its function, whose module is loaded only then, once somebody sends it something.
service(Name, Module, Function, Arguments) ->
    Pid = spawn_link(erlang, hibernate, [Module, Function, Arguments]),
    register(Name, Pid),
    Pid.

%% Where OTP 26 and later look up the mode of the code server, and whether files are read through a process.
code_server(Release) when Release >= 26 ->
    persistent_term:put(code_server, interactive),
    persistent_term:put(erl_prim_loader, {efile, undefined}),
    service(code_server, spawnlink_code, start, []);
code_server(_) ->
    service(code_server, spawnlink_code, start, []).

%% -flag value... --flag ... -- plain ...; -extra ends it all. No call to lists: a start loads few modules.
flags([], Flags, Plain) -> {reverse(Flags, []), reverse(Plain, [])};
flags([<<"-extra">> | Rest], Flags, Plain) -> {reverse(Flags, []), reverse(Plain, Rest)};
flags([<<"--">> | Rest], Flags, Plain) ->
    {Values, Rest1} = values(Rest, []),
    flags(Rest1, Flags, reverse(Values, Plain));
flags([<<"-", Flag/binary>> | Rest], Flags, Plain) when Flag =/= <<>> ->
    {Values, Rest1} = values(Rest, []),
    flags(Rest1, [{binary_to_atom(Flag), Values} | Flags], Plain);
flags([Argument | Rest], Flags, Plain) ->
    flags(Rest, Flags, [Argument | Plain]).

values([<<"-", Flag/binary>> | _] = Rest, Values) when Flag =/= <<>> -> {reverse(Values, []), Rest};
values([Value | Rest], Values) -> values(Rest, [Value | Values]);
values([], Values) -> {reverse(Values, []), []}.

reverse([X | Rest], Done) -> reverse(Rest, [X | Done]);
reverse([], Done) -> Done.

loop(Flags, Plain) ->
    receive
        {stop, {stop, Status}} -> halt(Status);
        {stop, _} -> halt(0);
        {From, Request} when is_pid(From) ->
            From ! {init, reply(Request, Flags, Plain)},
            loop(Flags, Plain);
        {'EXIT', _, _} ->
            loop(Flags, Plain);
        _ ->
            loop(Flags, Plain)
    end.

reply(get_arguments, Flags, _) -> [{Flag, text(Values)} || {Flag, Values} <- Flags];
reply(get_plain_arguments, _, Plain) -> Plain;
reply({get_argument, Flag}, Flags, _) ->
    case [text(Values) || {F, Values} <- Flags, F =:= Flag] of
        [] -> error;
        Found -> {ok, Found}
    end;
reply(get_status, _, _) -> {started, started};
reply(script_id, _, _) -> {"spawnlink", "bare"};
reply(fetch_loaded, _, _) -> [];
reply({ensure_loaded, Module}, _, _) -> {module, Module};
reply(_, _, _) -> {error, bare}.

text(Values) -> [unicode:characters_to_list(Value) || Value <- Values].
