%% SPDX-License-Identifier: Apache-2.0
%% Random programs over a few processes: spawn, link, unlink, monitor, demonitor, alias, send, exit, trap,
%% register. After every operation all is left to settle, then the whole state is looked at. The state
%% and the results are printed; both machines must print the same. model(From, To) runs a range of seeds.
-module(signal_model).
-export([main/0, model/2, one/1]).

-define(PROCS, 8).
-define(STEPS, 40).

main() ->
    pcase:quiet(),
    model(1, 150).

model(From, To) -> [io:format("~p ~s~n", [Seed, one(Seed)]) || Seed <- lists:seq(From, To)], ok.

%% A program's trace, hashed line by line only when long: a difference shows at its step.
one(Seed) ->
    Me = self(), Ref = make_ref(),
    {P, M} = spawn_monitor(fun() -> Me ! {Ref, program(Seed)} end),
    receive {Ref, Text} -> receive {'DOWN', M, _, _, _} -> Text end;
            {'DOWN', M, _, _, R} -> io_lib:format("died ~0p", [R])
    after 20000 -> exit(P, kill), "timeout" end.

program(Seed) ->
    put(seed, Seed * 7919 + 13),
    put(n, 0), put(refs, #{}), put(names, [ma, mb, mc]),
    [start() || _ <- lists:seq(1, ?PROCS)],
    Text = [begin Op = step(), settle(), io_lib:format("~0p=~0p;", [Op, erlang:phash2(state(), 16#10000)]) end || _ <- lists:seq(1, ?STEPS)],
    Final = io_lib:format(" ~0p", [state()]),
    [exit(Q, kill) || {Q, _} <- procs()],
    [catch unregister(N) || N <- get(names)],
    [Text, Final].

rnd(N) -> S = (get(seed) * 1103515245 + 12345) band 16#7fffffff, put(seed, S), (S bsr 12) rem N.
one_of(L) -> lists:nth(1 + rnd(length(L)), L).

%% --- processes: label <-> pid
procs() -> [{P, L} || {{pid, P}, L} <- lists:sort(fun({_, A}, {_, B}) -> A =< B end, [X || X = {{pid, _}, _} <- get()])].
live() -> [X || X = {P, _} <- procs(), get({dead, P}) =:= undefined].
label(P, Kind) -> case get({Kind, P}) of undefined -> N = get(n) + 1, put(n, N), put({Kind, P}, N), N; L -> L end.
adopt(P) -> put({watch, P}, erlang:monitor(process, P)), label(P, pid).
start() -> adopt(spawn(fun server/0)).

server() ->
    receive
        {do, From, Ref, F} -> From ! {Ref, try F() catch C:E -> {C, E} end}, server();
        {quit, R} -> exit(R)
    end.

%% Runs F in P; 'died' when P does not answer because it is gone.
do(P, F) ->
    Ref = make_ref(), M = get({watch, P}),
    P ! {do, self(), Ref, F},
    receive {Ref, X} -> X;
            {'DOWN', M, process, P, R} -> put({dead, P}, R), died
    end.

%% Until nothing dies any more: each answer tells that the signals sent so far have been received.
settle() ->
    L = live(),
    Dead = [P || {P, _} <- L, not erlang:is_process_alive(P)],
    [begin M = get({watch, P}), receive {'DOWN', M, process, P, R} -> put({dead, P}, R) end end || P <- Dead],
    case Dead of
        [] ->
            [do(P, fun() -> ok end) || {P, _} <- live()],
            case [P || {P, _} <- live(), not erlang:is_process_alive(P)] of [] -> rewatch(); _ -> settle() end;
        _ -> settle()
    end.

%% DOWNs are sent in the order of the monitors' creation: made anew after every step, the driver's is the
%% last thing that a dying process sends.
rewatch() ->
    [begin erlang:demonitor(get({watch, P})), put({watch, P}, erlang:monitor(process, P)), erlang:is_process_alive(P) end || {P, _} <- live()],
    ok.

reason() -> one_of([normal, kill, killed, shutdown, {r, 1}, "text"]).

step() ->
    case live() of
        L when length(L) < 3 -> {start, start()};
        L -> {P, A} = one_of(L), {Q, B} = one_of(procs()), op(rnd(30), P, A, Q, B)
    end.

op(N, P, A, Q, B) when N < 5 -> {link, A, B, clean(do(P, fun() -> link(Q) end))};
op(N, P, A, Q, B) when N < 7 -> {unlink, A, B, clean(do(P, fun() -> unlink(Q) end))};
op(N, P, A, Q, B) when N < 10 ->
    Opts = one_of([[], [{tag, t1}], [{alias, demonitor}], [{alias, explicit_unalias}], [{alias, reply_demonitor}]]),
    R = do(P, fun() -> erlang:monitor(process, Q, Opts) end),
    {monitor, A, B, Opts, remember(R, P)};
op(10, P, A, _, _) ->
    Name = one_of(get(names)),
    {monitor_name, A, Name, remember(do(P, fun() -> erlang:monitor(process, Name) end), P)};
op(N, P, A, _, _) when N < 13 ->
    case maps:to_list(get(refs)) of
        [] -> nothing;
        L -> {R, I} = one_of(lists:keysort(2, L)), Opts = one_of([[], [flush], [info], [flush, info]]),
             {demonitor, A, I, Opts, clean(do(P, fun() -> erlang:demonitor(R, Opts) end))}
    end;
op(13, P, A, _, _) -> O = one_of([[], [reply]]), {alias, A, O, remember(do(P, fun() -> erlang:alias(O) end), P)};
op(14, P, A, _, _) ->
    case maps:to_list(get(refs)) of
        [] -> nothing;
        L -> {R, I} = one_of(lists:keysort(2, L)), {unalias, A, I, clean(do(P, fun() -> erlang:unalias(R) end))}
    end;
op(15, P, A, _, _) ->
    case maps:to_list(get(refs)) of
        [] -> nothing;
        L -> {R, I} = one_of(lists:keysort(2, L)), {send_ref, A, I, clean(do(P, fun() -> R ! {via, I} end))}
    end;
op(16, P, A, Q, B) -> {send, A, B, clean(do(P, fun() -> Q ! {hello, A} end))};
op(17, P, A, _, _) -> Name = one_of(get(names)), {send_name, A, Name, clean(do(P, fun() -> Name ! {hello, A} end))};
op(N, P, A, Q, B) when N < 21 -> R = reason(), _ = do(P, fun() -> exit(Q, R) end), {exit2, A, B, R}; % whether P, linked to Q, still answers is a race
op(21, P, A, _, _) -> R = reason(), P ! {quit, R}, {quit, A, R};
op(N, P, A, _, _) when N < 25 -> V = rnd(3) > 0, {trap, A, V, clean(do(P, fun() -> process_flag(trap_exit, V) end))};
op(25, P, A, Q, B) -> Name = one_of(get(names)), {register, A, Name, B, clean(do(P, fun() -> register(Name, Q) end))};
op(26, P, A, _, _) -> Name = one_of(get(names)), {unregister, A, Name, clean(do(P, fun() -> unregister(Name) end))};
op(27, P, A, _, _) ->
    Opts = one_of([[], [link], [monitor], [link, monitor]]),
    case do(P, fun() -> spawn_opt(fun server/0, Opts) end) of
        {C, R} when is_pid(C) -> {spawn, A, Opts, adopt(C), remember(R, P)};
        C when is_pid(C) -> {spawn, A, Opts, adopt(C)};
        X -> {spawn, A, X}
    end;
op(28, P, A, _, _) -> R = reason(), {exit_self, A, R, clean(do(P, fun() -> exit(self(), R) end))};
op(29, P, A, _, _) -> {flush, A, norm(lists:sort([clean(X) || X <- flush(do(P, fun() -> drain() end))]))}.

flush(L) when is_list(L) -> L;
flush(X) -> [X].
drain() -> receive X when element(1, X) =/= do -> [X | drain()] after 0 -> [] end.

remember(R, _) when is_reference(R) -> I = label(R, ref), put(refs, maps:put(R, I, get(refs))), I;
remember(X, _) -> clean(X).

clean(T) when is_pid(T) -> case get({pid, T}) of undefined -> pid; L -> {p, L} end;
clean(T) when is_reference(T) -> case get({ref, T}) of undefined -> ref; L -> {r, L} end;
clean(T) when is_tuple(T) -> list_to_tuple([clean(X) || X <- tuple_to_list(T)]);
clean([H | T]) -> [clean(H) | clean(T)];
clean(T) -> T.
norm(X) -> X.

%% --- everything there is to see; what the driver itself monitors is left out
state() ->
    Me = self(),
    {[{L, [item(P, I, Me) || I <- [links, monitors, monitored_by, trap_exit, registered_name, messages]]} || {P, L} <- live()],
     [{L, clean(get({dead, P}))} || {P, L} <- procs(), get({dead, P}) =/= undefined],
     [{N, clean(whereis(N))} || N <- get(names)]}.

item(P, Item, Me) ->
    case process_info(P, Item) of
        {Item, L} when is_list(L), Item =/= registered_name -> lists:sort([clean(X) || X <- L, X =/= Me]);
        {Item, X} -> X;
        X -> X
    end.
