%% SPDX-License-Identifier: Apache-2.0
%% The text that logger writes for crashes of OTP's processes: proc_lib's crash reports with their ancestors,
%% gen_server, gen_statem and gen_event that end badly, supervisors' reports. Pids and references are replaced.
-module(log_text).
-export([main/0, log/2, init/1, callback_mode/0, handle_call/3, handle_cast/2, handle_info/2, handle_event/2,
    handle_event/4, terminate/2, code_change/3, child/1]).

main() ->
    process_flag(trap_exit, true),
    {ok, #{filters := Filters, filter_default := Default}} = logger:get_handler_config(default),
    ok = logger:add_handler(?MODULE, ?MODULE, #{config => self(), filters => Filters, filter_default => Default}),
    ok = logger:set_handler_config(default, level, none),
    #{level := Level} = logger:get_primary_config(),
    ok = logger:set_primary_config(level, notice), % an earlier test may have changed it
    others(),
    [begin io:format("~p~n", [N]), F(), ok = logger:set_handler_config(?MODULE, level, all), show(200) end
        || {N, F} <- cases()],
    ok = logger:set_primary_config(level, Level),
    ok = logger:set_handler_config(default, level, all),
    ok = logger:remove_handler(?MODULE).

%% Drops reports about crashes of earlier tests, which erl's logger still sends.
others() -> receive {text, _} -> others() after 500 -> ok end.

%% Runs in the process that logs.
log(#{msg := Message, meta := Meta} = Event, #{config := To}) ->
    Same = Event#{msg := short(Message), meta := Meta#{time := 0}},
    Text = logger_formatter:format(Same, #{legacy_header => true, single_line => false, depth => unlimited}),
    Line = logger_formatter:format(Same, #{single_line => false, depth => 8,
        template => [level, " ", mfa, " ", domain, " ", msg, "\n"]}),
    To ! {text, unicode:characters_to_list([Text, Line])}.

%% The length of pids differs between systems, and lines are broken by length.
short(T) when is_pid(T) -> '<0.1.0>';
short(T) when is_reference(T) -> '#Ref<0>';
short(T) when is_function(T) -> {'fun', erlang:fun_info(T, module), erlang:fun_info(T, arity)};
short([H | T]) -> [short(H) | short(T)];
short(T) when is_tuple(T) -> list_to_tuple(short(tuple_to_list(T)));
short(T) when is_map(T) -> maps:map(fun(_, V) -> short(V) end, T);
short(T) -> T.

%% All that was logged, until nothing more has come for a while.
show(Ms) ->
    receive
        {text, T} -> io:format("~ts", [plain(T)]), show(50);
        {'EXIT', _, _} -> show(Ms);
        {'DOWN', _, _, _, _} -> show(Ms)
    after Ms -> ok end.

%% Makes all pids, references and funs equal, and also sizes that depend on the collector.
plain("<0." ++ T) -> "<pid" ++ plain(skip(T));
plain("#Ref<" ++ T) -> "#Ref<" ++ plain(skip(T));
plain("#Fun<" ++ T) -> "#Fun<" ++ plain(skip(T));
plain("heap_size: " ++ T) -> "heap_size: _" ++ plain(digits(T));
plain("stack_size: " ++ T) -> "stack_size: _" ++ plain(digits(T));
plain("reductions: " ++ T) -> "reductions: _" ++ plain(digits(T));
plain("REPORT==== " ++ T) -> "REPORT====" ++ plain(line(T));
plain([C | T]) -> [C | plain(T)];
plain([]) -> [].
skip([$> | _] = T) -> T;
skip([_ | T]) -> skip(T).
digits([C | T]) when C >= $0, C =< $9 -> digits(T);
digits(T) -> T.
line([$\n | _] = T) -> T;
line([_ | T]) -> line(T).

gone(P) -> M = monitor(process, P), receive {'DOWN', M, _, _, _} -> ok end.
run(F) -> gone(proc_lib:spawn(F)).
server(F) -> {ok, P} = gen_server:start(?MODULE, ?MODULE, []), catch F(P), gone(P).
named(F) -> {ok, P} = gen_server:start({local, log_text_server}, ?MODULE, ?MODULE, []), catch F(P), gone(P).
statem(F) -> {ok, P} = gen_statem:start(?MODULE, statem, []), catch F(P), gone(P).

cases() ->
    [{proc_error, fun() -> run(fun() -> error(oops) end) end},
     {proc_exit, fun() -> run(fun() -> exit({bad, "thing"}) end) end},
     {proc_throw, fun() -> run(fun() -> throw(ball) end) end},
     {proc_normal, fun() -> run(fun() -> exit(normal) end) end},
     {proc_shutdown, fun() -> run(fun() -> exit({shutdown, why}) end) end},
     {proc_named, fun() -> run(fun() -> register(log_text_proc, self()), error(named) end) end},
     {proc_messages, fun() -> run(fun() -> self() ! {a, "message"}, self() ! 2, error(with_messages) end) end},
     {proc_dictionary, fun() -> run(fun() -> put(key, {v, [1, 2]}), error(with_dictionary) end) end},
     {proc_trap, fun() -> run(fun() -> process_flag(trap_exit, true), error(trapping) end) end},
     {proc_linked,
         fun() -> run(fun() -> Me = self(), P = proc_lib:spawn_link(fun() -> Me ! up, receive x -> ok end end),
         receive up -> ok end, waits(P), error(linked) end) end},
     {proc_ancestors,
         fun() -> run(fun() ->
         gone(proc_lib:spawn(fun() -> gone(proc_lib:spawn(fun() -> error(third) end)) end)) end) end},
     {proc_killed, fun() -> P = proc_lib:spawn(fun() -> receive x -> ok end end), exit(P, kill), gone(P) end},
     {proc_undef, fun() -> gone(proc_lib:spawn(no_such_module, start, [1])) end},
     {proc_badarg, fun() -> run(fun() -> link(atom_to_binary(x)) end) end},
     {plain_error, fun() -> gone(spawn(fun() -> error(plain) end)) end},
     {plain_badmatch, fun() -> gone(spawn(fun() -> {a, _} = id({b, [1]}) end)) end},
     {gs_error, fun() -> server(fun(P) -> gen_server:call(P, {error, boom}) end) end},
     {gs_exit, fun() -> server(fun(P) -> gen_server:call(P, {exit, boom}) end) end},
     {gs_bad_return, fun() -> server(fun(P) -> gen_server:call(P, bad) end) end},
     {gs_stop, fun() -> server(fun(P) -> gen_server:call(P, {stop, {why, 1}}) end) end},
     {gs_stop_normal, fun() -> server(fun(P) -> gen_server:call(P, {stop, normal}) end) end},
     {gs_stop_shutdown, fun() -> server(fun(P) -> gen_server:call(P, {stop, {shutdown, x}}) end) end},
     {gs_cast, fun() -> server(fun(P) -> gen_server:cast(P, {error, in_cast}) end) end},
     {gs_info, fun() -> server(fun(P) -> P ! {error, in_info} end) end},
     {gs_named, fun() -> named(fun(P) -> gen_server:cast(P, {error, named}) end) end},
     {gs_state, fun() -> server(fun(P) -> sys:replace_state(P, fun(_) -> #{map => [1, "two"]} end),
         gen_server:cast(P, {error, state}) end) end},
     {gs_exit_signal, fun() -> server(fun(P) -> exit(P, from_outside) end) end},
     {gs_terminate, fun() -> server(fun(P) -> gen_server:call(P, {stop, crash_in_terminate}) end) end},
     {gs_init, fun() -> catch gen_server:start(?MODULE, init_crash, []) end},
     {gs_init_stop, fun() -> catch gen_server:start(?MODULE, {stop, no}, []) end},
     {gs_unexpected, fun() -> server(fun(P) -> gen_server:cast(P, unknown) end) end},
     {sm_error, fun() -> statem(fun(P) -> gen_statem:call(P, {error, boom}) end) end},
     {sm_stop, fun() -> statem(fun(P) -> gen_statem:call(P, {stop, why}) end) end},
     {sm_cast, fun() -> statem(fun(P) -> gen_statem:cast(P, {error, in_cast}) end) end},
     {ge_handler, fun() -> {ok, P} = gen_event:start(), ok = gen_event:add_handler(P, ?MODULE, handler),
         gen_event:sync_notify(P, {error, in_handler}), gen_event:stop(P) end},
     {sup_child_error, fun() -> sup(#{}, [child_spec(a)], fun(S) -> tell(S, a, {error, boom}) end) end},
     {sup_child_exit, fun() -> sup(#{}, [child_spec(a)], fun(S) -> tell(S, a, {exit, boom}) end) end},
     {sup_child_killed, fun() -> sup(#{}, [child_spec(a)], fun(S) -> P = pid(S, a), exit(P, kill), gone(P) end) end},
     {sup_child_normal, fun() -> sup(#{}, [child_spec(a)], fun(S) -> tell(S, a, {exit, normal}) end) end},
     {sup_child_transient, fun() -> sup(#{}, [(child_spec(a))#{restart => transient}],
         fun(S) -> tell(S, a, {exit, {shutdown, y}}) end) end},
     {sup_intensity, fun() -> sup(#{intensity => 0, period => 5}, [child_spec(a)],
         fun(S) -> tell(S, a, {exit, boom}) end) end},
     {sup_start_error, fun() -> supervisor:start_link(?MODULE,
         {supervisor, #{},
         [child_spec(a), (child_spec(b))#{start => {erlang, apply, [fun() -> {error, no} end, []]}}]}) end},
     {sup_start_crash, fun() -> supervisor:start_link(?MODULE,
         {supervisor, #{}, [(child_spec(b))#{start => {erlang, error, [start_crash]}}]}) end},
     {sup_shutdown_timeout, fun() -> sup(#{}, [(child_spec(a))#{shutdown => 50}],
         fun(S) -> tell(S, a, {deaf}), supervisor:terminate_child(S, a) end) end},
     {sup_shutdown_other, fun() -> sup(#{}, [(child_spec(a))#{shutdown => 1000}],
         fun(S) -> tell(S, a, {when_told, another}), supervisor:terminate_child(S, a) end) end},
     {sup_bad_init, fun() -> catch supervisor:start_link(?MODULE, {supervisor, #{strategy => none}, []}) end},
     {logger_levels, fun() -> [logger:log(L, "~p ~ts", [L, "text"])
         || L <- [debug, info, notice, warning, error, critical, alert, emergency]] end},
     {logger_report, fun() -> logger:error(#{what => happened, list => [1, 2]}), logger:error([{a, 1}, {b, "two"}]),
         logger:error("plain string") end},
     {error_logger, fun() -> error_logger:error_msg("msg ~p", [1]), error_logger:error_report([{a, 1}]),
         error_logger:warning_msg("warn"), error_logger:info_report(quiet) end}].

id(X) -> X.
waits(P) -> case process_info(P, status) of {status, waiting} -> ok; _ -> waits(P) end.

%% --- children of a supervisor
sup(Flags, Children, F) ->
    {ok, S} = supervisor:start_link(?MODULE, {supervisor, maps:merge(#{intensity => 5, period => 10}, Flags),
        Children}),
    _ = (catch F(S)),
    _ = (catch supervisor:which_children(S)), % when it answers, it has handled the exit; or it is gone
    unlink(S), exit(S, kill), gone(S).
pid(S, Id) -> element(2, lists:keyfind(Id, 1, supervisor:which_children(S))).
tell(S, Id, What) ->
    P = pid(S, Id),
    P ! What,
    case element(1, What) of Ends when Ends =:= error; Ends =:= exit -> gone(P); _ -> ok end.
child_spec(Id) -> #{id => Id, start => {?MODULE, child, [Id]}}.
child(_) -> proc_lib:start_link(erlang, apply, [fun() -> proc_lib:init_ack({ok, self()}), process_flag(trap_exit, true),
    child_loop(none) end, []]).
child_loop(Told) ->
    receive
        {error, R} -> error(R);
        {exit, R} -> exit(R);
        {when_told, R} -> child_loop(R);
        {deaf} -> receive never -> ok end;
        {'EXIT', _, _} when Told =/= none -> exit(Told);
        {'EXIT', _, R} -> exit(R)
    end.

%% --- callbacks of all the behaviours
init({supervisor, Flags, Children}) -> {ok, {Flags, Children}};
init(init_crash) -> error(init_crash);
init({stop, R}) -> {stop, R};
init(statem) -> {ok, state_one, data};
init(X) -> {ok, X}.
callback_mode() -> handle_event_function.
handle_call({error, R}, _, _) -> error(R);
handle_call({exit, R}, _, _) -> exit(R);
handle_call({stop, R}, _, S) -> {stop, R, reply, S};
handle_call(bad, _, _) -> no_reply_at_all.
handle_cast({error, R}, _) -> error(R).
handle_info({error, R}, _) -> error(R).
handle_event({error, R}, _) -> error(R).
handle_event({call, _}, {error, R}, _, _) -> error(R);
handle_event({call, _}, {stop, R}, _, _) -> {stop, R};
handle_event(cast, {error, R}, _, _) -> error(R).
terminate(crash_in_terminate, _) -> error(in_terminate);
terminate(_, _) -> ok.
code_change(_, S, _) -> {ok, S}.
