%% SPDX-License-Identifier: Apache-2.0
%%
%% The playground's half inside the VM: compiles programs from text, and is the shell's evaluator, the
%% reader of exit reasons and the source of a process's details. Called by web/src/worker/ only.
-module(spawnlink_web).
-export([compile/2, shell/1, shell_start/1, details/1, term/1]).

%% --- Compiling: Files and Headers are [{Name, Text}] of binaries -----------------------------------
%%
%% Answers [{Name, {ok, Module, Beam} | error, [{error | warning, Line, Column, Text}], [exported F/A]}].

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
    Options = [binary, return, deterministic, {error_location, column}],
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

%% Functions without arguments that a program may be started with.
starts(Forms) ->
    Names = [Name || {attribute, _, export, List} <- Forms, {Name, 0} <- List],
    All = lists:member(export_all, lists:flatten([Options || {attribute, _, compile, Options} <- Forms])),
    Names ++ [Name || All, {function, _, Name, 0, _} <- Forms].

text(Chars) -> unicode:characters_to_binary(Chars).

%% --- Files in memory --------------------------------------------------------------------------------

%% epp opens headers through the file server: here it is.
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

%% --- The shell: one line of text in, {value | error | ok | more, Text} out ---------------------------

shell(Line) ->
    Shell =
        case whereis(spawnlink_shell) of
            undefined -> spawn(?MODULE, shell_start, [self()]), receive {shell, Started} -> Started end;
            Running -> Running
        end,
    Monitor = erlang:monitor(process, Shell),
    Shell ! {line, self(), unicode:characters_to_list(Line)},
    receive
        {shell, Shell, Answer} -> erlang:demonitor(Monitor, [flush]), Answer;
        {'DOWN', Monitor, process, _, Reason} -> {error, text(io_lib:format("the shell has ended: ~tp", [Reason]))}
    end.

%% Two processes, as OTP's shell: this one keeps the bindings, the evaluator is who the user is: it may
%% link itself to something and die with it, and another one takes its place.
shell_start(From) ->
    register(spawnlink_shell, self()),
    group_leader(whereis(user), self()),
    Bindings = erl_eval:new_bindings(),
    Evaluator = evaluator(Bindings),
    From ! {shell, self()},
    shell_loop(Evaluator, [], Bindings).

%% Typed: what was typed of a form not yet ended. Bindings: for when the evaluator dies.
shell_loop(Evaluator, Typed, Bindings) ->
    receive
        {line, From, Line} ->
            {Answer, Evaluator1, Typed1, Bindings1} = shell_line(Typed ++ Line ++ "\n", Evaluator, Bindings),
            From ! {shell, self(), Answer},
            shell_loop(Evaluator1, Typed1, Bindings1);
        {'DOWN', _, process, Evaluator, Reason} ->
            io:put_chars([failure(exit, Reason, []), $\n]),
            shell_loop(evaluator(Bindings), Typed, Bindings);
        _ -> shell_loop(Evaluator, Typed, Bindings)
    end.

shell_line(Text, Evaluator, Bindings) ->
    case erl_scan:tokens([], Text, {1, 1}) of
        {done, {ok, Tokens, _}, _} ->
            case erl_parse:parse_exprs(Tokens) of
                {ok, Expressions} -> shell_exprs(Expressions, Evaluator, Bindings);
                {error, Info} -> {{error, complaint(Info)}, Evaluator, [], Bindings}
            end;
        {done, {eof, _}, _} -> {{ok, <<>>}, Evaluator, [], Bindings};
        {done, {error, Info, _}, _} -> {{error, complaint(Info)}, Evaluator, [], Bindings};
        {more, _} ->
            case string:trim(Text) of
                "" -> {{ok, <<>>}, Evaluator, [], Bindings};
                _ -> {{more, <<>>}, Evaluator, Text, Bindings}
            end
    end.

complaint({_, Module, What}) -> text(["* ", Module:format_error(What)]).

shell_exprs([{call, _, {atom, _, f}, []}], Evaluator, _) ->
    New = erl_eval:new_bindings(),
    Evaluator ! {bindings, New},
    {{value, <<"ok">>}, Evaluator, [], New};
shell_exprs(Expressions, Evaluator, Bindings) ->
    Names = [Name || {Name, _} <- erl_eval:bindings(Bindings)],
    case erl_lint:exprs_opt(Expressions, [{Name, bound} || Name <- Names], []) of
        {error, [{_, [Info | _]} | _], _} -> {{error, complaint(Info)}, Evaluator, [], Bindings};
        _ -> evaluate(Expressions, Evaluator, Bindings)
    end.

evaluate(Expressions, Evaluator, Bindings) ->
    Evaluator ! {evaluate, self(), Expressions},
    receive
        {Evaluator, value, Value, Bindings1} -> {{value, text(pp(Value, 1))}, Evaluator, [], Bindings1};
        {Evaluator, failed, Class, Reason, Stack} ->
            receive {'DOWN', _, process, Evaluator, _} -> ok end,
            {{error, failure(Class, Reason, Stack)}, evaluator(Bindings), [], Bindings};
        {'DOWN', _, process, Evaluator, Reason} ->
            {{error, failure(exit, Reason, [])}, evaluator(Bindings), [], Bindings};
        %% Another line while this one has not ended: it has to wait no longer than its own process does.
        {line, From, _} ->
            From ! {shell, self(), {error, <<"the shell is busy with the expression before">>}},
            evaluate_wait(Evaluator, Bindings)
    end.

evaluate_wait(Evaluator, Bindings) -> evaluate([], Evaluator, Bindings).

evaluator(Bindings) ->
    Evaluator = spawn(fun() -> evaluator_loop(Bindings) end),
    erlang:monitor(process, Evaluator),
    catch register(shell, Evaluator),
    Evaluator.

%% It waits for expressions without taking what the user's programs send to it.
evaluator_loop(Bindings) ->
    receive
        {bindings, New} -> evaluator_loop(New);
        {evaluate, _, []} -> evaluator_loop(Bindings);
        {evaluate, From, Expressions} ->
            try erl_eval:exprs(Expressions, Bindings, local()) of
                {value, Value, New} ->
                    From ! {self(), value, Value, New},
                    evaluator_loop(New)
            catch
                Class:Reason:Stack ->
                    From ! {self(), failed, Class, Reason, Stack},
                    exit(Reason)
            end
    end.

local() -> {eval, fun local/3}.

local(Name, Arguments, Bindings) ->
    {Args, Bindings1} = erl_eval:expr_list(Arguments, Bindings, local()),
    {value, command(Name, Args), Bindings1}.

command(flush, []) -> flush();
command(regs, []) -> [io:format("~-20ts ~p~n", [Name, whereis(Name)]) || Name <- lists:sort(registered())], ok;
command(i, []) ->
    Line = fun(P) ->
        case erlang:process_info(P, [registered_name, current_function, message_queue_len]) of
            [{_, Name}, {_, {M, F, A}}, {_, Length}] ->
                io:format("~-10p ~-22ts ~ts:~ts/~p, ~p message(s)~n", [P, io_lib:format("~tw", [Name]), M, F, A, Length]);
            undefined -> ok
        end
    end,
    lists:foreach(Line, processes());
command(help, []) ->
    io:put_chars("f() forgets all variables, flush() prints and drops the shell's messages,\n"
                 "i() lists processes, regs() lists registered names.\n");
command(Name, Args) ->
    case erlang:is_builtin(erlang, Name, length(Args)) of
        true -> apply(erlang, Name, Args);
        false -> error({shell_undef, Name, length(Args), []})
    end.

flush() ->
    receive
        {evaluate, _, _} = Mine -> self() ! Mine, ok;
        Message -> io:format("Shell got ~tp~n", [Message]), flush()
    after 0 -> ok
    end.

failure(Class, Reason, Stack) ->
    Hide = fun(M, _, _) -> M =:= erl_eval orelse M =:= ?MODULE end,
    text(["** ", erl_error:format_exception(4, Class, Reason, Stack, Hide, fun pp/2, unicode)]).

pp(Term, Column) ->
    io_lib_pretty:print(Term, [
        {column, Column}, {line_length, 80}, {depth, 30}, {line_max_chars, 60},
        {strings, true}, {record_print_fun, fun(_, _) -> no end}, {encoding, unicode}
    ]).

%% --- Details of a process, and terms as text ---------------------------------------------------------

details(Pid) ->
    Items = [registered_name, initial_call, current_stacktrace, message_queue_len, messages, dictionary, links, monitors,
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
