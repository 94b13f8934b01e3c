%% SPDX-License-Identifier: Apache-2.0
%% What the leak gates run: each case makes very many records or processes and returns when none is left. native(Factor)
%% runs all cases and checks the memory itself; in wasm, tests/leak/run.js checks it from outside.
-module(leak).
-export([run/2, native/1]).

run(Case, N) ->
    {P, M} = spawn_monitor(fun() -> put(base, erlang:system_info(process_count)), one(Case, N) end),
    receive {'DOWN', M, process, P, R} -> R end.

one(link_unlink, N) ->
    P = spawn(fun idle/0),
    repeat(N, fun() -> true = link(P), true = unlink(P) end),
    done([P]);
one(monitor_demonitor, N) ->
    P = spawn(fun idle/0),
    repeat(N, fun() -> true = demonitor(monitor(process, P), [flush]) end),
    done([P]);
one(alias_unalias, N) -> repeat(N, fun() -> A = alias(), true = unalias(A), A ! lost end);
one(spawn_link_exit, N) ->
    process_flag(trap_exit, true),
    repeat(N, fun() -> P = spawn_link(fun() -> exit({reason, [N]}) end), receive {'EXIT', P, _} -> ok end end);
one(spawn_monitor_exit, N) ->
    repeat(N, fun() -> {P, M} = spawn_monitor(fun() -> ok end), receive {'DOWN', M, process, P, normal} -> ok end end);
one(spawn_exit, N) ->
    Me = self(),
    repeat(N, fun() -> spawn(fun() -> Me ! done end), receive done -> ok end end);
%% Every process is linked to every other: N * (N - 1) / 2 links.
one(mesh, N) ->
    All = [spawn(fun member/0) || _ <- lists:seq(1, N)],
    mesh(All),
    done([lists:nth(N div 2 + 1, All)]);
one(star, N) ->
    Me = self(),
    Hub = spawn(fun() -> [spawn_link(fun idle/0) || _ <- lists:seq(1, N)], Me ! ready, idle() end),
    receive ready -> done([Hub]) end;
one(chain, N) ->
    Me = self(),
    First = spawn(fun() -> chain(N, Me) end),
    receive ready -> done([First]) end;
%% All processes monitor one process, and each is monitored by the next.
one(watched, N) ->
    Me = self(), P = spawn(fun idle/0),
    _ = [spawn(fun() -> M = monitor(process, P), Me ! ready, receive {'DOWN', M, _, _, _} -> ok end end)
        || _ <- lists:seq(1, N)],
    repeat(N, fun() -> receive ready -> ok end end),
    done([P]).

chain(0, Me) -> Me ! ready, idle();
chain(N, Me) -> spawn_link(fun() -> chain(N - 1, Me) end), idle().

mesh([_]) -> ok;
mesh([P | Others]) -> P ! {link, self(), Others}, receive {linked, P} -> mesh(Others) end.
member() -> receive {link, From, Others} -> [link(P) || P <- Others], From ! {linked, self()}, member() end.

idle() -> receive stop -> ok end.
repeat(0, _) -> ok;
repeat(N, F) -> F(), repeat(N - 1, F).

%% Kills these processes and waits until no process that the case made is left.
done(Pids) ->
    [exit(P, kill) || P <- Pids],
    wait().
wait() ->
    case erlang:system_info(process_count) =< get(base) of
        true -> ok;
        false -> receive after 1 -> wait() end
    end.

native([Text]) ->
    Factor = list_to_integer(Text),
    Cases = [{chain, 100}, {star, 10}, {mesh, 1}, {watched, 10}, {link_unlink, 100}, {monitor_demonitor, 100},
        {alias_unalias, 100},
             {spawn_link_exit, 100}, {spawn_monitor_exit, 100}, {spawn_exit, 100}],
    [run(Case, 100) || {Case, _} <- Cases],
    Results = [look(Case, N, Factor) || {Case, N} <- Cases],
    halt(case lists:usort(Results) of [ok] -> 0; _ -> 1 end).

look(mesh, _, Factor) -> look(mesh, max(50, Factor * 2000 div 10000));
look(Case, N, Factor) -> look(Case, N * Factor).

look(Case, N) ->
    Before = state(), T = erlang:monotonic_time(millisecond),
    Reason = run(Case, N),
    Ms = erlang:monotonic_time(millisecond) - T, After = state(),
    {Result, Word} = case After of Before when Reason =:= normal -> {ok, "ok"}; _ -> {failed, "LEAK"} end,
    io:format("~-20s ~9w ~s ~w ms ~w ~s~n", [Case, N, Word, Ms, After, if Result =:= ok -> "";
        true -> io_lib:format("was ~w ~w", [Before, Reason]) end]),
    Result.

%% The table of processes does not shrink, so its own size does not count, but its contents do.
state() ->
    garbage_collect(),
    [erlang:system_info(process_count), length(processes()), length(erlang:ports()),
        element(2, process_info(self(), message_queue_len))].
