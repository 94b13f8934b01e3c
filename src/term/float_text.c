// SPDX-License-Identifier: Apache-2.0
// Floats to text, exactly and without tables: the shortest text that reads back as the same double (Steele and White's
// Dragon4, with a fast path for the short decimals that programs mostly use), and the exact decimal expansion, rounded
// to a wanted number of digits. Called by BIFs and print.c.

#include <math.h>

#include "term/bigint.h"
#include "term/number.h"

// |d| = mantissa * 2^exponent.
struct parts {
  u64 mantissa;
  int exponent;
  // Narrow_below: the next lower double is half as far away as the next higher one.
  bool negative, narrow_below;
};
static struct parts parts_of(double d) {
  u64 bits;
  memcpy(&bits, &d, 8);
  u64 fraction = bits & 0xFFFFFFFFFFFFFull;
  int biased = (int)(bits >> 52 & 0x7FF);
  struct parts p = {fraction, -1074, bits >> 63, fraction == 0 && biased > 1};
  if (biased) p.mantissa |= 1ull << 52, p.exponent = biased - 1075;
  return p;
}

// The number 0.d1d2...dn * 10^point.
enum { EXACT_DIGITS = 800 }; // a double has at most 767
struct decimal {
  int n, point;
  u8 digit[EXACT_DIGITS];
};

// A magnitude in a fixed number of limbs: the largest one needed here is 5^1074 * 2^53.
enum { WIDE_LIMBS = 84 };
struct wide {
  u32 n, limb[WIDE_LIMBS];
};
static NOINLINE void wide_set(struct wide *w, u64 v) {
  w->limb[0] = (u32)v;
  w->limb[1] = (u32)(v >> 32);
  w->n = (u32)bigint_trim(w->limb, 2);
}
static NOINLINE void wide_mul(struct wide *w, u32 factor) {
  u32 carry = bigint_mul_small(w->limb, w->limb, w->n, factor, 0);
  if (carry) w->limb[w->n++] = carry;
}
static NOINLINE void wide_shl(struct wide *w, u32 bits) {
  u32 whole = bits / 32;
  u32 carry = bigint_shl(w->limb + whole, w->limb, w->n, bits % 32);
  memset(w->limb, 0, whole * 4);
  w->n += whole;
  if (carry) w->limb[w->n++] = carry;
}
static void wide_mul_pow5(struct wide *w, u32 exponent) {
  for (; exponent >= 13; exponent -= 13) wide_mul(w, 1220703125); // 5^13
  u32 rest = 1;
  while (exponent--) rest *= 5;
  wide_mul(w, rest);
}
static NOINLINE void wide_mul_pow10(struct wide *w, u32 exponent) {
  wide_mul_pow5(w, exponent);
  wide_shl(w, exponent);
}
static NOINLINE int wide_compare(const struct wide *a, const struct wide *b) {
  return bigint_compare(a->limb, a->n, b->limb, b->n);
}
// Needs a >= b.
static NOINLINE void wide_sub(struct wide *a, const struct wide *b) {
  bigint_sub(a->limb, a->limb, a->n, b->limb, b->n);
  a->n = (u32)bigint_trim(a->limb, a->n);
}
// Compares a + b with c.
static NOINLINE int wide_compare_sum(const struct wide *a, const struct wide *b, const struct wide *c) {
  struct wide sum;
  const struct wide *large = a->n < b->n ? b : a, *little = large == a ? b : a;
  sum.n = large->n;
  u32 carry = bigint_add(sum.limb, large->limb, large->n, little->limb, little->n);
  if (carry) sum.limb[sum.n++] = carry;
  return wide_compare(&sum, c);
}

static void push_unsigned(struct decimal *out, u64 v) {
  u8 text[20];
  int n = 0;
  for (; v; v /= 10) text[n++] = (u8)(v % 10);
  out->point = n;
  for (out->n = 0; n; out->n++) out->digit[out->n] = text[--n];
  while (out->n && !out->digit[out->n - 1]) out->n--;
}

// A decimal of at most 15 digits is the only one of its length near its double. So the first power of ten that makes d
// a whole number and divides back to d gives the shortest text.
static bool short_decimal(double d, struct decimal *out) {
  if (d >= 1e15 || d < 1e-5) return false;
  double scale = 1;
  for (int decimals = 0; decimals <= 19; decimals++, scale *= 10) {
    double whole = rint(d * scale);
    if (whole >= 1e15) return false;
    if (whole / scale != d) continue;
    push_unsigned(out, (u64)whole);
    out->point -= decimals;
    return true;
  }
  return false;
}

// The state of Dragon4: the value is r/s; half the distances to the neighbouring doubles are low/s and high/s.
struct dragon {
  struct wide r, s, low, high;
  // The ends of the interval read back as the value too, because the mantissa is even.
  bool closed;
};
static int dragon_start(struct dragon *g, const struct parts *p) {
  u32 up = p->exponent > 0 ? (u32)p->exponent : 0, down = p->exponent < 0 ? (u32)-p->exponent : 0;
  u32 extra = p->narrow_below;
  g->closed = !(p->mantissa & 1);
  wide_set(&g->r, p->mantissa);
  wide_shl(&g->r, up + 1 + extra);
  wide_set(&g->s, 1);
  wide_shl(&g->s, down + 1 + extra);
  wide_set(&g->low, 1);
  wide_shl(&g->low, up);
  wide_set(&g->high, 1);
  wide_shl(&g->high, up + extra);
  int bits = 64 - __builtin_clzll(p->mantissa) + p->exponent; // 2^(bits-1) <= value < 2^bits
  // The right value or one less.
  int point = (int)ceil((bits - 1) * 0.30102999566398120 - 1e-10);
  if (point >= 0) {
    wide_mul_pow10(&g->s, (u32)point);
  } else {
    wide_mul_pow10(&g->r, (u32)-point);
    wide_mul_pow10(&g->low, (u32)-point);
    wide_mul_pow10(&g->high, (u32)-point);
  }
  int order = wide_compare_sum(&g->r, &g->high, &g->s);
  if (order > 0 || (order == 0 && g->closed)) {
    point++;
  } else {
    wide_mul(&g->r, 10), wide_mul(&g->low, 10), wide_mul(&g->high, 10);
  }
  return point;
}

static void dragon(const struct parts *p, struct decimal *out) {
  struct dragon g;
  out->point = dragon_start(&g, p);
  for (out->n = 0;;) {
    u8 digit = 0;
    while (wide_compare(&g.r, &g.s) >= 0) wide_sub(&g.r, &g.s), digit++;
    int below = wide_compare(&g.r, &g.low), above = wide_compare_sum(&g.r, &g.high, &g.s);
    bool stop_low = below < 0 || (below == 0 && g.closed), stop_high = above > 0 || (above == 0 && g.closed);
    if (stop_low || stop_high) {
      int half = wide_compare_sum(&g.r, &g.r, &g.s);
      if (!stop_low || (stop_high && (half > 0 || (half == 0 && digit & 1)))) digit++;
      out->digit[out->n++] = digit;
      return;
    }
    out->digit[out->n++] = digit;
    wide_mul(&g.r, 10), wide_mul(&g.low, 10), wide_mul(&g.high, 10);
  }
}

// Computes all digits of a positive double.
static NOINLINE void exact(struct parts p, struct decimal *out) {
  while (p.exponent < 0 && !(p.mantissa & 1)) p.mantissa >>= 1, p.exponent++;
  struct wide w;
  wide_set(&w, p.mantissa);
  if (p.exponent >= 0) {
    wide_shl(&w, (u32)p.exponent);
  } else {
    wide_mul_pow5(&w, (u32)-p.exponent);
  }
  u8 text[EXACT_DIGITS];
  int at = EXACT_DIGITS;
  while (w.n) {
    u32 chunk = bigint_div_small(w.limb, w.limb, w.n, 1000000000);
    w.n = (u32)bigint_trim(w.limb, w.n);
    for (int i = 0; i < 9 && (chunk || w.n); i++, chunk /= 10) text[--at] = (u8)(chunk % 10);
  }
  out->n = EXACT_DIGITS - at;
  memcpy(out->digit, text + at, (size_t)out->n);
  out->point = out->n + (p.exponent < 0 ? p.exponent : 0);
}

// Rounds to the first `keep` digits (halves to even) and pads with zeros to that length.
static NOINLINE void round_digits(struct decimal *x, int keep) {
  if (keep < 0) x->n = 0;
  if (x->n > keep && keep >= 0) {
    bool more = false;
    for (int i = keep + 1; i < x->n; i++) more |= x->digit[i] != 0;
    u8 next = x->digit[keep], last = keep ? x->digit[keep - 1] : 0;
    bool up = next > 5 || (next == 5 && (more || last & 1));
    x->n = keep;
    int i = keep - 1;
    while (up && i >= 0 && x->digit[i] == 9) x->digit[i--] = 0;
    if (up && i >= 0) {
      x->digit[i]++;
    } else if (up) { // 9.99 becomes 10.0
      memmove(x->digit + 1, x->digit, (size_t)x->n);
      x->digit[0] = 1;
      x->point++;
      x->n++;
    }
  }
}

static NOINLINE void put_digits(struct bytes *out, const struct decimal *x, int from, int to) {
  for (int i = from; i < to; i++) bytes_put(out, (u8)('0' + (i >= 0 && i < x->n ? x->digit[i] : 0)));
}

static void put_exponent(struct bytes *out, int exponent) {
  bytes_put(out, 'e');
  bytes_signed(out, exponent);
}

static int decimal_length(int v) { return (v < 0) + (v > -10 && v < 10 ? 1 : v > -100 && v < 100 ? 2 : 3); }

// Writes as io_lib does: without an exponent unless the form with an exponent is shorter.
static void put_shortest(struct bytes *out, const struct decimal *x, bool force_exponent) {
  int n = x->n, point = x->point, exponent = point - 1;
  int cost = decimal_length(exponent) + 1 + (n == 1 ? 2 : 1);
  bool positional = point < 0 ? 2 - point <= cost : point >= n ? point - n + 2 <= cost : true;
  if (point == 0) positional = true;
  if (!positional || force_exponent) {
    put_digits(out, x, 0, 1);
    bytes_put(out, '.');
    put_digits(out, x, 1, n > 1 ? n : 2);
    put_exponent(out, exponent);
    return;
  }
  put_digits(out, x, point > 0 ? 0 : -1, point > 0 ? point : 0);
  bytes_put(out, '.');
  put_digits(out, x, point, point >= n ? point + 1 : n);
}

void num_print_float(struct bytes *out, double d) {
  struct parts p = parts_of(d);
  if (p.negative) bytes_put(out, '-');
  if (!p.mantissa) {
    bytes_text(out, "0.0");
    return;
  }
  struct decimal x;
  if (!short_decimal(fabs(d), &x)) dragon(&p, &x);
  put_shortest(out, &x, fabs(d) >= 0x1p53);
}

// The two functions below write as C's %.*e and %.*f do.
static void exact_or_zero(const struct parts *p, struct decimal *x) {
  x->n = 0;
  x->point = 1;
  if (p->mantissa) exact(*p, x);
}

void num_print_float_scientific(struct bytes *out, double d, int decimals) {
  struct parts p = parts_of(d);
  struct decimal x;
  exact_or_zero(&p, &x);
  round_digits(&x, decimals + 1);
  int exponent = x.point - 1;
  if (p.negative) bytes_put(out, '-');
  put_digits(out, &x, 0, 1);
  if (decimals > 0) bytes_put(out, '.');
  put_digits(out, &x, 1, decimals + 1);
  bytes_text(out, exponent < 0 ? "e-" : "e+");
  u32 size = (u32)(exponent < 0 ? -exponent : exponent);
  if (size < 10) bytes_put(out, '0');
  bytes_unsigned(out, size);
}

static void put_fixed(struct bytes *out, const struct parts *p, int decimals) {
  struct decimal x;
  exact_or_zero(p, &x);
  round_digits(&x, x.point + decimals);
  if (!x.n) x.point = 0;
  if (x.point > 0) {
    put_digits(out, &x, 0, x.point);
  } else {
    bytes_put(out, '0');
  }
  if (decimals > 0) bytes_put(out, '.');
  put_digits(out, &x, x.point, x.point + decimals);
}

// OTP computes up to 18 decimals in floating point and rounds halves up, which sometimes differs from C. We compute the
// same way, because the digits must be the same.
static void put_fixed_fast(struct bytes *out, double d, int decimals) {
  u64 whole = (u64)d, unit = 1;
  for (int i = 0; i < decimals; i++) unit *= 10;
  u64 fraction = (u64)round((d - (double)whole) * (double)unit);
  if (fraction >= unit) fraction -= unit, whole++;
  bytes_unsigned(out, whole);
  if (decimals == 0) return;
  bytes_put(out, '.');
  while (decimals--) {
    unit /= 10;
    bytes_put(out, (u8)('0' + fraction / unit));
    fraction %= unit;
  }
}

bool num_print_float_decimals(struct bytes *out, double d, int decimals, bool compact) {
  enum { LONGEST = 255 }; // the size of OTP's buffer
  struct parts p = parts_of(d);
  size_t start = out->len;
  if (p.negative) bytes_put(out, '-');
  bool fast = decimals <= 18 && fabs(d) < 0x1p53;
  if (fast) {
    put_fixed_fast(out, fabs(d), decimals);
  } else {
    put_fixed(out, &p, decimals);
  }
  if (out->len - start > LONGEST) {
    out->len = start;
    return false;
  }
  // As in OTP, compact also takes zeros off the end of a large whole number when no decimals are wanted.
  if (compact && (decimals > 0 || !fast) && !out->failed) {
    while (out->data[out->len - 1] == '0' && out->data[out->len - 2] != '.') out->len--;
  }
  return true;
}
