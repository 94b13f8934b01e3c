%% SPDX-License-Identifier: Apache-2.0
%%
%% What the command line runs inside the VM. eval/1 evaluates expressions and prints values and errors as the Erlang
%% shell does; run/1 does -s, -run and -eval in order, as OTP's init does.
-module(spawnlink_cli).
-export([eval/1, run/1]).

%% --- eval: forms as typed at a shell. Returns ok or error ------------------------------------------

eval(Text) ->
    eval(unicode:characters_to_list(Text) ++ "\n", {1, 1}, erl_eval:new_bindings()).

eval(Text, Location, Bindings) ->
    case erl_scan:tokens([], Text, Location) of
        {done, Result, Rest} -> form(Result, Rest, Bindings);
        {more, _} ->
            case erl_scan:string(Text, Location) of
                {ok, [], _} -> ok;
                {ok, _, _} -> eval(Text ++ ".\n", Location, Bindings);
                {error, Info, _} -> complain(Info)
            end
    end.

%% The first argument is the result of erl_scan:tokens.
form({ok, Tokens, End}, Rest, Bindings) ->
    case erl_parse:parse_exprs(Tokens) of
        {ok, Expressions} ->
            case check(Expressions, Bindings) of
                ok ->
                    case evaluate(Expressions, Bindings) of
                        {value, Value, Bindings1} ->
                            io:put_chars([pp(Value, 1), $\n]),
                            eval(rest(Rest), End, Bindings1);
                        error -> error
                    end;
                {error, Info} -> complain(Info)
            end;
        {error, Info} -> complain(Info)
    end;
form({eof, _}, _, _) -> ok;
form({error, Info, _}, _, _) -> complain(Info).

rest(Rest) when is_list(Rest) -> Rest;
rest(_) -> [].

%% As in the shell, a variable without a value is found before anything runs.
check(Expressions, Bindings) ->
    Variables = [Name || {Name, _} <- erl_eval:bindings(Bindings)],
    case erl_lint:exprs_opt(Expressions, lists:zip(Variables, Variables), []) of
        {error, [{_, [Info | _]} | _], _} -> {error, Info};
        _ -> ok
    end.

complain({Location, Module, Error}) ->
    io:format("* ~s: ~ts~n", [position(Location), Module:format_error(Error)]),
    error;
complain({Module, Error}) ->
    io:format("* ~ts~n", [Module:format_error(Error)]),
    error.

position({Line, Column}) -> io_lib:format("~w:~w", [Line, Column]);
position(Line) -> io_lib:format("~w", [Line]).

evaluate(Expressions, Bindings) ->
    Self = self(),
    {Pid, Monitor} = spawn_monitor(fun() -> evaluator(Self, Expressions, Bindings) end),
    receive
        {Pid, value, Value, Bindings1} ->
            erlang:demonitor(Monitor, [flush]),
            {value, Value, Bindings1};
        {Pid, Class, Reason, Stack} ->
            erlang:demonitor(Monitor, [flush]),
            report(Class, Reason, Stack);
        {'DOWN', Monitor, process, _, Reason} ->
            report(exit, Reason, [])
    end.

evaluator(Parent, Expressions, Bindings) ->
    Local = {eval, fun(Name, Args, Bs) -> local(Name, Args, Bs) end},
    Outcome =
        try
            {value, Value, Bindings1} = erl_eval:exprs(Expressions, Bindings, Local),
            {self(), value, Value, Bindings1}
        catch
            Class:Reason:Stack -> {self(), Class, Reason, Stack}
        end,
    Parent ! Outcome,
    %% Processes that the expression has spawned and linked live on, as in a shell.
    receive after infinity -> ok end.

local(Name, Expressions, Bindings) ->
    {Args, Bindings1} = erl_eval:expr_list(Expressions, Bindings, {eval, fun(N, A, B) -> local(N, A, B) end}),
    Arity = length(Args),
    case erlang:is_builtin(erlang, Name, Arity) of
        true -> {value, apply(erlang, Name, Args), Bindings1};
        false -> error({shell_undef, Name, Arity, []})
    end.

report(Class, Reason, Stack) ->
    Print = fun(Term, Column) -> pp(Term, Column) end,
    Hide = fun(M, _, _) -> M =:= erl_eval orelse M =:= ?MODULE end,
    Text = erl_error:format_exception(4, Class, Reason, Stack, Hide, Print, unicode),
    io:put_chars(["** ", Text, $\n]),
    error.

pp(Term, Column) ->
    io_lib_pretty:print(Term, [
        {column, Column}, {line_length, 80}, {depth, 30}, {line_max_chars, 60},
        {strings, true}, {record_print_fun, fun(_, _) -> no end}, {encoding, unicode}
    ]).

%% --- run: a list of {eval, Text}, {s, [Text]} and {run, [Text]}; texts are binaries ------------------

%% The steps run in a process of their own, as in OTP's init, so that this one can report how they ended.
run(Steps) ->
    {_, Ref} = spawn_monitor(fun() -> guarded(Steps) end),
    receive
        {'DOWN', Ref, process, _, normal} -> ok;
        {'DOWN', Ref, process, _, Why} -> terminate(Why)
    end.

%% In OTP's init, the process that runs the steps traps exits.
guarded(Steps) ->
    process_flag(trap_exit, true),
    try steps(Steps)
    catch
        error:Reason:Stack -> exit({Reason, without_own(Stack)});
        throw:Reason:Stack -> exit({{nocatch, Reason}, without_own(Stack)})
    end.

%% A stack without the functions of this module, which are not part of the program.
without_own(Stack) -> [Place || Place <- Stack, element(1, Place) =/= ?MODULE].

-spec terminate(term()) -> no_return().
terminate(Why) ->
    erlang:display({"init terminating in do_boot", Why}),
    halt("init terminating in do_boot (" ++ slogan(Why, 0) ++ ")").

%% The texts are those of OTP's init.
slogan(Term, _) when is_atom(Term) -> atom_to_list(Term);
slogan(Term, _) when is_pid(Term) -> pid_to_list(Term);
slogan(Term, _) when is_float(Term) -> float_to_list(Term);
slogan(Term, _) when is_integer(Term) -> integer_to_list(Term);
slogan(Term, Depth) when is_tuple(Term), Depth < 4 -> "{" ++ slogans(tuple_to_list(Term), Depth) ++ "}";
slogan(Term, _) when is_tuple(Term) -> "{_}";
slogan(Term, Depth) when is_list(Term), Depth < 4 ->
    try lists:flatten(Term) of
        [_ | _] = Flat ->
            case io_lib:printable_latin1_list(Flat) of
                true -> Flat;
                false -> "[" ++ slogans(Term, Depth) ++ "]"
            end;
        [] -> "[" ++ slogans(Term, Depth) ++ "]"
    catch
        error:_ -> "[_]" % an improper list
    end;
slogan(Term, _) when is_list(Term) -> "[_]";
slogan(_, _) -> "".

slogans(Terms, Depth) -> lists:flatten(lists:join($,, [slogan(Term, Depth + 1) || Term <- Terms])).

steps([Step | Rest]) -> step(Step), steps(Rest);
steps([]) -> ok.

step({eval, Text}) ->
    {ok, Tokens, _} = erl_scan:string(unicode:characters_to_list(Text)),
    Dotted =
        case lists:reverse(Tokens) of
            [{dot, _} | _] -> Tokens;
            Reversed -> lists:reverse([{dot, erl_anno:new(1)} | Reversed])
        end,
    {ok, Expressions} = erl_parse:parse_exprs(Dotted),
    {value, _, _} = erl_eval:exprs(Expressions, erl_eval:new_bindings());
step({s, [M]}) -> (atom(M)):start();
step({s, [M, F]}) -> (atom(M)):(atom(F))();
step({s, [M, F | Args]}) -> (atom(M)):(atom(F))([atom(Arg) || Arg <- Args]);
step({run, [M]}) -> (atom(M)):start();
step({run, [M, F]}) -> (atom(M)):(atom(F))();
step({run, [M, F | Args]}) -> (atom(M)):(atom(F))([unicode:characters_to_list(Arg) || Arg <- Args]).

atom(Text) -> binary_to_atom(Text).
