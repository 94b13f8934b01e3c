// SPDX-License-Identifier: Apache-2.0
// Integers as terms, their conversion to and from C numbers and floats, and comparison. Every function handles small
// integers first; bignums go through struct integer. Called by the interpreter and BIFs.

#include "term/number.h"

#include <math.h>

#include "term/integer.h"

static bool limit_hit; // the last NV meant system_limit

bool num_limit_hit(void) {
  bool hit = limit_hit;
  limit_hit = false;
  return hit;
}

term integer_limit(void) {
  limit_hit = true;
  return NV;
}

void integer_view(struct integer *v, term t) {
  if (is_small(t)) {
    i64 value = small_val(t);
    u64 magnitude = value < 0 ? -(u64)value : (u64)value;
    v->negative = value < 0;
    v->own[0] = (u32)magnitude;
    v->own[1] = (u32)(magnitude >> 32);
    v->limb = v->own;
    v->n = v->own[1] ? 2 : v->own[0] ? 1 : 0;
    return;
  }
  const term *p = boxed_ptr(t);
  v->negative = header_kind(*p) == KIND_BIG_NEG;
  v->limb = (const u32 *)(p + 1);
  v->n = 2 * (size_t)header_size(*p);
  if (!v->limb[v->n - 1]) v->n--;
}

bool integer_begin(struct integer_build *b, struct heap *h, size_t limbs) {
  size_t words = limbs < 2 ? 1 : (limbs + 1) / 2;
  b->p = words > INTEGER_MAX_LIMBS / 2 + 2 ? NULL : heap_alloc(h, words + 1);
  if (!b->p) {
    integer_limit();
    return false;
  }
  b->limb = (u32 *)(b->p + 1);
  b->room = 2 * words;
  b->limb[b->room - 1] = 0; // the upper half of the last word when the number of limbs is odd
  return true;
}

term integer_end(struct integer_build *b, struct heap *h, bool negative) {
  size_t n = bigint_trim(b->limb, b->room);
  term *end = b->p + 1 + b->room / 2;
  if (n > INTEGER_MAX_LIMBS) return integer_abandon(b, h);
  if (n <= 2) {
    u64 low = n ? (u64)b->limb[1] << 32 | b->limb[0] : 0;
    if (low <= (u64)SMALL_MAX + negative) {
      heap_shrink(h, end, b->p);
      return make_small(negative ? -(i64)low : (i64)low);
    }
  }
  size_t words = (n + 1) / 2;
  b->p[0] = MAKE_HEADER(negative ? KIND_BIG_NEG : KIND_BIG_POS, words);
  if (b->p + 1 + words != end) heap_shrink(h, end, b->p + 1 + words);
  return make_boxed(b->p);
}

term integer_abandon(struct integer_build *b, struct heap *h) {
  heap_shrink(h, b->p + 1 + b->room / 2, b->p);
  return integer_limit();
}

term integer_from_limbs(struct heap *h, const u32 *limb, size_t n, bool negative) {
  struct integer_build b;
  if (!integer_begin(&b, h, n)) return NV;
  memcpy(b.limb, limb, n * 4);
  memset(b.limb + n, 0, (b.room - n) * 4);
  return integer_end(&b, h, negative);
}

static term one_word(struct heap *h, u64 magnitude, bool negative) {
  term *p = heap_alloc(h, 2);
  p[0] = MAKE_HEADER(negative ? KIND_BIG_NEG : KIND_BIG_POS, 1);
  p[1] = magnitude;
  return make_boxed(p);
}

term int_from_i64(struct heap *h, i64 v) {
  if (LIKELY(fits_small(v))) return make_small(v);
  return one_word(h, v < 0 ? -(u64)v : (u64)v, v < 0);
}

term int_from_u64(struct heap *h, u64 v) {
  if (LIKELY(v <= (u64)SMALL_MAX)) return make_small((i64)v);
  return one_word(h, v, false);
}

bool int_to_u64(term t, u64 *out) {
  if (is_small(t)) {
    *out = (u64)small_val(t);
    return small_val(t) >= 0;
  }
  if (!is_boxed(t) || boxed_header(t) != MAKE_HEADER(KIND_BIG_POS, 1)) return false;
  *out = boxed_ptr(t)[1];
  return true;
}

bool int_to_i64(term t, i64 *out) {
  if (is_small(t)) {
    *out = small_val(t);
    return true;
  }
  if (!is_big(t) || header_size(boxed_header(t)) != 1) return false;
  bool negative = int_is_negative(t);
  u64 magnitude = boxed_ptr(t)[1];
  if (magnitude > (u64)INT64_MAX + negative) return false;
  *out = (i64)(negative ? -magnitude : magnitude);
  return true;
}

size_t int_byte_size(term t) {
  struct integer v;
  integer_view(&v, t);
  return (size_t)((bigint_bits(v.limb, v.n) + 7) / 8);
}

static u32 byte_of(const struct integer *v, size_t i) {
  return i / 4 < v->n ? v->limb[i / 4] >> (i % 4 * 8) & 0xFF : 0;
}

void int_magnitude_bytes(term t, u8 *out, size_t n) {
  struct integer v;
  integer_view(&v, t);
  for (size_t i = 0; i < n; i++) out[i] = (u8)byte_of(&v, i);
}

void int_twos_complement(term t, u8 *out, size_t n) {
  if (is_small(t)) {
    i64 value = small_val(t);
    for (size_t i = 0; i < n; i++, value >>= 8) out[i] = (u8)value;
    return;
  }
  struct integer v;
  integer_view(&v, t);
  u32 carry = v.negative, flip = v.negative ? 0xFF : 0;
  for (size_t i = 0; i < n; i++) {
    carry += byte_of(&v, i) ^ flip;
    out[i] = (u8)carry;
    carry >>= 8;
  }
}

static term from_few_bytes(struct heap *h, const u8 *bytes, size_t n, bool little, bool is_signed) {
  u64 value = 0;
  for (size_t i = 0; i < n; i++) value = value << 8 | bytes[little ? n - 1 - i : i];
  if (!is_signed || !n) return int_from_u64(h, value);
  u32 unused = 64 - 8 * (u32)n;
  return int_from_i64(h, (i64)(value << unused) >> unused);
}

term int_from_bytes(struct heap *h, const u8 *bytes, size_t n, bool little, bool is_signed) {
  if (n <= 8) return from_few_bytes(h, bytes, n, little, is_signed);
  bool negative = is_signed && bytes[little ? n - 1 : 0] & 0x80;
  u8 padding = negative ? 0xFF : 0;
  while (n > 1 && bytes[little ? n - 1 : 0] == padding) { // padding must not count against the limit
    n--;
    if (!little) bytes++;
  }
  struct integer_build b;
  if (!integer_begin(&b, h, n / 4 + 1)) return NV;
  memset(b.limb, 0, b.room * 4);
  u32 carry = negative;
  for (size_t i = 0; i < n || (negative && i < b.room * 4); i++) {
    u8 byte = i >= n ? padding : bytes[little ? i : n - 1 - i];
    carry += (u32)(byte ^ padding);
    b.limb[i / 4] |= (carry & 0xFF) << (i % 4 * 8);
    carry >>= 8;
  }
  return integer_end(&b, h, negative);
}

// Like OTP, adds up the 64-bit words from the least significant one and rounds each step. So the last bit of the result
// can differ from that of the nearest double.
double int_to_double(term t, bool *overflow) {
  *overflow = false;
  if (is_small(t)) return (double)small_val(t);
  const term *p = boxed_ptr(t);
  double sum = 0, weight = 1;
  for (u32 i = 1; i <= header_size(*p); i++) {
    volatile double product = (double)p[i] * weight; // volatile: must not be fused with the addition
    sum += product;
    weight *= 18446744073709551616.0;
  }
  if (!isfinite(sum)) {
    *overflow = true;
    return 0;
  }
  return header_kind(*p) == KIND_BIG_NEG ? -sum : sum;
}

term float_make(struct heap *h, double d) {
  term *p = heap_alloc(h, 2);
  p[0] = MAKE_HEADER(KIND_FLOAT, 1);
  memcpy(p + 1, &d, 8);
  return make_boxed(p);
}

term float_checked(struct heap *h, double d) { return LIKELY(isfinite(d)) ? float_make(h, d) : NV; }

// The largest number of limbs that a double has.
enum { DOUBLE_LIMBS = 34 };

// Writes the limbs of |d|, for |d| >= 2^53, and zeros above them. Returns the length without leading zeros.
static size_t integer_double_limbs(double d, u32 limb[DOUBLE_LIMBS]) {
  u64 bits;
  memcpy(&bits, &d, 8);
  u32 shift = (u32)(bits >> 52 & 0x7FF) - 1075;
  u64 mantissa = (bits & 0xFFFFFFFFFFFFFull) | 1ull << 52;
  memset(limb, 0, DOUBLE_LIMBS * 4);
  u32 at = shift / 32, by = shift % 32;
  limb[at] = (u32)mantissa << by;
  limb[at + 1] = (u32)(mantissa >> (32 - by)); // for by == 0 too: the high half
  if (by) limb[at + 2] = (u32)(mantissa >> 32 >> (32 - by));
  return bigint_trim(limb, DOUBLE_LIMBS);
}

term integer_from_double(struct heap *h, double d) {
  if (fabs(d) < 0x1p59) return make_small((i64)d);
  u32 limb[DOUBLE_LIMBS];
  size_t n = integer_double_limbs(d, limb);
  return integer_from_limbs(h, limb, n, d < 0);
}

// --- Comparison

static int sign_of(i64 v) { return v < 0 ? -1 : v > 0; }

int int_compare(term a, term b) {
  if (both_small(a, b)) return small_val(a) < small_val(b) ? -1 : small_val(a) > small_val(b);
  struct integer x, y;
  integer_view(&x, a);
  integer_view(&y, b);
  if (x.negative != y.negative) return x.negative ? -1 : 1;
  int order = bigint_compare(x.limb, x.n, y.limb, y.n);
  return x.negative ? -order : order;
}

static int compare_small_float(i64 v, double d) {
  if (d >= 0x1p60) return -1;
  if (d <= -0x1p60) return 1;
  i64 whole = (i64)d;
  if (v != whole) return v < whole ? -1 : 1;
  double fraction = d - (double)whole;
  return fraction > 0 ? -1 : fraction < 0;
}

static int compare_big_float(term a, double d) {
  struct integer x;
  integer_view(&x, a);
  int larger = x.negative ? -1 : 1; // the order when a is further from zero than b
  if ((d < 0) != x.negative || fabs(d) < 0x1p58) return larger;
  u32 limb[DOUBLE_LIMBS];
  size_t n = integer_double_limbs(d, limb);
  return larger * bigint_compare(x.limb, x.n, limb, n);
}

static int compare_int_float(term a, double d) {
  return is_small(a) ? compare_small_float(small_val(a), d) : compare_big_float(a, d);
}

int num_compare(term a, term b) {
  if (both_small(a, b)) return sign_of(small_val(a) - small_val(b));
  bool fa = is_float(a), fb = is_float(b);
  if (fa && fb) {
    double x = float_val(a), y = float_val(b);
    return x < y ? -1 : x > y;
  }
  if (fa) return -compare_int_float(b, float_val(a));
  if (fb) return compare_int_float(a, float_val(b));
  return int_compare(a, b);
}
