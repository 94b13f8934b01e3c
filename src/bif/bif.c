// SPDX-License-Identifier: Apache-2.0
// The ends of BIFs: an exception, a trap, a wait. These functions set the fields of ctx that the interpreter reads
// after a BIF has returned NV. They always return NV, so that a BIF can say "return bif_badarg()".
#include "bif/bif.h"

#include <stdarg.h>

term bif_raise(term fault_class, term reason) {
  ctx.fault_class = fault_class;
  ctx.fault_reason = reason;
  ctx.fault_args = NV;
  ctx.fault_info = NV;
  ctx.fault_trace = NV;
  return bif_stop(BIF_RAISE);
}

term bif_error(term reason) { return bif_raise(ATOM_error, reason); }
term bif_badarg(void) { return bif_error(ATOM_badarg); }
term bif_badarith(void) { return bif_error(ATOM_badarith); }
term bif_system_limit(void) { return bif_error(ATOM_system_limit); }
term bif_notsup(const char *what) { return bif_error(tuple2(HEAP, ATOM_notsup, atom_from_c(what))); }

// On some machines va_list is an array, which cannot be passed on; so it is passed inside a struct.
struct arguments {
  va_list list;
};

static term trap_to(struct export *e, u32 n, struct arguments *args) {
  for (u32 i = 0; i < n; i++) ctx.x[i] = va_arg(args->list, term);
  if (!e) return bif_system_limit();
  ctx.trap = e;
  return bif_stop(BIF_TRAP);
}

term bif_trap(struct export *e, u32 n, ...) {
  struct arguments args;
  va_start(args.list, n);
  term result = trap_to(e, n, &args);
  va_end(args.list);
  return result;
}

term bif_trap_mfa(term m, term f, u32 n, ...) {
  struct arguments args;
  va_start(args.list, n);
  term result = trap_to(export_get(m, f, n), n, &args);
  va_end(args.list);
  return result;
}

term bif_yield(void) { return bif_stop(BIF_YIELD); }
term bif_wait(void) { return bif_stop(BIF_WAIT); }

bool bif_list_length(term list, u32 *n) {
  u32 count = 0;
  for (; is_cons(list); list = tl(list)) count++;
  *n = count;
  return list == NIL;
}
