// SPDX-License-Identifier: Apache-2.0
// ets:select and its family, match and match_object: arguments, limits, continuations, and passes that take several
// slices. During a pass, the process's ets_work is the pass, and a[0] is the list of results so far. Continuations are
// OTP's: {Table, Slot, Limit, Spec, List, Got} for a hash, {Table, LastKey, End, Limit, Spec, List, Backwards, Got} for
// an ordered set.
#include "base/alloc.h"
#include "bif/bif_ets.h"
#include "ets/traverse.h"
#include "term/ref.h"

enum { PORTION = 2000 };
enum what { WHAT_SELECT, WHAT_MATCH, WHAT_OBJECT };

// --- Results --------------------------------------------------------------------------------------

static term reversed(term list) {
  term out = NIL;
  for (; is_cons(list); list = tl(list)) out = cons(HEAP, hd(list), out);
  return out;
}

static term program_ref(const struct traversal *tr) {
  refc_retain(tr->program);
  return ref_magic(HEAP, tr->program);
}

static term hash_continuation(const struct traversal *tr, const struct ets_table *t, term rest, u32 got) {
  term k, *e = heap_tuple(HEAP, 6, &k);
  // The table is given by reference, so a continuation still works when the table was renamed. That of a tree has the
  // name, as in OTP, and does not.
  e[0] = ets_ref(HEAP, t);
  e[1] = make_small(tr->slot);
  e[2] = make_small(tr->limit);
  e[3] = program_ref(tr);
  e[4] = rest;
  e[5] = make_small(got);
  return k;
}

static term tree_continuation(const struct traversal *tr, const struct ets_table *t) {
  term key = copy_term(HEAP, tr->last.value);
  if (key == NV) return NV;
  term k, *e = heap_tuple(HEAP, 8, &k);
  e[0] = ets_id_term(HEAP, t);
  e[1] = key;
  e[2] = NIL;
  e[3] = make_small(tr->limit);
  e[4] = program_ref(tr);
  e[5] = NIL;
  e[6] = make_small(tr->backwards ? 1 : 0);
  e[7] = make_small(0);
  return k;
}

// A chain of a hash is always visited as a whole, so there may be more results than wanted: the newest ones wait in the
// continuation.
static term hash_page(const struct traversal *tr, const struct ets_table *t, term list, bool at_end) {
  u32 extra = tr->got > tr->limit ? tr->got - tr->limit : 0;
  term rest = NIL;
  for (u32 i = 0; i < extra; i++, list = tl(list)) rest = cons(HEAP, hd(list), rest);
  if (extra || !at_end) return tuple2(HEAP, list, hash_continuation(tr, t, rest, extra));
  return tr->got ? tuple2(HEAP, list, ATOM_end_of_table) : ATOM_end_of_table;
}

static term page(const struct traversal *tr, const struct ets_table *t, term list, bool at_end) {
  if (t->type != ETS_ORDERED_SET) return hash_page(tr, t, list, at_end);
  bif_bump(tr->got / 50);
  if (at_end) return tr->got ? tuple2(HEAP, reversed(list), ATOM_end_of_table) : ATOM_end_of_table;
  term k = tree_continuation(tr, t);
  return k == NV ? bif_system_limit() : tuple2(HEAP, reversed(list), k);
}

static term answer(const struct traversal *tr, const struct ets_table *t, term list, enum traverse_status status) {
  if (status == TRAVERSE_NO_MEMORY) return bif_system_limit();
  if (tr->kind != TRAVERSE_SELECT) return int_from_u64(HEAP, tr->count);
  return tr->limit ? page(tr, t, list, status == TRAVERSE_END) : list;
}

// --- Passes over several slices -------------------------------------------------------------------

static void drop(struct ets_work *w, struct process *p) {
  (void)p;
  struct traversal *tr = (struct traversal *)w;
  traverse_free(tr);
  mem_free(tr, sizeof *tr, MEM_ETS);
}

static term proceed(struct process *p, term *a) {
  struct ets_process *e = ets_process(p);
  struct traversal *tr = (struct traversal *)e->work;
  struct ets_table *t = ets_by_id(tr->table);
  term result;
  if (!t) {
    result = ets_badarg(ATOM_id);
  } else {
    if (t->busy && t->busy != p) return bif_yield();
    u32 budget = PORTION;
    enum traverse_status status = traverse(tr, t, HEAP, &a[0], &budget);
    bif_bump((PORTION - budget) / 2);
    if (status == TRAVERSE_MORE) return bif_yield();
    result = answer(tr, t, a[0], status);
  }
  e->work = NULL;
  drop(&tr->work, p);
  return result;
}

// Starts a pass, which takes over what tr holds.
static term begin(struct process *p, struct ets_table *t, struct traversal *tr, term list, term *a) {
  u32 budget = PORTION;
  tr->table = t->id;
  enum traverse_status status = traverse(tr, t, HEAP, &list, &budget);
  bif_bump((PORTION - budget) / 2);
  if (status == TRAVERSE_MORE) {
    struct ets_process *e = ets_process(p);
    struct traversal *kept = e ? mem_alloc(sizeof *kept, MEM_ETS) : NULL;
    if (kept) {
      traverse_hold(tr, t);
      *kept = *tr;
      kept->work.drop = drop;
      e->work = &kept->work;
      a[0] = list;
      return bif_yield();
    }
    status = TRAVERSE_NO_MEMORY;
  }
  term result = answer(tr, t, list, status);
  traverse_free(tr);
  return result;
}

// --- Arguments ------------------------------------------------------------------------------------

// Compiles the specification or pattern into tr. False: an exception was raised.
static bool prepare(struct traversal *tr, const struct ets_table *t, enum what what, term spec) {
  struct match_program *m;
  enum match_error error = what == WHAT_SELECT ? match_compile(spec, MATCH_TABLE_OR_EMPTY, NULL, &m)
                                               : match_compile_pattern(spec, what == WHAT_OBJECT, &m);
  if (error == MATCH_OK) {
    if (tr->kind == TRAVERSE_REPLACE && !match_keeps_key(m, t->key)) {
      match_free(m);
      error = MATCH_BAD;
    } else if (!(tr->program = match_resource_new(m)) || !match_range_of(m, t, &tr->range)) {
      error = MATCH_NO_MEMORY;
    }
  }
  if (error == MATCH_OK) return true;
  traverse_free(tr);
  if (error == MATCH_BAD) ets_badarg(NV);
  else bif_system_limit();
  return false;
}

// All matching rows (a[0] is the table, a[1] the specification). A tree is walked against the wanted order, because
// results are prepended to the list.
static term all(struct process *p, term *a, enum what what, enum traverse_kind kind, bool backwards) {
  if (ets_work_of(p)) return proceed(p, a);
  bool writes = kind == TRAVERSE_DELETE || kind == TRAVERSE_REPLACE;
  struct ets_table *t = ets_arg(p, a[0], writes ? ETS_WRITE : ETS_READ);
  if (!t) return NV;
  if (kind == TRAVERSE_REPLACE && t->type == ETS_BAG) return ets_badarg(ATOM_table_type);
  struct traversal tr = {.kind = kind, .backwards = kind == TRAVERSE_SELECT && !backwards};
  return prepare(&tr, t, what, a[1]) ? begin(p, t, &tr, NIL, a) : NV;
}

// The first a[2] matching rows.
static term some(struct process *p, term *a, enum what what, bool backwards) {
  if (ets_work_of(p)) return proceed(p, a);
  struct ets_table *t = ets_arg(p, a[0], ETS_READ);
  if (!t) return NV;
  i64 limit;
  if (!bif_small(a[2], 1, SMALL_MAX, &limit)) return ets_badarg(NV);
  struct traversal tr = {
      .kind = TRAVERSE_SELECT, .backwards = backwards, .limit = (u32)min_u64((u64)limit, UINT32_MAX)};
  return prepare(&tr, t, what, a[1]) ? begin(p, t, &tr, NIL, a) : NV;
}

static bool list_of(term list, u32 n) {
  for (; is_cons(list) && n; list = tl(list)) n--;
  return list == NIL && n == 0;
}

static bool parse_hash(struct traversal *tr, const term *e, term *list) {
  i64 slot, limit, got;
  if (!bif_small(e[1], 0, UINT32_MAX, &slot) || !bif_small(e[2], 1, UINT32_MAX, &limit) ||
      !bif_small(e[5], 0, UINT32_MAX, &got))
    return false;
  if (!match_of(e[3]) || !list_of(e[4], (u32)got)) return false;
  tr->slot = (u32)slot;
  tr->limit = (u32)limit;
  tr->got = (u32)got;
  tr->program = ref_resource(e[3]);
  *list = reversed(e[4]);
  return true;
}

static bool parse_tree(struct traversal *tr, const term *e) {
  i64 limit, backwards;
  if (!bif_small(e[3], 1, UINT32_MAX, &limit) || !bif_small(e[6], 0, 1, &backwards) || !match_of(e[4])) return false;
  if (!is_list(e[5]) || !is_small(e[7])) return false;
  tr->limit = (u32)limit;
  tr->backwards = backwards == 1;
  tr->program = ref_resource(e[4]);
  tr->started = true;
  return true;
}

// The next page; a[0] is the continuation.
static term more(struct process *p, term *a) {
  if (ets_work_of(p)) return proceed(p, a);
  if (a[0] == ATOM_end_of_table) return a[0];
  if (!is_tuple(a[0]) || tuple_arity(a[0]) == 0) return ets_badarg(NV);
  const term *e = tuple_elements(a[0]);
  struct ets_table *t = ets_arg(p, e[0], ETS_READ);
  if (!t) return NV;
  struct traversal tr = {.kind = TRAVERSE_SELECT};
  term list = NIL;
  bool tree = t->type == ETS_ORDERED_SET;
  if (!is_tuple_of(a[0], tree ? 8 : 6) || !(tree ? parse_tree(&tr, e) : parse_hash(&tr, e, &list)))
    return ets_badarg(NV);
  refc_retain(tr.program);
  bool ok = match_range_of(match_of_resource(tr.program), t, &tr.range);
  if (ok && tree) ok = ets_box_set(&tr.last, e[1]);
  if (ok) return begin(p, t, &tr, list, a);
  traverse_free(&tr);
  return bif_system_limit();
}

term bif_ets_match_1(struct process *p, term *a) { return more(p, a); }
term bif_ets_match_object_1(struct process *p, term *a) { return more(p, a); }
term bif_ets_select_1(struct process *p, term *a) { return more(p, a); }
term bif_ets_select_reverse_1(struct process *p, term *a) { return more(p, a); }
term bif_ets_match_2(struct process *p, term *a) { return all(p, a, WHAT_MATCH, TRAVERSE_SELECT, false); }
term bif_ets_match_object_2(struct process *p, term *a) { return all(p, a, WHAT_OBJECT, TRAVERSE_SELECT, false); }
term bif_ets_select_2(struct process *p, term *a) { return all(p, a, WHAT_SELECT, TRAVERSE_SELECT, false); }
term bif_ets_select_reverse_2(struct process *p, term *a) { return all(p, a, WHAT_SELECT, TRAVERSE_SELECT, true); }
term bif_ets_select_count(struct process *p, term *a) { return all(p, a, WHAT_SELECT, TRAVERSE_COUNT, false); }
term bif_ets_select_delete(struct process *p, term *a) { return all(p, a, WHAT_SELECT, TRAVERSE_DELETE, false); }
term bif_ets_select_replace(struct process *p, term *a) { return all(p, a, WHAT_SELECT, TRAVERSE_REPLACE, false); }
term bif_ets_match_3(struct process *p, term *a) { return some(p, a, WHAT_MATCH, false); }
term bif_ets_match_object_3(struct process *p, term *a) { return some(p, a, WHAT_OBJECT, false); }
term bif_ets_select_3(struct process *p, term *a) { return some(p, a, WHAT_SELECT, false); }
term bif_ets_select_reverse_3(struct process *p, term *a) { return some(p, a, WHAT_SELECT, true); }
