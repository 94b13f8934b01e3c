%% SPDX-License-Identifier: Apache-2.0
%%
%% Functions of OTP's module erlang that are called too seldom to be written in C; the loader redirects its stubs here.
%% decode_packet/3 is in spawnlink_packet. system_info/1 has the items that the BIF of that name does not know itself.
-module(spawnlink_erlang).
-export([decode_packet/3, scheduler_wall_time/1, garbage_collect_message_area/0, exit_signal/2, exit_signal/3,
    statistics/1, system_flag/2, system_info/1, '$handle_undefined_function'/2]).

decode_packet(Type, Bin, Options) ->
    try spawnlink_packet:decode(Type, Bin, Options)
    catch
        error:badarg:Stack -> spawnlink_native:badarg(erlang, decode_packet, [Type, Bin, Options], Stack);
        error:badopt ->
            spawnlink_native:fail(badarg, erlang, decode_packet, [Type, Bin, Options],
            [{error_info, #{cause => badopt, module => erl_erts_errors}}])
    end.

%% Messages lie in fragments of their receiver's heap: there is no separate message area.
garbage_collect_message_area() -> false.

%% Unlike with exit/2, a process that sends itself the reason normal does not exit.
exit_signal(Pid, normal) when Pid =:= self() ->
    {trap_exit, Traps} = process_info(Pid, trap_exit),
    Traps andalso exit(Pid, normal),
    true;
exit_signal(Pid, Reason) ->
    try exit(Pid, Reason)
    catch error:badarg:Stack -> spawnlink_native:badarg(erlang, exit_signal, [Pid, Reason], Stack)
    end.

exit_signal(Pid, Reason, Options) ->
    try erlang:exit(Pid, Reason, Options)
    catch error:badarg:Stack -> spawnlink_native:badarg(erlang, exit_signal, [Pid, Reason, Options], Stack)
    end.

%% --- Time of schedulers ----------------------------------------------------------------------------------

%% The state of a flag: {on, Busy, Time} has the clocks when it was switched on, {off, Busy, Time} what was counted
%% before it was switched off; in microseconds.
-define(STATE(Flag), {?MODULE, Flag}).

state(Flag) -> persistent_term:get(?STATE(Flag), {off, 0, 0}).

%% Where OTP's kernel_refc runs, it counts the processes that want the flag on.
system_flag(scheduler_wall_time, On) when is_boolean(On) ->
    case whereis(kernel_refc) of
        undefined -> scheduler_wall_time(On);
        _ -> erts_internal:system_flag_scheduler_wall_time(On)
    end;
system_flag(microstate_accounting, reset) ->
    {Was, _, _} = state(microstate_accounting),
    persistent_term:erase(?STATE(microstate_accounting)),
    Was =:= on andalso switch(microstate_accounting, true),
    Was =:= on;
system_flag(multi_scheduling, block) -> blocked([{self(), blocked} | blockers()]);
system_flag(multi_scheduling, block_normal) -> blocked([{self(), blocked_normal} | blockers()]);
system_flag(multi_scheduling, unblock) -> blocked(lists:delete({self(), blocked}, blockers()));
system_flag(multi_scheduling, unblock_normal) -> blocked(lists:delete({self(), blocked_normal}, blockers()));
system_flag(microstate_accounting, On) when is_boolean(On) -> switch(microstate_accounting, On);
system_flag(Item, Value) ->
    spawnlink_native:fail(badarg, erlang, system_flag, [Item, Value], [{error_info, #{module => erl_erts_errors}}]).

%% Blocking has no effect, because there is only one scheduler; but processes that block it, and how often, are counted
%% while they live.
blockers() -> [Entry || {Pid, _} = Entry <- persistent_term:get({?MODULE, blockers}, []), is_process_alive(Pid)].

blocked(Entries) ->
    persistent_term:put({?MODULE, blockers}, Entries),
    info(multi_scheduling).

scheduler_wall_time(On) ->
    Was = switch(scheduler_wall_time, On),
    On orelse persistent_term:erase(?STATE(scheduler_wall_time)), % a new counting begins from zero
    Was.

%% Returns whether the flag was on.
switch(Flag, On) ->
    {Was, Busy, Time} = state(Flag),
    {Busy1, Time1} = spawnlink:internal(statistics),
    On =:= (Was =:= on) orelse persistent_term:put(?STATE(Flag),
        {case On of true -> on; false -> off end, Busy1 - Busy, Time1 - Time}),
    Was =:= on.

%% The one scheduler is busy while the VM runs on the host's thread; states within that are not distinguished.
statistics(microstate_accounting) ->
    {Busy, Time} = counted(state(microstate_accounting)),
    [#{type => scheduler, id => 1, counters => #{aux => 0, check_io => 0, emulator => Busy, gc => 0, other => 0,
        port => 0, sleep => Time - Busy}}];
statistics(Item) ->
    case state(scheduler_wall_time) of
        {off, _, _} -> undefined;
        State ->
            {Busy, Time} = counted(State),
            [{1, Busy, Time}, {2, 0, Time}] ++ [{3, 0, Time} || Item =:= scheduler_wall_time_all]
    end.

%% Counted times, in nanoseconds, which is the VM's native unit.
counted({off, Busy, Time}) -> {1000 * Busy, 1000 * Time};
counted({on, Busy, Time}) ->
    {Busy1, Time1} = spawnlink:internal(statistics),
    {1000 * (Busy1 - Busy), 1000 * (Time1 - Time)}.

%% --- Facts -----------------------------------------------------------------------------------------------

system_info(Item) ->
    try info(Item)
    catch error:_:Stack -> spawnlink_native:badarg(erlang, system_info, [Item], Stack)
    end.

%% One scheduler, no threads.
info(scheduler_id) -> 1;
info(ethread_info) -> [{"64-bit native atomics", "yes", "one thread"}];
info(ethread_used_tse) -> 0;
info(dirty_cpu_schedulers) -> 1;
info(dirty_cpu_schedulers_online) -> 1;
info(dirty_io_schedulers) -> 1;
info(logical_processors) -> 1;
info(logical_processors_available) -> 1;
info(logical_processors_online) -> 1;
info(thread_pool_size) -> 1;
info(smp_support) -> true;
info(threads) -> true;
info(multi_scheduling) ->
    case lists:usort([How || {_, How} <- blockers()]) of
        [] -> enabled;
        [How | _] -> How
    end;
info(multi_scheduling_blockers) -> [];
info(normal_multi_scheduling_blockers) -> [];
info(scheduler_bind_type) -> unbound;
info(scheduler_bindings) -> {unbound};
info(cpu_topology) -> [{processor, [{core, {logical, 0}}]}];
info({cpu_topology, used}) -> info(cpu_topology);
info({cpu_topology, detected}) -> info(cpu_topology);
info({cpu_topology, defined}) -> undefined;
info(cpu_quota) -> unknown;
info(endian) -> little;
info(update_cpu_info) -> unchanged;
%% Limits.
info(port_count) -> length(erlang:ports());
info(port_limit) -> 65536;
info(ets_limit) -> 1 bsl 20;
info(atom_limit) -> 1048576;
info(context_reductions) -> 4000;
%% How the emulator is built.
info(max_integer) -> % since OTP 27; 2 * 524287 limbs of 32 bits (INTEGER_MAX_LIMBS)
    list_to_integer(erlang:system_info(otp_release)) >= 27 orelse error(badarg),
    %% Not by arithmetic, which the compiler would evaluate: the beam file would contain the number's four megabytes.
    binary:decode_unsigned(binary:copy(<<255>>, 2 * 524287 * 4));
info({wordsize, internal}) -> 8;
info({wordsize, external}) -> 8;
info(build_type) -> opt;
info(emu_type) -> opt;
info(emu_flavor) -> emu;
info(heap_type) -> private;
info(kernel_poll) -> false;
info(debug_compiled) -> false;
info(beam_jump_table) -> true;
info(eager_check_io) -> true;
info(port_parallelism) -> false;
info(break_ignored) -> false;
info(dynamic_trace) -> none;
info(dynamic_trace_probes) -> false;
info(modified_timing_level) -> undefined;
info(hipe_architecture) -> undefined;
info(constant_pool_support) -> true;
info(literal_test) -> range;
info(Item) when Item =:= ets_realloc_moves; Item =:= ets_always_compress -> false;
info(compat_rel) -> list_to_integer(erlang:system_info(otp_release));
info(compile_info) -> [];
info(taints) -> [];
info(check_io) -> [];
info(system_architecture) -> "wasm32-unknown-spawnlink";
info(machine) -> "BEAM";
info(driver_version) -> "3.3";
info(nif_version) -> "2.16";
%% For OTP's code (paths, line ends) we are a Unix of a kind that it knows: os_mon and others refuse to start on other
%% systems.
info(os_type) -> {unix, linux};
info(os_version) -> {1, 0, 0};
info(c_compiler_used) -> {clang, {14, 0, 0}};
info(message_queue_data) -> on_heap;
info(sequential_tracer) -> {sequential_tracer, false};
%% Time.
info(time_correction) -> true;
info(time_offset) -> final;
info(time_warp_mode) -> no_time_warp;
info(tolerant_timeofday) -> enabled;
info(os_monotonic_time_source) -> time_source(monotonic, 1000000);
info(os_system_time_source) -> time_source(system, 1000000);
%% Distribution.
info(creation) -> 0;
info(delayed_node_table_gc) -> 60;
info(dist_buf_busy_limit) -> 1048576;
info(dist_ctrl) -> [];
info(dist) -> <<"=node:", (atom_to_binary(node()))/binary, "\n">>;
%% Memory: there is one allocator.
info(alloc_util_allocators) -> [];
info(allocator) -> {undefined, [], [], []};
info({allocator, Name}) when is_atom(Name) -> false;
info({allocator_sizes, Name}) when is_atom(Name) -> false;
info({allocator_sizes, Names}) when is_list(Names) -> [{Name, false} || Name <- Names, is_atom(Name)];
info(allocated_areas) -> [{Item, erlang:memory(Item)} || Item <- [atom, binary, code, ets, processes]];
info({memory_internal, Ref, Kinds}) when is_reference(Ref), is_list(Kinds) ->
    [self() ! {Ref, Thread, [{Kind, false} || Kind <- Kinds]}
        || Thread <- lists:seq(2, erts_internal:no_aux_work_threads())],
    ok;
%% Texts for people.
info(loaded) -> iolist_to_binary([[atom_to_binary(Module), $\n] || Module <- lists:sort(erlang:loaded())]);
info(procs) -> iolist_to_binary([process(Pid) || Pid <- processes()]);
info(info) ->
    Memory = [[atom_to_list(Item), ": ", integer_to_list(Bytes), $\n] || {Item, Bytes} <- erlang:memory()],
    iolist_to_binary(["=memory\n", Memory, info(procs), "=loaded_modules\n", info(loaded)]).

time_source(Clock, Resolution) ->
    [{function, host}, {clock_id, Clock}, {resolution, Resolution}, {extended, no}, {parallel, yes},
        {time, erlang:monotonic_time()}].

process(Pid) ->
    case process_info(Pid, [status, registered_name, current_function, message_queue_len, total_heap_size,
        reductions]) of
        undefined -> [];
        Items -> ["=proc:", pid_to_list(Pid), $\n,
            [[atom_to_list(Item), io_lib:format(": ~tp~n", [Value])] || {Item, Value} <- Items]]
    end.

'$handle_undefined_function'(Function, Arguments) -> spawnlink_native:lacking(erlang, Function, Arguments).
