// SPDX-License-Identifier: Apache-2.0
// BIFs on tables as a whole: creation, deletion, names, owners, options, fixation. Also helpers for all ETS BIFs. The
// rows of a large table are freed over several slices.
#include "bif/bif_ets.h"

#include "base/alloc.h"
#include "ets/ets_hash.h"
#include "process/signal.h"
#include "term/ref.h"

term ets_badarg(term cause) {
  term pairs[4] = {ATOM_module, ATOM_erl_stdlib_errors, ATOM_cause, cause};
  bif_badarg();
  ctx.fault_info = map_from_pairs(HEAP, pairs, cause == NV ? 1 : 2);
  return NV;
}

static bool allowed(const struct process *p, const struct ets_table *t, enum ets_access access) {
  if (access == ETS_INFO || t->owner == p->pid || t->protection == ETS_PUBLIC || p->ets_super_user) return true;
  return t->protection == ETS_PROTECTED && access == ETS_READ;
}

struct ets_table *ets_arg(struct process *p, term table, enum ets_access access) {
  struct ets_table *t;
  bool is_table = true;
  if (is_atom(table)) {
    t = ets_by_name(table);
  } else {
    t = ets_by_ref(table, &is_table);
  }
  if (!t) {
    ets_badarg(is_table ? ATOM_id : ATOM_type);
  } else if (!allowed(p, t, access)) {
    ets_badarg(ATOM_access);
  } else if (UNLIKELY(t->busy && t->busy != p)) {
    bif_yield();
  } else {
    return t;
  }
  return NULL;
}

term ets_copy_row(const struct ets_row *r) {
  u32 words = header_size(r->data[0]) + 1;
  if (UNLIKELY(r->words > 64)) bif_bump(r->words / 32);
  if (r->words != words) return copy_block(HEAP, r->data, r->words, row_tuple(r));
  term *to = heap_alloc(HEAP, words);
  if (!to) return NV;
  memcpy(to, r->data, words * sizeof(term));
  return make_boxed(to);
}

term ets_rows_of_key(const struct ets_table *t, struct ets_row *r) {
  term list = NIL;
  u32 n = 0;
  for (; r; r = ets_find_next(t, r), n++) {
    term copy = ets_copy_row(r);
    if (copy == NV) return NV;
    list = cons(HEAP, copy, list);
  }
  bif_bump(n / 8);
  return list;
}

// --- new/2 ----------------------------------------------------------------------------------------

static bool option_atom(struct ets_options *o, term t) {
  if (t == ATOM_set) o->type = ETS_SET;
  else if (t == ATOM_ordered_set) o->type = ETS_ORDERED_SET;
  else if (t == ATOM_bag) o->type = ETS_BAG;
  else if (t == ATOM_duplicate_bag) o->type = ETS_DUPLICATE_BAG;
  else if (t == ATOM_public) o->protection = ETS_PUBLIC;
  else if (t == ATOM_protected) o->protection = ETS_PROTECTED;
  else if (t == ATOM_private) o->protection = ETS_PRIVATE;
  else if (t == ATOM_named_table) o->named = true;
  else if (t == ATOM_compressed) o->compressed = true;
  else return false;
  return true;
}

// {debug_hash_fixed_number_of_locks, N}, an option that OTP's tests use.
static bool locks(term value) {
  if (!is_tuple(value) || tuple_arity(value) != 2) return false;
  const term *e = tuple_elements(value);
  i64 n;
  return e[0] == ATOM_debug_hash_fixed_number_of_locks && bif_small(e[1], 1, 32768, &n);
}

// Options on concurrency change nothing, and info/1 reports them as OTP with one scheduler does.
static bool option_pair(struct ets_options *o, term name, term value) {
  i64 n;
  if (name == ATOM_keypos) {
    if (!bif_small(value, 1, MAX_BOXED_SIZE, &n)) return false;
    o->key = (u32)n - 1;
  } else if (name == ATOM_heir) {
    if (value != ATOM_none) return false;
    o->heir = NV;
  } else if (name == ATOM_write_concurrency && !atom_is_bool(value)) {
    o->locks = value != ATOM_auto;
    return value == ATOM_auto || locks(value);
  } else if (!atom_is_bool(value)) {
    return false;
  } else if (name == ATOM_read_concurrency) {
    o->read_concurrency = value == ATOM_true;
  } else if (name == ATOM_write_concurrency) {
    o->locks = false;
  } else {
    return name == ATOM_decentralized_counters;
  }
  return true;
}

static bool option(struct ets_options *o, term t) {
  if (is_atom(t)) return option_atom(o, t);
  if (!is_tuple(t)) return false;
  const term *e = tuple_elements(t);
  if (tuple_arity(t) == 2) return option_pair(o, e[0], e[1]);
  if (tuple_arity(t) != 3 || e[0] != ATOM_heir || !is_local_pid(e[1])) return false;
  o->heir = e[1];
  o->heir_data = e[2];
  return true;
}

term bif_ets_new(struct process *p, term *a) {
  struct ets_options o = {.type = ETS_SET, .protection = ETS_PROTECTED, .heir = NV, .heir_data = NIL};
  if (!is_atom(a[0])) return ets_badarg(NV);
  term l = a[1];
  for (; is_cons(l); l = tl(l))
    if (!option(&o, hd(l))) return ets_badarg(NV);
  if (l != NIL || (o.locks && o.type == ETS_ORDERED_SET)) return ets_badarg(NV);
  if (o.named && ets_by_name(a[0])) return ets_badarg(ATOM_already_exists);
  struct ets_table *t = ets_new(p, a[0], &o);
  return t ? ets_id_term(HEAP, t) : bif_system_limit();
}

// --- Deletion -------------------------------------------------------------------------------------

enum { FREE_PORTION = 4000 };

static void nothing_to_drop(struct ets_work *w, struct process *p) {
  (void)w;
  (void)p;
}
static struct ets_work freeing = {nothing_to_drop, 0}; // the graveyard itself knows what is left to free

// Frees a portion of deleted rows. False: the process must yield; its work is `freeing` then.
static bool free_portion(struct process *p) {
  struct ets_process *e = p->ets_tables;
  bif_bump(FREE_PORTION / 20);
  if (ets_free_work(FREE_PORTION) || !(e = ets_process(p))) {
    if (e) e->work = NULL;
    return true;
  }
  e->work = &freeing;
  return false;
}

term bif_ets_delete_1(struct process *p, term *a) {
  if (!ets_work_of(p)) {
    struct ets_table *t = ets_arg(p, a[0], ETS_WRITE);
    if (!t) return NV;
    ets_delete(t);
  }
  return free_portion(p) ? ATOM_true : bif_yield();
}

term bif_ets_delete_all(struct process *p, term *a) {
  if (!ets_work_of(p)) {
    struct ets_table *t = ets_arg(p, a[0], ETS_WRITE);
    if (!t) return NV;
    a[1] = make_small(t->store->size);
    if (t->fix_count) bif_bump(t->store->size / 50);
    if (!ets_delete_all_rows(t)) return bif_system_limit();
  }
  return free_portion(p) ? a[1] : bif_yield();
}

term bif_ets_delete_2(struct process *p, term *a) {
  struct ets_table *t = ets_arg(p, a[0], ETS_WRITE);
  if (!t) return NV;
  bif_bump(ets_remove_key(t, a[1]) / 16);
  return ATOM_true;
}

term bif_ets_delete_object(struct process *p, term *a) {
  struct ets_table *t = ets_arg(p, a[0], ETS_WRITE);
  if (!t) return NV;
  if (!is_tuple(a[1]) || tuple_arity(a[1]) <= t->key) return ets_badarg(NV);
  ets_remove_tuple(t, a[1]);
  return ATOM_true;
}

// --- Names and owners -----------------------------------------------------------------------------

static void add_id(struct ets_table *t, void *list) { *(term *)list = cons(HEAP, ets_id_term(HEAP, t), *(term *)list); }

// ets:all/0 asks every scheduler for its tables; this is the answer of the only one.
term bif_ets_request_all(struct process *p, term *a) {
  (void)a;
  term list = NIL, ref = ref_new(HEAP);
  ets_each(add_id, &list);
  if (!signal_send(p, p, tuple2(HEAP, ref, list))) return bif_system_limit();
  return ref;
}

term bif_ets_rename(struct process *p, term *a) {
  struct ets_table *t = ets_arg(p, a[0], ETS_WRITE);
  if (!t) return NV;
  if (!is_atom(a[1]) || !ets_rename(t, a[1])) return ets_badarg(NV);
  return ets_id_term(HEAP, t);
}

term bif_ets_whereis(struct process *p, term *a) {
  (void)p;
  if (!is_atom(a[0])) return ets_badarg(NV);
  struct ets_table *t = ets_by_name(a[0]);
  return t ? ets_ref(HEAP, t) : ATOM_undefined;
}

term bif_ets_give_away(struct process *p, term *a) {
  struct ets_table *t = ets_arg(p, a[0], ETS_WRITE);
  if (!t) return NV;
  struct process *to = is_local_pid(a[1]) ? process_find(a[1]) : NULL;
  if (!to || to->state == PROCESS_EXITING) return ets_badarg(NV);
  if (t->owner != p->pid) return ets_badarg(ATOM_not_owner);
  if (to == p) return ets_badarg(ATOM_owner);
  return ets_give(t, p, to, a[2]) ? ATOM_true : bif_system_limit();
}

struct setting {
  bool heir, protection;
  term heir_pid, heir_data;
  enum ets_protection to;
};

static bool setting(struct setting *s, term t) {
  if (!is_tuple(t)) return false;
  const term *e = tuple_elements(t);
  u32 n = tuple_arity(t);
  if ((n == 2 || n == 3) && e[0] == ATOM_heir && !s->heir) {
    s->heir = true;
    s->heir_pid = NV;
    s->heir_data = NIL;
    if (n == 2) return e[1] == ATOM_none;
    s->heir_pid = e[1];
    s->heir_data = e[2];
    return is_local_pid(e[1]);
  }
  if (n != 2 || e[0] != ATOM_protection || s->protection) return false;
  s->protection = true;
  if (e[1] == ATOM_public) s->to = ETS_PUBLIC;
  else if (e[1] == ATOM_protected) s->to = ETS_PROTECTED;
  else if (e[1] == ATOM_private) s->to = ETS_PRIVATE;
  else return false;
  return true;
}

term bif_ets_setopts(struct process *p, term *a) {
  struct ets_table *t = ets_arg(p, a[0], ETS_WRITE);
  if (!t) return NV;
  struct setting s = {false, false, NV, NIL, ETS_PROTECTED};
  term l = a[1];
  if (is_tuple(l)) {
    if (!setting(&s, l)) return ets_badarg(NV);
    l = NIL;
  }
  for (; is_cons(l); l = tl(l))
    if (!setting(&s, hd(l))) return ets_badarg(NV);
  if (l != NIL) return ets_badarg(NV);
  if (t->owner != p->pid) return ets_badarg(NV);
  if (s.heir && !ets_set_heir(t, s.heir_pid, s.heir_data)) return bif_system_limit();
  if (s.protection) t->protection = (u8)s.to;
  return ATOM_true;
}

// Frees in portions the rows that were deleted while the table was fixed. Stops when a process fixes the table again or
// deletes it.
static term bury(struct ets_table *t) {
  if (!t || t->fix_count || !t->dead_count) return ATOM_true;
  ets_hash_bury(t, FREE_PORTION);
  bif_bump(FREE_PORTION / 20);
  return bif_yield();
}

term bif_ets_safe_fixtable(struct process *p, term *a) {
  if (a[1] == NV) { // called again after the table was unfixed, to free rows
    bool is_table;
    return bury(ets_by_ref(a[0], &is_table));
  }
  struct ets_table *t = ets_arg(p, a[0], ETS_READ);
  if (!t) return NV;
  if (a[1] == ATOM_true) return ets_fix(t, p) ? ATOM_true : bif_system_limit();
  if (a[1] != ATOM_false) return ets_badarg(NV);
  ets_unfix(t, p);
  a[0] = ets_ref(HEAP, t);
  a[1] = NV;
  return bury(t);
}
