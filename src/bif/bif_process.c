// SPDX-License-Identifier: Apache-2.0
// BIFs about processes as such: flags, group leader, liveness, suspension, hibernation, yield.
#include "bif/bif_process.h"
#include "bif/bif_dist.h"
#include "bif/bif_system.h"
#include "memory/copy.h"
#include "memory/gc.h"
#include "process/node.h"
#include "process/signal.h"
#include "process/signal_queue.h"
#include "term/etf.h"

term bif_self_0(struct process *p, term *a) { return (void)a, p->pid; }

static void add_pid(struct process *p, void *arg) {
  term *list = arg;
  if (!p->port) *list = cons(HEAP, p->pid, *list);
}

term bif_processes_0(struct process *p, term *a) {
  (void)p, (void)a;
  term list = NIL, sorted = NIL;
  bif_bump(REDUCTIONS_PER_SLICE); // as in OTP, others run before the caller looks at the result
  process_each(add_pid, &list);
  for (; is_cons(list); list = tl(list)) sorted = cons(HEAP, hd(list), sorted);
  return sorted;
}

term bif_is_process_alive_1(struct process *p, term *a) {
  if (!bif_received(p, process_find(a[0]))) return NV;
  if (is_local_pid(a[0])) return make_bool(process_find(a[0]) != NULL);
  return is_pid(a[0]) && boxed_ptr(a[0])[1] == etf_node_name ? ATOM_false : bif_badarg();
}

// erts_internal:is_process_alive(Pid, Ref): the answer is sent as a message.
term bif_is_process_alive_2(struct process *p, term *a) {
  if (!is_local_pid(a[0]) || !is_ref(a[1])) return bif_badarg();
  if (!bif_received(p, process_find(a[0]))) return NV;
  return signal_send(p, p, tuple2(HEAP, a[1], make_bool(process_find(a[0]) != NULL))) ? ATOM_ok : bif_system_limit();
}

term bif_yield_0(struct process *p, term *a) {
  (void)a;
  p->yielding = !p->yielding;
  return p->yielding ? bif_yield() : ATOM_true;
}

term bif_hibernate_3(struct process *p, term *a) {
  u32 n;
  if (!is_atom(a[0]) || !is_atom(a[1]) || !bif_list_length(a[2], &n)) return bif_badarg();
  if (n > MAX_ARITY || !process_hibernate(p, a[0], a[1], a[2])) return bif_system_limit();
  return bif_stop(BIF_HIBERNATE);
}

// erlang:hibernate/0 (OTP 28): waits for a message, keeping the stack.
term bif_hibernate_0(struct process *p, term *a) {
  (void)a;
  signal_queue_receive(p);
  if (p->ends) return bif_exiting();
  return p->mailbox.length ? ATOM_ok : bif_wait();
}

// --- Group leader --------------------------------------------------------------------------------------------

term bif_group_leader_0(struct process *p, term *a) { return (void)a, copy_term(HEAP, p->group_leader); }

// erts_internal:group_leader(Leader, Pid): true, or badarg as a value.
term bif_group_leader_2(struct process *p, term *a) {
  if (!bif_received(p, process_find(a[1]))) return NV;
  struct process *to = process_find(a[1]);
  if (UNLIKELY(is_pid(a[0]) && is_kind(a[1], KIND_EXT_PID) && remote_leader(a[0], a[1]))) return ATOM_true;
  if (!is_pid(a[0]) || !to) return ATOM_badarg;
  return process_set_leader(to, a[0]) ? ATOM_true : bif_system_limit();
}

term bif_group_leader_3(struct process *p, term *a) {
  if (!bif_received(p, process_find(a[1]))) return NV;
  return signal_send(p, p, tuple2(HEAP, a[2], bif_group_leader_2(p, a))) ? ATOM_ok : bif_system_limit();
}

// --- Suspension ------------------------------------------------------------------------------------------------

struct suspend_options {
  bool unless, async, reply;
  term answer;
};

static bool suspend_options(term list, struct suspend_options *o) {
  for (; is_cons(list); list = tl(list)) {
    term t = hd(list);
    if (t == ATOM_unless_suspending) o->unless = true;
    else if (t == ATOM_asynchronous) o->async = true;
    else if (is_tuple_of(t, 2) && tuple_elements(t)[0] == ATOM_asynchronous)
      o->async = o->reply = true, o->answer = tuple_elements(t)[1];
    else return false;
  }
  return list == NIL;
}

// erts_internal:suspend_process(Pid, Options): true, false, or badarg or badopt as a value.
term bif_suspend_process_2(struct process *p, term *a) {
  struct suspend_options o = {0};
  if (!is_local_pid(a[0]) || a[0] == p->pid) return ATOM_badarg;
  if (!suspend_options(a[1], &o)) return ATOM_badopt;
  if (!o.async && !bif_received(p, process_find(a[0]))) return NV;
  struct process *target = process_find(a[0]);
  if (!target && !o.async) return ATOM_badarg;
  bool suspends = target && !(o.unless && suspend_holds(p, target));
  if (suspends && !suspend_add(p, target)) return bif_system_limit();
  if (o.reply && !signal_send(p, p, tuple2(HEAP, o.answer, target ? ATOM_suspended : ATOM_exited)))
    return bif_system_limit();
  return make_bool(suspends || !target);
}

term bif_resume_process_1(struct process *p, term *a) {
  struct process *target = process_find(a[0]);
  return target && suspend_remove(p, target) ? ATOM_true : bif_badarg();
}

// --- Flags --------------------------------------------------------------------------------------------------------

static const term priorities[] = {
    [PRIORITY_MAX] = ATOM_max, [PRIORITY_HIGH] = ATOM_high, [PRIORITY_NORMAL] = ATOM_normal, [PRIORITY_LOW] = ATOM_low};

bool bif_priority(term t, u8 *priority) {
  for (u8 i = 0; i < COUNT_OF(priorities); i++)
    if (priorities[i] == t) return *priority = i, true;
  return false;
}

enum { MAX_HEAP_KILL = 1, MAX_HEAP_LOG = 2, MAX_HEAP_SHARED = 4, SMALLEST_MAX_HEAP = GC_MIN_WORDS };

static bool max_heap_words(term t, u64 *words) {
  i64 n;
  if (!bif_small(t, 0, SMALL_MAX, &n) || (n > 0 && n < SMALLEST_MAX_HEAP)) return false;
  *words = (u64)n;
  return true;
}

static bool max_heap_flag(term map, term key, u64 bit, u64 *flags) {
  term v = map_get(map, key);
  if (v == NV) return true;
  *flags = v == ATOM_true ? *flags | bit : *flags & ~bit;
  return atom_is_bool(v);
}

bool bif_max_heap_size(term t, u64 *words, u64 *flags) {
  if (!is_map(t)) return max_heap_words(t, words);
  term size = map_get(t, ATOM_size);
  return size != NV && max_heap_words(size, words) && max_heap_flag(t, ATOM_kill, MAX_HEAP_KILL, flags) &&
         max_heap_flag(t, ATOM_error_logger, MAX_HEAP_LOG, flags) &&
         max_heap_flag(t, ATOM_include_shared_binaries, MAX_HEAP_SHARED, flags);
}

term bif_max_heap_term(u64 words, u64 flags) {
  term pairs[] = {ATOM_error_logger,
                  make_bool(flags & MAX_HEAP_LOG),
                  ATOM_kill,
                  make_bool(flags & MAX_HEAP_KILL),
                  ATOM_size,
                  make_small((i64)words),
                  ATOM_include_shared_binaries,
                  make_bool(flags & MAX_HEAP_SHARED)};
  return map_from_pairs(HEAP, pairs, system_otp_release() < 27 ? 3 : 4);
}

static term flag_trap_exit(struct process *p, term value) {
  if (!atom_is_bool(value)) return bif_badarg();
  bool old = p->trap_exit;
  p->trap_exit = value == ATOM_true;
  return make_bool(old);
}

static term flag_priority(struct process *p, term value) {
  term old = priorities[p->priority];
  return bif_priority(value, &p->priority) ? old : bif_badarg();
}

static term flag_number(u32 *field, term value) {
  i64 n, old = *field;
  if (!bif_small(value, 0, UINT32_MAX / 16, &n)) return bif_badarg();
  *field = (u32)n;
  return make_small(old);
}

// Raises a size to the minimum, and to the next size in OTP's series.
static term flag_size(u32 *field, u32 least, term value) {
  term old = flag_number(field, value);
  if (old != NV) *field = *field < least ? least : gc_next_size(*field);
  return old;
}

static term flag_max_heap(struct process *p, term value) {
  u64 words = p->area.max_words, flags = p->max_heap_flags;
  term old = bif_max_heap_term(words, flags);
  if (!bif_max_heap_size(value, &words, &flags) || (words && words < p->area.min_words)) return bif_badarg();
  p->area.max_words = words;
  p->max_heap_flags = flags;
  return old;
}

static term flag_queue_data(struct process *p, term value) {
  bool old = p->message_on_heap;
  if (value != ATOM_on_heap && value != ATOM_off_heap) return bif_badarg();
  p->message_on_heap = value == ATOM_on_heap;
  return old ? ATOM_on_heap : ATOM_off_heap;
}

// Calls are not recorded, because that is a part of tracing.
static term flag_save_calls(term value) {
  i64 n;
  if (!bif_small(value, 0, 10000, &n)) return bif_badarg();
  return n == 0 ? make_small(0) : bif_notsup("process_flag(save_calls)");
}

term bif_process_flag_2(struct process *p, term *a) {
  term flag = a[0], value = a[1];
  i64 n;
  if (flag == ATOM_trap_exit) return flag_trap_exit(p, value);
  if (flag == ATOM_priority) return flag_priority(p, value);
  if (flag == ATOM_fullsweep_after) return flag_number(&p->area.fullsweep_after, value);
  if (flag == ATOM_min_heap_size) return flag_size(&p->area.min_words, GC_MIN_WORDS, value);
  if (flag == ATOM_max_heap_size) return flag_max_heap(p, value);
  if (flag == ATOM_message_queue_data) return flag_queue_data(p, value);
  if (flag == ATOM_min_bin_vheap_size) return flag_size(&p->area.min_vheap, GC_MIN_VHEAP, value);
  if (flag == ATOM_save_calls) return flag_save_calls(value);
  if (flag == ATOM_scheduler) return bif_small(value, 0, 1, &n) ? make_small(0) : bif_badarg();
  if (flag == ATOM_error_handler) {
    term old = p->error_handler;
    if (!is_atom(value)) return bif_badarg();
    p->error_handler = value;
    return old;
  }
  if (flag == ATOM_monitor_nodes || (is_tuple_of(flag, 2) && tuple_elements(flag)[0] == ATOM_monitor_nodes))
    return dist_monitor_nodes(p, is_atom(flag) ? NIL : tuple_elements(flag)[1], value);
  if (flag == ATOM_sensitive || flag == ATOM_async_dist) {
    if (!atom_is_bool(value)) return bif_badarg();
    bool sensitive = flag == ATOM_sensitive, old = sensitive ? p->sensitive : p->async_dist;
    if (sensitive) p->sensitive = value == ATOM_true;
    else p->async_dist = value == ATOM_true;
    return make_bool(old);
  }
  return bif_badopt();
}

// erts_internal:process_flag(Pid, save_calls, N): the old value, or badarg as a value.
term bif_process_flag_3(struct process *p, term *a) {
  (void)p;
  i64 n;
  if (!process_find(a[0]) || a[1] != ATOM_save_calls || !bif_small(a[2], 0, 10000, &n)) return ATOM_badarg;
  return flag_save_calls(a[2]);
}

term bif_is_system_process_1(struct process *p, term *a) {
  (void)p; // or of a process that has ended since the caller learned of it
  return is_local_pid(a[0]) ? ATOM_false : bif_badarg();
}
