%% SPDX-License-Identifier: Apache-2.0
%% Runs the EUnit tests of modules and prints a line for each test: @@ok, @@failed or @@skipped, its name, and the
%% reason. main/1 gets the names of the modules; "@@end" is the last line. This module is a listener of EUnit.
-module(ecosystem_run).
-behaviour(eunit_listener).
-export([main/1, start/1, init/1, handle_begin/3, handle_end/3, handle_cancel/3, terminate/2]).

main(Names) ->
    {ok, _} = application:ensure_all_started(eunit),
    [one(list_to_atom(Name)) || Name <- Names],
    io:format("@@end~n"),
    halt(0).

one(Module) ->
    io:format("@@module ~s~n", [Module]),
    try eunit:test(Module, [no_tty, {report, {?MODULE, []}}])
    catch Class:Reason -> io:format("@@failed ~s whole ~0p~n", [Module, {Class, Reason}])
    end.

start(Options) -> eunit_listener:start(?MODULE, Options).
init(_) -> ok.
handle_begin(_, _, State) -> State.

handle_end(test, Data, State) ->
    case proplists:get_value(status, Data) of
        ok -> say("ok", Data, []);
        {skipped, Why} -> say("skipped", Data, Why);
        {error, Why} -> say("failed", Data, Why)
    end,
    State;
handle_end(group, _, State) -> State.

handle_cancel(Kind, Data, State) ->
    case proplists:get_value(reason, Data) of
        undefined -> ok;
        Why -> say("failed", [{desc, atom_to_list(Kind)} | Data], Why)
    end,
    State.

terminate(_, _) -> ok.

%% The position in the tree of tests makes names unique.
say(How, Data, Why) ->
    {M, F, _} = case proplists:get_value(source, Data) of {_, _, _} = MFA -> MFA; _ -> {none, none, 0} end,
    Id = lists:join($., [integer_to_list(I) || I <- proplists:get_value(id, Data)]),
    Line = proplists:get_value(line, Data, 0),
    io:format("@@~s ~s:~s:~w[~s] ~ts~n", [How, M, F, Line, Id, lists:sublist(io_lib_format(Why), 300)]).

io_lib_format([]) -> "";
io_lib_format(Why) -> lists:flatten(io_lib:format("~0tp", [Why])).
