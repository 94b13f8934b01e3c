%% SPDX-License-Identifier: Apache-2.0
%% The types of the values that process_info, system_info, statistics, memory and the flags return, not the values.
-module(info_items).
-export([main/0]).
kind(X) when is_integer(X) -> integer; kind(X) when is_float(X) -> float; kind(X) when is_atom(X) -> X;
    kind(X) when is_binary(X) -> binary; kind(X) when is_pid(X) -> pid; kind(X) when is_reference(X) -> ref; kind([]) ->
    []; kind(X) when is_list(X) -> case io_lib:char_list(X) of true -> string; _ -> {list, kind(hd(X))} end;
    kind(X) when is_map(X) -> map; kind(X) when is_tuple(X) -> list_to_tuple([kind(E) || E <- tuple_to_list(X)]);
    kind(X) when is_function(X) -> 'fun'.
t(F) -> try kind(F()) catch C:R -> {C, R} end.
main() ->
  [io:format("process_info ~w ~w~n", [I, t(fun() -> process_info(self(), I) end)])
      || I <- [backtrace,catchlevel,current_function,current_location,current_stacktrace,dictionary,error_handler,
      garbage_collection,garbage_collection_info,group_leader,heap_size,initial_call,links,last_calls,memory,
      message_queue_len,messages,min_heap_size,min_bin_vheap_size,monitored_by,monitors,message_queue_data,parent,
      priority,reductions,registered_name,sequential_trace_token,stack_size,status,suspending,total_heap_size,trace,
      trap_exit,fullsweep_after,max_heap_size,magic_ref,foo]],
  [io:format("system_info ~w ~w~n", [I, t(fun() -> erlang:system_info(I) end)])
      || I <- [cpu_topology,{cpu_topology,used},{cpu_topology,defined},{cpu_topology,detected},fullsweep_after,
      garbage_collection,heap_sizes,heap_type,max_heap_size,message_queue_data,min_heap_size,min_bin_vheap_size,procs,
      atom_count,atom_limit,ets_count,ets_limit,port_count,port_limit,process_count,process_limit,end_time,start_time,
      time_correction,time_offset,time_warp_mode,tolerant_timeofday,dirty_cpu_schedulers,dirty_cpu_schedulers_online,
      dirty_io_schedulers,multi_scheduling,multi_scheduling_blockers,normal_multi_scheduling_blockers,
      scheduler_bind_type,scheduler_id,schedulers,schedulers_online,smp_support,threads,thread_pool_size,creation,
      delayed_node_table_gc,dist,dist_buf_busy_limit,dist_ctrl,compat_rel,debug_compiled,driver_version,dynamic_trace,
      dynamic_trace_probes,emu_type,info,loaded,machine,modified_timing_level,nif_version,otp_release,port_parallelism,
      system_architecture,system_logger,system_version,trace_control_word,version,wordsize,{wordsize,internal},
      {wordsize,external},build_type,atom_used,taints,logical_processors,logical_processors_available,
      logical_processors_online,cpu_quota,update_cpu_info,proc_name,halt_flush_timeout,literal_test,ets_realloc_moves,
      dist_buf,internal_cpu_topology,eager_check_io,context_reductions]],
  [io:format("statistics ~w ~w~n", [I, t(fun() -> erlang:statistics(I) end)])
      || I <- [active_tasks,active_tasks_all,context_switches,exact_reductions,garbage_collection,io,reductions,
      run_queue,run_queue_lengths,run_queue_lengths_all,runtime,scheduler_wall_time,scheduler_wall_time_all,
      total_active_tasks,total_active_tasks_all,total_run_queue_lengths,total_run_queue_lengths_all,wall_clock]],
  [io:format("memory ~w ~w~n", [I, t(fun() -> erlang:memory(I) end)])
      || I <- [total,processes,processes_used,system,atom,atom_used,binary,code,ets,low,maximum,foo]],
  [io:format("system_flag ~w ~w~n", [I, t(fun() -> erlang:system_flag(I, V) end)])
      || {I, V} <- [{backtrace_depth,8},{dirty_cpu_schedulers_online,1},{erts_alloc,{x,y}},{fullsweep_after,65535},
      {microstate_accounting,false},{min_heap_size,233},{min_bin_vheap_size,46422},{max_heap_size,0},
      {multi_scheduling,unblock},{schedulers_online,1},{scheduler_wall_time,false},{trace_control_word,0},
      {time_offset,finalize},{outstanding_system_requests_limit,100}, {foo,1}]],
  [io:format("process_flag ~w ~w~n", [I, t(fun() -> process_flag(I, V) end)])
      || {I, V} <- [{trap_exit,false},{error_handler,error_handler},{fullsweep_after,65535},{min_heap_size,233},
      {min_bin_vheap_size,46422},{max_heap_size,0},{message_queue_data,on_heap},{priority,normal},{save_calls,0},
      {sensitive,false},{monitor_nodes,true},{foo,1}, {monitor_nodes,false},{{monitor_nodes,[]},false}]],
  [io:format("spawn_opt ~w ~w~n", [O, t(fun() -> spawn_opt(fun() -> ok end, [O]) end)])
      || O <- [link,monitor,{monitor,[]},{monitor,[{alias,demonitor}]},{priority,low},{fullsweep_after,1},
      {min_heap_size,1},{min_bin_vheap_size,1},{max_heap_size,0},{message_queue_data,off_heap},{scheduler,1},foo]].
