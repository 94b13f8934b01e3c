// SPDX-License-Identifier: Apache-2.0
// Term order and equality (Erlang reference manual, "Term Comparisons"). Deep terms use an explicit
// stack; nothing recurses on the C stack.
#ifndef TERM_COMPARE_H
#define TERM_COMPARE_H

#include "term/heap.h"

int term_compare(term a, term b); // <0 0 >0, the order of < and ==
// The same in portions: `steps` of work at most are done. False: *c has what was done so far, to go on with the same
// terms and mode, or to be given to term_compare_drop. Begins with *c NULL. *result: as term_compare, or (TERM_EQUAL,
// TERM_SAME) 0 when they are == or =:=.
enum term_mode { TERM_ORDER = 0, TERM_EQUAL = 2, TERM_SAME = 3 };
struct comparison;
bool term_compare_some(enum term_mode mode, term a, term b, struct comparison **c, i64 *steps, int *result);
void term_compare_drop(struct comparison *c);
int term_compare_exact(term a, term b); // order of map keys and of =:=: integers before floats of equal value
bool term_equal_slow(term a, term b);   // ==
bool term_same_slow(term a, term b);    // =:=
extern bool float_zeros_differ;         // 0.0 =/= -0.0, as from OTP 27 on
// Sorts n pairs (key, value) by key in map key order; spare has room for n pairs. Stable.
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
