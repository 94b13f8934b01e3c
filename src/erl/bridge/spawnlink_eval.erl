%% SPDX-License-Identifier: Apache-2.0
%%
%% The Erlang side of vm.eval() and of sessions: evaluates forms as they are typed at OTP's shell, with erl_eval. Forms
%% are expressions, definitions of records and, as in the shell since OTP 26, of functions.
%%
%% A session is two processes: one keeps what is bound and defined, and the other, linked to it, evaluates. As in the
%% shell, the second is replaced after an exception, and when nobody waits for an evaluation any more.
-module(spawnlink_eval).
-export([eval/2, eval/3, session/0]).

%% What earlier forms have defined. Records: their attributes by name. Functions: clauses by {Name, Arity}.
-record(env, {bindings = erl_eval:new_bindings(), records = #{}, functions = #{}}).

%% --- Functions that JavaScript calls ------------------------------------------------------------------
%%
%% Each returns {ok, Value of the last form} or {error, [{error, File, Line, Column, Text}]}, or raises what the forms
%% raise. Bindings is [{Name, Value}].

eval(Text, Bindings) ->
    try run(characters(Text), {1, 1}, bind(Bindings, #env{}), ok, fun(_) -> ok end)
    catch
        Class:Reason:Stack -> erlang:raise(Class, Reason, trimmed(Stack))
    end.

eval(Session, Text, Bindings) ->
    Monitor = monitor(process, Session),
    Session ! {eval, self(), Monitor, Text, Bindings},
    receive
        {Monitor, {raise, Class, Reason, Stack}} -> erlang:raise(Class, Reason, Stack);
        {Monitor, Outcome} -> Outcome;
        {'DOWN', Monitor, process, _, Reason} -> exit(Reason)
    end.

%% --- A session ---------------------------------------------------------------------------------------

session() ->
    process_flag(trap_exit, true),
    idle(evaluator(), #env{}).

idle(Evaluator, Env) ->
    receive
        {eval, Client, Tag, Text, Bindings} ->
            Monitor = monitor(process, Client),
            Env1 = bind(Bindings, Env),
            Evaluator ! {self(), Text, Env1},
            busy(Evaluator, Env1, Client, Tag, Monitor);
        {'EXIT', Evaluator, _} -> idle(evaluator(), Env);
        close -> exit(Evaluator, kill)
    end.

busy(Evaluator, Env, Client, Tag, Monitor) ->
    receive
        {Evaluator, env, Env1} -> busy(Evaluator, Env1, Client, Tag, Monitor);
        {Evaluator, done, Outcome} ->
            demonitor(Monitor, [flush]),
            Client ! {Tag, Outcome},
            idle(Evaluator, Env);
        {'EXIT', Evaluator, Reason} ->
            demonitor(Monitor, [flush]),
            Client ! {Tag, {raise, exit, Reason, []}},
            idle(evaluator(), Env);
        {'DOWN', Monitor, process, _, _} ->
            exit(Evaluator, kill),
            receive {'EXIT', Evaluator, _} -> ok end,
            idle(evaluator(), Env);
        close -> exit(Evaluator, kill)
    end.

evaluator() ->
    Session = self(),
    spawn_link(fun() -> evaluator(Session) end).

evaluator(Session) ->
    receive
        {Session, Text, Env} ->
            Commit = fun(Env1) -> Session ! {self(), env, Env1} end,
            try run(characters(Text), {1, 1}, Env, ok, Commit) of
                Outcome ->
                    Session ! {self(), done, Outcome},
                    evaluator(Session)
            catch
                Class:Reason:Stack0 ->
                    Stack = trimmed(Stack0),
                    Session ! {self(), done, {raise, Class, Reason, Stack}},
                    exit(reason(Class, Reason, Stack))
            end
    end.

%% The exit reason of a process that does not catch this exception.
reason(error, Reason, Stack) -> {Reason, Stack};
reason(throw, Reason, Stack) -> {{nocatch, Reason}, Stack};
reason(exit, Reason, _) -> Reason.

%% --- Forms, one after the other ------------------------------------------------------------------------

characters(Text) -> unicode:characters_to_list(Text) ++ "\n".

bind(Bindings, #env{bindings = Bound} = Env) ->
    Env#env{bindings = lists:foldl(fun({Name, Value}, Bs) -> orddict:store(Name, Value, Bs) end,
        lists:sort(erl_eval:bindings(Bound)), Bindings)}.

%% Commit is called with the environment after each form. The dot at the end may be left out.
run(Text, Location, Env, Value, Commit) ->
    case erl_scan:tokens([], Text, Location) of
        {done, {ok, Tokens, End}, Rest} ->
            case form(Tokens, Env) of
                {ok, Value1, Env1} ->
                    Commit(Env1),
                    run(rest(Rest), End, Env1, Value1, Commit);
                Error -> Error
            end;
        {done, {eof, _}, _} -> {ok, Value};
        {done, {error, Info, _}, _} -> failed([Info]);
        {more, _} ->
            case erl_scan:string(Text, Location) of
                {ok, [], _} -> {ok, Value};
                {ok, _, _} -> run(Text ++ ".\n", Location, Env, Value, Commit);
                {error, Info, _} -> failed([Info])
            end
    end.

rest(Rest) when is_list(Rest) -> Rest;
rest(eof) -> [].

form([{'-', _}, {atom, _, record} | _] = Tokens, Env) ->
    case erl_parse:parse_form(Tokens) of
        {ok, {attribute, _, record, {Name, _}} = Attribute} ->
            Records = (Env#env.records)#{Name => Attribute},
            checked([], Records, fun() -> {ok, Name, Env#env{records = Records}} end, Env);
        {error, Info} -> failed([Info])
    end;
form(Tokens, Env) ->
    case erl_parse:parse_exprs(Tokens) of
        {ok, Expressions} ->
            checked(Expressions, Env#env.records, fun() -> evaluate(Expressions, Env) end, Env);
        {error, Info} ->
            case erl_parse:parse_form(Tokens) of
                {ok, {function, _, _, _, _} = Function} -> define(Function, Env);
                _ -> failed([Info])
            end
    end.

define({function, Anno, Name, Arity, Clauses}, #env{records = Records, functions = Functions} = Env) ->
    Fun = {'fun', Anno, {clauses, Clauses}},
    Defined = fun() ->
        [{'fun', _, {clauses, Expanded}}] = expand([Fun], Records),
        {ok, ok, Env#env{functions = Functions#{{Name, Arity} => Expanded}}}
    end,
    checked([Fun], Records, Defined, Env#env{bindings = erl_eval:new_bindings()}).

%% As in the shell, what the linter refuses, such as a variable without a value, is found before anything runs.
checked(Expressions, Records, Then, #env{bindings = Bindings}) ->
    Known = [{{record, 1, Name}, Attribute} || {Name, Attribute} <- maps:to_list(Records)],
    case erl_lint:exprs_opt(Expressions, Known ++ erl_eval:bindings(Bindings), []) of
        {error, PerFile, _} -> failed(lists:append([Infos || {_, Infos} <- PerFile]));
        _ -> Then()
    end.

evaluate(Expressions, #env{bindings = Bindings, records = Records, functions = Functions} = Env) ->
    {value, Value, Bindings1} = erl_eval:exprs(expand(Expressions, Records), Bindings, local(Functions)),
    {ok, Value, Env#env{bindings = own(Bindings1)}}.

%% The bindings without the variables that the expansion of records has made: rec0, rec1, which no program can name.
own(Bindings) -> [Pair || {Name, _} = Pair <- erl_eval:bindings(Bindings), hd(atom_to_list(Name)) =/= $r].

expand(Expressions, Records) when map_size(Records) =:= 0 -> Expressions;
expand(Expressions, Records) ->
    Anno = erl_anno:new(1),
    Function = {function, Anno, f, 0, [{clause, Anno, [], [], Expressions}]},
    Forms = erl_expand_records:module(maps:values(Records) ++ [Function], [strict_record_tests]),
    {function, _, f, 0, [{clause, _, [], [], Expanded}]} = lists:last(Forms),
    Expanded.

%% The functions that were defined, as erl_eval asks for functions without a module.
local(Functions) ->
    {value, fun(Name, Arguments) ->
        case Functions of
            #{{Name, length(Arguments)} := Clauses} ->
                Fun = {'fun', erl_anno:new(1), {clauses, Clauses}},
                {value, Value, _} = erl_eval:expr(Fun, erl_eval:new_bindings(), local(Functions)),
                apply(Value, Arguments);
            #{} ->
                erlang:raise(error, undef, [{erl_eval, Name, Arguments, []}])
        end
    end}.

%% --- Errors --------------------------------------------------------------------------------------------

failed(Infos) -> {error, [diagnostic(Info) || Info <- Infos]}.

diagnostic({Location, Module, What}) ->
    {Line, Column} = case Location of {_, _} -> Location; _ when is_integer(Location) -> {Location, 1}; _ -> {1, 1} end,
    {error, <<"nofile">>, Line, Column, unicode:characters_to_binary(Module:format_error(What))};
diagnostic({Module, What}) -> diagnostic({{1, 1}, Module, What}).

%% The stack without the evaluator, except for its first entry when the function that failed was evaluated.
trimmed([{erl_eval, _, Arguments, _} = First | Stack]) when is_list(Arguments) -> [First | trimmed(Stack)];
trimmed(Stack) -> [Entry || Entry <- Stack, not lists:member(element(1, Entry), [erl_eval, ?MODULE])].
