// SPDX-License-Identifier: Apache-2.0
// The part of erts_debug that needs C: sizes with sharing, reference counts, records of monitors, the counters of
// unique integers. The rest of erts_debug is spawnlink_erts_debug.erl.
#include "base/hostcalls.h"
#include "bif/bif.h"
#include "bif/bif_system.h"
#include "bif/bif_time.h"
#include "gen/bifs.h"
#include "memory/copy.h"
#include "memory/shared.h"
#include "process/scheduler.h"
#include "term/hash.h"
#include "term/ref.h"

// erts_debug:size_shared/1: the size in words; a shared subterm counts once, literals do not count.
term bif_size_shared(struct process *p UNUSED, term *a) {
  struct shared s;
  bool ok = shared_find(&s, a[0], false);
  bif_bump(s.n / 16);
  shared_free(&s);
  return ok ? int_from_u64(HEAP, s.words) : bif_system_limit();
}

// erts_debug:size/1 in C, because OTP's Erlang code cannot look into our large maps. A small map has a word for its
// size in OTP, and {} is a literal there, which has no size.
term bif_debug_size(struct process *p UNUSED, term *a) {
  struct shared s;
  bool ok = shared_find(&s, a[0], true);
  for (u32 i = 0; i < s.n; i++) {
    term t = s.items[i].t;
    s.words += (u64)is_kind(t, KIND_MAP_FLAT) - (u64)is_tuple_of(t, 0);
  }
  bif_bump(s.n / 16);
  shared_free(&s);
  return ok ? int_from_u64(HEAP, s.words) : bif_system_limit();
}

// erts_debug:copy_shared/2: a copy that keeps the sharing of subterms.
term bif_copy_shared(struct process *p UNUSED, term *a) {
  struct shared s;
  term copy = shared_find(&s, a[0], false) ? shared_copy(&s, HEAP, a[0]) : NV;
  bif_bump(s.n / 16);
  shared_free(&s);
  return copy == NV ? bif_system_limit() : copy;
}

// --- spawnlink:internal/1,2 -----------------------------------------------------------------------------

// {refc_binary, Size, {binary, Allocated}, Flags} or heap_binary, for a binary.
static term binary_info(term t) {
  if (!is_binary(t)) return bif_badarg();
  const term *b = boxed_ptr(t);
  if (header_kind(b[0]) == KIND_SUB_BIN) b = boxed_ptr(b[1]);
  if (header_kind(b[0]) != KIND_REFC_BIN) return atom_from_c("heap_binary");
  const struct refc *r = (const struct refc *)(uintptr_t)b[3];
  term whole = tuple2(HEAP, ATOM_binary, int_from_u64(HEAP, r->cap));
  return tuple4(HEAP, atom_from_c("refc_binary"), int_from_u64(HEAP, b[1]), whole, make_small(0));
}

static term monitor_entry(const struct monitor *m, bool origin) {
  static const term types[] = {[MONITOR_PROCESS] = ATOM_process,
                               [MONITOR_PORT] = ATOM_port,
                               [MONITOR_TIME_OFFSET] = ATOM_time_offset,
                               [MONITOR_NODE] = ATOM_node,
                               [MONITOR_NODES] = ATOM_nodes};
  term who = !origin ? m->watcher->pid : m->target ? m->target->pid : ATOM_undefined;
  return tuple5(HEAP, types[m->kind], origin ? ATOM_origin : ATOM_target, ref_from_id(HEAP, m->node.key),
                copy_term(HEAP, who), m->name == NV ? NIL : m->name);
}

// [{Type, origin | target, Ref, Pid, Name | []}]: the monitors that the process has made, and those on it.
static term monitor_list(term pid) {
  struct process *p = process_find(pid);
  if (!p) return ATOM_undefined;
  term list = NIL;
  for (const struct monitor *m = p->links.watched_last; m; m = m->watch_prev)
    list = cons(HEAP, monitor_entry(m, false), list);
  for (const struct monitor *m = p->links.own; m; m = m->own_next) list = cons(HEAP, monitor_entry(m, true), list);
  return list;
}

// Counts the nodes of a hash trie, which is only a few levels deep, and the pairs in them.
static void count_nodes(const term *node, u32 first, u32 *nodes, u32 *pairs) {
  ++*nodes;
  for (u32 i = first; i <= header_size(node[0]); i++) {
    if (is_cons(node[i])) ++*pairs;
    else count_nodes(boxed_ptr(node[i]), 1, nodes, pairs);
  }
}

static term map_nodes(term map) {
  u32 nodes = 0, pairs = 0;
  if (!is_kind(map, KIND_MAP_HASH)) return bif_badarg();
  count_nodes(boxed_ptr(map), 2, &nodes, &pairs);
  bif_bump(pairs / 16);
  return tuple2(HEAP, make_small(pairs), make_small(nodes));
}

term bif_internal_1(struct process *p UNUSED, term *a) {
  if (a[0] == ATOM_reductions) return make_small(ctx.fcalls > 0 ? ctx.fcalls : 0);
  if (a[0] == ATOM_statistics)
    return tuple2(HEAP, int_from_u64(HEAP, scheduler_busy_us()), int_from_u64(HEAP, host_monotonic_us()));
  return a[0] == ATOM_monotonic ? time_monotonic_integer() : bif_badarg();
}

// Sets what the process may do with tables, a sum of 1 (super user) and 2 (raw access). Returns the sum from before.
static term ets_rights(struct process *p, i64 rights) {
  term before = make_small((p->ets_super_user ? ETS_SUPER_USER : 0) | (p->ets_raw ? ETS_RAW : 0));
  p->ets_super_user = (rights & ETS_SUPER_USER) != 0;
  p->ets_raw = (rights & ETS_RAW) != 0;
  return before;
}

term bif_internal_2(struct process *p, term *a) {
  if (a[0] == ATOM_ets && is_small(a[1])) return ets_rights(p, small_val(a[1]));
  if (a[0] == ATOM_hash) return make_small(hash_term(a[1]));
  if (a[0] == ATOM_binary) return binary_info(a[1]);
  if (a[0] == ATOM_monitors) return monitor_list(a[1]);
  if (a[0] == ATOM_map) return map_nodes(a[1]);
  u64 n;
  if ((a[0] == ATOM_input || a[0] == ATOM_output) && int_to_u64(a[1], &n))
    return bif_io_bytes[a[0] == ATOM_output] += n, ATOM_ok;
  if (a[0] == ATOM_atom) return int_to_u64(a[1], &n) && n < atom_count() ? MAKE_ATOM(n) : ATOM_undefined;
  i64 negative;
  if (a[0] != ATOM_monotonic || !is_integer(a[1])) return bif_badarg();
  if (!int_to_u64(a[1], &n)) {
    if (!int_to_i64(a[1], &negative)) return bif_badarg();
    n = (u64)negative; // counted down from 2^64
  }
  time_set_monotonic_integer(n);
  return ATOM_true;
}
