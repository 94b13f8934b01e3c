// SPDX-License-Identifier: Apache-2.0
// The operation of `!`, which is cold; erlang:send/2 and its like are BIFs (bif/bif_signal.c).
#include "interp/semantics.h"
#include "process/signal.h"

static enum send_result send(struct process *p, term to, term message) {
  if (!is_local_pid(to) || to != p->pid) return signal_send_to(p, to, message);
  return signal_send(p, p, message) ? SEND_OK : SEND_NO_MEMORY;
}

const cword *cold_send(const cword *ip, term *E) {
  OPERANDS(send);
  if (UNLIKELY(--ctx.fcalls < 0)) {
    ctx.ip = ip;
    ctx.live = 2;
    ctx.status = RUN_YIELD;
    return NULL;
  }
  switch (send(ctx.p, ctx.x[0], ctx.x[1])) {
    case SEND_OK:
    case SEND_NOSUSPEND: ctx.x[0] = ctx.x[1]; return BEHIND(op);
    case SEND_NO_MEMORY: return exception_error(ip, E, ATOM_system_limit);
    default: return exception_guard_bif(ip, E, ATOM_send, ATOM_badarg, ctx.x, 2); // in the trace as erlang:send/2
  }
}
