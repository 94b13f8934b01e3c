%% SPDX-License-Identifier: Apache-2.0
%%
%% A small replacement for common_test that runs the cases of one OTP test suite. main([Suite, DataDir, PrivDir, From,
%% Limit]): the cases are numbered in the order of all/0, with groups expanded. Those from number From on run one after
%% the other, each in a process of its own; Limit is the longest time for a case (ms). Prints one line for each step,
%% which run.js reads:
%%   @@plan <json list of paths>     @@start N     @@pass N    @@skip N Reason    @@fail N Reason    @@end
%% When a case ends the VM, only its @@start was printed; run.js then starts another VM with the next case.
%%
%% Invariant: every function of the suite runs in a process that ends with it (init_per_testcase and its case share
%% one). So what a case does to its process (links, flags, dictionary, heap) does not affect the next one.
-module(conform).
-export([main/1, timetrap/1, timetrap_left/0, capture/1]).

main([SuiteName, DataDir, PrivDir, From, Limit]) ->
    Suite = list_to_atom(SuiteName),
    register(?MODULE, self()),
    whereis(application_controller) =:= undefined andalso register(application_controller,
        spawn(fun no_applications/0)),
    put(limit, list_to_integer(Limit)),
    put(out, group_leader()),
    put(suite, Suite),
    Config = [{data_dir, DataDir}, {priv_dir, PrivDir}, {nodenames, []}],
    {module, _} = code:ensure_loaded(Suite),
    code:ensure_loaded(timer), % common_test has loaded it by then; cases that measure memory must not pay for it
    {Nodes, Count} = plan(Suite),
    put(from, list_to_integer(From)),
    put(timetrap, suite_timetrap(Suite)),
    say("@@count ~w", [Count]),
    case hook(init_per_suite, [Config], Config) of
        {ok, Config1} ->
            nodes(Nodes, Config1),
            hook(end_per_suite, [Config1], Config1);
        {skip, Reason} -> skip_all(Nodes, Reason);
        {fail, Reason} -> fail_all(Nodes, {init_per_suite, Reason})
    end,
    say("@@end", []),
    halt(0).

%% A bare VM has no applications: starting one fails there, but does not end the caller.
no_applications() ->
    receive {'$gen_call', From, _} -> gen:reply(From, {error, no_application_controller}) end,
    no_applications().

%% --- The plan: {testcase, N, Name} | {group, Name, First, Last, Nodes} -----------------------------------

plan(Suite) ->
    All = case Suite:all() of {skip, _} -> []; List -> List end,
    Groups = case erlang:function_exported(Suite, groups, 0) of true -> Suite:groups(); false -> [] end,
    {Nodes, Count} = number(All, Groups, "", 0),
    say("@@plan [~ts]", [lists:join(",", [["\"", Path, "\""] || Path <- paths(Nodes, "")])]),
    {Nodes, Count}.

number([], _, _, N) -> {[], N};
number([Item | Rest], Groups, Path, N) ->
    {Node, N1} =
        case Item of
            {group, Name} -> group(lists:keyfind(Name, 1, Groups), Groups, Path, N);
            {group, Name, _} -> group(lists:keyfind(Name, 1, Groups), Groups, Path, N);
            {group, Name, _, _} -> group(lists:keyfind(Name, 1, Groups), Groups, Path, N);
            {testcase, Name, _} -> {{testcase, N, Name}, N + 1};
            Name when is_atom(Name) -> {{testcase, N, Name}, N + 1};
            {Name, _, _} = Group when is_atom(Name) -> group(Group, Groups, Path, N)
        end,
    {Nodes, N2} = number(Rest, Groups, Path, N1),
    {[Node | Nodes], N2}.

group({Name, Properties, Items}, Groups, Path, N) when is_list(Properties) ->
    {Nodes, N1} = number(Items, Groups, [Path, atom_to_list(Name), "/"], N),
    {{group, [{name, Name} | Properties], N, N1 - 1, Nodes}, N1};
group({Name, Items}, Groups, Path, N) -> group({Name, [], Items}, Groups, Path, N).

paths([{testcase, _, Name} | Rest], Path) -> [[Path, atom_to_list(Name)] | paths(Rest, Path)];
paths([{group, [{name, Name} | _], _, _, Nodes} | Rest], Path) ->
    paths(Nodes, [Path, atom_to_list(Name), "/"]) ++ paths(Rest, Path);
paths([], _) -> [].

%% --- Running --------------------------------------------------------------------------------------

nodes(Nodes, Config) -> lists:foreach(fun(Node) -> node(Node, Config) end, Nodes).

node({testcase, N, Name}, Config) ->
    case N >= get(from) of
        true -> testcase(N, Name, [{tc_group_properties, get(group)} || get(group) =/= undefined] ++ Config);
        false -> ok
    end;
node({group, [{name, Name} | _] = Properties, _, Last, Nodes}, Config) ->
    case Last >= get(from) of
        true ->
            Outer = put(group, Properties),
            Config0 = [{tc_group_properties, Properties} | lists:keydelete(tc_group_properties, 1, Config)],
            case hook(init_per_group, [Name, Config0], Config0) of
                {ok, Config1} ->
                    nodes(Nodes, Config1),
                    hook(end_per_group, [Name, Config1], Config1);
                {skip, Reason} -> skip_all(Nodes, Reason);
                {fail, Reason} -> fail_all(Nodes, {init_per_group, Reason})
            end,
            put(group, Outer);
        false -> ok
    end.

skip_all(Nodes, Reason) -> report_all(Nodes, "@@skip ~w ~ts", Reason).
fail_all(Nodes, Reason) -> report_all(Nodes, "@@fail ~w ~ts", Reason).

report_all([{testcase, N, _} | Rest], Format, Reason) ->
    N >= get(from) andalso say(Format, [N, text(Reason)]),
    report_all(Rest, Format, Reason);
report_all([{group, _, _, _, Nodes} | Rest], Format, Reason) ->
    report_all(Nodes, Format, Reason),
    report_all(Rest, Format, Reason);
report_all([], _, _) -> ok.

%% Calls init_per_suite, end_per_group and so on: {ok, Config} | {skip, Reason} | {fail, Reason}.
hook(Function, Args, Config) ->
    Suite = get(suite),
    case erlang:function_exported(Suite, Function, length(Args)) of
        false -> {ok, Config};
        true ->
            case in_process(fun() -> apply(Suite, Function, Args) end) of
                {value, List} when is_list(List) -> {ok, List};
                {value, {skip, Reason}} -> {skip, Reason};
                {value, {skipped, Reason}} -> {skip, Reason};
                {value, {skip_and_save, Reason, _}} -> {skip, Reason};
                {value, {fail, Reason}} -> {fail, Reason};
                {value, _} -> {ok, Config};
                {failed, Reason} -> {fail, Reason}
            end
    end.

testcase(N, Name, Config) ->
    say("@@start ~w", [N]),
    Suite = get(suite),
    Outcome =
        in_process(fun() ->
            case start(Suite, Name, Config) of
                {ok, Config1} ->
                    conform ! {config, self(), Config1},
                    Value = Suite:Name(Config1),
                    finish(Suite, Name, [{tc_status, ok} | Config1], Value);
                Other -> Other
            end
        end),
    report(N, Outcome),
    %% After a case that failed or was killed, another process cleans up.
    case Outcome of
        {failed, Reason, LastConfig} ->
            Status = {tc_status, {failed, Reason}},
            in_process(fun() -> finish(Suite, Name, [Status | LastConfig], ok) end);
        _ -> ok
    end.

start(Suite, Name, Config) ->
    case erlang:function_exported(Suite, init_per_testcase, 2) of
        true ->
            case Suite:init_per_testcase(Name, Config) of
                List when is_list(List) -> {ok, List};
                Other -> Other
            end;
        false -> {ok, Config}
    end.

finish(Suite, Name, Config, Value) ->
    case erlang:function_exported(Suite, end_per_testcase, 2) of
        true ->
            case Suite:end_per_testcase(Name, Config) of
                {fail, Reason} -> exit({end_per_testcase, Reason});
                _ -> Value
            end;
        false -> Value
    end.

report(N, {value, {skip, Reason}}) -> say("@@skip ~w ~ts", [N, text(Reason)]);
report(N, {value, {skipped, Reason}}) -> say("@@skip ~w ~ts", [N, text(Reason)]);
report(N, {value, {fail, Reason}}) -> say("@@fail ~w ~ts", [N, text(Reason)]);
report(N, {value, {'EXIT', Reason}}) -> say("@@fail ~w ~ts", [N, text(Reason)]);
report(N, {value, {failed, Reason}}) -> say("@@fail ~w ~ts", [N, text(Reason)]);
report(N, {value, _}) -> say("@@pass ~w", [N]);
report(N, {failed, Reason}) -> say("@@fail ~w ~ts", [N, text(Reason)]);
report(N, {failed, Reason, _}) -> say("@@fail ~w ~ts", [N, text(Reason)]).

%% --- A process with a time limit ----------------------------------------------------------------------------

%% Returns {value, Value}, {failed, Reason}, or {failed, Reason, Config} when the case had begun.
in_process(Fun) ->
    flush(),
    Leader = spawn(fun() -> leader(conform, none) end),
    put(leader, Leader),
    Out = get(out),
    Leader ! {out, Out},
    {Pid, Monitor} =
        spawn_monitor(fun() ->
            group_leader(Leader, self()),
            Answer =
                try {value, Fun()}
                catch
                    throw:{skip, Why} -> {value, {skip, Why}};
                    throw:{skipped, Why} -> {value, {skip, Why}};
                    throw:Thrown -> {failed, {thrown, Thrown}};
                    exit:Reason -> {failed, Reason};
                    error:Reason:Stack -> {failed, {Reason, lists:sublist(Stack, 4)}}
                end,
            conform ! {answer, self(), Answer}
        end),
    Limit = min(get(timetrap), get(limit)),
    Answer = await(Pid, Monitor, erlang:monotonic_time(millisecond) + Limit, none),
    exit(Leader, kill),
    Answer.

await(Pid, Monitor, Deadline, Config) ->
    receive
        {config, Pid, Config1} -> await(Pid, Monitor, Deadline, {config, Config1});
        {answer, Pid, {failed, Reason}} ->
            erlang:demonitor(Monitor, [flush]),
            failed(Reason, Config);
        {answer, Pid, Answer} ->
            erlang:demonitor(Monitor, [flush]),
            Answer;
        {'DOWN', Monitor, process, Pid, Reason} -> failed({process_died, Reason}, Config);
        {timetrap, Time} -> await(Pid, Monitor, erlang:monotonic_time(millisecond) + min(Time, get(limit)), Config);
        {timetrap_left, From} ->
            From ! {timetrap_left, max(0, Deadline - erlang:monotonic_time(millisecond))},
            await(Pid, Monitor, Deadline, Config)
    after max(0, Deadline - erlang:monotonic_time(millisecond)) ->
        Where = process_info(Pid, current_stacktrace),
        exit(Pid, kill),
        receive {'DOWN', Monitor, process, Pid, _} -> ok after 5000 -> ok end,
        failed({timetrap_timeout, Where}, Config)
    end.

failed(Reason, none) -> {failed, Reason};
failed(Reason, {config, Config}) -> {failed, Reason, Config}.

flush() -> receive _ -> flush() after 0 -> ok end.

%% Called by a case: its time starts again, with this limit (ms).
timetrap(infinity) -> timetrap(1 bsl 31);
timetrap(Time) -> catch conform ! {timetrap, Time}, ok.

timetrap_left() ->
    conform ! {timetrap_left, self()},
    receive {timetrap_left, Time} -> Time end.

suite_timetrap(Suite) ->
    Info = case erlang:function_exported(Suite, suite, 0) of true -> Suite:suite(); false -> [] end,
    case lists:keyfind(timetrap, 1, Info) of
        {timetrap, Time} -> milliseconds(Time);
        false -> milliseconds({minutes, 30})
    end.

milliseconds({hours, N}) -> N * 3600000;
milliseconds({minutes, N}) -> N * 60000;
milliseconds({seconds, N}) -> N * 1000;
milliseconds(infinity) -> 1 bsl 31;
milliseconds(N) when is_integer(N) -> N.

%% --- Output ----------------------------------------------------------------------------------------------------

%% The group leader of a case: drops what the case prints, or keeps it while it is captured; passes other requests to
%% the VM's own group leader.
leader(Out, Captured) ->
    receive
        {out, New} -> leader(New, Captured);
        {capture, start, From} -> From ! {captured, []}, leader(Out, []);
        {capture, What, From} ->
            From ! {captured, case Captured of none -> []; _ -> lists:reverse(Captured) end},
            leader(Out, case What of stop -> none; get -> [] end);
        {io_request, From, As, Request} = Message ->
            case printed(Request) of
                other -> Out ! Message, leader(Out, Captured);
                {Reply, Text} ->
                    From ! {io_reply, As, Reply},
                    leader(Out, case Captured of none -> none; _ -> [Text | Captured] end)
            end;
        _ -> leader(Out, Captured)
    end.

printed({put_chars, Text}) -> printed({put_chars, latin1, Text});
printed({put_chars, Encoding, Text}) -> characters(Text, Encoding);
printed({put_chars, M, F, A}) -> printed({put_chars, latin1, M, F, A});
printed({put_chars, Encoding, M, F, A}) ->
    try apply(M, F, A) of
        Text -> characters(Text, Encoding)
    catch
        _:_ -> {{error, F}, []}
    end;
printed({requests, Requests}) ->
    lists:foldl(
        fun(Request, {ok, Text}) ->
                case printed(Request) of
                    {Reply, More} -> {Reply, Text ++ More};
                    other -> {{error, request}, Text}
                end;
           (_, Failed) -> Failed
        end, {ok, []}, Requests);
printed(_) -> other.

characters(Text, Encoding) ->
    case catch unicode:characters_to_list(Text, Encoding) of
        List when is_list(List) -> {ok, List};
        _ -> {{error, {put_chars, Encoding, Text}}, []}
    end.

%% capture(start | stop | get): the texts that this case has printed since the start.
capture(What) ->
    group_leader() ! {capture, What, self()},
    receive {captured, Texts} -> Texts end.

say(Format, Args) -> io:put_chars(get(out), ["\n", io_lib:format(Format, Args), "\n"]).

%% One line of ASCII text.
text(Reason) when is_list(Reason) ->
    case io_lib:printable_unicode_list(Reason) of
        true -> clip(Reason);
        false -> clip(io_lib:format("~0tP", [Reason, 30]))
    end;
text(Reason) -> clip(io_lib:format("~0tP", [Reason, 40])).

clip(Text) ->
    [if C < 32; C > 126 -> $?; true -> C end || C <- lists:sublist(lists:flatten(Text), 600)].
