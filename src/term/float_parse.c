// SPDX-License-Identifier: Apache-2.0
// Text to float, rounded to the nearest double (halves to even) however long the text is: short texts by one exact
// floating point operation, the others by dividing big integers. Called by BIFs.

#include <math.h>

#include "term/bigint.h"
#include "term/number.h"

// The number 0.d1d2...dn * 10^point; digits after the first MAX_DIGITS matter only in being all zero or not.
enum { MAX_DIGITS = 800 };
struct scanned {
  bool negative;
  i64 point;
  size_t n;
  u8 digit[MAX_DIGITS + 1]; // ASCII
};

static bool is_digit(u8 c) { return c >= '0' && c <= '9'; }

static void add_digit(struct scanned *s, u8 c) {
  if (!s->n && c == '0') return;
  if (s->n < MAX_DIGITS) {
    s->digit[s->n++] = c;
  } else if (c != '0') { // of digits after MAX_DIGITS only whether all are zero matters
    s->digit[MAX_DIGITS] = '1';
    s->n = MAX_DIGITS + 1;
  }
}

static const u8 *scan_digits(struct scanned *s, const u8 *p, const u8 *end, i64 step) {
  for (; p < end && is_digit(*p); p++) {
    bool leading = !s->n && *p == '0';
    add_digit(s, *p);
    if (step ? leading : !leading) s->point += step ? -1 : 1;
  }
  return p;
}

static bool scan_exponent(const u8 *p, const u8 *end, i64 *exponent) {
  bool negative = p < end && *p == '-';
  if (negative || (p < end && *p == '+')) p++;
  if (p == end) return false;
  i64 value = 0;
  for (; p < end; p++) {
    if (!is_digit(*p)) return false;
    if (value < 1000000000000) value = value * 10 + (*p - '0');
  }
  *exponent = negative ? -value : value;
  return true;
}

// Reads sign, digits, point (or comma, which OTP accepts), digits, and an optional exponent. False: there is anything
// else.
static bool scan(struct scanned *s, const u8 *p, const u8 *end) {
  s->n = 0;
  s->point = 0;
  s->negative = p < end && *p == '-';
  if (s->negative || (p < end && *p == '+')) p++;
  const u8 *start = p;
  p = scan_digits(s, p, end, 0);
  if (p == start || p == end || (*p != '.' && *p != ',')) return false;
  start = ++p;
  p = scan_digits(s, p, end, 1);
  if (p == start) return false;
  if (p == end) return true;
  i64 exponent;
  if ((*p != 'e' && *p != 'E') || !scan_exponent(p + 1, end, &exponent)) return false;
  s->point += exponent;
  return true;
}

// Up to 15 digits and a power of ten below 10^23 are exact doubles, so one operation on them rounds only once.
static bool quick(const struct scanned *s, double *out) {
  i64 exponent = s->point - (i64)s->n;
  if (s->n > 15 || exponent < -22 || exponent > 22) return false;
  double value = 0, power = 1;
  for (size_t i = 0; i < s->n; i++) value = value * 10 + (s->digit[i] - '0');
  for (i64 i = exponent < 0 ? -exponent : exponent; i > 0; i--) power *= 10;
  *out = exponent < 0 ? value / power : value * power;
  return true;
}

enum { RATIO_LIMBS = 136 };
struct ratio_part {
  size_t n;
  u32 limb[RATIO_LIMBS];
};

static void scale_pow10(struct ratio_part *x, u32 exponent) {
  while (exponent) {
    u32 step = exponent < 9 ? exponent : 9, factor = 1;
    for (u32 i = 0; i < step; i++) factor *= 10;
    u32 carry = bigint_mul_small(x->limb, x->limb, x->n, factor, 0);
    if (carry) x->limb[x->n++] = carry;
    exponent -= step;
  }
}

static void shift_up(struct ratio_part *x, u32 bits) {
  u32 whole = bits / 32;
  u32 carry = bigint_shl(x->limb + whole, x->limb, x->n, bits % 32);
  memset(x->limb, 0, whole * 4);
  x->n += whole;
  if (carry) x->limb[x->n++] = carry;
}

// Rounds q * 2^exponent to a double; q has its top bit set. sticky: the value is a little larger than that.
static double round_to_double(u64 q, int exponent, bool sticky) {
  // Denormals have fewer bits.
  int keep = exponent + 63 >= -1022 ? 53 : 53 - (-1022 - (exponent + 63));
  if (keep < 0) return 0;
  int drop = 64 - keep;
  u64 mantissa = drop == 64 ? 0 : q >> drop, half = 1ull << (drop - 1), rest = q & (half | (half - 1));
  if (rest > half || (rest == half && (sticky || mantissa & 1))) mantissa++;
  return ldexp((double)mantissa, exponent + drop);
}

static bool divide(struct ratio_part *num, struct ratio_part *den, double *out) {
  int shift = (int)bigint_bits(den->limb, den->n) + 64 - (int)bigint_bits(num->limb, num->n);
  if (shift > 0) shift_up(num, (u32)shift);
  if (shift < 0) shift_up(den, (u32)-shift);
  u32 q[4] = {0, 0, 0, 0}, rest[RATIO_LIMBS];
  if (!bigint_divide(q, rest, num->limb, num->n, den->limb, den->n)) return false;
  bool sticky = bigint_trim(rest, den->n) > 0;
  u64 quotient = (u64)q[1] << 32 | q[0]; // 64 or 65 bits
  int exponent = -shift;
  if (q[2]) {
    sticky |= quotient & 1;
    quotient = quotient >> 1 | 1ull << 63;
    exponent++;
  }
  *out = round_to_double(quotient, exponent, sticky);
  return true;
}

static bool convert(const struct scanned *s, double *out) {
  *out = 0;
  if (!s->n || s->point < -330) return true;
  if (s->point > 310) return false;
  if (quick(s, out)) return true;
  struct ratio_part num = {.n = 0}, den = {1, {1}};
  if (!bigint_parse(num.limb, s->digit, s->n, 10)) return false;
  num.n = bigint_trim(num.limb, bigint_parse_limbs(s->n, 10));
  i64 exponent = s->point - (i64)s->n;
  scale_pow10(exponent < 0 ? &den : &num, (u32)(exponent < 0 ? -exponent : exponent));
  return divide(&num, &den, out) && isfinite(*out);
}

bool num_parse_float(const u8 *text, size_t n, double *out) {
  struct scanned s;
  if (!scan(&s, text, text + n) || !convert(&s, out)) return false;
  if (s.negative) *out = -*out;
  return true;
}
