%% SPDX-License-Identifier: Apache-2.0
%%
%% The code server of a bare VM: answers the calls of OTP's module code that make sense when modules come
%% from the host. The VM itself loads a module at its first call, without asking here.
%% It also runs on_load functions, each in a process of its own, while those who want the module wait.
-module(spawnlink_code).
-export([start/0, on_load/1, undefined_function/3]).
-export([is_loaded/1]). % to which the loader leads code_server:is_loaded/1
%% Native functions of OTP's module code: an emulator that does not count what is executed.
-export([get_coverage/2, get_coverage_mode/1, set_coverage_mode/1, reset_coverage/1]).

get_coverage(Level, Module) -> not_counted(get_coverage, [Level, Module]).
get_coverage_mode(Module) -> not_counted(get_coverage_mode, [Module]).
set_coverage_mode(Mode) -> not_counted(set_coverage_mode, [Mode]).
reset_coverage(Module) -> not_counted(reset_coverage, [Module]).

not_counted(Function, Arguments) -> erlang:raise(error, badarg, [{code, Function, Arguments, [{error_info, #{cause => coverage, module => erl_erts_errors}}]}]).

start() -> loop([]).

%% Modules whose on_load functions run: {Module, Pid, [fun((Result) -> _)]}.
loop(Pending) ->
    receive
        {code_call, From, Request} when is_pid(From) ->
            loop(serve(Request, From, fun(Reply) -> From ! {code_server, Reply} end, Pending));
        {'$gen_call', {From, Tag}, Request} ->
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

serve(Request, From, Answer, Pending) ->
    case reply(Request) of
        {on_load, Module} -> wait_on_load(Module, From, Answer, Pending);
        Reply -> Answer(Reply), Pending
    end.

wait_on_load(Module, From, Answer, Pending) ->
    case lists:keyfind(Module, 1, Pending) of
        {_, From, _} ->
            %% The on_load function itself, calling its module as others will.
            Answer({error, on_load}),
            Pending;
        {_, Pid, Waiting} ->
            lists:keyreplace(Module, 1, Pending, {Module, Pid, [Answer | Waiting]});
        false ->
            {Pid, _} = spawn_monitor(fun() -> exit(erlang:call_on_load_function(Module)) end),
            [{Module, Pid, [Answer]} | Pending]
    end.

on_load_done(Module, ok) ->
    erts_code_purger:finish_after_on_load(Module, true),
    {module, Module};
on_load_done(Module, Other) ->
    erts_code_purger:finish_after_on_load(Module, false),
    %% As OTP's code server has it; not from this process, which the logger may need.
    is_atom(Other) orelse
        spawn(fun() -> error_logger:warning_msg("The on_load function for module ~s returned:~n~P\n", [Module, Other, 10]) end),
    {error, on_load_failure}.

%% Called for a module that was loaded but for its on_load function: has it run, or waits for it.
on_load(Module) ->
    case whereis(code_server) of
        undefined -> on_load_done(Module, catch erlang:call_on_load_function(Module));
        Server ->
            Ref = monitor(process, Server),
            Server ! {'$gen_call', {self(), Ref}, {on_load, Module}},
            receive
                {Ref, Reply} -> demonitor(Ref, [flush]), Reply;
                {'DOWN', Ref, _, _, _} -> {error, on_load_failure}
            end
    end.

%% The VM calls this instead of a function of such a module.
undefined_function(Module, Function, Arguments) ->
    case on_load(Module) of
        {module, _} -> apply(Module, Function, Arguments);
        _ ->
            try error(undef)
            catch error:undef:Stack -> erlang:raise(error, undef, [{Module, Function, Arguments, []} | tl(Stack)])
            end
    end.

%% In the caller. OTP's own code server keeps what it has loaded in a table.
is_loaded(Module) ->
    case ets:whereis(code_server) of
        undefined -> loaded(Module);
        _ ->
            case ets:lookup(code_server, Module) of
                [{_, File}] -> {file, File};
                [] -> false
            end
    end.

loaded(Module) ->
    case erlang:module_loaded(Module) of
        true -> {file, atom_to_list(Module) ++ ".beam"};
        false -> false
    end.

reply({on_load, Module}) -> {on_load, Module};
reply({ensure_loaded, Module}) -> load(Module);
reply({load_file, Module}) -> load(Module);
reply({is_loaded, Module}) -> loaded(Module);
reply({load_binary, Module, _File, Binary}) -> load(Module, Binary);
reply({load_module, Prepared, Module, _File, _Purge, _Ensure}) -> finish([{Prepared, Module}]);
reply({delete, Module}) -> (catch erlang:delete_module(Module)) =:= true; % not while an old version is there
reply({purge, Module}) -> element(2, erts_code_purger:purge(Module));
reply({soft_purge, Module}) -> erts_code_purger:soft_purge(Module);
reply({get_object_code, _}) -> error;
reply({get_object_code_for_loading, Module}) -> load(Module);
reply(all_loaded) -> [{Module, atom_to_list(Module) ++ ".beam"} || Module <- erlang:loaded()];
reply(get_path) -> ["."];
reply({where_is_file, File}) ->
    case file:read_file_info(filename:append(".", File)) of
        {ok, _} -> filename:append(".", File);
        _ -> non_existing
    end;
reply(get_mode) -> interactive;
reply({is_sticky, _}) -> false;
reply({dir, root_dir}) -> root();
reply({dir, {lib_dir, App}}) -> lib_dir(App);
reply({dir, {priv_dir, App}}) ->
    case lib_dir(App) of
        Dir when is_list(Dir) -> filename:join(Dir, "priv");
        Error -> Error
    end;
reply({dir, _}) -> {error, bad_name};
reply({add_path, _, _}) -> {error, bad_directory};
reply({add_paths, _, _}) -> ok;
reply(_) -> {error, bare}.

%% Where OTP is, when whoever started the VM said so and there are files: for -include_lib.
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
            %% The application itself, or the newest of its versions.
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

load(Module, Binary) ->
    case erlang:check_old_code(Module) of
        true -> catch erlang:purge_module(Module);
        false -> ok
    end,
    try erlang:load_module(Module, Binary) of
        {error, on_load} -> {on_load, Module};
        Result -> Result
    catch _:_ -> {error, badfile}
    end.

finish([{Prepared, Module}]) ->
    case erlang:finish_loading([Prepared]) of
        ok -> {module, Module};
        {Error, _} -> {error, Error}
    end.
