// SPDX-License-Identifier: Apache-2.0
// Term order and equality (Erlang reference manual, "Term Comparisons"). Deep terms use an explicit
// stack; nothing recurses on the C stack.
#ifndef TERM_COMPARE_H
#define TERM_COMPARE_H

#include "term/heap.h"

int term_compare(term a, term b);       // <0 0 >0, the order of < and ==
int term_compare_exact(term a, term b); // order of map keys and of =:=: integers before floats of equal value
bool term_equal_slow(term a, term b);   // ==
bool term_same_slow(term a, term b);    // =:=
extern bool float_zeros_differ;          // 0.0 =/= -0.0, as from OTP 27 on
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
