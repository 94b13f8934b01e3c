%% SPDX-License-Identifier: Apache-2.0
%% Helper of the tests in process/ and signals/: runs each case in a process of its own and prints its value with pids,
%% references and funs replaced by labels in order of appearance.
-module(pcase).
-export([quiet/0, run/1, run/2, idle/0, idle/1, do/2, tell/2, dead/0, why/1, mb/0, take/1, down/1, gone/1, links/1,
    trap/0, err/1, await/1]).

%% Switches off crash reports: by logger's settings, or, where the light logger runs, without them.
quiet() ->
    _ = (catch logger:set_primary_config(level, none)),
    case is_pid(whereis(logger)) andalso process_info(whereis(logger), initial_call) of
        {initial_call, {spawnlink_log, _, _}} -> unregister(logger);
        _ -> true
    end.

run(Cases) -> [run(Name, F) || {Name, F} <- Cases], ok.

run(Name, F) ->
    Me = self(), Ref = make_ref(),
    {P, M} = spawn_monitor(fun() ->
        V = try {ok, F()} catch C:E:S -> {C, E, [{M, Fu, if is_list(A) -> length(A); true -> A end}
            || {M, Fu, A, _} <- lists:sublist(S, 1)]} end,
        Me ! {Ref, V} end),
    V = receive {Ref, V0} -> receive {'DOWN', M, _, _, R} -> {V0, R} after 2000 -> exit(P, kill), {V0, alive} end;
            {'DOWN', M, _, _, R} -> {died, R}
        after 10000 -> exit(P, kill), timeout end,
    receive {Ref, _} -> ok after 0 -> ok end,
    erase(),
    W = case V of {{ok, X}, normal} -> X; Y -> Y end,
    put({label, P}, me),
    io:format("~ts ~0p~n", [name(Name), label(W)]).

name(N) when is_atom(N) -> atom_to_list(N);
name(N) -> io_lib:format("~0p", [N]).

label(T) when is_pid(T) -> label(T, 'P');
label(T) when is_reference(T) -> label(T, 'R');
label(T) when is_function(T) -> label(T, 'F');
label(T) when is_port(T) -> port;
label(T) when is_tuple(T) -> list_to_tuple([label(X) || X <- tuple_to_list(T)]);
label([H | T]) -> L = label(H), [L | label(T)];
label(T) when is_map(T) ->
    maps:from_list([begin L = label(K), {L, label(V)} end || {K, V} <- lists:sort(maps:to_list(T))]);
label(T) -> T.

label(T, Kind) ->
    case get({label, T}) of
        undefined ->
            N = case get(Kind) of undefined -> 1; N0 -> N0 + 1 end,
            put(Kind, N),
            L = list_to_atom(atom_to_list(Kind) ++ integer_to_list(N)),
            put({label, T}, L), L;
        L -> L
    end.

idle() -> spawn(fun loop/0).
idle(trap) -> P = idle(), do(P, fun() -> process_flag(trap_exit, true) end), P;
idle(link) -> spawn_link(fun loop/0);
idle(linktrap) -> P = idle(trap), link(P), P.
loop() ->
    receive {'$r', F, R, G} -> F ! {R, try G() catch C:E -> {C, E} end}, loop();
            {'$t', G} -> G(), loop();
            '$stop' -> ok end.
do(P, G) -> R = make_ref(), P ! {'$r', self(), R, G}, receive {R, X} -> X after 2000 -> no_reply end.
tell(P, G) -> P ! {'$t', G}, ok.
dead() -> {P, M} = spawn_monitor(fun() -> ok end), receive {'DOWN', M, _, _, _} -> P end.
why(G) -> {_, M} = spawn_monitor(G), down(M).
down(M) -> receive {'DOWN', M, _, _, R} -> R after 2000 -> no_down end.
gone(P) -> M = erlang:monitor(process, P), receive {'DOWN', M, _, _, _} -> ok after 2000 -> alive end.
mb() -> receive X -> [X | mb()] after 0 -> [] end.
take(0) -> [];
take(N) -> receive X -> [X | take(N - 1)] after 500 -> [none] end.
links(P) -> case process_info(P, links) of {links, L} -> lists:sort(L); U -> U end.
trap() -> process_flag(trap_exit, true).
err(F) -> try {value, F()} catch C:{E, _} when C =:= exit -> {C, E}; C:E -> {C, E} end.
await(F) -> case F() of true -> true; _ -> receive after 1 -> ok end, await(F) end.
