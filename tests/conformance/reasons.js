// SPDX-License-Identifier: Apache-2.0
// Cases that erl passes and ours does not, by suite, with the reason. Cases in CANNOT need what a VM with one thread
// and without tracing, drivers and OTP's own allocators does not have; they do not count, like those that suites.js
// finds by their calls. Cases in WHY count.

const SCHEDULERS = 'more than one scheduler';
const OWN_HASH = "terms that collide in OTP's own internal hash";
const CRYPTO = 'the application crypto, which is a NIF';

/** @type {Record<string, Record<string, string>>} suite, case, what it needs */
export const CANNOT = {
  code: {
    check_process_code_dirty_exec_proc: SCHEDULERS,
  },
  counters: {
    basic: SCHEDULERS, // reads the memory that counters take on each scheduler
  },
  ets: {
    grow_pseudo_deleted: SCHEDULERS,
    shrink_pseudo_deleted: SCHEDULERS,
    smp_fixed_delete: SCHEDULERS,
    smp_unfix_fix: SCHEDULERS,
    test_table_size_concurrency: SCHEDULERS,
    test_table_memory_concurrency: SCHEDULERS,
    test_decentralized_counters_setting: SCHEDULERS,
  },
  persistent_term: {
    collisions: OWN_HASH,
    get_put_colliding_bucket: OWN_HASH,
  },
  process: {
    processes_send_infant: SCHEDULERS,
  },
  receive: {
    receive_opt_deferred_save: SCHEDULERS,
  },
  statistics: {
    msacc: 'sockets',
    msb_scheduler_wall_time: SCHEDULERS,
    scheduler_wall_time: SCHEDULERS, // reads the times of dirty schedulers too
    scheduler_wall_time_all: SCHEDULERS,
  },
  unique: {
    unique_integer_white_box: SCHEDULERS, // reads the integers of each scheduler
  },
  rand: {
    plugin: CRYPTO,
    short_jump: CRYPTO,
  },
};

const NATIVE =
  "asks that what is native has a stub in OTP's modules; here some functions are native that came with a " +
  'later release (module records)';
const PURGE = "talks to OTP's process erts_code_purger in the middle of a purge, which is one step here";
const LITERALS =
  'asks that purged literals are copied to the heaps of those who have them; ours stay where they are while ' +
  'somebody has them';
const TASKS = 'asks that what a process is asked to do by others waits for its priority; here it is done at once';

const NEXT_PID = "chooses the number of the process that comes next (OTP's internal state next_pid)";
const SLOW = 'ran over its limit of time in this pass, on a machine that was busy with other work';
const FILES = 'the error code of a file operation; mended since this suite was run';

/** @type {Record<string, Record<string, string>>} suite, case, reason */
export const WHY = {
  a: {
    leaked_processes: NEXT_PID,
    used_thread_specific_events: NEXT_PID,
  },
  bif: {
    specs: NATIVE,
    improper_bif_stubs: NATIVE,
    is_builtin: 'system_info(snifs) listed functions that are not built in; mended since this suite was run',
    group_leader_prio: SLOW,
    group_leader_prio_dirty: SLOW,
  },
  big: {
    big_float_3: 'big integers become the float that rounding by digits gives, as before OTP 29; not the nearest one',
    reductions: 'asks for the reductions that arithmetic with big integers costs in OTP 29',
  },
  binary: {
    ordering: 'opens a file as a port, by a driver that is not here',
  },
  code: {
    call_purged_fun_code_gone: PURGE,
    call_purged_fun_code_reload: PURGE,
    call_purged_fun_code_there: PURGE,
    constant_pools: 'switches the collector off; ours cannot be',
    constant_refc_binaries:
      'asks that the binaries of purged literals are given back soon; ours wait for a sweep, which is due with ' +
      'the next that are purged',
    t_copy_literals: LITERALS,
    t_copy_literals_frags: LITERALS,
    max_heap_size: LITERALS,
  },
  fun: {
    refc: 'asks how many funs there are of one expression; ours are not counted',
    refc_ets: 'asks how many funs there are of one expression; ours are not counted',
  },
  persistent_term: {
    info: "asks for the sizes of OTP's own table, to the word",
  },
  process: {
    otp_4725: 'asks that a process has not collected yet; ours begins with a heap of 24 words',
    processes_gc_trap: 'asks that processes/0 is interrupted; ours is one step',
    no_priority_inversion2: TASKS,
    otp_16642: TASKS,
    gc_request_when_gc_disabled: 'switches the collector off; ours cannot be',
    gc_request_blast_when_gc_disabled: 'switches the collector off; ours cannot be',
  },
  file_name: {
    normalize:
      'asks that random sequences of combining characters come out as prim_file:internal_normalize_utf8/1 of erl ' +
      'puts them',
  },
  logger_legacy: {
    sasl_reports: 'waits for a crash report in a form that ours has not; its cause is not known yet',
  },
  logger_std_h: {
    op_switch_to_sync_file: 'the handler of the case before is still there',
    op_switch_to_flush_file: SLOW,
  },
  pdict: {
    mixed: "fills its heap through OTP's internal state fill_heap",
  },
  prim_file: {
    e_rename: FILES,
  },
  select: {
    select_test: SLOW,
  },
  binary_module: {
    badargs: 'binary_part of a bitstring, which OTP 27 refuses; mended since this suite was run',
  },
  zlc: {
    strict_list: 'what is left of an ordered map iterator; mended since this suite was run',
    strict_binary: 'what is left of an ordered map iterator; mended since this suite was run',
  },
  ets: {
    memory: "asks for the sizes of OTP's rows and tables, to the word",
    heir: NEXT_PID,
    meta_wb: "asks for names that collide in OTP's own hash",
    smp_ordered_iteration: "looks into the table of nodes of OTP's emulator (internal state node_and_dist_references)",
    write_concurrency:
      'asks that an empty table of type set is larger than one of type ordered_set: ours has no buckets before ' +
      'its first row',
  },
  re: {
    pcre:
      'six of its thousands of patterns mean something else to PCRE2 (as from OTP 28 on): ^(a\\1?){4}$, ' +
      '(*SKIP) in a condition, scripts of newer Unicode',
    pcre_compile_workspace_overflow: 'asks for a limit of PCRE 8; PCRE2 has another, and says so otherwise',
    re_version: 'asks for a version of PCRE below 10',
  },
  supervisor: {
    scale_start_stop_many_children: 'passes alone; here the case before, which traces, leaves its supervisor',
  },
};
