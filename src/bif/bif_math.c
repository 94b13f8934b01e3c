// SPDX-License-Identifier: Apache-2.0
// The module math: C's functions. They raise badarg for an argument that is no number, and badarith when there is no
// finite result.

#include <math.h>

#include "bif/bif.h"
#include "gen/bifs.h"

static term argument_error(term t) { return is_number(t) ? bif_badarith() : bif_badarg(); }

static NOINLINE bool argument(term t, double *out) {
  if (is_float(t)) {
    *out = float_val(t);
    return true;
  }
  bool overflow = true;
  if (is_integer(t)) *out = int_to_double(t, &overflow);
  return !overflow;
}

static term result(double d) { return isfinite(d) ? float_make(HEAP, d) : bif_badarith(); }

static NOINLINE term call1(term x, double (*f)(double)) {
  double d;
  return argument(x, &d) ? result(f(d)) : argument_error(x);
}

static NOINLINE term call2(const term *a, double (*f)(double, double)) {
  double x, y;
  if (!argument(a[0], &x)) return argument_error(a[0]);
  return argument(a[1], &y) ? result(f(x, y)) : argument_error(a[1]);
}

#define MATH1(name) \
  term bif_math_##name(struct process *p UNUSED, term *a) { return call1(a[0], name); }
#define MATH2(name) \
  term bif_math_##name(struct process *p UNUSED, term *a) { return call2(a, name); }
MATH1(sin)
MATH1(cos)
MATH1(tan)
MATH1(asin)
MATH1(acos)
MATH1(atan)
MATH1(sinh)
MATH1(cosh)
MATH1(tanh)
MATH1(asinh)
MATH1(acosh)
MATH1(atanh)
MATH1(exp)
MATH1(log)
MATH1(log2)
MATH1(log10)
MATH1(sqrt)
MATH1(floor)
MATH1(ceil)
MATH1(erf)
MATH1(erfc)
MATH2(atan2)
MATH2(pow)
MATH2(fmod)

term bif_math_pi(struct process *p UNUSED, term *a UNUSED) { return float_make(HEAP, 3.141592653589793); }
term bif_math_tau(struct process *p UNUSED, term *a UNUSED) { return float_make(HEAP, 6.283185307179586); }
