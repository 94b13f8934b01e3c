// SPDX-License-Identifier: Apache-2.0
// BIFs on rows: insertion, look-up, walking key by key. A list is inserted atomically: first all rows are made, then
// they are put into the table. For a long list both take several slices; while rows are put, the table is busy, and
// other processes wait.
#include "base/alloc.h"
#include "bif/bif_ets.h"

// --- insert/2, insert_new/2 -----------------------------------------------------------------------

enum { ROWS_AT_ONCE = 2000 };
enum insert_phase { MAKING, CHECKING, PUTTING };
struct insertion {
  struct ets_work work;
  u64 table;
  bool only_new;
  bool backwards; // as in OTP, a bag gets the rows of a list from last to first
  enum insert_phase phase;
  struct ets_row *rows, *last; // linked by next, in the order in which they are put
  struct ets_row *checked;
};

static void free_rows(struct ets_row *r) {
  while (r) {
    struct ets_row *next = r->next;
    ets_row_free(r);
    r = next;
  }
}

// Makes rows of up to max elements of *list. False: no memory.
static bool make_rows(struct insertion *in, term *list, u32 max) {
  for (; is_cons(*list) && max; *list = tl(*list), max--) {
    struct ets_row *r = ets_row_new(hd(*list));
    if (!r) return false;
    r->next = in->backwards ? in->rows : NULL;
    if (!in->backwards && in->last) in->last->next = r;
    else in->rows = r;
    in->last = r;
  }
  return true;
}

// 1: a row has a key that is in the table already; 0: none has; -1: not all were checked yet.
static int check_rows(struct insertion *in, struct ets_table *t, u32 max) {
  for (; in->checked && max; in->checked = in->checked->next, max--)
    if (ets_find(t, ets_key(t, in->checked))) return 1;
  return in->checked ? -1 : 0;
}

// Puts up to max rows into the table. False: no memory.
static bool put_rows(struct insertion *in, struct ets_table *t, u32 max) {
  while (in->rows && max--) {
    struct ets_row *r = in->rows;
    in->rows = r->next;
    if (!ets_put(t, r)) return false;
  }
  return true;
}

static void insertion_end(struct insertion *in, struct process *p) {
  struct ets_table *t = ets_by_id(in->table);
  if (t && t->busy == p) t->busy = NULL;
  free_rows(in->rows);
  ets_process(p)->work = NULL;
  mem_free(in, sizeof *in, MEM_ETS);
}

static void insertion_drop(struct ets_work *w, struct process *p) {
  struct insertion *in = (struct insertion *)w;
  struct ets_table *t = ets_by_id(in->table);
  // Other processes may have seen a part of this insertion, so it is completed.
  if (t && in->phase == PUTTING) (void)put_rows(in, t, UINT32_MAX);
  insertion_end(in, p);
}

static term insertion_go(struct insertion *in, struct process *p, term *a) {
  struct ets_table *t = ets_by_id(in->table);
  if (!t) {
    insertion_end(in, p);
    return ets_badarg(ATOM_id);
  }
  if (t->busy && t->busy != p) return bif_yield();
  bif_bump(ROWS_AT_ONCE / 4);
  bool ok = true;
  if (in->phase == MAKING) {
    ok = make_rows(in, &a[1], ROWS_AT_ONCE);
    if (ok && is_cons(a[1])) return bif_yield();
    t->busy = p;
    in->phase = in->only_new ? CHECKING : PUTTING;
    in->checked = in->rows;
  }
  if (ok && in->phase == CHECKING) {
    int taken = check_rows(in, t, ROWS_AT_ONCE);
    if (taken < 0) return bif_yield();
    if (taken > 0) {
      insertion_end(in, p);
      return ATOM_false;
    }
    in->phase = PUTTING;
  }
  ok = ok && put_rows(in, t, ROWS_AT_ONCE);
  if (ok && in->rows) return bif_yield();
  insertion_end(in, p);
  return ok ? ATOM_true : bif_system_limit();
}

static term insert_long(struct process *p, term *a, const struct ets_table *t, bool only_new) {
  struct ets_process *e = ets_process(p);
  struct insertion *in = e ? mem_calloc(sizeof *in, MEM_ETS) : NULL;
  if (!in) return bif_system_limit();
  in->work.drop = insertion_drop;
  in->table = t->id;
  in->only_new = only_new;
  in->backwards = t->type == ETS_BAG;
  e->work = &in->work;
  return insertion_go(in, p, a);
}

static term insert_list(struct process *p, term *a, struct ets_table *t, bool only_new) {
  u32 n = 0;
  term l = a[1];
  for (; is_cons(l); l = tl(l), n++)
    if (!is_tuple(hd(l)) || tuple_arity(hd(l)) <= t->key) return ets_badarg(NV);
  if (l != NIL) return ets_badarg(NV);
  bif_bump(n / 100);
  if (n > ROWS_AT_ONCE) return insert_long(p, a, t, only_new);
  bif_bump(n / 4);
  struct insertion in = {.table = t->id, .backwards = t->type == ETS_BAG};
  l = a[1];
  if (!make_rows(&in, &l, n)) {
    free_rows(in.rows);
    return bif_system_limit();
  }
  in.checked = in.rows;
  if (only_new && check_rows(&in, t, n)) {
    free_rows(in.rows);
    return ATOM_false;
  }
  if (put_rows(&in, t, n)) return ATOM_true;
  free_rows(in.rows);
  return bif_system_limit();
}

static term insert(struct process *p, term *a, bool only_new) {
  struct ets_work *w = ets_work_of(p);
  if (UNLIKELY(w)) return insertion_go((struct insertion *)w, p, a);
  struct ets_table *t = ets_arg(p, a[0], ETS_WRITE);
  if (!t) return NV;
  if (is_list(a[1])) return insert_list(p, a, t, only_new);
  if (!is_tuple(a[1]) || tuple_arity(a[1]) <= t->key) return ets_badarg(NV);
  if (only_new && ets_find(t, tuple_elements(a[1])[t->key])) return ATOM_false;
  struct ets_row *r = ets_row_new(a[1]);
  if (!r) return bif_system_limit();
  bif_bump(r->words / 32);
  return ets_put(t, r) ? ATOM_true : bif_system_limit();
}

term bif_ets_insert(struct process *p, term *a) { return insert(p, a, false); }
term bif_ets_insert_new(struct process *p, term *a) { return insert(p, a, true); }

// --- Look-up --------------------------------------------------------------------------------------

term bif_ets_lookup(struct process *p, term *a) {
  struct ets_table *t = ets_arg(p, a[0], ETS_READ);
  if (!t) return NV;
  term list = ets_rows_of_key(t, ets_find(t, a[1]));
  return list == NV ? bif_system_limit() : list;
}

term bif_ets_member(struct process *p, term *a) {
  struct ets_table *t = ets_arg(p, a[0], ETS_READ);
  return t ? make_bool(ets_find(t, a[1]) != NULL) : NV;
}

term bif_ets_take(struct process *p, term *a) {
  struct ets_table *t = ets_arg(p, a[0], ETS_WRITE);
  if (!t) return NV;
  term list = ets_rows_of_key(t, ets_find(t, a[1]));
  if (list == NV) return bif_system_limit();
  ets_remove_key(t, a[1]);
  return list;
}

static term lookup_element(struct process *p, term *a, bool has_default) {
  struct ets_table *t = ets_arg(p, a[0], ETS_READ);
  if (!t) return NV;
  i64 position;
  if (!bif_small(a[2], 1, MAX_BOXED_SIZE, &position)) return ets_badarg(NV);
  struct ets_row *r = ets_find(t, a[1]);
  if (!r) return has_default ? a[3] : ets_badarg(ATOM_badkey);
  bool one = t->type == ETS_SET || t->type == ETS_ORDERED_SET;
  term list = NIL;
  for (; r; r = ets_find_next(t, r)) {
    if (position > (i64)header_size(r->data[0])) return ets_badarg(NV);
    term value = copy_term(HEAP, r->data[position]);
    if (value == NV) return bif_system_limit();
    if (one) return value;
    list = cons(HEAP, value, list);
  }
  return list;
}

term bif_ets_lookup_element_3(struct process *p, term *a) { return lookup_element(p, a, false); }
term bif_ets_lookup_element_4(struct process *p, term *a) { return lookup_element(p, a, true); }

// --- Walking --------------------------------------------------------------------------------------

static term answer(const struct ets_table *t, struct ets_row *r, bool rows) {
  if (!r) return ATOM_end_of_table;
  term key = copy_term(HEAP, ets_key(t, r));
  term list = rows && key != NV ? ets_rows_of_key(t, r) : NIL;
  if (key == NV || list == NV) return bif_system_limit();
  return rows ? tuple2(HEAP, key, list) : key;
}

static term edge(struct process *p, term *a, bool last, bool rows) {
  struct ets_table *t = ets_arg(p, a[0], ETS_READ);
  return t ? answer(t, ets_first(t, last, p->ets_raw), rows) : NV;
}

static term walk(struct process *p, term *a, bool backwards, bool rows) {
  struct ets_table *t = ets_arg(p, a[0], ETS_READ);
  if (!t) return NV;
  bool known;
  struct ets_row *r = ets_after(t, a[1], backwards, p->ets_raw, &known);
  // This atom ends a walk and does not begin one.
  if (a[1] == ATOM_end_of_table && t->type == ETS_ORDERED_SET) known = false;
  return known ? answer(t, r, rows) : ets_badarg(NV);
}

term bif_ets_first(struct process *p, term *a) { return edge(p, a, false, false); }
term bif_ets_last(struct process *p, term *a) { return edge(p, a, true, false); }
term bif_ets_next(struct process *p, term *a) { return walk(p, a, false, false); }
term bif_ets_prev(struct process *p, term *a) { return walk(p, a, true, false); }
term bif_ets_first_lookup(struct process *p, term *a) { return edge(p, a, false, true); }
term bif_ets_last_lookup(struct process *p, term *a) { return edge(p, a, true, true); }
term bif_ets_next_lookup(struct process *p, term *a) { return walk(p, a, false, true); }
term bif_ets_prev_lookup(struct process *p, term *a) { return walk(p, a, true, true); }
