%% SPDX-License-Identifier: Apache-2.0
%% The benchmarks. bench:main(Names) runs the named cases (all when the list is empty) and prints "Name Nanoseconds" per
%% operation: the least of several samples, each in a new process, after a warm-up. The same module runs on erl and on
%% ours; tests/bench/run.js combines the results.
-module(bench).
-export([main/0, main/1, names/0, id/1]).

main() -> main([]).
main(Names) ->
    Wanted = [if is_atom(N) -> N; true -> list_to_atom(N) end || N <- Names],
    [io:format("~s ~.1f~n", [N, best(F) / Ops]) || {N, Ops, F} <- cases(),
        Wanted =:= [] orelse lists:member(N, Wanted)],
    halt(0).

names() -> [N || {N, _, _} <- cases()].

%% Takes at least five samples, and as many as fit 300 ms, because on a busy machine few are undisturbed.
best(F) ->
    sample(F),
    best(F, sample(F), 4, erlang:monotonic_time(millisecond) + 300).
best(F, Best, More, End) ->
    case More > 0 orelse erlang:monotonic_time(millisecond) < End of
        true -> best(F, min(Best, sample(F)), More - 1, End);
        false -> Best
    end.

sample(F) ->
    Me = self(),
    {_, M} = spawn_opt(fun() ->
        T0 = erlang:monotonic_time(nanosecond),
        F(),
        Me ! {t, erlang:monotonic_time(nanosecond) - T0}
    end, [monitor]),
    T = receive {t, X} -> X; {'DOWN', M, _, _, R} -> exit(R) end,
    erlang:demonitor(M, [flush]),
    T.

cases() ->
    L1 = lists:seq(1, 1000),
    [{fib, 75025, fun() -> 75025 = fib(25) end},
     {tak, 63609, fun() -> tak(18, 12, 6) end},
     {nqueens, 1, fun() -> 92 = queens(8) end},
     {list_map, 100000, fun() -> rep(100, fun() -> map(L1) end) end},
     {list_filter, 100000, fun() -> rep(100, fun() -> [X || X <- L1, X band 1 =:= 0] end) end},
     {list_fold, 100000, fun() -> rep(100, fun() -> lists:foldl(fun(X, A) -> X + A end, 0, L1) end) end},
     {list_sort, 10000, fun() -> L = shuffled(10000), lists:sort(L) end},
     {list_reverse, 100000, fun() -> rep(100, fun() -> lists:reverse(L1) end) end},
     {sieve, 20000, fun() -> sieve(20000) end},
     {bin_build, 100000, fun() -> build(100000, <<>>) end},
     {bin_parse, 100000, fun() -> parse(binary:copy(<<1, 0, 2>>, 100000), 0) end},
     {maps_small, 10000, fun() -> small_maps(10000, #{a => 1, b => 2, c => 3}) end},
     {maps_large, 50000, fun() -> large_map(50000) end},
     {float_loop, 100000, fun() -> float_loop(100000, 0.0) end},
     {bignum_fact, 1, fun() -> fact(1000, 1) end},
     {bignum_print, 10, fun() -> rep(10, fun() -> integer_to_list(id(1) bsl 20000) end) end},
     {ping_pong, 50000, fun() -> ping_pong(50000) end},
     {ring_1000, 100000, fun() -> ring(1000, 100) end},
     {spawn_exit, 100000, fun() -> spawn_exit(100000) end},
     {link_unlink, 100000, fun() -> P = spawn(fun idle/0), link_unlink(100000, P), exit(P, kill) end},
     {spawn_link_exit, 50000, fun() -> process_flag(trap_exit, true), spawn_link_exit(50000) end},
     {monitor_demonitor, 100000, fun() -> P = spawn(fun idle/0), monitor_demonitor(100000, P), exit(P, kill) end},
     {monitor_down, 50000, fun() -> monitor_down(50000) end},
     {star_10000, 10000, fun() -> star(10000) end},
     {chain_10000, 10000, fun() -> chain(10000) end},
     {exceptions, 100000, fun() -> exceptions(100000) end},
     {funs, 100000, fun() -> funs(100000, fun(X) -> X + 1 end, 0) end},
     {ets_set, 50000, fun() -> ets_set(50000) end},
     {term_to_binary, 1, fun() -> T = [{X, atom, "string", <<"binary">>, #{k => X}} || X <- L1],
         T = binary_to_term(term_to_binary(T)) end}].

id(X) -> X.

rep(0, _) -> ok;
rep(N, F) -> F(), rep(N - 1, F).

fib(N) when N < 2 -> N;
fib(N) -> fib(N - 1) + fib(N - 2).

tak(X, Y, Z) when Y >= X -> Z;
tak(X, Y, Z) -> tak(tak(X - 1, Y, Z), tak(Y - 1, Z, X), tak(Z - 1, X, Y)).

queens(N) -> length(queens(N, N)).
queens(0, _) -> [[]];
queens(K, N) -> [[Q | B] || B <- queens(K - 1, N), Q <- lists:seq(1, N), safe(Q, 1, B)].
safe(_, _, []) -> true;
safe(Q, D, [Q1 | B]) -> Q =/= Q1 andalso abs(Q - Q1) =/= D andalso safe(Q, D + 1, B).

map([H | T]) -> [H + 1 | map(T)];
map([]) -> [].

shuffled(N) -> shuffled(N, 12345, []).
shuffled(0, _, L) -> L;
shuffled(N, S, L) -> S1 = (S * 1103515245 + 12345) band 16#7FFFFFFF, shuffled(N - 1, S1, [S1 | L]).

sieve(N) -> sieve1(lists:seq(2, N), []).
sieve1([P | T], Acc) when P * P < 20000 -> sieve1([X || X <- T, X rem P =/= 0], [P | Acc]);
sieve1(T, Acc) -> length(T) + length(Acc).

build(0, B) -> byte_size(B);
build(N, B) -> build(N - 1, <<B/binary, N:16, 7>>).

parse(<<N:16/little, M, T/binary>>, S) -> parse(T, S + N + M);
parse(<<>>, S) -> S.

small_maps(0, M) -> M;
small_maps(N, #{a := A, b := B} = M) -> small_maps(N - 1, M#{a := B, b := A + 1}).

large_map(N) ->
    M = lists:foldl(fun(X, A) -> A#{X => X * 2} end, #{}, lists:seq(1, N)),
    lists:foldl(fun(X, S) -> maps:get(X, M) + S end, 0, lists:seq(1, N)).

float_loop(0, X) -> X;
float_loop(N, X) -> float_loop(N - 1, X * 0.5 + 1.25).

fact(0, A) -> A;
fact(N, A) -> fact(N - 1, A * N).

ping_pong(N) ->
    Me = self(),
    P = spawn(fun() -> pong() end),
    ping(N, P, Me),
    P ! stop.
ping(0, _, _) -> ok;
ping(N, P, Me) -> P ! {ping, Me}, receive pong -> ping(N - 1, P, Me) end.
pong() -> receive {ping, From} -> From ! pong, pong(); stop -> ok end.

ring(N, Laps) ->
    Me = self(),
    First = lists:foldl(fun(_, Next) -> spawn(fun() -> ring_node(Next) end) end, Me, lists:seq(2, N)),
    ring_lap(First, Laps),
    First ! stop,
    receive stop -> ok end.
ring_lap(_, 0) -> ok;
ring_lap(First, K) -> First ! token, receive token -> ring_lap(First, K - 1) end.
ring_node(Next) -> receive stop -> Next ! stop; M -> Next ! M, ring_node(Next) end.

spawn_exit(0) -> ok;
spawn_exit(N) ->
    Me = self(),
    spawn(fun() -> Me ! done end),
    receive done -> spawn_exit(N - 1) end.

idle() -> receive never -> ok end.

link_unlink(0, _) -> ok;
link_unlink(N, P) -> link(P), unlink(P), link_unlink(N - 1, P).

spawn_link_exit(0) -> ok;
spawn_link_exit(N) ->
    P = spawn_link(fun() -> ok end),
    receive {'EXIT', P, normal} -> spawn_link_exit(N - 1) end.

monitor_demonitor(0, _) -> ok;
monitor_demonitor(N, P) -> erlang:demonitor(erlang:monitor(process, P)), monitor_demonitor(N - 1, P).

monitor_down(0) -> ok;
monitor_down(N) ->
    {P, M} = spawn_monitor(fun() -> ok end),
    receive {'DOWN', M, process, P, normal} -> monitor_down(N - 1) end.

%% N processes linked to one process, which is killed.
star(N) ->
    {Hub, M} = spawn_monitor(fun idle/0),
    Me = self(),
    Ps = [spawn(fun() -> link(Hub), Me ! up, idle() end) || _ <- lists:seq(1, N)],
    [receive up -> ok end || _ <- Ps],
    exit(Hub, kill),
    receive {'DOWN', M, _, _, killed} -> ok end,
    wait_dead(Ps).

wait_dead([]) -> ok;
wait_dead([P | T]) -> case is_process_alive(P) of true -> erlang:yield(), wait_dead([P | T]); false -> wait_dead(T) end.

%% N processes, each linked to the next; the first one is killed.
chain(N) ->
    Me = self(),
    First = spawn(fun() -> link_next(N - 1, Me) end),
    receive {last, Last} -> ok end,
    M = erlang:monitor(process, Last),
    exit(First, boom),
    receive {'DOWN', M, _, _, boom} -> ok end.
link_next(0, Me) -> Me ! {last, self()}, idle();
link_next(N, Me) -> spawn_link(fun() -> link_next(N - 1, Me) end), idle().

exceptions(0) -> ok;
exceptions(N) ->
    try thrower(N) catch throw:X -> X end,
    try erlang:error(N) catch error:_ -> ok end,
    exceptions(N - 1).
thrower(N) -> throw(N).

funs(0, _, A) -> A;
funs(N, F, A) -> funs(N - 1, F, F(A)).

ets_set(N) ->
    T = ets:new(t, [set]),
    ets_fill(N, T),
    S = ets_sum(N, T, 0),
    ets:delete(T),
    S.
ets_fill(0, _) -> ok;
ets_fill(N, T) -> ets:insert(T, {N, N, value}), ets_fill(N - 1, T).
ets_sum(0, _, S) -> S;
ets_sum(N, T, S) -> [{_, V, _}] = ets:lookup(T, N), ets_sum(N - 1, T, S + V).
