// SPDX-License-Identifier: Apache-2.0
// What the system reports about itself: system_info, memory, statistics. Values that mean nothing in a single-threaded
// VM in wasm are those of an emulator with one scheduler.
#include "base/alloc.h"
#include "bif/bif_process.h"
#include "bif/bif_system.h"
#include "bif/bif_time.h"
#include "code/code.h"
#include "ets/ets.h"
#include "gen/bifs.h"
#include "memory/gc.h"
#include "process/scheduler.h"
#include "process/signal.h"
#include "term/etf.h"

static term text(const char *s) {
  term list = NIL;
  for (size_t n = strlen(s); n > 0; n--) list = cons(HEAP, make_small((u8)s[n - 1]), list);
  return list;
}

static term list1(term t) { return cons(HEAP, t, NIL); }
static term int_term(u64 v) { return int_from_u64(HEAP, v); }

static u32 release = 25;
void system_set_otp_release(u32 otp) {
  release = otp;
  float_zeros_differ = otp >= 27;
}
u32 system_otp_release(void) { return release; }
static const char *erts_version(void) {
  switch (release) {
    case 26: return "14.2";
    case 27: return "15.2";
    case 28: return "16.0";
    case 29: return "17.0";
    default: return "13.1.5";
  }
}

// --- system_info ---------------------------------------------------------------------------------

static term release_text(void) {
  char digits[3] = {(char)('0' + release / 10), (char)('0' + release % 10), 0};
  return text(digits);
}

static term system_version(void) {
  struct bytes b;
  bytes_init(&b);
  bytes_text(&b, "Erlang/OTP ");
  bytes_unsigned(&b, release);
  bytes_text(&b, " [erts-");
  bytes_text(&b, erts_version());
  bytes_text(&b, "] [spawnlink] [64-bit] [smp:1:1]\n");
  bytes_put(&b, 0);
  term t = b.failed ? NIL : text((const char *)b.data);
  bytes_free(&b);
  return t;
}

static term garbage_collection(void) {
  term l = list1(tuple2(HEAP, ATOM_fullsweep_after, system_flag_value(ATOM_fullsweep_after)));
  l = cons(HEAP, tuple2(HEAP, ATOM_min_heap_size, system_flag_value(ATOM_min_heap_size)), l);
  l = cons(HEAP, tuple2(HEAP, ATOM_min_bin_vheap_size, system_flag_value(ATOM_min_bin_vheap_size)), l);
  return cons(HEAP, tuple2(HEAP, ATOM_max_heap_size, int_term(process_memory_defaults.max_heap_words)), l);
}

// OTP's list of heap sizes goes on beyond any real memory, and so does ours.
#define LARGEST_HEAP_SIZE ((u64)1 << 50)
enum { MAX_HEAP_SIZES = 160 };
static term heap_sizes(void) {
  u64 sizes[MAX_HEAP_SIZES];
  u32 n = 0;
  for (u64 w = gc_otp_size(1); n < MAX_HEAP_SIZES && w + w / 5 <= LARGEST_HEAP_SIZE; w = gc_otp_size(w + 1))
    sizes[n++] = w;
  term l = NIL;
  while (n > 0) l = cons(HEAP, int_term(sizes[--n]), l);
  return l;
}

// The list of all BIFs of OTP, as {Module, Function, Arity}: those that is_builtin/3 says are some.
static void add_snif(struct export *e, void *list) {
  if (e->module != ATOM_spawnlink && code_is_builtin(e))
    *(term *)list = cons(HEAP, tuple3(HEAP, e->module, e->function, make_small(e->arity)), *(term *)list);
}
static term snifs(void) {
  term l = NIL;
  export_each(add_snif, &l);
  return l;
}

static void count_one(struct ets_table *t, void *count) {
  (void)t;
  ++*(u32 *)count;
}
static u32 table_count(void) {
  u32 count = 0;
  ets_each(count_one, &count);
  return count;
}

static term counted_info(term key) {
  switch (atom_index(key)) {
    case ATOM_IDX_process_count: return make_small(process_count());
    case ATOM_IDX_process_limit: return make_small(process_limit());
    case ATOM_IDX_atom_count: return make_small(atom_count());
    case ATOM_IDX_ets_count: return make_small(table_count());
    case ATOM_IDX_start_time: return int_from_i64(HEAP, time_start_ns());
    case ATOM_IDX_end_time: return int_from_i64(HEAP, SMALL_MAX);
    case ATOM_IDX_outstanding_system_requests_limit:
    case ATOM_IDX_trace_control_word: return system_flag_value(key);
    case ATOM_IDX_fullsweep_after:
    case ATOM_IDX_min_heap_size:
    case ATOM_IDX_min_bin_vheap_size: return tuple2(HEAP, key, system_flag_value(key));
    case ATOM_IDX_max_heap_size:
      return bif_max_heap_term(process_memory_defaults.max_heap_words, process_memory_defaults.max_heap_flags);
    case ATOM_IDX_garbage_collection: return garbage_collection();
    case ATOM_IDX_heap_sizes: return heap_sizes();
    case ATOM_IDX_system_logger: return system_logger;
    default: return NV;
  }
}

static term described_info(term key) {
  switch (atom_index(key)) {
    case ATOM_IDX_otp_release: return release_text();
    case ATOM_IDX_version: return text(erts_version());
    case ATOM_IDX_system_version: return system_version();
    case ATOM_IDX_snifs: return snifs();
    default: return NV;
  }
}

// Items that never change or are seldom asked for are in spawnlink_erlang:system_info/1.
term bif_system_info_1(struct process *p, term *a) {
  (void)p;
  if (a[0] == ATOM_schedulers || a[0] == ATOM_schedulers_online) return make_small(1);
  if (a[0] == ATOM_wordsize) return make_small(8);
  term t = is_atom(a[0]) ? counted_info(a[0]) : NV;
  if (t == NV && is_atom(a[0])) t = described_info(a[0]);
  return t == NV ? bif_trap_mfa(ATOM_spawnlink_erlang, ATOM_system_info, 1, a[0]) : t;
}

// --- memory --------------------------------------------------------------------------------------

// The bytes of one of the items of erlang:memory. False: there is no item of this name.
static bool memory_item(term key, u64 *out) {
  u64 processes = mem_live(MEM_PROCESS) + mem_live(MEM_HEAP);
  switch (is_atom(key) ? atom_index(key) : ATOM_COUNT) {
    case ATOM_IDX_total: *out = mem_live_total(); return true;
    case ATOM_IDX_processes:
    case ATOM_IDX_processes_used: *out = processes; return true;
    case ATOM_IDX_system: *out = mem_live_total() - processes; return true;
    case ATOM_IDX_atom:
    case ATOM_IDX_atom_used: *out = mem_live(MEM_ATOM); return true;
    case ATOM_IDX_binary: *out = mem_live(MEM_BINARY); return true;
    case ATOM_IDX_code: *out = mem_live(MEM_CODE); return true;
    case ATOM_IDX_ets: *out = mem_live(MEM_ETS); return true;
    default: return false;
  }
}

static term memory_list(term keys) {
  term items[64];
  u32 n = 0;
  for (; is_cons(keys) && n < COUNT_OF(items); keys = tl(keys)) {
    u64 bytes;
    if (!memory_item(hd(keys), &bytes)) return bif_badarg();
    items[n++] = tuple2(HEAP, hd(keys), int_term(bytes));
  }
  if (keys != NIL) return bif_badarg();
  term l = NIL;
  while (n > 0) l = cons(HEAP, items[--n], l);
  return l;
}

term bif_memory_0(struct process *p, term *a) {
  (void)p, (void)a;
  const term keys[] = {ATOM_total,     ATOM_processes, ATOM_processes_used, ATOM_system, ATOM_atom,
                       ATOM_atom_used, ATOM_binary,    ATOM_code,           ATOM_ets};
  term l = NIL;
  for (u32 i = COUNT_OF(keys); i > 0; i--) l = cons(HEAP, keys[i - 1], l);
  return memory_list(l);
}

term bif_memory_1(struct process *p, term *a) {
  (void)p;
  u64 bytes;
  if (is_list(a[0])) return memory_list(a[0]);
  return memory_item(a[0], &bytes) ? int_term(bytes) : bif_badarg();
}

// --- statistics ----------------------------------------------------------------------------------

// Makes {Total, SinceLastCall} of counts that only grow.
static struct { u64 reductions, exact_reductions, runtime, wall_clock; } last;

u64 bif_io_bytes[2];

static term since_last(u64 now, u64 *before) {
  u64 delta = now > *before ? now - *before : 0;
  *before = now;
  return tuple2(HEAP, int_term(now), int_term(delta));
}

static u64 wall_ms(void) { return (u64)(time_monotonic_ns() - time_start_ns()) / 1000000; }

static term run_queues(u64 n, bool with_dirty) {
  term l = with_dirty ? cons(HEAP, 0, list1(0)) : list1(0);
  return cons(HEAP, make_small((i64)n), l);
}

term bif_statistics_1(struct process *p, term *a) {
  (void)p;
  u32 waiting = scheduler_runnable();
  switch (is_atom(a[0]) ? atom_index(a[0]) : ATOM_COUNT) {
    case ATOM_IDX_context_switches: return tuple2(HEAP, int_term(scheduler_switches), 0);
    case ATOM_IDX_exact_reductions: return since_last(scheduler_reductions, &last.exact_reductions);
    case ATOM_IDX_reductions: return since_last(scheduler_reductions, &last.reductions);
    case ATOM_IDX_runtime: return since_last(scheduler_busy_us() / 1000, &last.runtime);
    case ATOM_IDX_wall_clock: return since_last(wall_ms(), &last.wall_clock);
    case ATOM_IDX_garbage_collection:
      return tuple3(HEAP, int_term(gc_totals.collections), int_term(gc_totals.words_reclaimed), 0);
    case ATOM_IDX_io:
      return tuple2(HEAP, tuple2(HEAP, ATOM_input, int_term(bif_io_bytes[0])),
                    tuple2(HEAP, ATOM_output, int_term(bif_io_bytes[1])));
    case ATOM_IDX_run_queue:
    case ATOM_IDX_total_run_queue_lengths:
    case ATOM_IDX_total_run_queue_lengths_all: return make_small(waiting);
    case ATOM_IDX_total_active_tasks:
    case ATOM_IDX_total_active_tasks_all: return make_small((i64)waiting + 1);
    case ATOM_IDX_run_queue_lengths: return run_queues(waiting, false);
    case ATOM_IDX_run_queue_lengths_all: return run_queues(waiting, true);
    case ATOM_IDX_active_tasks: return run_queues((u64)waiting + 1, false);
    case ATOM_IDX_active_tasks_all: return run_queues((u64)waiting + 1, true);
    case ATOM_IDX_run_queues: return tuple2(HEAP, make_small(waiting), 0);
    case ATOM_IDX_scheduler_wall_time:
    case ATOM_IDX_scheduler_wall_time_all:
    case ATOM_IDX_microstate_accounting: return bif_trap_mfa(ATOM_spawnlink_erlang, ATOM_statistics, 1, a[0]);
    default: return bif_badarg();
  }
}

void info_open(void) {
  memset(&last, 0, sizeof last);
  memset(bif_io_bytes, 0, sizeof bif_io_bytes);
}
