// SPDX-License-Identifier: Apache-2.0
// The system as a whole: flags, halt, garbage collection on request, nodes. Also bif_open and bif_close, which begin
// and end everything that BIFs keep between calls.
#include "bif/bif_system.h"

#include "base/hostcalls.h"
#include "bif/bif.h"
#include "bif/bif_keep.h"
#include "bif/bif_process.h"
#include "bif/bif_time.h"
#include "code/loader.h"
#include "gen/bifs.h"
#include "process/collection.h"
#include "process/held.h"
#include "process/node.h"
#include "process/scheduler.h"
#include "process/signal.h"
#include "term/print.h"

term bif_badarg_because(term cause) {
  term pairs[4] = {ATOM_cause, cause, ATOM_module, ATOM_erl_erts_errors};
  bif_badarg();
  ctx.fault_info = map_from_pairs(HEAP, pairs, 2);
  return NV;
}

// --- Flags ---------------------------------------------------------------------------------------

// Flags that take a number. They are kept and reported; few of them have an effect here.
static struct number_flag {
  term name;
  u32 initial, min, max, value, *default_of;
} number_flags[] = {
    {ATOM_backtrace_depth, 8, 0, 1024, 8, NULL},
    {ATOM_fullsweep_after, 65535, 0, INT32_MAX, 65535, &process_memory_defaults.fullsweep_after},
    {ATOM_min_heap_size, GC_MIN_WORDS, 0, INT32_MAX, GC_MIN_WORDS, &process_memory_defaults.min_heap_words},
    {ATOM_min_bin_vheap_size, GC_MIN_VHEAP, 0, INT32_MAX, GC_MIN_VHEAP, &process_memory_defaults.min_vheap_words},
    {ATOM_trace_control_word, 0, 0, INT32_MAX, 0, NULL},
    {ATOM_outstanding_system_requests_limit, 4, 1, 134217727, 4, NULL},
};

static struct number_flag *number_flag(term name) {
  for (u32 i = 0; i < COUNT_OF(number_flags); i++)
    if (number_flags[i].name == name) return &number_flags[i];
  return NULL;
}

term system_flag_value(term name) {
  const struct number_flag *f = number_flag(name);
  return f ? make_small(f->value) : NV;
}

u32 system_backtrace_depth(void) { return number_flags[0].value ? number_flags[0].value : 1; }

// Flags that have only one possible value here: the result, which is the old value, is always the same.
static term fixed_flag(term name, term value) {
  switch (is_atom(name) ? atom_index(name) : ATOM_COUNT) {
    case ATOM_IDX_schedulers_online:
    case ATOM_IDX_dirty_cpu_schedulers_online: return value == make_small(1) ? value : bif_badarg();
    case ATOM_IDX_time_offset: return value == ATOM_finalize ? ATOM_final : bif_badarg();
    case ATOM_IDX_scheduler_wall_time:
    case ATOM_IDX_microstate_accounting:
    case ATOM_IDX_multi_scheduling: return bif_trap_mfa(ATOM_spawnlink_erlang, ATOM_system_flag, 2, name, value);
    case ATOM_IDX_reset_seq_trace: return atom_is_bool(value) ? ATOM_true : bif_badarg(); // nothing is traced
    case ATOM_IDX_cpu_topology: return ATOM_undefined;
    case ATOM_IDX_scheduler_bind_type: return ATOM_unbound;
    default: return bif_badarg_because(ATOM_badopt);
  }
}

// Sets defaults for new processes. Heap sizes are those of OTP's series; OTP's smallest initial size is only a limit
// here.
static void set_memory_default(struct number_flag *f) {
  if (f->name == ATOM_fullsweep_after) {
    *f->default_of = f->value = f->value > UINT16_MAX ? UINT16_MAX : f->value;
    return;
  }
  f->value = (u32)gc_otp_size(f->value);
  *f->default_of = f->value > f->initial ? f->value : 0;
}

static term flag_max_heap(term value) {
  u64 words = process_memory_defaults.max_heap_words, flags = process_memory_defaults.max_heap_flags;
  term old = bif_max_heap_term(words, flags);
  if (!bif_max_heap_size(value, &words, &flags) || (words && words < number_flag(ATOM_min_heap_size)->value))
    return bif_badarg();
  process_memory_defaults.max_heap_words = words;
  process_memory_defaults.max_heap_flags = flags;
  return old;
}

term bif_system_flag_2(struct process *p, term *a) {
  (void)p;
  if (a[0] == ATOM_system_logger) {
    if (!is_local_pid(a[1]) && a[1] != ATOM_logger && a[1] != ATOM_undefined) return bif_badarg();
    term old = system_logger;
    system_logger = a[1];
    return old;
  }
  if (a[0] == ATOM_max_heap_size) return flag_max_heap(a[1]);
  struct number_flag *f = number_flag(a[0]);
  if (!f) return fixed_flag(a[0], a[1]);
  i64 value;
  if (!bif_small(a[1], f->min, f->max, &value)) return bif_badarg();
  term old = make_small(f->value);
  f->value = (u32)value;
  if (f->default_of) set_memory_default(f);
  return old;
}

// --- halt ----------------------------------------------------------------------------------------

// Prints a slogan as OTP does. False: list is no string.
static bool print_slogan(term list) {
  struct bytes text;
  bytes_init(&text);
  bool ok = true;
  for (; is_cons(list) && ok; list = tl(list)) {
    i64 c;
    ok = bif_small(hd(list), 0, 0x10FFFF, &c);
    if (ok) bytes_utf8(&text, (u32)c);
  }
  ok = ok && list == NIL;
  bytes_put(&text, '\n');
  if (ok && !text.failed) host_write(2, text.data, text.len);
  bytes_free(&text);
  return ok;
}

term bif_halt_2(struct process *p, term *a) {
  (void)p;
  term options = a[1];
  for (; is_cons(options); options = tl(options)) {
    term o = hd(options);
    if (!is_tuple_of(o, 2) || tuple_elements(o)[0] != ATOM_flush || !atom_is_bool(tuple_elements(o)[1]))
      return bif_badarg_because(ATOM_badopt);
  }
  if (options != NIL) return bif_badarg_because(ATOM_badopt);
  i64 code;
  if (a[0] == ATOM_abort) code = 134; // as the exit code of a process that got SIGABRT
  else if (bif_small(a[0], 0, INT32_MAX, &code)) code &= 0xFF;
  else if (is_list(a[0]) && print_slogan(a[0])) code = 1;
  else return bif_badarg();
  vm_halt_code = (i32)code;
  vm_halt_requested = 1;
  ctx.fcalls = 0;
  return bif_wait(); // never wakes, because the VM has stopped
}

// --- Garbage collection --------------------------------------------------------------------------

// Asks for a collection at the next safe point, which for a major one is the return of the BIF.
static void collect_self(struct process *p, bool major) {
  if (major) p->gc_requested = true;
  ctx.heap.offheap_bytes |= (size_t)1 << 30; // more than any limit of heap_wants_gc
}

term bif_garbage_collect_1(struct process *p, term *a) {
  if (a[0] != ATOM_major && a[0] != ATOM_minor) return bif_badarg();
  collect_self(p, a[0] == ATOM_major);
  return ATOM_true;
}

// erlang:garbage_collect/0 in C; OTP's own goes through Erlang code.
term bif_garbage_collect_0(struct process *p, term *a) {
  (void)a;
  collect_self(p, true);
  return ATOM_true;
}

// Collects another process in portions. False: the BIF must be called again.
static void nothing_to_drop(struct work *w) { (void)w; }
static struct work collecting = {nothing_to_drop};
static bool collect_other(struct process *to) {
  bool begins = work_take(ctx.p) == NULL;
  if (!to || process_garbage_collect(to, begins)) return true;
  ctx.p->work = &collecting;
  return false;
}

// Performs at once, and in its stead, what a process is asked to do by another. The answer is a message {Request, Id,
// Result}.
static term system_task(struct process *p, term target, term request) {
  if (!is_tuple(request) || tuple_arity(request) < 2) return bif_badarg();
  const term *e = tuple_elements(request);
  if (!bif_received(ctx.p, process_find(target))) return NV;
  struct process *to = process_find(target);
  term result;
  if (e[0] == ATOM_garbage_collect) {
    result = make_bool(to != NULL);
    if (to == p) collect_self(p, true);
    else if (!collect_other(to)) return bif_yield();
  } else if (e[0] == ATOM_check_process_code && tuple_arity(request) == 3 && is_atom(e[2])) {
    result = make_bool(to && keep_process_uses_old(to, e[2]));
  } else if (e[0] == ATOM_system_task_test) { // a request that OTP's suites make
    result = make_bool(to != NULL);
  } else {
    return bif_badarg();
  }
  if (!signal_send(p, p, tuple3(HEAP, e[0], e[1], result))) return bif_system_limit();
  return ATOM_ok;
}

static bool is_priority(term t) {
  return t == ATOM_inherit || t == ATOM_max || t == ATOM_high || t == ATOM_normal || t == ATOM_low;
}

term bif_request_system_task_3(struct process *p, term *a) {
  if (!is_pid(a[0]) || !is_priority(a[1])) return bif_badarg();
  return system_task(p, a[0], a[2]);
}

// The same on behalf of another process, to which the answer is sent.
term bif_request_system_task_4(struct process *p, term *a) {
  if (!is_pid(a[0]) || !is_pid(a[1]) || !is_priority(a[2])) return bif_badarg();
  struct process *requester = process_find(a[0]);
  return requester ? system_task(requester == p ? p : requester, a[1], a[3]) : ATOM_ok;
}

term bif_bump_reductions_1(struct process *p, term *a) {
  (void)p;
  i64 n;
  if (!is_integer(a[0]) || int_is_negative(a[0])) return bif_badarg();
  if (is_big(a[0])) return bif_badarg();
  n = small_val(a[0]);
  i64 left = ctx.fcalls > 0 ? ctx.fcalls : 0;
  bif_bump((u32)(n > left ? left : n));
  return ATOM_true;
}

// --- Nodes ---------------------------------------------------------------------------------------

term bif_node_0(struct process *p, term *a) {
  (void)p, (void)a;
  return etf_node_name;
}

term bif_node_1(struct process *p, term *a) {
  (void)p;
  if (is_kind(a[0], KIND_EXT_PID) || is_kind(a[0], KIND_EXT_PORT) || is_kind(a[0], KIND_EXT_REF))
    return boxed_ptr(a[0])[1];
  return is_pid(a[0]) || is_port(a[0]) || is_ref(a[0]) ? etf_node_name : bif_badarg();
}

enum { THIS = 1, VISIBLE = 2, HIDDEN = 4, NOT_CONNECTED = 8 };

static u32 kind_bits(term kind) {
  switch (kind) {
    case ATOM_this: return THIS;
    case ATOM_visible: return VISIBLE;
    case ATOM_hidden: return HIDDEN;
    case ATOM_connected: return VISIBLE | HIDDEN;
    case ATOM_known: return THIS | VISIBLE | HIDDEN | NOT_CONNECTED;
    default: return 0;
  }
}

// Reads a kind of nodes or a list of kinds. False: t is neither.
static bool kinds_of(term t, u32 *bits) {
  *bits = is_atom(t) ? kind_bits(t) : 0;
  if (is_atom(t)) return *bits != 0;
  for (; is_cons(t); t = tl(t)) {
    if (!kind_bits(hd(t))) return false;
    *bits |= kind_bits(hd(t));
  }
  return t == NIL;
}

static u32 kind_of(const struct node *n) {
  return n->state != NODE_CONNECTED ? NOT_CONNECTED : n->hidden ? HIDDEN : VISIBLE;
}

// An element of the result of nodes(): wanted has bit 0 for the connection, bit 1 for the type; -1: only the name.
static term node_entry(term name, u32 kind, u64 id, int wanted) {
  static const term types[] = {
      [THIS] = ATOM_this, [VISIBLE] = ATOM_visible, [HIDDEN] = ATOM_hidden, [NOT_CONNECTED] = ATOM_known};
  if (wanted < 0) return name;
  term pairs[4];
  u32 n = 0;
  if (wanted & 1)
    pairs[n++] = ATOM_connection_id, pairs[n++] = id ? make_small((i64)(id & UINT32_MAX)) : ATOM_undefined;
  if (wanted & 2) pairs[n++] = ATOM_node_type, pairs[n++] = types[kind];
  return tuple2(HEAP, name, map_from_pairs(HEAP, pairs, n / 2));
}

static term nodes(u32 kinds, int wanted) {
  term list = NIL;
  for (const struct node *n = node_first; n; n = n->next) {
    u32 kind = kind_of(n);
    if (kinds & kind) list = cons(HEAP, node_entry(n->name, kind, kind == NOT_CONNECTED ? 0 : n->id, wanted), list);
  }
  return kinds & THIS ? cons(HEAP, node_entry(etf_node_name, THIS, 0, wanted), list) : list;
}

term bif_nodes_0(struct process *p, term *a) {
  (void)p, (void)a;
  return nodes(VISIBLE, -1);
}

term bif_nodes_1(struct process *p, term *a) {
  (void)p;
  u32 kinds;
  return kinds_of(a[0], &kinds) ? nodes(kinds, -1) : bif_badarg();
}

term bif_nodes_2(struct process *p, term *a) {
  (void)p;
  u32 kinds;
  int wanted = 0;
  if (!kinds_of(a[0], &kinds) || !is_map(a[1])) return bif_badarg();
  struct map_iter it;
  term key, value;
  for (map_iter_init(&it, a[1]); map_iter_next(&it, &key, &value);) {
    int bit = key == ATOM_connection_id ? 1 : key == ATOM_node_type ? 2 : 0;
    if (!bit || !atom_is_bool(value)) return bif_badarg();
    if (value == ATOM_true) wanted |= bit;
  }
  return nodes(kinds, wanted);
}

// --- Life ----------------------------------------------------------------------------------------

void bif_open(void) {
  for (u32 i = 0; i < COUNT_OF(number_flags); i++) number_flags[i].value = number_flags[i].initial;
  time_open();
  info_open();
}

void bif_close(void) {
  os_close();
  loader_close();
  keep_close();
}
