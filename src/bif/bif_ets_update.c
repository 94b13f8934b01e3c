// SPDX-License-Identifier: Apache-2.0
// ets:update_counter/3,4 and ets:update_element/3,4. All changes of one call are computed first and then take effect
// together. Small integers are overwritten in place; any other change makes a new row.
#include "base/alloc.h"
#include "bif/bif_ets.h"

// The new values so far, with their element indices. Usually there are few; an element may be changed more than once.
struct changes {
  u32 n, cap;
  u32 *index;
  term *value;
};

static void changes_free(struct changes *c) {
  mem_free(c->index, c->cap * sizeof *c->index, MEM_ETS);
  mem_free(c->value, c->cap * sizeof *c->value, MEM_ETS);
}

static bool changes_grow(struct changes *c) {
  u32 cap = c->cap ? c->cap * 2 : 8;
  u32 *index = mem_alloc(cap * sizeof *index, MEM_ETS);
  term *value = mem_alloc(cap * sizeof *value, MEM_ETS);
  if (!index || !value) {
    mem_free(index, cap * sizeof *index, MEM_ETS);
    mem_free(value, cap * sizeof *value, MEM_ETS);
    return false;
  }
  if (c->n) {
    memcpy(index, c->index, c->n * sizeof *index);
    memcpy(value, c->value, c->n * sizeof *value);
  }
  u32 n = c->n;
  changes_free(c);
  *c = (struct changes){n, cap, index, value};
  return true;
}

static term *changed(const struct changes *c, u32 index) {
  for (u32 i = 0; i < c->n; i++)
    if (c->index[i] == index) return &c->value[i];
  return NULL;
}

static bool change(struct changes *c, u32 index, term value) {
  term *slot = changed(c, index);
  if (slot) {
    *slot = value;
    return true;
  }
  if (c->n == c->cap && !changes_grow(c)) return false;
  c->index[c->n] = index;
  c->value[c->n++] = value;
  return true;
}

// The row that a call works on: a row of the table, or the default object with the key put into it.
struct target {
  struct ets_table *t;
  struct ets_row *row;
  term tuple;
  bool fresh;
};

// Makes the changes take effect. False: no memory.
static bool commit(struct target *g, struct changes *c) {
  if (!g->fresh) {
    bool in_place = true;
    for (u32 i = 0; i < c->n && in_place; i++)
      in_place = is_immediate(c->value[i]) && is_immediate(g->row->data[1 + c->index[i]]);
    if (in_place) {
      for (u32 i = 0; i < c->n; i++) g->row->data[1 + c->index[i]] = c->value[i];
      return true;
    }
  }
  struct ets_row *r = ets_row_with(g->tuple, c->index, c->value, c->n);
  if (!r) return false;
  return g->fresh ? ets_put(g->t, r) : ets_replace(g->t, g->row, r);
}

// Finds the row, or takes the default with the key put into it. 0: there is neither; -1: an exception was raised.
static int target_of(struct target *g, struct ets_table *t, term key, term standard) {
  g->t = t;
  if (standard != NV && (!is_tuple(standard) || tuple_arity(standard) <= t->key)) {
    ets_badarg(NV);
    return -1;
  }
  g->row = ets_find(t, key);
  g->fresh = !g->row;
  if (g->row) {
    g->tuple = row_tuple(g->row);
    return 1;
  }
  if (standard == NV) return 0;
  u32 arity = tuple_arity(standard);
  term *e = heap_tuple(HEAP, arity, &g->tuple);
  if (!e) {
    bif_system_limit();
    return -1;
  }
  memcpy(e, tuple_elements(standard), arity * sizeof(term));
  e[t->key] = key;
  return 1;
}

static term position_fault(const struct target *g, i64 position) {
  if (position == (i64)g->t->key + 1) return ets_badarg(ATOM_keypos);
  return ets_badarg(ATOM_position);
}

static bool position_ok(const struct target *g, i64 position) {
  return position >= 1 && position <= (i64)tuple_arity(g->tuple) && position != (i64)g->t->key + 1;
}

// --- update_counter -------------------------------------------------------------------------------

// Performs one operation {Pos, Incr} or {Pos, Incr, Threshold, SetValue}: its result, or NV after an exception.
static term count(struct target *g, struct changes *c, term op) {
  u32 n = is_tuple(op) ? tuple_arity(op) : 0;
  const term *e = n ? tuple_elements(op) : NULL;
  if ((n != 2 && n != 4) || !is_small(e[0]) || !is_integer(e[1])) return ets_badarg(NV);
  if (n == 4 && (!is_integer(e[2]) || !is_integer(e[3]))) return ets_badarg(NV);
  if (!position_ok(g, small_val(e[0]))) return position_fault(g, small_val(e[0]));
  u32 index = (u32)small_val(e[0]) - 1;
  const term *before = changed(c, index);
  term old = before ? *before : tuple_elements(g->tuple)[index];
  if (!is_integer(old)) return ets_badarg(NV);
  term sum = num_add(HEAP, old, e[1]);
  // Adding 0 may return the very bignum in the row, which is about to be freed: copy it.
  if (sum == old) sum = copy_term(HEAP, sum);
  if (sum == NV) return bif_system_limit();
  if (n == 4) {
    int over = int_compare(sum, e[2]);
    if (int_is_negative(e[1]) ? over < 0 : over > 0) sum = e[3];
  }
  return change(c, index, sum) ? sum : bif_system_limit();
}

static term count_all(struct target *g, struct changes *c, term ops) {
  term results = NIL, backwards = NIL;
  for (; is_cons(ops); ops = tl(ops)) {
    term result = count(g, c, hd(ops));
    if (result == NV) return NV;
    backwards = cons(HEAP, result, backwards);
  }
  if (ops != NIL) return ets_badarg(NV);
  for (; is_cons(backwards); backwards = tl(backwards)) results = cons(HEAP, hd(backwards), results);
  return results;
}

static term update_counter(struct process *p, term *a, term standard) {
  struct ets_table *t = ets_arg(p, a[0], ETS_WRITE);
  if (!t) return NV;
  if (t->type != ETS_SET && t->type != ETS_ORDERED_SET) return ets_badarg(ATOM_table_type);
  struct target g;
  int found = target_of(&g, t, a[1], standard);
  if (found <= 0) return found < 0 ? NV : ets_badarg(ATOM_badkey);
  struct changes c = {0, 0, NULL, NULL};
  term result;
  if (is_integer(a[2])) result = count(&g, &c, tuple2(HEAP, make_small((i64)t->key + 2), a[2]));
  else if (is_list(a[2])) result = count_all(&g, &c, a[2]);
  else result = count(&g, &c, a[2]);
  if (result != NV && !commit(&g, &c)) result = bif_system_limit();
  changes_free(&c);
  return result;
}

term bif_ets_update_counter_3(struct process *p, term *a) { return update_counter(p, a, NV); }
term bif_ets_update_counter_4(struct process *p, term *a) { return update_counter(p, a, a[3]); }

// --- update_element -------------------------------------------------------------------------------

static bool put_element(struct target *g, struct changes *c, term spec) {
  if (!is_tuple_of(spec, 2) || !is_small(tuple_elements(spec)[0])) {
    ets_badarg(NV);
    return false;
  }
  i64 position = small_val(tuple_elements(spec)[0]);
  if (!position_ok(g, position)) {
    ets_badarg(position == (i64)g->t->key + 1 ? ATOM_keypos : NV);
    return false;
  }
  if (change(c, (u32)position - 1, tuple_elements(spec)[1])) return true;
  bif_system_limit();
  return false;
}

static term update_element(struct process *p, term *a, term standard) {
  struct ets_table *t = ets_arg(p, a[0], ETS_WRITE);
  if (!t) return NV;
  if (t->type != ETS_SET && t->type != ETS_ORDERED_SET) return ets_badarg(NV);
  struct target g;
  int found = target_of(&g, t, a[1], standard);
  if (found <= 0) return found < 0 ? NV : ATOM_false;
  struct changes c = {0, 0, NULL, NULL};
  bool ok = true;
  term l = a[2];
  if (!is_list(l)) {
    ok = put_element(&g, &c, l);
    l = NIL;
  }
  for (; ok && is_cons(l); l = tl(l)) ok = put_element(&g, &c, hd(l));
  if (ok && l != NIL) {
    ets_badarg(NV);
    ok = false;
  }
  if (ok && !commit(&g, &c)) {
    bif_system_limit();
    ok = false;
  }
  changes_free(&c);
  return ok ? ATOM_true : NV;
}

term bif_ets_update_element_3(struct process *p, term *a) { return update_element(p, a, NV); }
term bif_ets_update_element_4(struct process *p, term *a) { return update_element(p, a, a[3]); }
