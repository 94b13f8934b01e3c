// SPDX-License-Identifier: Apache-2.0
// How built-in functions (BIFs) are written: term bif_x(struct process *p, term *a). a[0..arity) are the arguments, and
// p is the running process (ctx.p == p). Results are built with heap_alloc(HEAP, n), which never collects, so a BIF may
// hold unrooted terms. A BIF returns its value, or NV after it has called one of the functions below. A BIF that may
// take long charges reductions with bif_bump, or works in portions and returns bif_yield.
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
term bif_notsup(const char *what);           // error:{notsup, 'what'}: names a feature that we lack
term bif_trap(struct export *e, u32 n, ...); // continues in Erlang code, with a call of e(Args...)
term bif_trap_mfa(term m, term f, u32 n, ...);
term bif_yield(void); // the BIF is called again, with a[] as it left it
term bif_wait(void);  // the same, when something wakes the process
INLINE void bif_bump(u32 reductions) { ctx.fcalls -= (i32)reductions; }

// Helpers for arguments.
bool bif_has_bytes(term t); // whether its whole bytes can be read: until OTP 26 those in front of a part of a byte
bool bif_list_length(term list, u32 *n); // false: list is improper, or no list
INLINE bool bif_small(term t, i64 lo, i64 hi, i64 *out) {
  if (!is_small(t) || small_val(t) < lo || small_val(t) > hi) return false;
  *out = small_val(t);
  return true;
}

#endif
