%% SPDX-License-Identifier: Apache-2.0
%% The VM's reports of uncaught errors: the text, the arguments and the metadata, as they reach the system logger,
%% formatted as logger does. Pids and references are replaced.
-module(crash_log).
-export([main/0, f/1]).

main() ->
    Old = erlang:system_flag(system_logger, self()),
    [one(N, F) || {N, F} <- cases()],
    erlang:system_flag(system_logger, Old),
    io:format("end~n").

one(Name, F) ->
    {P, M} = spawn_monitor(F),
    receive {'DOWN', M, process, P, _} -> ok end,
    Reports = reports(P, first(Name)),
    io:format("~s ~w~n", [Name, length(Reports)]),
    [print(R) || R <- Reports].

%% How many ms to wait for the first report; on a busy machine that of erl comes late.
first(Name) ->
    case lists:suffix("quiet", atom_to_list(Name)) of true -> 20; false -> 5000 end.

reports(P, Time) ->
    receive {log, Level, Format, Args, Meta} -> [{Level, Format, Args, Meta, P} | reports(P, 20)];
            {log, Level, Report, Meta} -> [{Level, Report, Meta, P} | reports(P, 20)]
    after Time -> [] end.

print({Level, Format, Args, Meta, P}) ->
    io:format("  ~w ~p ~w ~0p~n", [Level, Format, length(Args),
        [{K, meta(K, V, P)} || {K, V} <- lists:sort(maps:to_list(Meta))]]),
    Text = logger_formatter:format(#{level => Level, msg => {Format, short(Args)},
        meta => maps:without([gl], Meta#{time => 0})}, #{legacy_header => true, single_line => false}),
    io:format("~ts", [tidy(Text)]);
print({Level, Report, Meta, P}) ->
    io:format("  ~w ~p ~0p~n", [Level, Report, [{K, meta(K, V, P)} || {K, V} <- lists:sort(maps:to_list(Meta))]]).

%% The length of pids differs between systems, and lines are broken by length.
short(T) when is_pid(T) -> '<0.1.0>';
short([H | T]) -> [short(H) | short(T)];
short(T) when is_tuple(T) -> list_to_tuple(short(tuple_to_list(T)));
short(T) -> T.

meta(pid, P, P) -> crashed;
meta(pid, P, _) when is_pid(P) -> other;
meta(gl, G, _) -> G =:= group_leader();
meta(time, T, _) -> is_integer(T) andalso abs(T - os:system_time(microsecond)) < 60000000;
meta(_, V, _) -> V.

tidy(Text) ->
    lists:foldl(fun({Re, With}, T) -> re_replace(T, Re, With) end, lists:flatten(Text),
        [{"<0.", "<pid>"}, {"#Ref<", "#Ref<>"}, {"#Fun<", "#Fun<>"}, {"=ERROR REPORT==== ", "=ERROR REPORT===="}]).

%% Replaces everything from Start to the next '>' or end of line, without regular expressions.
re_replace(Text, Start, With) ->
    case string:prefix(Text, Start) of
        nomatch when Text =:= [] -> [];
        nomatch -> [hd(Text) | re_replace(tl(Text), Start, With)];
        Rest -> With ++ re_replace(skip(Rest), Start, With)
    end.
skip([$> | T]) -> T;
skip([$\n | T]) -> [$\n | T];
skip([_ | T]) -> skip(T);
skip([]) -> [].

f(X) -> {got, X + 1}.

cases() ->
    [{error_atom, fun() -> erlang:error(oops) end},
     {error_tuple, fun() -> erlang:error({some, [nested, "text"], <<"binary">>}) end},
     {error_long, fun() -> erlang:error({lists:seq(1, 60), lists:duplicate(10, {key, "value"})}) end},
     {error_args, fun() -> erlang:error(oops, [1, b]) end},
     {badarith, fun() -> f(list_to_atom("a")) end},
     {badmatch, fun() -> {ok, _} = f(1) end},
     {case_clause, fun() -> case f(1) of x -> ok end end},
     {if_clause, fun() -> if node() =:= x -> ok end end},
     {try_clause, fun() -> try f(1) of x -> ok catch _:_ -> ok end end},
     {function_clause, fun() -> (fun(x) -> ok end)(list_to_atom("y")) end},
     {undef_module, fun() -> no_such_module:f(1, "two") end},
     {undef_function, fun() -> lists:no_such_function() end},
     {undef_local_fun, fun() -> apply(fun ?MODULE:nothing/2, [a, b]) end},
     {badarg, fun() -> list_to_atom(id(12)) end},
     {badarg_ets, fun() -> ets:insert(id(no_table), {a}) end},
     {badfun, fun() -> (id(x))() end},
     {badarity, fun() -> (id(fun(_) -> ok end))() end},
     {badmap, fun() -> maps:get(a, id(b)) end},
     {badkey, fun() -> maps:get(a, id(#{})) end},
     {system_limit, fun() -> list_to_atom(lists:duplicate(300, $a)) end},
     {throw, fun() -> throw(ball) end},
     {throw_tuple, fun() -> throw({a, "b"}) end},
     {exit_quiet, fun() -> exit({a, b}) end},
     {exit_normal_quiet, fun() -> exit(normal) end},
     {killed_quiet, fun() -> exit(self(), kill) end},
     {error_normal, fun() -> erlang:error(normal) end},
     {error_shutdown, fun() -> erlang:error(shutdown) end},
     {raised_error, fun() -> erlang:raise(error, again,
         [{m, f, 1, []}, {m, g, [a, b], [{file, "m.erl"}, {line, 7}]}]) end},
     {raised_exit_quiet, fun() -> erlang:raise(exit, again, []) end},
     {raised_throw, fun() -> erlang:raise(throw, again, []) end},
     {link_noproc, fun() -> {P, M} = spawn_monitor(fun() -> ok end), receive {'DOWN', M, _, _, _} -> link(P) end end},
     {after_catch, fun() -> (catch f(a)), erlang:error(later) end},
     {in_after, fun() -> try f(1) after erlang:error(in_after) end end},
     {from_linked_quiet, fun() -> spawn_link(fun() -> exit(bang) end), receive never -> ok end end},
     {crash_in_linked, fun() -> spawn_link(fun() -> erlang:error(bang) end), receive never -> ok end end},
     {by_mfa, fun() -> P = spawn(?MODULE, f, [x]), M = erlang:monitor(process, P),
         receive {'DOWN', M, _, _, _} -> ok end end},
     {unicode, fun() -> erlang:error({[1086, 1082], <<"ok">>, 'atom with space'}) end},
     {max_heap_quiet, fun() -> process_flag(max_heap_size, #{size => 2000, kill => true, error_logger => false}),
         lists:seq(1, 100000) end},
     {nif_error, fun() -> erlang:nif_error(not_loaded) end},
     {binary_bad, fun() -> N = id(-1), <<N:N>> end},
     {float_bad, fun() -> math:sqrt(id(-1)) end},
     {deep, fun() -> deep(20) end}].

id(X) -> X.
deep(0) -> erlang:error(bottom);
deep(N) -> [N | deep(N - 1)].
