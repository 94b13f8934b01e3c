%% SPDX-License-Identifier: Apache-2.0
%% Services that all processes share (I/O, logger, code server, file server, names of global, environments of
%% applications): what they answer to malformed requests, and that they still answer other requests afterwards.
-module(services).
-export([main/0]).

main() ->
    [io:format("~p: ~0tp~n", [Name, told(F)]) || {Name, F} <- bad_io()],
    io:format("raw io: ~0p~n", [[element(1, ask_io(R)) || R <- raw_io()]]),
    io:format(standard_error, "", []),
    #{level := Level} = logger:get_primary_config(),
    logger:set_primary_config(level, none), % some log requests that they do not understand
    io:format("servers: ~0p~n", [[bad_server(Name)
        || Name <- [code_server, logger, file_server_2, global_name_server]]]),
    io:format("still here ~p~n", [lists:all(fun(Name) -> is_pid(whereis(Name)) end,
        [user, standard_error, code_server, logger, file_server_2])]),
    [io:format("~p: ~0tp~n", [Name, told(F)]) || {Name, F} <- good()],
    logger:set_primary_config(level, Level).

told(F) ->
    try F()
    catch
        error:Reason:Stack ->
            {error, Reason, [Info || {_, _, _, Where} <- [hd(Stack)], {error_info, #{cause := Info}} <- Where]};
        Class:Reason -> {Class, Reason}
    end.

bad_io() ->
    [
        {put_undefined, fun() -> io:put_chars(undefined) end},
        {put_negative, fun() -> io:put_chars([-1]) end},
        {put_improper, fun() -> io:put_chars([a | b]) end},
        {format_missing, fun() -> io:format("~p") end},
        {format_atom, fun() -> io:format("~s~n", [{x}]) end},
        {error_undefined, fun() -> io:put_chars(standard_error, undefined) end},
        {error_format, fun() -> io:format(standard_error, "~p", []) end},
        {setopts, fun() -> element(1, io:setopts([nonsense])) end}
    ].

%% Requests that no function of io makes.
raw_io() ->
    [{put_chars, unicode, lists, nosuch, [1]}, {put_chars, unicode, erlang, exit, [x]},
        {put_chars, unicode, erlang, throw, [x]},
     {put_chars, unicode, 1, 2, 3}, {put_chars, nosuch, "x"}, {requests, [{nosuch}, getopts]}, nosuch, 17, {}].

ask_io(Request) ->
    Ref = make_ref(),
    group_leader() ! {io_request, self(), Ref, Request},
    receive {io_reply, Ref, Reply} when is_tuple(Reply) -> Reply;
        {io_reply, Ref, Reply} -> {Reply} after 5000 -> {no_answer} end.

%% Sends meaningless messages to a server, and tells whether it is the same process afterwards.
bad_server(Name) ->
    Pid = whereis(Name),
    [Pid ! Message || Message <- [nonsense, {a, b, c}, [x | y], 1.5]],
    timer:sleep(50),
    {Name, whereis(Name) =:= Pid}.

good() ->
    [
        {global_noproc, fun() -> gen_server:call({global, nope}, x) end},
        {global_whereis, fun() -> global:whereis_name(nope) end},
        {set_env, fun() -> {application:set_env(some, key, 1), application:get_env(some, key),
            application:unset_env(some, key), application:get_env(some, key)} end},
        {no_app, fun() -> application:start(nosuch) end},
        {which, fun() -> {code:which(nosuch), code:is_loaded(nosuch), code:get_object_code(nosuch)} end},
        {ensure, fun() -> {code:ensure_modules_loaded([queue, sofs]), code:ensure_modules_loaded([nosuch, lists]),
            erlang:module_loaded(sofs)} end},
        {atomic, fun() -> {code:atomic_load([]), code:atomic_load([nosuch])} end},
        {load_binary, fun() -> load_binary() end},
        {trace, fun() -> [{M, F, if is_list(A) -> length(A); true -> A end}
            || {M, F, A, _} <- trace(fun() -> io_lib:format("~d", [1]) end)] end}
    ].

%% The trace down to this module; below main/0 it depends on the runner.
trace(F) ->
    try F()
    catch
        error:_:Stack -> lists:takewhile(fun(Entry) -> element(1, Entry) =/= ?MODULE end, Stack)
    end.

load_binary() ->
    Forms = [{attribute, 1, module, services_loaded}, {attribute, 2, export, [{z, 0}, {a, 0}, {m, 0}]} |
             [{function, 3, F, 0, [{clause, 3, [], [], [{atom, 3, F}]}]} || F <- [z, a, m]]],
    {ok, Module, Beam} = compile:forms(Forms),
    First = {code:load_binary(Module, "/some/where/services_loaded.beam", Beam), code:which(Module),
        code:is_loaded(Module)},
    Second = {code:load_binary(Module, "elsewhere", Beam), code:which(Module), Module:module_info(exports)},
    {First, Second, code:load_binary(Module, "x", <<"nonsense">>), code:load_binary(other, "x", Beam),
        code:purge(Module), code:delete(Module), code:which(Module)}.
