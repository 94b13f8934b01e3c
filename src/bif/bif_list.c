// SPDX-License-Identifier: Apache-2.0
// BIFs on lists. Searching and reversing keep their state in the arguments, and go on from it after a yield. Appending
// builds its result at once and charges reductions for it.
#include "base/alloc.h"
#include "bif/bif.h"
#include "gen/bifs.h"
#include "term/hash.h"

enum {
  STEPS = 20000,     // list cells visited between yields
  CELLS_PER_RED = 16 // what one reduction pays for
};

term bif_length(struct process *p UNUSED, term *a) {
  u32 n;
  if (!bif_list_length(a[0], &n)) return bif_badarg();
  bif_bump(n / (4 * CELLS_PER_RED));
  return make_small(n);
}

term bif_hd(struct process *p UNUSED, term *a) { return is_cons(a[0]) ? hd(a[0]) : bif_badarg(); }
term bif_tl(struct process *p UNUSED, term *a) { return is_cons(a[0]) ? tl(a[0]) : bif_badarg(); }

static term pause(void) {
  bif_bump(STEPS / CELLS_PER_RED);
  return bif_yield();
}

term bif_lists_member(struct process *p UNUSED, term *a) {
  term key = a[0], l = a[1];
  u32 steps = STEPS;
  bool immediate = is_immediate(key);
  for (; is_cons(l); l = tl(l)) {
    if (hd(l) == key || (!immediate && term_same(hd(l), key))) return ATOM_true;
    if (--steps == 0) {
      a[1] = tl(l);
      return pause();
    }
  }
  bif_bump((STEPS - steps) / CELLS_PER_RED);
  return is_nil(l) ? ATOM_false : bif_badarg();
}

enum { REVERSE_PORTION = HEAP_SMALL_MAX / 2 };

term bif_lists_reverse(struct process *p UNUSED, term *a) {
  for (u32 done = 0; done < STEPS; done += REVERSE_PORTION) {
    u32 n = 0;
    term l = a[0];
    for (; n < REVERSE_PORTION && is_cons(l); l = tl(l)) n++;
    if (!is_cons(l) && !is_nil(l)) return bif_badarg();
    if (n == 0) return a[1];
    term *cell = heap_alloc(HEAP, 2 * n), tail = a[1];
    for (l = a[0]; n > 0; n--, cell += 2, l = tl(l)) {
      cell[0] = hd(l);
      cell[1] = tail;
      tail = make_cons(cell);
    }
    a[0] = l;
    a[1] = tail;
    if (is_nil(l)) {
      bif_bump(done / CELLS_PER_RED);
      return tail;
    }
  }
  return pause();
}

// --- Lists of tuples ---------------------------------------------------------------------------

// Finds the first tuple whose element at a[1] equals a[0]. NIL: there is none; NV: an exception, or a yield.
static term key_search(term *a) {
  i64 at;
  if (!bif_small(a[1], 1, INT64_MAX >> 4, &at)) return bif_badarg();
  term key = a[0], l = a[2];
  u32 steps = STEPS;
  for (; is_cons(l); l = tl(l)) {
    term t = hd(l);
    if (is_tuple(t) && at <= tuple_arity(t) && term_equal(tuple_elements(t)[at - 1], key)) return t;
    if (--steps == 0) {
      a[2] = tl(l);
      return pause();
    }
  }
  bif_bump((STEPS - steps) / CELLS_PER_RED);
  return is_nil(l) ? NIL : bif_badarg();
}

term bif_lists_keyfind(struct process *p UNUSED, term *a) {
  term t = key_search(a);
  return t == NIL ? ATOM_false : t;
}
term bif_lists_keymember(struct process *p UNUSED, term *a) {
  term t = key_search(a);
  return t == NIL ? ATOM_false : t == NV ? NV : ATOM_true;
}
term bif_lists_keysearch(struct process *p UNUSED, term *a) {
  term t = key_search(a);
  return t == NIL ? ATOM_false : t == NV ? NV : tuple2(HEAP, ATOM_value, t);
}

// --- ++ ----------------------------------------------------------------------------------------

term bif_append(struct process *p UNUSED, term *a) {
  u32 n;
  if (!bif_list_length(a[0], &n)) return bif_badarg();
  if (n == 0) return a[1];
  if (is_nil(a[1])) return a[0];
  term *cells = heap_alloc(HEAP, 2 * (size_t)n), l = a[0];
  if (!cells) return bif_system_limit();
  for (u32 i = 0; i < n; i++, l = tl(l)) {
    cells[2 * i] = hd(l);
    cells[2 * i + 1] = i + 1 < n ? make_cons(cells + 2 * i + 2) : a[1];
  }
  bif_bump(n / CELLS_PER_RED);
  return make_cons(cells);
}
