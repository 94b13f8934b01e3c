%% SPDX-License-Identifier: Apache-2.0
%%
%% OTP's inets, of which this VM has the HTTP client (httpc). The other services ask for sockets: to start one is
%% {error, service_not_available}, as OTP says of a service that it does not have.
-module(inets).
-export([start/0, start/1, start/2, start/3, stop/0, stop/2, services/0, services_info/0, service_names/0]).

start() -> start(temporary).

start(Type) when Type =:= temporary; Type =:= transient; Type =:= permanent ->
    case spawnlink_inets:bare() of
        true -> spawnlink_inets:start_bare();
        false -> application:start(inets, Type)
    end.

start(Service, Config) -> start(Service, Config, inets).

start(httpc, Config, inets) ->
    case {proplists:get_value(profile, Config), proplists:get_value(data_dir, Config)} of
        {undefined, _} -> {error, no_profile};
        {_, Folder} when Folder =/= undefined -> {error, {not_supported, {data_dir, Folder}}};
        {Profile, undefined} ->
            _ = spawnlink_inets:bare() andalso spawnlink_inets:start_bare(),
            spawnlink_inets:start_profile(Profile)
    end;
start(httpc, _, stand_alone) -> {error, {not_supported, stand_alone}};
start(_, _, _) -> {error, service_not_available}.

stop() ->
    case spawnlink_inets:bare() of
        true -> spawnlink_inets:stop_bare();
        false -> application:stop(inets)
    end.

stop(httpc, Profile) when is_atom(Profile) -> spawnlink_inets:stop_profile(Profile);
stop(httpc, Pid) when is_pid(Pid) ->
    case lists:keyfind(Pid, 1, spawnlink_inets:services()) of
        {Pid, Profile} -> spawnlink_inets:stop_profile(Profile);
        false -> {error, no_such_service}
    end;
stop(_, _) -> {error, service_not_available}.

services() -> [{httpc, Pid} || {Pid, _} <- spawnlink_inets:services()].

services_info() -> [{httpc, Pid, [{profile, Profile}]} || {Pid, Profile} <- spawnlink_inets:services()].

service_names() -> [httpc].
