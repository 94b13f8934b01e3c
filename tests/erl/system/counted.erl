%% SPDX-License-Identifier: Apache-2.0
%%
%% What the system counts while it runs (time of schedulers, bytes of ports), and which process gets crash reports.
-module(counted).
-export([main/0]).

main() ->
    line(wall_time, [wall_time(Item) || Item <- [scheduler_wall_time, scheduler_wall_time_all]]),
    line(microstates, microstates()),
    line(multi_scheduling, [multi_scheduling(F) || F <- [block, block, block_normal, unblock, unblock_normal, unblock,
        unblock, block_normal, block_normal, unblock, unblock_normal, unblock_normal, x]]),
    line(blocker_gone, blocker_gone()),
    line(tables, tables()),
    line(io, io()),
    line(runtime, runtime()),
    line(system_logger, system_logger()).

line(What, Value) -> io:format("~p: ~p~n", [What, Value]).

catch_error(F) -> try F(), none catch Class:Reason -> {Class, Reason} end.

%% Which schedulers were busy since the flag was set. Their number depends on the machine.
wall_time(Item) ->
    Off = erlang:statistics(Item),
    false = erlang:system_flag(scheduler_wall_time, true),
    Start = lists:sort(erlang:statistics(Item)),
    spin(erlang:monotonic_time(millisecond) + 50),
    End = lists:sort(erlang:statistics(Item)),
    Passed = [{A1 - A0, T1 - T0} || {{I, A0, T0}, {I, A1, T1}} <- lists:zip(Start, End)],
    On = erlang:system_flag(scheduler_wall_time, false),
    Unit = erlang:convert_time_unit(1, millisecond, native),
    {Off, lists:any(fun({A, _}) -> A > 20 * Unit end, Passed),
        lists:all(fun({A, T}) -> A >= 0 andalso A =< T + Unit andalso T >= 45 * Unit end, Passed), On,
        erlang:statistics(Item)}.

spin(Until) -> erlang:monotonic_time(millisecond) >= Until orelse spin(Until).

microstates() ->
    Flags = [erlang:system_flag(microstate_accounting, X) || X <- [true, true, reset, false, reset, false]],
    Off = is_list(erlang:statistics(microstate_accounting)),
    erlang:system_flag(microstate_accounting, true),
    spin(erlang:monotonic_time(millisecond) + 20),
    All = erlang:statistics(microstate_accounting),
    [Scheduler] = [C || #{type := scheduler, id := 1, counters := C} <- All],
    erlang:system_flag(microstate_accounting, false),
    {Flags, Off, lists:sort(maps:keys(Scheduler)), lists:all(fun is_integer/1, maps:values(Scheduler))}.

%% When the system logger has ended, the process named logger takes over.
system_logger() ->
    Initial = erlang:system_info(system_logger),
    Me = self(),
    Crash = fun() -> {_, Ref} = spawn_monitor(fun() -> exit({self(), crash, [erlang:error(here)]}) end),
        receive {'DOWN', Ref, _, _, _} -> ok end end,
    erlang:system_flag(system_logger, Me),
    Mine = erlang:system_info(system_logger) =:= Me,
    Crash(),
    Told = receive {log, error, _, _, _} -> told after 1000 -> nothing end,
    {Pid, Ref} = spawn_monitor(fun() -> receive stop -> ok end end),
    [erlang:system_flag(system_logger, X) || X <- [undefined, Pid]],
    Pid ! stop, receive {'DOWN', Ref, _, _, _} -> ok end,
    Dead = erlang:system_info(system_logger) =:= Pid,
    Logger = whereis(logger),
    unregister(logger), register(logger, Me),
    Crash(),
    Took = receive {log, error, _, _, _} -> told after 1000 -> nothing end,
    After = erlang:system_info(system_logger),
    unregister(logger), register(logger, Logger),
    Bad = [catch_error(fun() -> erlang:system_flag(system_logger, X) end) || X <- [foo, 1, user]],
    erlang:system_flag(system_logger, Initial),
    {Mine, Told, Dead, Took, After, Bad}.

%% Bytes through ports are counted, and so is printed text.
io() ->
    {{input, I0}, {output, O0}} = erlang:statistics(io),
    Port = open_port({spawn, "cat"}, [binary]),
    port_command(Port, binary:copy(<<"x">>, 5000)),
    All = fun All(N) when N >= 5000 -> N; All(N) -> receive {Port, {data, Data}} -> All(N + byte_size(Data)) end end,
    Got = All(0),
    port_close(Port),
    io:put_chars(lists:duplicate(100, $.)), io:nl(),
    {{input, I1}, {output, O1}} = erlang:statistics(io),
    {Got, I1 - I0 >= 5000, I1 - I0 < 6000, O1 - O0 >= 5000, O1 - O0 < 7000}.

%% The time that it has worked, not the time that has passed.
runtime() ->
    {R0, _} = erlang:statistics(runtime),
    receive after 150 -> ok end,
    {R1, _} = erlang:statistics(runtime),
    spin(erlang:monotonic_time(millisecond) + 100),
    {R2, _} = erlang:statistics(runtime),
    {R1 - R0 < 100, R2 >= R1}.

multi_scheduling(Flag) ->
    Answer = try erlang:system_flag(multi_scheduling, Flag) catch C:R -> {C, R} end,
    {Flag, Answer, erlang:system_info(multi_scheduling)}.

%% A process blocks multi-scheduling only while it lives.
blocker_gone() ->
    {Pid, Ref} = spawn_monitor(fun() -> erlang:system_flag(multi_scheduling, block), receive stop -> ok end end),
    receive after 30 -> ok end,
    During = erlang:system_info(multi_scheduling),
    Pid ! stop, receive {'DOWN', Ref, _, _, _} -> ok end,
    receive after 30 -> ok end,
    {During, erlang:system_info(multi_scheduling)}.

%% Functions that OTP implements natively leave no tables behind here either.
tables() ->
    Before = {lists:sort(ets:all()), erlang:system_info(ets_count)},
    Z = zlib:open(),
    ok = zlib:deflateInit(Z),
    Bytes = iolist_size(zlib:deflate(Z, lists:duplicate(1000, $a), finish)),
    During = {lists:sort(ets:all()), erlang:system_info(ets_count)},
    zlib:close(Z),
    {Bytes > 0, Before =:= During, erlang:system_info(ets_count) =:= length(ets:all())}.
