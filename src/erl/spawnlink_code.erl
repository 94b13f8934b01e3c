%% SPDX-License-Identifier: Apache-2.0
%%
%% The code server of a bare VM: answers the calls of OTP's module code that make sense when modules come
%% from the host. The VM itself loads a module at its first call, without asking here.
-module(spawnlink_code).
-export([start/0]).

start() ->
    receive
        {code_call, From, Request} when is_pid(From) ->
            From ! {code_server, reply(Request)},
            start();
        {'$gen_call', {From, Tag}, Request} ->
            From ! {Tag, reply(Request)},
            start();
        _ ->
            start()
    end.

reply({ensure_loaded, Module}) -> load(Module);
reply({load_file, Module}) -> load(Module);
reply({is_loaded, Module}) ->
    case erlang:module_loaded(Module) of
        true -> {file, atom_to_list(Module) ++ ".beam"};
        false -> false
    end;
reply({load_binary, Module, _File, Binary}) -> load(Module, Binary);
reply({load_module, Prepared, Module, _File, _Purge, _Ensure}) -> finish([{Prepared, Module}]);
reply({delete, Module}) -> catch erlang:delete_module(Module);
reply({purge, Module}) -> element(2, erts_code_purger:purge(Module));
reply({soft_purge, Module}) -> erts_code_purger:soft_purge(Module);
reply({get_object_code, _}) -> error;
reply({get_object_code_for_loading, Module}) -> load(Module);
reply(all_loaded) -> [{Module, atom_to_list(Module) ++ ".beam"} || Module <- erlang:loaded()];
reply(get_path) -> ["."];
reply(get_mode) -> interactive;
reply({is_sticky, _}) -> false;
reply({dir, _}) -> {error, bad_name};
reply({add_path, _, _}) -> {error, bad_directory};
reply({add_paths, _, _}) -> ok;
reply(_) -> {error, bare}.

load(Module) ->
    case spawnlink:load(Module) of
        true -> {module, Module};
        false -> {error, nofile}
    end.

load(Module, Binary) ->
    case erlang:check_old_code(Module) of
        true -> catch erlang:purge_module(Module);
        false -> ok
    end,
    try erlang:load_module(Module, Binary)
    catch _:_ -> {error, badfile}
    end.

finish([{Prepared, Module}]) ->
    case erlang:finish_loading([Prepared]) of
        ok -> {module, Module};
        {Error, _} -> {error, Error}
    end.
