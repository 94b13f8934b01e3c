%% SPDX-License-Identifier: Apache-2.0
%% Random programs over up to 50 processes: spawn, link, unlink, monitor, demonitor, alias, send, exit, trap, register,
%% tables with heirs. Each operation consists of numbers that depend only on (seed, step), and is applied to whatever
%% exists at that moment; so when operations are left out, the rest is still a program. After every operation the
%% program waits until nothing happens any more, and then prints the whole state. Both systems must print the same.
%%   run(["run", From, To])            one line "Seed Hash" for each program
%%   run(["try", Seed, Without...])    "Without Hash" for each list of steps left out, such as "3,4,7" or "none"
%%   run(["show", Seed, Without])      each step with its result and the state after it
-module(soak_model).
-export([main/0, run/1, server/0]).

-define(STEPS, 40).

main() -> quiet(), run(["run", "1", "100"]).

run(["run", From, To]) ->
    quiet(),
    [io:format("~w ~s~n", [Seed, hash(program(Seed, []))])
        || Seed <- lists:seq(list_to_integer(From), list_to_integer(To))],
    ok;
run(["try", Seed | Candidates]) ->
    quiet(),
    [io:format("~s ~s~n", [C, hash(program(list_to_integer(Seed), without(C)))]) || C <- Candidates],
    ok;
run(["show", Seed, Without]) ->
    quiet(),
    case program(list_to_integer(Seed), without(Without)) of
        L when is_list(L) -> [io:format("~w ~0p~n   ~0p~n", [N, Op, State]) || {N, Op, State} <- L];
        X -> io:format("~0p~n", [X])
    end,
    ok.

quiet() -> catch logger:set_primary_config(level, none).
without("none") -> [];
without(Text) -> [list_to_integer(X) || X <- string:lexemes(Text, ",")].
hash(T) -> io_lib:format("~8.16.0b~8.16.0b", [erlang:phash2(T, 1 bsl 32), erlang:phash2([T], 1 bsl 32)]).

program(Seed, Without) ->
    Me = self(), Ref = make_ref(),
    {P, M} = spawn_monitor(fun() -> Me ! {Ref, steps(Seed, Without)} end),
    receive
        {Ref, Trace} -> receive {'DOWN', M, _, _, _} -> Trace end;
        {'DOWN', M, _, _, R} -> {driver_died, R}
    after 60000 -> exit(P, kill), timeout
    end.

steps(Seed, Without) ->
    put(procs, []), put(dead, #{}), put(refs, []), put(count, 0), put(tables, []),
    Size = element(1 + num(Seed, 0, 1) rem 6, {3, 4, 6, 10, 20, 50}),
    [start() || _ <- lists:seq(1, Size)],
    Trace = [begin Op = step(Seed, N), settle(), {N, Op, state()} end || N <- lists:seq(1, ?STEPS),
        not lists:member(N, Without)],
    [exit(P, kill) || P <- live()],
    [begin M = get({watch, P}), receive {'DOWN', M, process, P, _} -> ok end end || P <- live()],
    Trace.

num(Seed, Step, I) -> erlang:phash2({Seed, Step, I}).
one_of(L, N) -> lists:nth(1 + N rem length(L), L).

%% --- processes and references are known by numbers in the order of their appearance
live() -> Dead = get(dead), [P || P <- get(procs), not is_map_key(P, Dead)].
label(X, Kind) ->
    case get({Kind, X}) of undefined -> N = get(count) + 1, put(count, N), put({Kind, X}, N), N; N -> N end.
adopt(P) -> put({watch, P}, erlang:monitor(process, P)), put(procs, get(procs) ++ [P]), label(P, pid).
start() -> adopt(spawn(fun server/0)).
died(P, R) -> put(dead, maps:put(P, R, get(dead))), died.
remember(R) when is_reference(R) -> I = label(R, ref), put(refs, get(refs) ++ [R]), {r, I};
remember(X) -> clean(X).

server() ->
    receive
        {do, From, Ref, F} -> From ! {Ref, try F() catch C:E -> {C, E} end}, server();
        {quit, R} -> exit(R);
        {crash, R} -> erlang:error(R);
        {toss, R} -> throw(R);
        hibernate -> erlang:hibernate(?MODULE, server, [])
    end.

%% Runs F in P; returns 'died' when P is gone before it answers.
do(P, F) ->
    Ref = make_ref(), M = get({watch, P}),
    P ! {do, self(), Ref, F},
    receive {Ref, X} -> X; {'DOWN', M, process, P, R} -> died(P, R) end.

%% Waits until no process dies any more: an answer means that the signals sent before have been received.
settle() ->
    Live = live(),
    Dead = [P || P <- Live, not erlang:is_process_alive(P)],
    [begin M = get({watch, P}), receive {'DOWN', M, process, P, R} -> died(P, R) end end || P <- Dead],
    case Dead of
        [] ->
            [do(P, fun() -> ok end) || P <- Live],
            case [P || P <- live(), not erlang:is_process_alive(P)] of
                [] -> rewatch(Live);
                _ -> settle()
            end;
        _ -> settle()
    end.

%% DOWN messages are sent in the order in which the monitors were made. The driver's monitors are made anew after every
%% step, so its DOWN is the last thing that a dying process sends, and all others have got theirs.
rewatch(Live) ->
    case [P || P <- Live, is_map_key(P, get(dead))] of
        [] -> [begin erlang:demonitor(get({watch, P})), put({watch, P}, erlang:monitor(process, P)) end || P <- Live],
            ok;
        _ -> settle()
    end.

reason(N) -> one_of([normal, kill, killed, shutdown, {shutdown, x}, {r, 1}, "text", noproc, noconnection], N).
names() -> [sa, sb, sc].

step(Seed, N) ->
    [K, A, B, C, D] = [num(Seed, N, I) || I <- lists:seq(1, 5)],
    case live() of
        L when length(L) < 3 -> {start, start()};
        L ->
            P = one_of(L, A), Q = one_of(get(procs), B),
            Ref = case get(refs) of [] -> make_ref(); Refs -> one_of(Refs, D) end,
            {Name, Result} = op(K rem 42, P, Q, Ref, C, D),
            {Name, clean(P), clean(Q), clean(Ref), Result}
    end.

op(K, P, Q, _, _, _) when K < 5 -> {link, clean(do(P, fun() -> link(Q) end))};
op(K, P, _, _, C, _) when K < 7 ->
    Few = [X || {X, I} <- lists:zip(live(), lists:seq(1, length(live()))), (C bsr (I rem 24)) band 3 =:= 0],
    {{link_few, clean(Few)}, clean(do(P, fun() -> [link(X) || X <- Few], ok end))};
op(K, P, Q, _, _, _) when K < 9 -> {unlink, clean(do(P, fun() -> unlink(Q) end))};
op(9, P, Q, _, _, _) -> {link_unlink_link, clean(do(P, fun() -> link(Q), unlink(Q), link(Q) end))};
op(K, P, Q, _, C, _) when K < 13 ->
    Opts = one_of([[], [{tag, t1}], [{alias, demonitor}], [{alias, explicit_unalias}], [{alias, reply_demonitor}],
        [{tag, {t, 2}}, {alias, explicit_unalias}]], C),
    {{monitor, Opts}, remember(do(P, fun() -> erlang:monitor(process, Q, Opts) end))};
op(13, P, _, _, C, D) ->
    Name = one_of(names(), D), Item = one_of([Name, {Name, node()}], C),
    {{monitor, Item}, remember(do(P, fun() -> erlang:monitor(process, Item) end))};
op(K, P, _, Ref, C, _) when K < 16 ->
    Opts = one_of([[], [flush], [info], [flush, info]], C),
    {{demonitor, Opts}, clean(do(P, fun() -> erlang:demonitor(Ref, Opts) end))};
op(16, P, _, _, C, _) -> O = one_of([[], [reply], [explicit_unalias]], C),
    {{alias, O}, remember(do(P, fun() -> erlang:alias(O) end))};
op(17, P, _, Ref, _, _) -> {unalias, clean(do(P, fun() -> erlang:unalias(Ref) end))};
op(18, P, _, Ref, C, _) ->
    {send_ref, clean(do(P, fun() -> Ref ! {via, C rem 100}, erlang:send(Ref, {via, 0}, [noconnect]) end))};
op(19, P, Q, _, C, _) -> {send, clean(do(P, fun() -> [Q ! {hello, P, I, C rem 100} || I <- [1, 2, 3]], ok end))};
op(20, P, _, _, C, D) ->
    Name = one_of(names(), D), {{send_name, Name}, clean(do(P, fun() -> Name ! {hello, P, C rem 100}, ok end))};
%% P, which is linked to Q, may be dead before it answers.
op(K, P, Q, _, C, _) when K < 24 -> R = reason(C), _ = do(P, fun() -> exit(Q, R) end), {{exit2, R}, sent};
op(24, P, _, _, C, _) -> R = reason(C), P ! {quit, R}, {{quit, R}, sent};
op(K, P, _, _, C, _) when K < 28 -> V = C rem 3 > 0, {{trap, V}, do(P, fun() -> process_flag(trap_exit, V) end)};
op(28, P, Q, _, _, D) -> Name = one_of(names(), D), {{register, Name}, clean(do(P, fun() -> register(Name, Q) end))};
op(29, P, _, _, _, D) -> Name = one_of(names(), D), {{unregister, Name}, clean(do(P, fun() -> unregister(Name) end))};
op(K, P, _, _, C, _) when K < 32 ->
    Opts = one_of([[], [link], [monitor], [link, monitor], [{monitor, [{tag, t3}, {alias, reply_demonitor}]}],
        [link, {monitor, [{alias, explicit_unalias}]}]], C),
    {{spawn, Opts}, born(do(P, fun() -> spawn_opt(fun server/0, Opts) end))};
op(32, P, _, _, C, _) ->
    Opts = one_of([[], [link], [monitor], [{reply_tag, {done, 1}}], [link, monitor, {reply, success_only}]], C),
    {{spawn_request, Opts}, born(do(P, fun() ->
        Ref = spawn_request(fun server/0, Opts),
        receive {_, Ref, ok, Pid} -> case lists:member(monitor, Opts) of true -> {Pid, Ref}; false -> Pid end after
            5000 -> none end end))};
op(33, P, _, _, C, _) -> R = reason(C), {{exit_self, R}, clean(do(P, fun() -> exit(self(), R) end))};
op(34, P, _, _, _, _) -> {flush, case do(P, fun() -> drain() end) of L when is_list(L) -> by_sender(L); X -> X end};
%% Sends several signals to one receiver; those behind the one that kills Q have no effect.
op(35, P, Q, _, C, D) when P =/= Q ->
    R1 = reason(C), R2 = reason(D),
    _ = do(P, fun() -> exit(Q, R1), Q ! {hello, P, 1}, exit(Q, R2), Q ! {hello, P, 2}, exit(Q, normal),
        Q ! {hello, P, 3} end),
    {{many, R1, R2}, sent};
op(35, P, _, _, _, _) -> P ! hibernate, {hibernate, sent};
op(36, P, _, _, C, _) -> {Tag, R} = one_of([{crash, badarg}, {crash, {r, 2}}, {toss, {r, 3}}], C), P ! {Tag, R},
    {{Tag, R}, sent};
op(37, P, Q, _, _, _) ->
    {table, case do(P, fun() -> ets:new(t, [private, {heir, Q, data}]) end) of
                T when is_reference(T) -> put(tables, get(tables) ++ [T]), {t, label(T, ref)};
                X -> clean(X)
            end};
op(38, P, Q, _, _, _) ->
    {{monitor, twice},
    [remember(R) || R <- list(do(P, fun() -> [erlang:monitor(process, Q), erlang:monitor(process, Q)] end))]};
op(39, P, _, _, C, _) -> F = one_of([max, high, normal, low], C),
    {{priority, F}, do(P, fun() -> process_flag(priority, F), process_flag(priority, normal) end)};
%% What P sees right after its signal to Q. P has no links, so that nothing ends it meanwhile.
op(K, P, Q, _, C, _) when P =/= Q ->
    R = reason(C), Tables = get(tables),
    {{seen, K, R}, clean(do(P, fun() ->
        case process_info(self(), links) of
            {links, []} when K =:= 40 -> seen(Q, R, Tables);
            {links, []} -> asked(Q, R);
            _ -> linked
        end end))};
op(_, _, _, _, _, _) -> {none, none}.

%% Until Q is scheduled, it has its names and tables and is listed, and a message to another process comes before its
%% DOWN.
seen(Q, R, Tables) ->
    Me = self(),
    O = spawn(fun() -> monitor(process, Q), Me ! {ready, self()}, Me ! {saw, self(), saw()} end),
    receive {ready, O} -> ok end,
    exit(Q, R),
    O ! hi,
    Names = [whereis(N) =:= Q || N <- names()],
    Owned = [ets:info(T, owner) =:= Q || T <- Tables],
    Listed = lists:member(Q, processes()),
    receive {saw, O, L} -> {Names, Owned, Listed, L} end.

saw() -> receive hi -> [hi | saw()]; {'DOWN', _, _, _, R} -> [{down, R} | saw()]; done -> [] after 20 -> [] end.

%% A process that asks about Q gets the answer after the signals that were sent before.
asked(Q, R) ->
    M = monitor(process, Q), exit(Q, R), N = monitor(process, Q), Q ! {hello, self(), 0},
    Alive = erlang:is_process_alive(Q),
    Info = case process_info(Q, trap_exit) of {trap_exit, T} -> T; X -> X end,
    Downs = [receive {'DOWN', I, _, _, W} -> W after 20 -> none end || not Alive, I <- [M, N]],
    demonitor(M, [flush]), demonitor(N, [flush]),
    {Alive, Info, Downs, [whereis(A) =:= Q || A <- names()]}.

list(L) when is_list(L) -> L;
list(X) -> [X].
born({C, R}) when is_pid(C), is_reference(R) -> {adopt(C), remember(R)};
born(C) when is_pid(C) -> adopt(C);
born(X) -> clean(X).
drain() -> receive X when element(1, X) =/= do -> [X | drain()] after 0 -> [] end.

clean(T) when is_pid(T) -> case get({pid, T}) of undefined -> pid; L -> {p, L} end;
clean(T) when is_reference(T) -> case get({ref, T}) of undefined -> ref; L -> {r, L} end;
clean(T) when is_tuple(T) -> list_to_tuple([clean(X) || X <- tuple_to_list(T)]);
clean([H | T]) -> [clean(H) | clean(T)];
clean(T) -> T.

%% Messages that several processes send in one step may come in any order; those of one process come in the order sent.
by_sender(Messages) -> [M || {_, M} <- lists:keysort(1, [{sender(M), M} || M <- [clean(X) || X <- Messages]])].
sender({'EXIT', P, _}) -> P;
sender({hello, P, _}) -> P;
sender({hello, P, _, _}) -> P;
sender({via, _}) -> via;
sender({'ETS-TRANSFER', _, P, _}) -> P;
sender({_, _, process, P, _}) -> P;
sender(M) -> M.

%% --- the whole visible state, except for the driver's own monitors
state() ->
    Me = self(),
    {[{clean(P), look(P, Me)} || P <- live()],
     lists:sort([{clean(P), clean(R)} || {P, R} <- maps:to_list(get(dead))]),
     [{N, clean(whereis(N))} || N <- names()],
     [clean(ets:info(T, owner)) || T <- get(tables)]}.

look(P, Me) ->
    case process_info(P, [links, monitors, monitored_by, trap_exit, registered_name, messages, status]) of
        [{links, L}, {monitors, M}, {monitored_by, B}, {trap_exit, T}, {registered_name, N}, {messages, Q},
            {status, _}] ->
            {lists:sort(clean(L)), lists:sort(clean(M)), lists:sort(clean(B -- [Me])), T, N, by_sender(Q)};
        X -> X
    end.
