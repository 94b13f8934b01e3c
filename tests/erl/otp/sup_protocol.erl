%% SPDX-License-Identifier: Apache-2.0
%% How supervisors end and restart children. Generated combinations: every way to shut down, with every reaction of the
%% child; restart types, reasons and strategies; auto_shutdown with significant children; restart intensity.
-module(sup_protocol).
-export([main/0, init/1, start_child/3]).

main() ->
    logger:set_primary_config(level, none),
    all([{[shutdown, How, Shutdown, Child], fun() -> shutdown(How, Shutdown, Child) end}
         || How <- [stop, terminate_child], Shutdown <- [brutal_kill, 400, infinity],
             Child <- [plain, traps, traps_returns, traps_other, stubborn, slow, unlinked, dead],
            {Shutdown, Child} =/= {infinity, stubborn}, {Shutdown, Child} =/= {infinity, unlinked}]),
    all([{[restart, Strategy, Restart, Reason], fun() -> restart(Strategy, Restart, Reason) end}
         || Strategy <- [one_for_one, one_for_all, rest_for_one, simple_one_for_one],
             Restart <- [permanent, transient, temporary], Reason <- [normal, shutdown, {shutdown, x}, crash, killed]]),
    all([{[auto, Auto, Restart, Which, Reason], fun() -> auto(Auto, Restart, Which, Reason) end}
         || Auto <- [never, any_significant, all_significant], Restart <- [transient, temporary],
             Which <- [none, first, both, all_but_last], Reason <- [normal, {shutdown, y}, crash],
             Auto =/= never orelse Which =:= none]),
    all([{[auto_bad, Auto, Restart], fun() -> auto_bad(Auto, Restart) end} || Auto <- [never, any_significant],
        Restart <- [permanent, transient]]),
    all([{[intensity, Max, Period, Crashes, Strategy], fun() -> intensity(Max, Period, Crashes, Strategy) end}
         || Max <- [0, 1, 3], Period <- [20, 100], Crashes <- [1, 2, 4], Strategy <- [one_for_one, one_for_all]]),
    all([{[init, Kind], fun() -> failing(Kind) end} || Kind <- [ignore, {error, no}, {exit, no}, {throw, no},
        {error_class, no}, bad_return, no_pid]]).

%% Runs all cases at the same time; prints the results in order.
all(Cases) ->
    Running = [{Name, spawn_monitor(fun() -> process_flag(trap_exit, true), exit({value, F()}) end)}
        || {Name, F} <- Cases],
    [receive {'DOWN', M, process, _, R} -> io:format("~0p ~0p~n", [Name, norm(R)]) end || {Name, {_, M}} <- Running],
    ok.

norm(P) when is_pid(P) -> pid;
norm(R) when is_reference(R) -> ref;
norm(F) when is_function(F) -> function;
norm([{M, F, A, L} | _]) when is_atom(M), is_atom(F), is_list(L) ->
    {stack, M, F, if is_list(A) -> length(A); true -> A end};
norm(T) when is_tuple(T) -> list_to_tuple([norm(X) || X <- tuple_to_list(T)]);
norm([H | T]) -> [norm(H) | norm(T)];
norm(X) -> X.

init(Spec) -> {ok, Spec}.
sup(Flags, Children) -> {ok, S} = supervisor:start_link(?MODULE, {Flags, Children}), S.
child(Id, Kind) -> #{id => Id, start => {?MODULE, start_child, [self(), Id, Kind]}}.

start_child(To, Id, Kind) ->
    proc_lib:start_link(erlang, apply, [fun() ->
        process_flag(trap_exit, lists:member(Kind, [traps, traps_returns, traps_other, stubborn, slow])),
        Kind =:= unlinked andalso unlink(hd(get('$ancestors'))),
        To ! {up, Id, self()},
        proc_lib:init_ack({ok, self()}),
        life(To, Id, Kind)
    end, []]).

life(To, Id, Kind) ->
    receive
        {die, killed} -> exit(self(), kill);
        {die, R} -> exit(R);
        {'EXIT', _, R} when Kind =:= traps -> To ! {told, Id, R}, exit(R);
        {'EXIT', _, R} when Kind =:= traps_returns -> To ! {told, Id, R};
        {'EXIT', _, R} when Kind =:= traps_other -> To ! {told, Id, R}, exit({other, R});
        {'EXIT', _, R} when Kind =:= slow -> To ! {told, Id, R}, receive after 5 -> exit(R) end;
        {'EXIT', _, R} -> To ! {told, Id, R}, life(To, Id, Kind)
    end.

%% The contents of the mailbox. The messages were sent before the event that the test waited for last.
mailbox() -> receive X -> [norm(X) | mailbox()] after 0 -> [] end.
%% Whether a supervisor that has got its child's exit goes on; when it answers, it has handled the exit.
state(S, M) -> try supervisor:which_children(S) of _ -> running catch exit:_ -> {ended, ended(M)} end.
die(P, Reason) -> M = monitor(process, P), P ! {die, Reason}, ended(M).
up(Id) -> receive {up, Id, P} -> P end.
ended(M) -> receive {'DOWN', M, process, _, R} -> R after 5000 -> still_up end.

shutdown(How, Shutdown, Kind) ->
    S = sup(#{}, [(child(a, Kind))#{shutdown => Shutdown, restart => temporary}, (child(b, traps))#{shutdown => 1000}]),
    A = up(a), _ = up(b),
    M = monitor(process, A), MS = monitor(process, S),
    Kind =:= dead andalso begin exit(A, kill), receive {'DOWN', M, _, _, _} -> ok end end,
    R = case How of
        stop -> exit(S, shutdown), ended(MS);
        terminate_child ->
            {supervisor:terminate_child(S, a), supervisor:count_children(S),
            [Id || {Id, _, _, _} <- supervisor:which_children(S)]}
    end,
    Why = if Kind =:= dead -> dead; true -> ended(M) end,
    Told = mailbox(),
    exit(S, kill),
    {R, Why, Told}.

restart(simple_one_for_one, Restart, Reason) ->
    S = sup(#{strategy => simple_one_for_one, intensity => 10, period => 10},
        [#{id => c, restart => Restart, start => {?MODULE, start_child, [self()]}}]),
    [{ok, _} = supervisor:start_child(S, [I, plain]) || I <- [1, 2, 3]],
    crash_middle(S, [up(I) || I <- [1, 2, 3]], Reason);
restart(Strategy, Restart, Reason) ->
    S = sup(#{strategy => Strategy, intensity => 10, period => 10},
        [(child(I, plain))#{restart => Restart, shutdown => 1000} || I <- [1, 2, 3]]),
    crash_middle(S, [up(I) || I <- [1, 2, 3]], Reason).

crash_middle(S, [_, P | _] = Before, Reason) ->
    Why = die(P, Reason),
    _ = supervisor:which_children(S),
    Ups = mailbox(),
    After = [{Id, is_pid(C) andalso lists:member(C, Before)} || {Id, C, _, _} <- supervisor:which_children(S)],
    Count = supervisor:count_children(S),
    MS = monitor(process, S),
    exit(S, shutdown),
    {Why, Ups, lists:sort(After), Count, ended(MS)}.

auto(Auto, Restart, Which, Reason) ->
    Significant = case Which of none -> []; first -> [1]; both -> [1, 2]; all_but_last -> [1, 2] end,
    S = sup(#{auto_shutdown => Auto, intensity => 10, period => 10},
        [(child(I, traps))#{restart => Restart, significant => lists:member(I, Significant)} || I <- [1, 2, 3]]),
    [P1, P2, _] = [up(I) || I <- [1, 2, 3]],
    MS = monitor(process, S),
    die(P1, Reason),
    First = state(S, MS),
    Which =:= all_but_last andalso die(P2, Reason),
    Second = case First of running -> {state(S, MS), catch supervisor:count_children(S)}; _ -> none end,
    Rest = [X || X <- mailbox(), X =/= {'EXIT', pid, shutdown}],
    exit(S, kill),
    {First, case Second of {{ended, _} = E, _} -> E; _ -> Second end, lists:sort(Rest)}.

auto_bad(Auto, Restart) ->
    supervisor:start_link(?MODULE, {#{auto_shutdown => Auto},
    [(child(a, plain))#{restart => Restart, significant => true}]}).

intensity(Max, Period, Crashes, Strategy) ->
    S = sup(#{strategy => Strategy, intensity => Max, period => Period}, [child(a, plain), child(b, plain)]),
    _ = up(b),
    MS = monitor(process, S),
    R = crashes(Crashes, S, MS),
    exit(S, kill),
    R.
crashes(0, S, _) -> {running, supervisor:count_children(S)};
crashes(N, S, MS) ->
    P = up(a),
    die(P, {crash, N}),
    case state(S, MS) of running -> crashes(N - 1, S, MS); Ended -> {N, Ended} end.

failing(Kind) ->
    Start = fun() -> case Kind of ignore -> ignore; {error, R} -> {error, R}; {exit, R} -> exit(R);
        {throw, R} -> throw(R); {error_class, R} -> error(R); bad_return -> what; no_pid -> {ok, undefined} end end,
    R = supervisor:start_link(?MODULE, {#{}, [child(a, traps), #{id => bad, start => {erlang, apply, [Start, []]}},
        child(c, traps)]}),
    Children = case R of {ok, S} -> [{Id, P} || {Id, P, _, _} <- supervisor:which_children(S)]; _ -> none end,
    %% Since OTP 26, proc_lib itself receives the exit signal of a failed start.
    End = case R of {ok, _} -> none; ignore -> none; _ -> receive {'EXIT', _, W} -> W after 300 -> none end end,
    {R, Children, End, mailbox()}.
