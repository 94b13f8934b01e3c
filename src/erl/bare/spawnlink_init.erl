%% SPDX-License-Identifier: Apache-2.0
%%
%% The first process of a bare VM. It takes the place of OTP's init (it is registered as init and speaks the same
%% protocol), starts the light services, such as I/O (user, standard_error), logger and code_server, and holds the
%% arguments of the command line. js/vm/vm.js and the native runner start it before any other process.
-module(spawnlink_init).
-export([start/0, start/1]).

start() -> start([]).

%% The arguments are binaries, as they follow the program's own name on the command line.
start(Arguments) ->
    register(init, self()),
    process_flag(trap_exit, true),
    %% The table that application:get_env reads; it has no variables yet.
    ac_tab = ets:new(ac_tab, [set, public, named_table, {read_concurrency, true}]),
    %% The key that os:cmd/1 of OTP 26 and later reads.
    persistent_term:put(kernel_os_cmd_shell, "/bin/sh"),
    code_server_mode(list_to_integer(erlang:system_info(otp_release))),
    start_services(services()),
    %% The same as group_leader/2, without loading the module erlang: a start loads as little as it can.
    true = erts_internal:group_leader(whereis(user), self()),
    {Flags, Plain} = flags(Arguments, [], []),
    %% In another process, because parsing asks init for its flags. Only when there are flags, because spawn/1 would
    %% load the module erlang.
    _ = Flags =/= [] andalso spawn(fun() -> environment(Flags) end),
    loop(Flags, Plain).

%% The name, module, function and arguments of each service. A service that is killed is started again.
services() ->
    [
        {user, spawnlink_io, start, [1]},
        {standard_error, spawnlink_io, start, [2]},
        {code_server, spawnlink_code, start, []},
        {logger, spawnlink_log, start, []},
        {kernel_sup, spawnlink_sup, start, [kernel_sup]},
        {kernel_safe_sup, spawnlink_sup, start, [kernel_safe_sup]},
        {application_controller, spawnlink_applications, start, []},
        {file_server_2, spawnlink_sup, file_server, []},
        {global_name_server, spawnlink_sup, global, []},
        {erl_prim_loader, spawnlink_sup, prim_loader, []}
    ].

start_services([Service | Rest]) -> start_service(Service), start_services(Rest);
start_services([]) -> ok.

%% Starts a process that runs its function when it gets its first message: only then is the function's module loaded.
%% The logger runs at once, because its table is read without asking it.
start_service({Name, Module, Function, Arguments}) ->
    Pid =
        case Name of
            logger -> spawn_link(Module, Function, Arguments);
            global_name_server ->
                %% The table that global:whereis_name/1 reads; no name is registered yet.
                global_names = ets:new(global_names, [set, public, named_table, {read_concurrency, true}]),
                spawn_link(erlang, hibernate, [Module, Function, Arguments]);
            _ -> spawn_link(erlang, hibernate, [Module, Function, Arguments])
        end,
    register(Name, Pid),
    put(Pid, Name),
    Pid.

%% When a group leader has ended, its processes get the successor.
ended(Pid) ->
    case erase(Pid) of
        undefined -> ok;
        Name ->
            {_, _, _, _} = Service = lists:keyfind(Name, 1, services()),
            New = start_service(Service),
            _ = [group_leader(New, P) || P <- processes(), process_info(P, group_leader) =:= {group_leader, Pid}],
            ok
    end.

%% The keys that tell OTP 26 and later the mode of the code server, and whether files are read through a process.
code_server_mode(Release) when Release >= 26 ->
    persistent_term:put(code_server, interactive),
    persistent_term:put(erl_prim_loader, {efile, undefined});
code_server_mode(_) -> ok.

%% -kernel Key Value... and -stdlib Key Value... set the environment of these two applications.
environment([{Application, Pairs} | Rest]) when Application =:= kernel; Application =:= stdlib ->
    variables(Application, Pairs),
    environment(Rest);
environment([_ | Rest]) -> environment(Rest);
environment([]) -> ok.

variables(Application, [Key, Value | Rest]) ->
    ets:insert(ac_tab, {{env, Application, binary_to_atom(Key)}, parsed(Application, Value)}),
    variables(Application, Rest);
variables(_, []) -> ok;
variables(Application, [Key]) -> refuse(Application, Key).

parsed(Application, Value) ->
    case erl_scan:string(unicode:characters_to_list(Value) ++ " .") of
        {ok, Tokens, _} ->
            case erl_parse:parse_term(Tokens) of
                {ok, Term} -> Term;
                {error, _} -> refuse(Application, Value)
            end;
        {error, _, _} -> refuse(Application, Value)
    end.

-spec refuse(atom(), binary()) -> no_return().
refuse(Application, Value) ->
    Text = " takes keys and Erlang terms, not " ++ unicode:characters_to_list(Value),
    halt("spawnlink: -" ++ atom_to_list(Application) ++ Text).

%% Parses -flag value... --flag ... -- plain ...; -extra ends the flags. Does not call lists, because a start loads as
%% few modules as it can.
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
        {'EXIT', _, {undef, _}} ->
            %% The service lacks a module, as all services do in a VM without OTP; it would fail again.
            loop(Flags, Plain);
        {'EXIT', Pid, _} ->
            ended(Pid),
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
