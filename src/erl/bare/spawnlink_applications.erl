%% SPDX-License-Identifier: Apache-2.0
%%
%% The application controller of a bare VM: keeps the environment of applications for application:set_env/3 and the
%% like, and says that kernel and stdlib run, and inets (src/erl/inets), which starts when first used. It cannot start
%% others, because a bare VM has no .app files.
-module(spawnlink_applications).
-export([start/0]).

start() ->
    receive
        {'$gen_call', {From, Tag}, Request} when is_pid(From) ->
            Reply =
                try reply(Request)
                catch
                    _:_ -> {error, bare}
                end,
            From ! {Tag, Reply},
            start();
        _ -> start()
    end.

reply({set_env, Application, Key, Value, _}) -> set(Application, Key, Value);
reply({set_env, Config, _}) ->
    _ = [set(Application, Key, Value) || {Application, Pairs} <- Config, {Key, Value} <- Pairs],
    ok;
reply({unset_env, Application, Key, _}) ->
    ets:delete(ac_tab, {env, Application, Key}),
    ok;
reply(which_applications) -> running();
reply(loaded_applications) -> running();
reply({is_running, Name}) -> runs(Name);
reply({load_application, Name}) when is_atom(Name) -> started(Name, already_loaded);
reply({start_application, Name, _}) when is_atom(Name) -> started(Name, already_started);
reply(_) -> {error, bare}.

set(Application, Key, Value) when is_atom(Key) ->
    ets:insert(ac_tab, {{env, Application, Key}, Value}),
    ok.

started(Name, Already) ->
    case runs(Name) of
        true -> {error, {Already, Name}};
        false -> {error, {"no such file or directory", atom_to_list(Name) ++ ".app"}}
    end.

runs(Name) -> Name =:= inets orelse lists:keymember(Name, 1, running()).

running() -> [{stdlib, "ERTS  CXC 138 10", ""}, {kernel, "ERTS  CXC 138 10", ""}].
