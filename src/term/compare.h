// SPDX-License-Identifier: Apache-2.0
// Term order and equality (Erlang reference manual, "Term Comparisons"). Deep terms are walked with an explicit stack,
// so nothing recurses on the C stack.
#ifndef TERM_COMPARE_H
#define TERM_COMPARE_H

#include "term/heap.h"

int term_compare(term a, term b); // negative, 0 or positive: the order of <, and 0 for ==
// The same in portions: one call does at most *steps of work. *c is NULL at the beginning. When the call returns false,
// *c holds what was done so far: either call again with the same terms and mode, or give it to term_compare_drop.
// *result is as term_compare's for TERM_ORDER; for TERM_EQUAL and TERM_SAME it is 0 when the terms are == or =:=.
enum term_mode { TERM_ORDER = 0, TERM_EQUAL = 2, TERM_SAME = 3 };
struct comparison;
bool term_compare_some(enum term_mode mode, term a, term b, struct comparison **c, i64 *steps, int *result);
void term_compare_drop(struct comparison *c);
// The order of map keys, 0 for =:=: an integer comes before a float of equal value.
int term_compare_exact(term a, term b);
bool term_equal_slow(term a, term b); // ==
bool term_same_slow(term a, term b);  // =:=
extern bool float_zeros_differ;       // whether 0.0 =/= -0.0, as from OTP 27 on
// Sorts n pairs (key, value) by key in the order of map keys; spare has room for n pairs. The sort is stable.
void term_sort_pairs(term *pairs, term *spare, size_t n);
INLINE bool term_equal(term a, term b) {
  if (a == b) return true;
  if (is_immediate(a) && is_immediate(b)) return false;
  return term_equal_slow(a, b);
}
INLINE bool term_same(term a, term b) {
  if (a == b) return true;
  if (is_immediate(a) || is_immediate(b)) return false;
  return term_same_slow(a, b);
}

#endif
