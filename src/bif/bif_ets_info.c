// SPDX-License-Identifier: Apache-2.0
// ets:info/1,2 and ets:slot/2.
#include "bif/bif_ets.h"
#include "bif/bif_process.h"
#include "bif/bif_time.h"
#include "ets/ets_hash.h"
#include "ets/ets_tree.h"
#include "term/etf.h"

#include <math.h>

static term type_name(const struct ets_table *t) {
  switch (t->type) {
    case ETS_SET: return ATOM_set;
    case ETS_ORDERED_SET: return ATOM_ordered_set;
    case ETS_BAG: return ATOM_bag;
    default: return ATOM_duplicate_bag;
  }
}

static term protection_name(const struct ets_table *t) {
  return t->protection == ETS_PUBLIC ? ATOM_public : t->protection == ETS_PRIVATE ? ATOM_private : ATOM_protected;
}

// false or {Time, [{Pid, Count}]}, as ets:info(Table, safe_fixed) returns.
static term fixations(const struct ets_table *t, term time) {
  term list = NIL;
  for (const struct ets_fix *f = t->fixes; f; f = f->table_next)
    list = cons(HEAP, tuple2(HEAP, f->p->pid, make_small(f->count)), list);
  return tuple2(HEAP, time, list);
}

static term safe_fixed(const struct ets_table *t) {
  if (!t->fixes) return ATOM_false;
  i64 us = t->fix_monotonic_us + time_offset_ns() / 1000;
  return fixations(
      t, tuple3(HEAP, make_small(us / 1000000000000), make_small(us / 1000000 % 1000000), make_small(us % 1000000)));
}

// The statistics of a hash table: {Buckets, average chain, deviation, expected deviation, shortest, longest, dead rows,
// segments}.
static term stats(const struct ets_table *t) {
  if (t->type == ETS_ORDERED_SET) return ATOM_false;
  u32 slots = ets_hash_slots(t->store), shortest = UINT32_MAX, longest = 0;
  double sum = 0, squares = 0;
  for (u32 i = 0; i < slots; i++) {
    u32 n = 0;
    for (const struct ets_row *r = ets_hash_slot(t, i); r; r = r->next) n++;
    if (n < shortest) shortest = n;
    if (n > longest) longest = n;
    sum += n;
    squares += (double)n * n;
  }
  bif_bump(slots / 64);
  double average = sum / slots;
  double deviation = slots > 1 ? sqrt((squares - sum * sum / slots) / (slots - 1)) : 0;
  double expected = sqrt(average * (1 - 1.0 / slots));
  term result, *e = heap_tuple(HEAP, 8, &result);
  e[0] = make_small(slots);
  e[1] = float_make(HEAP, average);
  e[2] = float_make(HEAP, deviation);
  e[3] = float_make(HEAP, expected);
  e[4] = make_small(shortest);
  e[5] = make_small(longest);
  e[6] = make_small(t->dead_count);
  e[7] = make_small(t->store->hash.segment_count ? t->store->hash.segment_count : 1);
  return result;
}

// The binaries that the rows refer to, as process_info(_, binary) lists them; includes rows that a fixation keeps.
static term binaries(const struct ets_table *t) {
  term list = NIL;
  bif_bump(t->store->size / 64);
  if (t->type == ETS_ORDERED_SET) {
    struct ets_cursor c;
    ets_cursor_start(&c, t, true, NV);
    for (struct ets_row *r; (r = ets_cursor_row(&c)); ets_cursor_step(&c)) list = bif_binaries(r->offheap, list);
    return list;
  }
  for (u32 i = 0; i < ets_hash_slots(t->store); i++)
    for (const struct ets_row *r = ets_hash_slot(t, i); r; r = r->next) list = bif_binaries(r->offheap, list);
  return list;
}

static term item(const struct ets_table *t, term name) {
  if (name == ATOM_id) return ets_ref(HEAP, t);
  if (name == ATOM_read_concurrency) return make_bool(t->read_concurrency);
  if (name == ATOM_write_concurrency || name == ATOM_decentralized_counters) return ATOM_false;
  if (name == ATOM_compressed) return make_bool(t->compressed);
  if (name == ATOM_memory) return int_from_u64(HEAP, ets_memory_words(t));
  if (name == ATOM_owner) return t->owner;
  if (name == ATOM_heir) return t->heir == NV ? ATOM_none : t->heir;
  if (name == ATOM_name) return t->name;
  if (name == ATOM_size) return make_small(t->store->size);
  if (name == ATOM_node) return etf_node_name;
  if (name == ATOM_named_table) return make_bool(t->named);
  if (name == ATOM_type) return type_name(t);
  if (name == ATOM_keypos) return make_small((i64)t->key + 1);
  if (name == ATOM_protection) return protection_name(t);
  if (name == ATOM_fixed) return make_bool(t->fix_count > 0);
  if (name == ATOM_safe_fixed) return safe_fixed(t);
  if (name == ATOM_safe_fixed_monotonic_time)
    return t->fixes ? fixations(t, int_from_i64(HEAP, t->fix_monotonic_us * 1000)) : ATOM_false;
  if (name == ATOM_stats) return stats(t);
  if (name == ATOM_binary) return binaries(t);
  return NV;
}

// The table; or NULL with *instead the result of info: undefined when there is no such table.
static struct ets_table *info_arg(term table, term *instead) {
  bool is_table = true;
  struct ets_table *t = is_atom(table) ? ets_by_name(table) : ets_by_ref(table, &is_table);
  *instead = t || is_table ? ATOM_undefined : ets_badarg(ATOM_type);
  return t;
}

term bif_ets_info_1(struct process *p, term *a) {
  (void)p;
  static const term names[] = {ATOM_protection,
                               ATOM_keypos,
                               ATOM_type,
                               ATOM_named_table,
                               ATOM_node,
                               ATOM_size,
                               ATOM_name,
                               ATOM_heir,
                               ATOM_owner,
                               ATOM_memory,
                               ATOM_compressed,
                               ATOM_write_concurrency,
                               ATOM_read_concurrency,
                               ATOM_decentralized_counters,
                               ATOM_id};
  term list;
  const struct ets_table *t = info_arg(a[0], &list);
  if (!t) return list;
  list = NIL;
  for (u32 i = 0; i < COUNT_OF(names); i++) list = cons(HEAP, tuple2(HEAP, names[i], item(t, names[i])), list);
  return list;
}

term bif_ets_info_2(struct process *p, term *a) {
  (void)p;
  term value;
  const struct ets_table *t = info_arg(a[0], &value);
  if (!t) return value;
  value = item(t, a[1]);
  return value == NV ? ets_badarg(NV) : value;
}

static term slot_of_tree(const struct ets_table *t, u64 n) {
  if (n > t->store->size) return ets_badarg(NV);
  struct ets_row *r = ets_tree_nth(t, (u32)n);
  if (!r) return ATOM_end_of_table;
  term row = ets_copy_row(r);
  return row == NV ? bif_system_limit() : cons(HEAP, row, NIL);
}

term bif_ets_slot(struct process *p, term *a) {
  struct ets_table *t = ets_arg(p, a[0], ETS_READ);
  if (!t) return NV;
  if (!is_small(a[1]) || small_val(a[1]) < 0) return ets_badarg(NV);
  u64 n = (u64)small_val(a[1]);
  if (t->type == ETS_ORDERED_SET) return slot_of_tree(t, n);
  u32 slots = ets_hash_slots(t->store);
  if (n > slots) return ets_badarg(NV);
  if (n == slots) return ATOM_end_of_table;
  term list = NIL;
  for (const struct ets_row *r = ets_hash_slot(t, (u32)n); r; r = r->next) {
    if (r->dead) continue;
    term row = ets_copy_row(r);
    if (row == NV) return bif_system_limit();
    list = cons(HEAP, row, list);
  }
  return list;
}
