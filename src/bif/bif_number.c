// SPDX-License-Identifier: Apache-2.0
// Arithmetic as functions: the operators for apply and guards, abs, the roundings, min and max. The interpreter has
// fast paths of its own and calls these for the rest.

#include "bif/bif.h"
#include "gen/bifs.h"
#include "process/held.h"

static term checked(term result) {
  if (LIKELY(result != NV)) return result;
  return num_limit_hit() ? bif_system_limit() : bif_badarith();
}

#define OPERATOR1(name, function) \
  term name(struct process *p UNUSED, term *a) { return checked(function(HEAP, a[0])); }
#define OPERATOR2(name, function) \
  term name(struct process *p UNUSED, term *a) { return checked(function(HEAP, a[0], a[1])); }
#define LONG_OPERATOR2(name, function) \
  term name(struct process *p UNUSED, term *a) { \
    term result; \
    return held_number(function, a[0], a[1], &result) ? checked(result) : bif_yield(); \
  }
OPERATOR2(bif_plus, num_add)
OPERATOR2(bif_minus, num_sub)
LONG_OPERATOR2(bif_times, num_mul)
OPERATOR2(bif_divide, num_divide)
LONG_OPERATOR2(bif_div, num_div)
LONG_OPERATOR2(bif_rem, num_rem)
OPERATOR2(bif_band, num_band)
OPERATOR2(bif_bor, num_bor)
OPERATOR2(bif_bxor, num_bxor)
OPERATOR2(bif_bsl, num_bsl)
OPERATOR2(bif_bsr, num_bsr)
OPERATOR1(bif_bnot, num_bnot)
OPERATOR1(bif_negate, num_neg)

term bif_unary_plus(struct process *p UNUSED, term *a) { return is_number(a[0]) ? a[0] : bif_badarith(); }

static term number_or_badarg(term result) {
  if (LIKELY(result != NV)) return result;
  return num_limit_hit() ? bif_system_limit() : bif_badarg();
}
term bif_abs(struct process *p UNUSED, term *a) { return number_or_badarg(num_abs(HEAP, a[0])); }
term bif_trunc(struct process *p UNUSED, term *a) { return number_or_badarg(num_trunc(HEAP, a[0])); }
term bif_round(struct process *p UNUSED, term *a) { return number_or_badarg(num_round(HEAP, a[0])); }
term bif_floor(struct process *p UNUSED, term *a) { return number_or_badarg(num_floor(HEAP, a[0])); }
term bif_ceil(struct process *p UNUSED, term *a) { return number_or_badarg(num_ceil(HEAP, a[0])); }

term bif_float(struct process *p UNUSED, term *a) {
  if (is_float(a[0])) return a[0];
  if (!is_integer(a[0])) return bif_badarg();
  bool overflow;
  double d = int_to_double(a[0], &overflow);
  return overflow ? bif_badarg() : float_make(HEAP, d);
}

// When the numbers are equal but of different types, the result is the first one.
static term chosen(term *a, bool least) {
  int order;
  if (!held_compare(TERM_ORDER, a[0], a[1], &order)) return bif_yield();
  return (least ? order <= 0 : order >= 0) ? a[0] : a[1];
}
term bif_min(struct process *p UNUSED, term *a) { return chosen(a, true); }
term bif_max(struct process *p UNUSED, term *a) { return chosen(a, false); }
