// SPDX-License-Identifier: Apache-2.0
// How built-in functions are written. term bif_x(struct process *p, term *a): a[0..arity) are the
// arguments, p runs (ctx.p == p). Build results with heap_alloc(HEAP, n): it never collects, so
// unrooted terms are safe throughout a BIF. Return the value, or NV after one of the functions below.
// A BIF that may take long charges reductions with bif_bump, or works in portions and returns bif_yield.
#ifndef BIF_BIF_H
#define BIF_BIF_H

#include "process/bif_call.h"
#include "process/process.h"
#include "term/atom.h"
#include "term/binary.h"
#include "term/compare.h"
#include "term/map.h"
#include "term/number.h"

term bif_badarg(void); // error:badarg
term bif_badarith(void);
term bif_system_limit(void);
term bif_error(term reason); // error:Reason
term bif_raise(term fault_class, term reason);
term bif_notsup(const char *what);           // error:{notsup, 'what'}: a feature we lack, by name
term bif_trap(struct export *e, u32 n, ...); // continue in Erlang code: e(Args...)
term bif_trap_mfa(term m, term f, u32 n, ...);
term bif_yield(void); // call me again with a[] as I left it
term bif_wait(void);  // the same, once something wakes the process
INLINE void bif_bump(u32 reductions) { ctx.fcalls -= (i32)reductions; }

// Helpers for arguments.
bool bif_list_length(term list, u32 *n); // false: improper or not a list
INLINE bool bif_small(term t, i64 lo, i64 hi, i64 *out) {
  if (!is_small(t) || small_val(t) < lo || small_val(t) > hi) return false;
  *out = small_val(t);
  return true;
}

#endif
