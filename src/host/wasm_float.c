// SPDX-License-Identifier: Apache-2.0
//
// exp, log, log2 and pow of vm.wasm, in place of the C library's, whose tables are a tenth of the module. Computed by
// series in pairs of doubles (about 100 bits) and rounded once, so that the result is the double nearest to the true
// value, which is also what the C library of erl answers but for one argument in a thousand.

#include <float.h>
#include <math.h>
#include <stdbool.h>

/** The unevaluated sum hi + lo, |lo| at most half a unit in the last place of hi. */
struct pair { double hi, lo; };

static const struct pair LN2 = {0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56};
static const struct pair LOG2_E = {0x1.71547652b82fep+0, 0x1.777d0ffda0d24p-56};

/** For |a| >= |b|. */
static struct pair sum_of(double a, double b) {
  double s = a + b;
  return (struct pair){s, b - (s - a)};
}

static __attribute__((noinline)) struct pair add(struct pair a, struct pair b) {
  double s = a.hi + b.hi, t = s - a.hi;
  return sum_of(s, (a.hi - (s - t)) + (b.hi - t) + a.lo + b.lo);
}

static double upper_half(double a) {
  double c = a * 0x8000001p0;
  return c - (c - a);
}

static __attribute__((noinline)) struct pair multiply(struct pair a, struct pair b) {
  double p = a.hi * b.hi, ah = upper_half(a.hi), bh = upper_half(b.hi), al = a.hi - ah, bl = b.hi - bh;
  return sum_of(p, ((ah * bh - p) + ah * bl + al * bh) + al * bl + (a.hi * b.lo + a.lo * b.hi));
}

static struct pair negative(struct pair a) { return (struct pair){-a.hi, -a.lo}; }

static __attribute__((noinline)) struct pair divide(struct pair a, struct pair b) {
  double q = a.hi / b.hi;
  struct pair rest = add(a, negative(multiply((struct pair){q, 0}, b)));
  return sum_of(q, rest.hi / b.hi);
}

/** The logarithm of x > 0, finite: x = m * 2^*exponent, the answer is that of m, which lies around 1. */
static struct pair log_of_mantissa(double x, int *exponent) {
  int e;
  double m = frexp(x, &e);
  if (m < 0.70710678118654752) m *= 2, e--;
  *exponent = e;
  // log m = 2 atanh s = 2 (s + s^3 / 3 + s^5 / 5 ...), |s| < 0.172
  struct pair s = divide((struct pair){m - 1, 0}, sum_of(m > 1 ? m : 1, m > 1 ? 1 : m));
  struct pair square = multiply(s, s), series = {0, 0};
  int n = 43;
  for (; n > 15; n -= 2) series.hi = series.hi * square.hi + 1.0 / n; // the small terms need no pairs
  for (; n > 0; n -= 2) series = add(multiply(series, square), divide((struct pair){1, 0}, (struct pair){n, 0}));
  series = multiply(series, s);
  return (struct pair){2 * series.hi, 2 * series.lo};
}

static struct pair log_of(double x) {
  int e;
  struct pair m = log_of_mantissa(x, &e);
  return add(multiply((struct pair){e, 0}, LN2), m);
}

/** e to the power of x, |x.hi| < 1000, rounded once, also where the result is subnormal. */
static double exp_of(struct pair x) {
  double n = nearbyint(x.hi * LOG2_E.hi);
  struct pair r = add(x, multiply((struct pair){-n, 0}, LN2)), series = {1, 0}; // |r| < 0.35
  int k = 24;
  for (; k > 12; k--) series.hi = series.hi * r.hi / k + 1;
  for (; k > 0; k--) series = add(divide(multiply(series, r), (struct pair){k, 0}), (struct pair){1, 0});
  double result = ldexp(series.hi, (int)n);
  if (result >= DBL_MIN) return result;
  // A subnormal number: added to 1, it is rounded where its last bit will be, and only there.
  double y = ldexp(series.hi, (int)n + 1022), s = 1 + y, rest = (y - (s - 1)) + ldexp(series.lo, (int)n + 1022);
  return (s + rest - 1) * DBL_MIN;
}

double exp(double x) {
  if (isnan(x)) return x;
  if (x > 710) return INFINITY;
  return x < -746 ? 0 : exp_of((struct pair){x, 0});
}

/** What the logarithms have in common: arguments that have none, or an infinite one. */
static bool no_logarithm(double x, double *out) {
  if (x > 0 && x <= DBL_MAX) return false;
  *out = x == 0 ? -INFINITY : x > 0 ? x : NAN;
  return true;
}

double log(double x) {
  double special;
  return no_logarithm(x, &special) ? special : log_of(x).hi;
}

double log2(double x) {
  double special;
  if (no_logarithm(x, &special)) return special;
  int e;
  struct pair m = multiply(log_of_mantissa(x, &e), LOG2_E);
  return add((struct pair){e, 0}, m).hi;
}

/** pow where one argument is infinite or no number, or x is 0 or 1; x is not negative, y is not 0. */
static double power_special(double x, double y) {
  if (isnan(x) || isnan(y)) return NAN;
  if (x == 1) return 1;
  if (isinf(y)) return (x > 1) == (y > 0) ? INFINITY : 0;
  return (x == 0) == (y < 0) ? INFINITY : 0;
}

double pow(double x, double y) {
  if (x == 1 || y == 0) return 1;
  bool integral = nearbyint(y) == y, odd = integral && nearbyint(y / 2) != y / 2;
  double sign = signbit(x) && odd ? -1 : 1, size = fabs(x);
  if (x < 0 && !integral && isfinite(x)) return NAN;
  if (size == 1 || size == 0 || !isfinite(x) || !isfinite(y)) return sign * power_special(size, y);
  double rough = y * log(size);
  if (rough > 710) return sign * INFINITY;
  if (rough < -746) return sign * 0.0;
  return sign * exp_of(multiply(log_of(size), (struct pair){y, 0}));
}
