%% SPDX-License-Identifier: Apache-2.0
%%
%% The code server of a bare VM. It answers those calls of OTP's module code that make sense when modules come from the
%% host; the VM itself loads a module at its first call, without asking this server. It also runs on_load functions,
%% each in a process of its own, while callers of the module wait.
-module(spawnlink_code).
-export([start/0, on_load/1, undefined_function/3]).
-export([is_loaded/1]). % the loader redirects code_server:is_loaded/1 here
%% Native functions of OTP's module code, as in an emulator without support for coverage.
-export([get_coverage/2, get_coverage_mode/1, set_coverage_mode/1, reset_coverage/1]).

get_coverage(Level, Module) -> not_counted(get_coverage, [Level, Module]).
get_coverage_mode(Module) -> not_counted(get_coverage_mode, [Module]).
set_coverage_mode(Mode) -> not_counted(set_coverage_mode, [Mode]).
reset_coverage(Module) -> not_counted(reset_coverage, [Module]).

not_counted(Function, Arguments) ->
    erlang:raise(error, badarg, [{code, Function, Arguments,
    [{error_info, #{cause => coverage, module => erl_erts_errors}}]}]).

start() -> loop([]).

%% Modules whose on_load functions run: {Module, Pid, [fun((Result) -> _)]}.
loop(Pending) ->
    receive
        {code_call, From, Request} when is_pid(From) ->
            loop(serve(Request, From, fun(Reply) -> From ! {code_server, Reply} end, Pending));
        {'$gen_call', {From, Tag}, Request} when is_pid(From) ->
            loop(serve(Request, From, fun(Reply) -> From ! {Tag, Reply} end, Pending));
        {'DOWN', _, process, Pid, Reason} ->
            case lists:keytake(Pid, 2, Pending) of
                {value, {Module, _, Waiting}, Rest} ->
                    Result = on_load_done(Module, Reason),
                    _ = [Answer(Result) || Answer <- lists:reverse(Waiting)],
                    loop(Rest);
                false ->
                    loop(Pending)
            end;
        _ ->
            loop(Pending)
    end.

%% A malformed request must not end the server.
serve(Request, From, Answer, Pending) ->
    try reply(Request) of
        {on_load, Module} -> wait_on_load(Module, From, Answer, Pending);
        Reply -> Answer(Reply), Pending
    catch
        _:_ -> Answer({error, badarg}), Pending
    end.

wait_on_load(Module, From, Answer, Pending) ->
    case lists:keyfind(Module, 1, Pending) of
        {_, From, _} ->
            %% The on_load function itself calls its module, as others will.
            Answer({error, on_load}),
            Pending;
        {_, Pid, Waiting} ->
            lists:keyreplace(Module, 1, Pending, {Module, Pid, [Answer | Waiting]});
        false ->
            {Pid, _} = spawn_monitor(fun() -> exit(erlang:call_on_load_function(Module)) end),
            [{Module, Pid, [Answer]} | Pending]
    end.

on_load_done(Module, ok) ->
    _ = erlang:check_old_code(Module) andalso erts_code_purger:purge(Module),
    erts_code_purger:finish_after_on_load(Module, true),
    {module, Module};
on_load_done(Module, Other) ->
    erts_code_purger:finish_after_on_load(Module, false),
    %% The warning is OTP's. Another process logs it, because the logger may need this one.
    is_atom(Other) orelse
        spawn(fun() -> error_logger:warning_msg("The on_load function for module ~s returned:~n~P\n",
            [Module, Other, 10]) end),
    {error, on_load_failure}.

%% The VM calls this for a module that is loaded except for its on_load function: runs that function, or waits for it.
on_load(Module) ->
    Server = server(),
    Ref = monitor(process, Server),
    Server ! {'$gen_call', {self(), Ref}, {on_load, Module}},
    receive
        {Ref, Reply} -> demonitor(Ref, [flush]), Reply;
        {'DOWN', Ref, _, _, _} -> {error, on_load_failure}
    end.

%% The code server of a bare VM, a process that began in erlang:hibernate/3. OTP's own code server does not know of
%% modules that JavaScript loads; beside it, this one runs under a name of ours.
server() ->
    Server = whereis(code_server),
    case is_pid(Server) andalso process_info(Server, initial_call) of
        {initial_call, {erlang, hibernate, 3}} -> Server;
        _ ->
            case whereis(?MODULE) of
                undefined ->
                    spawn(fun() -> (catch register(?MODULE, self())) =:= true andalso start() end),
                    erlang:yield(),
                    server();
                Own -> Own
            end
    end.

%% The VM calls this in place of a function of a module whose on_load function has not run.
undefined_function(Module, Function, Arguments) ->
    case on_load(Module) of
        {module, _} -> apply(Module, Function, Arguments);
        _ ->
            try error(undef)
            catch error:undef:Stack -> erlang:raise(error, undef, [{Module, Function, Arguments, []} | tl(Stack)])
            end
    end.

%% Runs in the caller. OTP's own code server keeps a table of what it has loaded.
is_loaded(Module) ->
    case ets:whereis(code_server) of
        undefined -> loaded(Module);
        _ ->
            case ets:lookup(code_server, Module) of
                [{_, File}] -> {file, File};
                [] -> false
            end
    end.

%% What the code server knows about the file of a module; called in other processes, which ask the server.
loaded(Module) ->
    case erlang:module_loaded(Module) of
        false -> false;
        true ->
            case whereis(code_server) of
                Server when is_pid(Server), Server =/= self() -> code_server:call({is_loaded, Module});
                _ -> {file, file_of(Module)}
            end
    end.

%% The file that load_binary or the like named; otherwise the name of the module, which came from the host.
file_of(Module) ->
    case get({file, Module}) of
        undefined -> atom_to_list(Module) ++ ".beam";
        File -> File
    end.

loaded_from(Module, File) -> put({file, Module}, File).

reply({on_load, Module}) -> {on_load, Module};
reply({ensure_loaded, Module}) -> load(Module);
reply({load_file, Module}) ->
    case spawnlink:beam(Module) of
        false -> {error, nofile};
        Beam -> load_again(Module, file_of(Module), Beam)
    end;
reply({is_loaded, Module}) -> loaded(Module);
reply({load_binary, Module, File, Binary}) -> load(Module, File, Binary);
reply({load_abs, File, Module}) ->
    Path = filename:absname(lists:concat([File, ".beam"])),
    case file:read_file(Path) of
        {ok, Binary} -> load(Module, Path, Binary);
        {error, _} -> {error, nofile}
    end;
reply({load_module, Prepared, Module, File, Purge, Ensure}) -> load_prepared(Prepared, Module, File, Purge, Ensure);
reply({finish_loading, Prepared, Ensure}) ->
    finish([P || {Module, _} = P <- Prepared, not (Ensure andalso erlang:module_loaded(Module))]);
reply({delete, Module}) ->
    erase({file, Module}),
    (catch erlang:delete_module(Module)) =:= true; % false while there is an old version
reply({purge, Module}) -> element(2, erts_code_purger:purge(Module));
reply({soft_purge, Module}) -> erts_code_purger:soft_purge(Module);
reply({get_object_code, Module}) ->
    case spawnlink:beam(Module) of
        false -> error;
        Binary -> {Module, Binary, file_of(Module)}
    end;
reply({get_object_code_for_loading, Module}) -> load(Module);
reply(all_loaded) -> [{Module, file_of(Module)} || Module <- erlang:loaded()];
reply(get_path) -> ["."];
reply({where_is_file, File}) ->
    case file:read_file_info(filename:append(".", File)) of
        {ok, _} -> filename:append(".", File);
        _ -> non_existing
    end;
reply(get_mode) -> interactive;
reply({is_sticky, _}) -> false;
reply({dir, root_dir}) -> root();
reply({dir, lib_dir}) -> filename:join(root(), "lib");
reply({dir, compiler_dir}) -> lib_dir(compiler);
reply({dir, {lib_dir, App}}) -> lib_dir(App);
reply({dir, {lib_dir, App, SubDir}}) -> below(lib_dir(App), atom_to_list(SubDir));
reply({dir, {priv_dir, App}}) -> below(lib_dir(App), "priv");
reply({dir, _}) -> {error, bad_name};
%% Whoever starts the VM decides on the folders.
reply({add_path, _, _}) -> {error, bad_directory};
reply({add_path, _, _, _}) -> {error, bad_directory};
reply({add_paths, _, _}) -> ok;
reply({add_paths, _, _, _}) -> ok;
reply({set_path, _}) -> {error, bad_directory};
reply({set_path, _, _}) -> {error, bad_directory};
reply({replace_path, _, _}) -> {error, bad_name};
reply({replace_path, _, _, _}) -> {error, bad_name};
reply({del_path, _}) -> false;
reply({del_paths, _}) -> ok;
reply(clear_cache) -> ok;
reply(_) -> {error, bare}.

below(Dir, Name) when is_list(Dir) -> filename:join(Dir, Name);
below(Error, _) -> Error.

%% The root of OTP, if whoever started the VM named it and there are files: for -include_lib.
root() ->
    init ! {self(), {get_argument, root}},
    receive
        {init, {ok, [[Root | _] | _]}} -> Root;
        {init, _} -> ""
    end.

lib_dir(App0) ->
    App = if is_atom(App0) -> atom_to_list(App0); true -> App0 end,
    Lib = filename:join(root(), "lib"),
    case file:list_dir(Lib) of
        {ok, Names} ->
            %% The folder with the application's own name, or the one of its newest version.
            case [Name || Name <- lists:sort(Names), Name =:= App orelse lists:prefix(App ++ "-", Name)] of
                [] -> {error, bad_name};
                Found -> filename:join(Lib, lists:last(Found))
            end;
        _ -> {error, bad_name}
    end.

load(Module) ->
    case spawnlink:load(Module) of
        true -> {module, Module};
        on_load -> {on_load, Module};
        false -> {error, nofile}
    end.

load(Module, File, Binary) ->
    _ = erlang:check_old_code(Module) andalso erts_code_purger:purge(Module),
    load_again(Module, File, Binary).

load_again(Module, File, Binary) ->
    try erlang:load_module(Module, Binary) of
        {error, on_load} -> loaded_from(Module, File), {on_load, Module};
        {module, _} = Result -> loaded_from(Module, File), Result;
        Error -> Error
    catch _:_ -> {error, badfile}
    end.

load_prepared(Prepared, Module, File, Purge, Ensure) ->
    case Ensure andalso erlang:module_loaded(Module) of
        true -> {module, Module};
        false ->
            _ = Purge andalso erlang:check_old_code(Module) andalso erts_code_purger:purge(Module),
            case erlang:finish_loading([Prepared]) of
                ok -> loaded_from(Module, File), {module, Module};
                {on_load, _} -> loaded_from(Module, File), {on_load, Module};
                {Error, _} -> {error, Error}
            end
    end.

finish(Prepared) ->
    case erlang:finish_loading([Code || {_, {Code, _}} <- Prepared]) of
        ok -> _ = [loaded_from(Module, File) || {Module, {_, File}} <- Prepared], ok;
        {Reason, Modules} -> {error, [{Module, Reason} || Module <- Modules]}
    end.
