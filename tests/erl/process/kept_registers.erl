%% SPDX-License-Identifier: Apache-2.0
%% When a process stops and continues, everything it reads afterwards is still there: the time of a receive in a
%% register, arguments, the stack. Debug builds write an invalid pointer into all other X registers whenever a process
%% is switched in.
-module(kept_registers).
-export([main/0, only_after/1, after_then/1, first_clause/2, any/2, wake/9, loop/9]).

main() ->
    catch logger:set_primary_config(level, none),
    print(times, [[{F, T, outcome(F, T, Disturb)} || F <- [only_after, after_then], T <- [infinity, 100000, 20]]
        || Disturb <- disturbances()]),
    print(sleeps, [[outcome(timer, sleep, [T], Disturb) || T <- [infinity, 100000, 20]] || Disturb <- disturbances()]),
    print(killed, [killed(R) || R <- [normal, kill, other]]),
    print(clauses, [clauses(T) || T <- [infinity, 100000, 20]]),
    print(again, again()),
    print(bad_times, [bad(T) || T <- [foo, -1, 1.0, 1 bsl 32, 1 bsl 64, []]]),
    print(hibernated, hibernated()),
    print(yields, yields()),
    print(funs, funs()),
    print(loaded, loaded()).

print(What, Value) -> io:format("~p: ~0p~n", [What, Value]).

only_after(T) -> receive after T -> done end.
after_then(T) -> receive after T -> done end, ok.

disturbances() ->
    [fun(P) -> [begin P ! {self(), N, "text"}, pause(1) end || N <- lists:seq(1, 5)] end,
     fun(P) -> P ! early, erlang:garbage_collect(P), P ! again, pause(1), erlang:garbage_collect(P) end,
     fun(P) -> erlang:suspend_process(P), P ! x, pause(1), P ! y, erlang:resume_process(P), P ! z end,
     fun(P) -> P ! x, process_info(P), erlang:check_process_code(P, lists), P ! y end,
     fun(P) -> link(P), monitor(process, P), P ! x, unlink(P), P ! y end].

outcome(F, T, Disturb) -> outcome(?MODULE, F, [T], Disturb).
outcome(M, F, As, Disturb) ->
    {P, R} = spawn_monitor(M, F, As),
    catch Disturb(P),
    pause(3),
    catch Disturb(P),
    receive {'DOWN', R, _, _, E} -> E after limit(hd(As)) -> exit(P, kill), still_asleep end.
limit(20) -> 5000;
limit(_) -> 30.

pause(T) -> receive {never, T} -> ok after T -> ok end.

killed(Reason) ->
    {P, R} = spawn_monitor(timer, sleep, [infinity]),
    pause(3),
    exit(P, Reason),
    receive {'DOWN', R, _, _, E} -> E after 60 -> exit(P, kill), still_asleep end.

%% Messages that do not match are still there afterwards, and the time counts from the beginning.
first_clause(T, Kept) -> receive {wanted, X} -> {X, Kept, left()} after T -> {none, Kept, left()} end.
any(T, Kept) -> receive X -> {X, Kept} after T -> {none, Kept} end.
left() -> element(2, process_info(self(), messages)).

clauses(T) ->
    Me = self(),
    P = spawn(fun() -> Me ! {first, first_clause(T, {kept, [T]})}, Me ! {then, any(T, "kept")} end),
    P ! a, pause(2), P ! b, pause(2),
    T =:= 20 orelse begin P ! {wanted, 1}, pause(2) end,
    First = receive {first, A} -> A end,
    Then = receive {then, B} -> B after 5000 -> none end,
    {First, Then}.

%% Waits without and with a timeout, one after another.
again() ->
    Me = self(),
    Wait = fun(T) -> receive go -> gone after T -> timeout end end,
    P = spawn(fun() -> Me ! {again, [Wait(T) || T <- [infinity, 5, infinity, infinity, 0, 5, infinity]]} end),
    feed(P, 12),
    receive {again, L} -> L end.

feed(_, 0) -> ok;
feed(P, N) -> P ! other, pause(2), P ! go, pause(10), feed(P, N - 1).

bad(T) ->
    {P, R} = spawn_monitor(?MODULE, only_after, [T]),
    P ! x,
    receive {'DOWN', R, _, _, {E, [{M, F, A, _} | _]}} -> {E, M, F, A} after 5000 -> still_asleep end.

hibernated() ->
    Me = self(),
    Big = lists:seq(1, 500),
    P = spawn(fun() -> proc_lib:hibernate(?MODULE, wake,
        [Me, Big, {t}, "s", 1.5, 1 bsl 70, <<"bin">>, #{k => v}, nine]) end),
    Q = spawn(fun() -> erlang:hibernate(?MODULE, wake,
        [Me, Big, {t}, "s", 1.5, 1 bsl 70, <<"bin">>, #{k => v}, nine]) end),
    pause(3),
    [begin erlang:garbage_collect(X), erlang:suspend_process(X), X ! {hello, Big}, erlang:resume_process(X) end
        || X <- [P, Q]],
    [receive {X, L} -> L after 5000 -> none end || X <- [P, Q]].
wake(To, Big, A, B, C, D, E, F, G) -> receive {hello, L} -> To ! {self(), {L =:= Big, A, B, C, D, E, F, G}} end.

%% A function with more arguments than any other here, over many slices.
yields() ->
    Me = self(),
    Ps = [spawn(fun() -> Me ! {self(), loop(3000, I, {I}, [I], <<I>>, I * 1.0, 1 bsl (60 + I), #{I => I},
        fun(X) -> X + I end)} end) || I <- lists:seq(1, 4)],
    [erlang:garbage_collect(P) || P <- Ps],
    [receive {P, R} -> R after 5000 -> none end || P <- Ps].
loop(0, A, B, C, D, E, F, G, H) -> {A, B, C, D, E, F, G, H(1)};
loop(N, A, B, C, D, E, F, G, H) ->
    N rem 7 =:= 0 andalso (self() ! N),
    N rem 7 =:= 0 andalso receive N -> ok after 1000 -> exit(lost) end,
    N rem 500 =:= 0 andalso erlang:yield(),
    loop(N - 1, A, B, C, D, E, F, G, H).

%% Funs in registers behind those of the arguments, with variables of their own.
funs() ->
    V = {v, self() =:= self()},
    F = fun(A) -> {A, V} end,
    G = fun(A, B, C) -> erlang:yield(), {A, B, C, V} end,
    [call(0, 1, 2, 3, 4, 5, F), call3(0, 1, 2, 3, 4, 5, G), lists:map(F, [x, y]),
        lists:foldl(fun(X, S) -> [G(X, S, V) | S] end, [], [1, 2])].
call(_, A, _, _, _, _, F) when is_function(F, 1) -> F(A).
call3(_, A, _, B, _, C, F) when is_function(F, 3) -> F(A, B, C).

%% Code that is replaced while processes wait in the old version.
loaded() ->
    Make = fun(Version) ->
        Forms = [{attribute, 1, module, kept_loaded}, {attribute, 1, export, [{f, 2}]},
                 {function, 1, f, 2, [{clause, 1, [{var, 1, 'T'}, {var, 1, 'X'}], [],
                     [{'receive', 1, [{clause, 1, [{tuple, 1, [{atom, 1, take}, {var, 1, 'M'}]}], [],
                         [{tuple, 1, [{integer, 1, Version}, {var, 1, 'X'}, {var, 1, 'M'}]}]}],
                       {var, 1, 'T'}, [{atom, 1, late}]}]}]}],
        {ok, _, Beam} = compile:forms(Forms, []),
        {module, _} = code:load_binary(kept_loaded, "kept_loaded.erl", Beam),
        Me = self(),
        Ps = [spawn(fun() -> Me ! {self(), kept_loaded:f(T, {kept, T})} end) || T <- [infinity, 100000]],
        pause(3),
        [P ! other || P <- Ps],
        Ps
    end,
    Old = Make(1),
    New = Make(2),
    [P ! {take, <<"m">>} || P <- Old ++ New],
    R = [receive {P, V} -> V after 5000 -> none end || P <- Old ++ New],
    code:purge(kept_loaded),
    code:delete(kept_loaded),
    code:purge(kept_loaded),
    R.
