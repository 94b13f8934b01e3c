// SPDX-License-Identifier: Apache-2.0
// The arithmetic operators and the roundings. Each operator tries two smalls, then two integers, then converts to
// floats. Results are built on the given heap. Called by the interpreter and BIFs.

#include <math.h>

#include "term/bigint_work.h"
#include "term/compare.h"
#include "term/integer.h"

// Converts both to doubles. False: one is no number, or too large for a float.
static bool both_double(term a, term b, double *x, double *y) {
  bool too_large_a = false, too_large_b = false;
  if (is_float(a)) {
    *x = float_val(a);
  } else if (is_integer(a)) {
    *x = int_to_double(a, &too_large_a);
  } else {
    return false;
  }
  if (is_float(b)) {
    *y = float_val(b);
  } else if (is_integer(b)) {
    *y = int_to_double(b, &too_large_b);
  } else {
    return false;
  }
  return !too_large_a && !too_large_b;
}

// a + b, or a - b when subtract is set.
static term add_integers(struct heap *h, term a, term b, bool subtract) {
  struct integer x, y;
  integer_view(&x, a);
  integer_view(&y, b);
  bool negative_y = y.negative != subtract;
  const struct integer *large = &x, *little = &y;
  int order = bigint_compare(x.limb, x.n, y.limb, y.n);
  if (order < 0) large = &y, little = &x;
  bool negative = order < 0 ? negative_y : x.negative;
  bool differ = x.negative != negative_y;
  if (differ && !order) return make_small(0);
  struct integer_build r;
  if (!integer_begin(&r, h, large->n + !differ)) return NV;
  size_t n = large->n;
  if (differ) {
    bigint_sub(r.limb, large->limb, n, little->limb, little->n);
  } else {
    u32 carry = bigint_add(r.limb, large->limb, n, little->limb, little->n);
    r.limb[n++] = carry;
  }
  while (n < r.room) r.limb[n++] = 0;
  return integer_end(&r, h, negative);
}

term num_add(struct heap *h, term a, term b) {
  if (LIKELY(both_small(a, b))) return int_from_i64(h, small_val(a) + small_val(b));
  if (is_integer(a) && is_integer(b)) return add_integers(h, a, b, false);
  double x, y;
  return both_double(a, b, &x, &y) ? float_checked(h, x + y) : NV;
}

term num_sub(struct heap *h, term a, term b) {
  if (LIKELY(both_small(a, b))) return int_from_i64(h, small_val(a) - small_val(b));
  if (is_integer(a) && is_integer(b)) return add_integers(h, a, b, true);
  double x, y;
  return both_double(a, b, &x, &y) ? float_checked(h, x - y) : NV;
}

static term mul_smalls(struct heap *h, i64 a, i64 b) {
  if (a == (i32)a && b == (i32)b) return int_from_i64(h, a * b);
  u64 x = a < 0 ? -(u64)a : (u64)a, y = b < 0 ? -(u64)b : (u64)b;
  u64 x0 = (u32)x, x1 = x >> 32, y0 = (u32)y, y1 = y >> 32;
  u64 low = x0 * y0, middle = x1 * y0 + (low >> 32), cross = x0 * y1 + (u32)middle;
  low = cross << 32 | (u32)low;
  u64 high = x1 * y1 + (middle >> 32) + (cross >> 32);
  bool negative = (a < 0) != (b < 0);
  if (!high && low <= (u64)SMALL_MAX) return make_small(negative ? -(i64)low : (i64)low);
  u32 limb[4] = {(u32)low, (u32)(low >> 32), (u32)high, (u32)(high >> 32)};
  return integer_from_limbs(h, limb, high ? 4 : 2, negative);
}

// Copies a result to the heap. NV: no memory, or the operation has paused.
static term worked_out(struct heap *h, const u32 *limb, size_t n, bool negative) {
  if (bigint_work->no_memory) return integer_limit();
  return bigint_paused() ? NV : integer_from_limbs(h, limb, bigint_trim(limb, n), negative);
}

static term mul_integers(struct heap *h, term a, term b) {
  struct integer x, y;
  integer_view(&x, a);
  integer_view(&y, b);
  if (!x.n || !y.n) return make_small(0);
  struct integer_build r;
  size_t n = x.n + y.n;
  bool negative = x.negative != y.negative;
  if (n > INTEGER_MAX_LIMBS + 1) return integer_limit();
  if (bigint_work) { // only the result goes on the heap, not intermediate values
    u32 *limb = bigint_block(n);
    return limb && bigint_mul(limb, x.limb, x.n, y.limb, y.n) ? worked_out(h, limb, n, negative) : integer_limit();
  }
  if (!integer_begin(&r, h, n)) return NV;
  if (!bigint_mul(r.limb, x.limb, x.n, y.limb, y.n)) return integer_abandon(&r, h);
  return integer_end(&r, h, negative);
}

term num_mul(struct heap *h, term a, term b) {
  if (LIKELY(both_small(a, b))) return mul_smalls(h, small_val(a), small_val(b));
  if (is_integer(a) && is_integer(b)) return mul_integers(h, a, b);
  double x, y;
  return both_double(a, b, &x, &y) ? float_checked(h, x * y) : NV;
}

term num_divide(struct heap *h, term a, term b) {
  double x, y;
  if (!both_double(a, b, &x, &y) || y == 0) return NV;
  return float_checked(h, x / y);
}

// The quotient, or the remainder when want_rest is set; b is not zero.
static term divide_integers(struct heap *h, term a, term b, bool want_rest) {
  struct integer x, y;
  integer_view(&x, a);
  integer_view(&y, b);
  if (bigint_compare(x.limb, x.n, y.limb, y.n) < 0) return want_rest ? a : make_small(0);
  struct integer_build r;
  size_t n = want_rest ? y.n : x.n - y.n + 1;
  bool negative = want_rest ? x.negative : x.negative != y.negative;
  if (bigint_work) {
    u32 *limb = bigint_block(n), *q = want_rest ? NULL : limb, *rest = want_rest ? limb : NULL;
    bool done = limb && bigint_divide(q, rest, x.limb, x.n, y.limb, y.n);
    return done ? worked_out(h, limb, n, negative) : integer_limit();
  }
  if (!integer_begin(&r, h, n)) return NV;
  memset(r.limb + n, 0, (r.room - n) * 4);
  u32 *quotient = want_rest ? NULL : r.limb, *rest = want_rest ? r.limb : NULL;
  if (!bigint_divide(quotient, rest, x.limb, x.n, y.limb, y.n)) return integer_abandon(&r, h);
  return integer_end(&r, h, negative);
}

term num_div(struct heap *h, term a, term b) {
  if (b == make_small(0)) return NV;
  if (LIKELY(both_small(a, b))) return int_from_i64(h, small_val(a) / small_val(b));
  return is_integer(a) && is_integer(b) ? divide_integers(h, a, b, false) : NV;
}

term num_rem(struct heap *h, term a, term b) {
  if (b == make_small(0)) return NV;
  if (LIKELY(both_small(a, b))) return make_small(small_val(a) % small_val(b));
  return is_integer(a) && is_integer(b) ? divide_integers(h, a, b, true) : NV;
}

static term negate_big(struct heap *h, term a) {
  struct integer x;
  integer_view(&x, a);
  return integer_from_limbs(h, x.limb, x.n, !x.negative);
}

term num_neg(struct heap *h, term a) {
  if (is_small(a)) return int_from_i64(h, -small_val(a));
  if (is_float(a)) return float_make(h, -float_val(a));
  return is_big(a) ? negate_big(h, a) : NV;
}

term num_abs(struct heap *h, term a) {
  if (is_small(a)) return small_val(a) < 0 ? int_from_i64(h, -small_val(a)) : a;
  if (is_float(a))
    return signbit(float_val(a)) && (float_val(a) != 0 || float_zeros_differ) ? float_make(h, -float_val(a)) : a;
  if (!is_big(a)) return NV;
  return int_is_negative(a) ? negate_big(h, a) : a;
}

static term rounded(struct heap *h, term a, double (*way)(double)) {
  if (is_integer(a)) return a;
  return is_float(a) ? integer_from_double(h, way(float_val(a))) : NV;
}
term num_trunc(struct heap *h, term a) { return rounded(h, a, trunc); }
term num_round(struct heap *h, term a) { return rounded(h, a, round); } // rounds halves away from zero
term num_floor(struct heap *h, term a) { return rounded(h, a, floor); }
term num_ceil(struct heap *h, term a) { return rounded(h, a, ceil); }
