%% SPDX-License-Identifier: Apache-2.0
%% Starts Elixir and runs the cases.
-module(elixir_run).
-export([main/0]).

main() ->
    logger:set_primary_config(level, none), % reports contain pids and times
    start(lists:keyfind(kernel, 1, application:which_applications())),
    io:format("begin~n"), % what the emulator itself prints comes before this line
    'Elixir.ElixirCases':main().

%% A bare VM has a stand-in for the application controller, which starts no application. So OTP's own controller takes
%% over its name, without kernel's processes, and Elixir is started by its own start function.
start({kernel, _, ""}) ->
    unregister(application_controller),
    Environment = ets:tab2list(ac_tab),
    ets:delete(ac_tab),
    Kernel = [{description, ""}, {vsn, "0"}, {id, ""}, {modules, []}, {registered, []}, {applications, []}, {env, []},
        {maxT, infinity}, {maxP, infinity}],
    {ok, _} = application_controller:start({application, kernel, Kernel}),
    ets:insert(ac_tab, Environment),
    {ok, _, _} = elixir:start(normal, []);
start(_) -> {ok, _} = application:ensure_all_started(elixir).
