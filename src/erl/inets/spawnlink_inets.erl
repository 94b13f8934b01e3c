%% SPDX-License-Identifier: Apache-2.0
%%
%% The application inets: a supervisor of httpc's profiles. In a booted VM OTP's application controller starts it; in a
%% bare VM, where there are no applications, the first use does.
-module(spawnlink_inets).
-behaviour(supervisor).
-export([bare/0, start_bare/0, stop_bare/0, start_profile/1, stop_profile/1, services/0]).
-export([start/2, stop/1, init/1]).

-define(SUP, inets_sup).

%% Whether the VM is bare: the module that starts a bare VM is loaded in no other.
bare() -> erlang:function_exported(spawnlink_init, start, 1).

start_bare() ->
    case start(normal, []) of
        {ok, Pid} ->
            unlink(Pid),
            ok;
        {error, {already_started, _}} -> {error, {already_started, inets}}
    end.

stop_bare() ->
    case whereis(?SUP) of
        undefined -> {error, {not_started, inets}};
        Pid -> gen_server:stop(Pid, shutdown, infinity)
    end.

start(_, _) -> supervisor:start_link({local, ?SUP}, ?MODULE, []).

stop(_) -> ok.

init([]) -> {ok, {#{strategy => one_for_one, intensity => 10, period => 3600}, [profile(default)]}}.

profile(Name) -> #{id => {httpc, Name}, start => {spawnlink_httpc, start_link, [Name]}}.

start_profile(Name) -> supervisor:start_child(?SUP, profile(Name)).

stop_profile(Name) ->
    case supervisor:terminate_child(?SUP, {httpc, Name}) of
        ok -> supervisor:delete_child(?SUP, {httpc, Name});
        Error -> Error
    end.

%% The profiles: [{Pid, Name}].
services() ->
    case whereis(?SUP) of
        undefined -> [];
        _ -> [{Pid, Name} || {{httpc, Name}, Pid, _, _} <- supervisor:which_children(?SUP), is_pid(Pid)]
    end.
