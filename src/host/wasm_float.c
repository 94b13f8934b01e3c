// SPDX-License-Identifier: Apache-2.0
//
// The functions exp, log, log2, log10, pow, sin, cos, tan and cosh of vm.wasm. They replace those of the C library,
// whose tables are a tenth of the module, and those of the host, which are less exact. They compute series in pairs
// of doubles (about 100 bits) and round once, so the result is the double nearest to the true value. The C library of
// erl answers the same, except for about one argument in a thousand.

#include <float.h>
#include <math.h>
#include <stdbool.h>

/** The unevaluated sum hi + lo, |lo| at most half a unit in the last place of hi. */
struct pair {
  double hi, lo;
};

static const struct pair LN2 = {0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56};
static const double LOG10_E = 0x1.bcb7b1526e50ep-2;
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

/** e to the power of x, |x.hi| < 1000, but for a factor of 2^*exponent: the answer lies around 1. */
static struct pair power_of_e(struct pair x, int *exponent) {
  double n = nearbyint(x.hi * LOG2_E.hi);
  struct pair r = add(x, multiply((struct pair){-n, 0}, LN2)), series = {1, 0}; // |r| < 0.35
  int k = 24;
  for (; k > 12; k--) series.hi = series.hi * r.hi / k + 1;
  for (; k > 0; k--) series = add(divide(multiply(series, r), (struct pair){k, 0}), (struct pair){1, 0});
  *exponent = (int)n;
  return series;
}

/** The same, rounded once, also where the result is subnormal. */
static double exp_of(struct pair x) {
  int n;
  struct pair series = power_of_e(x, &n);
  double result = ldexp(series.hi, n);
  if (result >= DBL_MIN) return result;
  // The result is a subnormal number: adding 1 rounds it at the place of its last bit, and only there.
  double y = ldexp(series.hi, n + 1022), s = 1 + y, rest = (y - (s - 1)) + ldexp(series.lo, n + 1022);
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

// log10 and cosh are computed from log and exp in the same steps as in the C library that erl uses, which rounds more
// than once: so the last digits are the same.

double log10(double x) {
  static const double LOG10_2_HI = 0x1.34413509f6p-2, LOG10_2_LO = 0x1.9fef311f12b36p-42;
  double special;
  if (no_logarithm(x, &special)) return special;
  int e;
  double m = frexp(x, &e) * 2; // in [1, 2)
  e--;
  if (e < 0) m /= 2, e++;
  return (e * LOG10_2_LO + LOG10_E * log(m)) + e * LOG10_2_HI;
}

double cosh(double x) {
  double size = fabs(x);
  if (!isfinite(x)) return size;
  if (size < 0x1.62e42fefa39efp-2) { // log(2) / 2
    int n;
    struct pair e = power_of_e((struct pair){size, 0}, &n);
    double t = (e.hi - 1) + e.lo, w = 1 + t;
    return size < 0x1p-55 ? w : 1 + t * t / (w + w);
  }
  if (size < 22) {
    double t = exp(size);
    return 0.5 * t + 0.5 / t;
  }
  if (size < 709.78) return 0.5 * exp(size);
  double w = exp(0.5 * size);
  return 0.5 * w * w;
}

// --- sin, cos, tan

// Of the C library; the answer is exact to 113 bits.
int __rem_pio2_large(double *x, double *y, int exponent, int count, int precision);

/** x is *quadrant times pi / 2 and the answer, of at most pi / 4. */
static struct pair within_quadrant(double x, int *quadrant) {
  double size = fabs(x), parts[3], rest[3];
  *quadrant = 0;
  if (size < 0.785) return (struct pair){x, 0};
  int exponent, count = 3;
  double z = ldexp(frexp(size, &exponent), 24); // 53 bits in three parts of 24
  for (int i = 0; i < 3; i++) {
    parts[i] = floor(z);
    z = (z - parts[i]) * 0x1p24;
  }
  while (parts[count - 1] == 0) count--;
  *quadrant = __rem_pio2_large(parts, rest, exponent - 24, count, 3);
  struct pair r = sum_of(rest[0], rest[1]);
  r = sum_of(r.hi, r.lo + rest[2]);
  if (x < 0) *quadrant = -*quadrant, r = negative(r);
  return r;
}

/** The series of the sine without its factor r (odd: 1), or of the cosine (odd: 0). */
static struct pair circular_series(struct pair r, int odd) {
  struct pair square = negative(multiply(r, r)), series = {1, 0}, one = {1, 0};
  int k = 15;
  for (; k > 9; k--) series.hi = 1 + square.hi * series.hi / ((2 * k + odd) * (2 * k + odd - 1));
  for (; k > 0; k--) {
    struct pair factor = {(2 * k + odd) * (2 * k + odd - 1), 0};
    series = add(one, divide(multiply(square, series), factor));
  }
  return odd ? multiply(series, r) : series;
}

/** The same, with odd's factor, to about 60 bits; *doubt is the most that its error can be. */
static struct pair circular_quickly(struct pair r, int odd, double *doubt) {
  struct pair square = multiply(r, r), sum;
  double s = square.hi, series = 0;
  for (int k = 9; k > 1; k--) series = (1 - s * series) / ((2 * k + odd) * (2 * k + odd - 1));
  if (odd) {
    double part = r.hi * (s * s * series - square.lo - s) / 6;
    sum = sum_of(r.hi, part);
    sum.lo += r.lo * (1 - s / 2);
    *doubt = fabs(part) * 0x1p-51;
  } else {
    sum = sum_of(1, -s / 2);
    sum.lo += s * s * series / 2 - square.lo / 2;
    *doubt = s * s * 0x1p-53;
  }
  return sum;
}

/** Rounded once: quickly where that is beyond doubt, which it is in most cases. */
static double circular_of(struct pair r, int odd) {
  double doubt;
  struct pair quick = circular_quickly(r, odd, &doubt);
  double result = quick.hi + (quick.lo - doubt);
  return result == quick.hi + (quick.lo + doubt) ? result : circular_series(r, odd).hi;
}

static double circular(double x, int turn) {
  int quadrant;
  if (!isfinite(x)) return NAN;
  struct pair r = within_quadrant(x, &quadrant);
  quadrant += turn;
  double result = circular_of(r, !(quadrant & 1));
  return quadrant & 2 ? -result : result;
}

/** Below this size x and its sine are the same double. */
static const double TINY = 0x1p-27;

double sin(double x) { return fabs(x) < TINY ? x : circular(x, 0); }
double cos(double x) { return circular(x, 1); }

double tan(double x) {
  int quadrant;
  if (!isfinite(x)) return NAN;
  if (fabs(x) < TINY) return x;
  struct pair r = within_quadrant(x, &quadrant), s = circular_series(r, 1), c = circular_series(r, 0);
  return quadrant & 1 ? divide(negative(c), s).hi : divide(s, c).hi;
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
