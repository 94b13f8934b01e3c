// SPDX-License-Identifier: Apache-2.0
// The protocol of a call of a BIF: what its caller (interp/, ets/ for guards, host/js_process.c) and the BIF owe each
// other. bif/bif.h says how one is written.
//
// The caller has the process entered (ctx.p == p), the arguments in an array a[0..arity) that the BIF may change, and
// ctx.fcalls counting down, from which the BIF takes what it costs beyond a call. It may look into the heap again only
// through what is rooted: a BIF does not collect, but the caller does before the next one when fragments have piled up.
//
// The BIF answers a term: its value. Or it answers NV, and ctx.bif_status says what is to be done. Nothing else is
// valid in ctx of what stands behind a status, and the status itself only after NV.
#ifndef PROCESS_BIF_CALL_H
#define PROCESS_BIF_CALL_H

#include "process/ctx.h"

enum bif_status {
  BIF_RAISE, // raise ctx.fault_class : ctx.fault_reason; fault_args, fault_info and fault_trace add to the trace, or NV
  BIF_TRAP,  // call ctx.trap with the arguments in ctx.x[0..arity) instead; its value is that of the BIF
  BIF_YIELD, // call the same BIF again, with a[] as it has left it, after a yield
  BIF_WAIT,  // the same, but only once the process is woken
  BIF_EXITING,  // the process has ended itself: stop running it
  BIF_HIBERNATE // process_hibernate has set ctx.e, ip, live, x and status: leave the loop
};

// What a BIF returns that stops in one of these ways; those with more to say are in bif/bif.h.
INLINE term bif_stop(enum bif_status status) {
  ctx.bif_status = status;
  return NV;
}

#endif
