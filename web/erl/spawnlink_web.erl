%% SPDX-License-Identifier: Apache-2.0
%%
%% The playground's Erlang code for compiling and inspecting: compiles programs from text, reads exit reasons, and gives
%% the details of a process. Called only by web/src/worker/.
-module(spawnlink_web).
-export([compile/2, details/1, term/1, value/1]).

%% --- Compiling: Files and Headers are [{Name, Text}] of binaries -----------------------------------
%%
%% Returns [{Name, {ok, Module, Beam} | error, [{error | warning, Line, Column, Text}], [exported F/A]}].

compile(Files, Headers) ->
    Own = [{Name, Text} || {Name, Text} <- Files, filename:extension(Name) =:= <<".hrl">>],
    serve_files(maps:from_list([{binary_to_list(Name), Text} || {Name, Text} <- Headers ++ Own])),
    [one(Name, Text) || {Name, Text} <- Files, filename:extension(Name) =:= <<".erl">>].

one(Name, Text) ->
    File = unicode:characters_to_list(Name),
    case unicode:characters_to_list(Text) of
        Chars when is_list(Chars) -> one(Name, File, Chars);
        _ -> {Name, error, [{error, 1, 1, <<"the text is not UTF-8">>}], []}
    end.

one(Name, File, Chars) ->
    Device = spawn_link(fun() -> device(Chars) end),
    {ok, Epp} = epp:open([{name, File}, {fd, Device}, {location, {1, 1}}, {includes, ["."]}]),
    Forms = epp:parse_file(Epp),
    epp:close(Epp),
    unlink(Device),
    exit(Device, kill),
    Options = [binary, return, deterministic, debug_info, {error_location, column}],
    case compile:noenv_forms(Forms, Options) of
        {ok, Module, Beam, Warnings} ->
            {Name, {ok, Module, Beam}, told(warning, Warnings), starts(Forms)};
        {error, Errors, Warnings} ->
            {Name, error, told(error, Errors) ++ told(warning, Warnings), []}
    end.

told(Kind, PerFile) ->
    [told_one(Kind, Info) || {_, Infos} <- PerFile, Info <- Infos].

told_one(Kind, {none, Module, What}) -> {Kind, 1, 1, text(Module:format_error(What))};
told_one(Kind, {{Line, Column}, Module, What}) -> {Kind, Line, Column, text(Module:format_error(What))};
told_one(Kind, {Line, Module, What}) -> {Kind, Line, 1, text(Module:format_error(What))};
told_one(Kind, {Module, What}) -> {Kind, 1, 1, text(Module:format_error(What))}.

%% The functions without arguments with which a program may be started.
starts(Forms) ->
    Names = [Name || {attribute, _, export, List} <- Forms, {Name, 0} <- List],
    All = lists:member(export_all, lists:flatten([Options || {attribute, _, compile, Options} <- Forms])),
    Names ++ [Name || All, {function, _, Name, 0, _} <- Forms].

text(Chars) -> unicode:characters_to_binary(Chars).

%% --- Files in memory --------------------------------------------------------------------------------

%% epp opens headers through the file server; this process takes its place.
serve_files(Files) ->
    case persistent_term:get(?MODULE, undefined) of
        undefined ->
            Server = spawn(fun() -> file_server(Files) end),
            persistent_term:put(?MODULE, Server),
            catch unregister(file_server_2),
            register(file_server_2, Server);
        Server ->
            Server ! {files, Files}
    end.

file_server(Files) ->
    receive
        {files, Files1} -> file_server(Files1);
        {'$gen_call', From, {open, Name, _}} ->
            Reply =
                case Files of
                    #{} when is_map_key(Name, Files) -> open(maps:get(Name, Files));
                    _ -> open_relative(Name, Files)
                end,
            gen:reply(From, Reply),
            file_server(Files);
        {'$gen_call', From, _} ->
            gen:reply(From, {error, enoent}),
            file_server(Files);
        _ -> file_server(Files)
    end.

open_relative("./" ++ Name, Files) when is_map_key(Name, Files) -> open(maps:get(Name, Files));
open_relative(_, _) -> {error, enoent}.

open(Text) ->
    Chars = unicode:characters_to_list(Text),
    {ok, spawn(fun() -> device(Chars) end)}.

%% An I/O device to read text from.
device(Chars) ->
    receive
        {io_request, From, As, Request} ->
            {Reply, Chars1} = read(Request, Chars),
            From ! {io_reply, As, Reply},
            device(Chars1);
        {file_request, From, As, close} ->
            From ! {file_reply, As, ok};
        {file_request, From, As, {position, _}} ->
            From ! {file_reply, As, {ok, 0}},
            device(Chars);
        {file_request, From, As, _} ->
            From ! {file_reply, As, {error, enotsup}},
            device(Chars);
        _ -> device(Chars)
    end.

read({get_until, _, _, M, F, A}, Chars) -> until([], Chars, M, F, A);
read({get_line, _, _}, []) -> {eof, []};
read({get_line, _, _}, Chars) ->
    {Line, Rest} = lists:splitwith(fun(C) -> C =/= $\n end, Chars),
    case Rest of
        [$\n | Rest1] -> {Line ++ "\n", Rest1};
        [] -> {Line, []}
    end;
read(getopts, Chars) -> {[{binary, false}, {encoding, unicode}], Chars};
read({setopts, _}, Chars) -> {ok, Chars};
read(_, Chars) -> {{error, request}, Chars}.

until(Continuation, Chars, M, F, A) ->
    Data = case Chars of [] -> eof; _ -> Chars end,
    case apply(M, F, [Continuation, Data | A]) of
        {done, Result, eof} -> {Result, []};
        {done, Result, Rest} -> {Result, Rest};
        {more, More} -> until(More, [], M, F, A)
    end.

%% --- Details of a process, and terms as text ---------------------------------------------------------

details(Pid) ->
    Items = [registered_name, initial_call, current_stacktrace, message_queue_len, messages, dictionary, links,
        monitors,
             monitored_by, trap_exit, status, memory, reductions, group_leader],
    case erlang:process_info(Pid, Items) of
        undefined -> gone;
        Info -> [{Key, detail(Key, Value)} || {Key, Value} <- Info]
    end.

detail(messages, Messages) -> [short(Message) || Message <- lists:sublist(Messages, 50)];
detail(dictionary, Dictionary) -> [short(Entry) || Entry <- lists:sublist(Dictionary, 20)];
detail(current_stacktrace, Stack) -> [entry(Entry) || Entry <- lists:sublist(Stack, 20)];
detail(_, List) when is_list(List) -> [short(Item) || Item <- lists:sublist(List, 200)];
detail(_, Value) -> short(Value).

entry({M, F, A, Location}) ->
    Line = case lists:keyfind(line, 1, Location) of {_, N} -> [", line ", integer_to_list(N)]; false -> [] end,
    text([io_lib:format("~tw:~tw/~w", [M, F, A]), Line]).

short(Term) -> text(io_lib:format("~tP", [Term, 12])).

term(Text) ->
    Chars = string:trim(unicode:characters_to_list(Text), both, " .\n"),
    case erl_scan:string(Chars ++ ".") of
        {ok, Tokens, _} ->
            case erl_parse:parse_term(Tokens) of
                {ok, Term} -> {ok, Term};
                {error, Info} -> {error, complaint(Info)}
            end;
        {error, Info, _} -> {error, complaint(Info)}
    end.

%% The value of an expression as text, for what the page itself asks a program.
value(Text) ->
    try
        {ok, Tokens, _} = erl_scan:string(unicode:characters_to_list(Text)),
        {ok, Expressions} = erl_parse:parse_exprs(Tokens),
        {value, Value, _} = erl_eval:exprs(Expressions, erl_eval:new_bindings()),
        {value, text(io_lib:format("~tp", [Value]))}
    catch
        Class:Reason:Stack -> {error, text(erl_error:format_exception(Class, Reason, Stack))}
    end.

complaint({_, Module, What}) -> text(["* ", Module:format_error(What)]).
