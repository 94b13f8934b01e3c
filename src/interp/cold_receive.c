// SPDX-License-Identifier: Apache-2.0
// The operations of receive, which are all cold. The compiler makes of a receive a loop: loop_rec takes the message at
// the save pointer of the mailbox (process/mailbox.h), code of the program looks at it, and either remove_message takes
// it out or loop_rec_end goes on to the next. When there are no more, wait and wait_timeout leave the interpreter loop,
// and the scheduler continues at their target once a message has come. The recv_marker operations let a receive begin
// behind the messages that are older than the reference it waits for.
#include "interp/semantics.h"
#include "process/timer.h"

const cword *cold_loop_rec(const cword *ip, term *E) {
  OPERANDS(loop_rec);
  struct message *m = mailbox_peek(ctx.p);
  if (UNLIKELY(ctx.p->ends)) return exception_exit(); // by a signal that it has just received
  if (!m) return op->wait;
  DST(op->dst) = m->value;
  return BEHIND(op);
}

const cword *cold_loop_rec_end(const cword *ip, term *E) { // the message does not match: go to the next one
  OPERANDS(loop_rec_end);
  (void)E;
  if (UNLIKELY(--ctx.fcalls < 0)) {
    ctx.ip = ip;
    ctx.live = 0;
    ctx.status = RUN_YIELD;
    return NULL;
  }
  mailbox_next(ctx.p);
  return op->target;
}

const cword *cold_remove_message(const cword *ip, term *E) {
  OPERANDS(remove_message);
  (void)E;
  mailbox_remove(ctx.p);
  return BEHIND(op);
}

const cword *cold_wait(const cword *ip, term *E) {
  OPERANDS(wait);
  ctx.e = E;
  ctx.ip = op->target;
  ctx.live = 0;
  ctx.status = RUN_WAIT;
  return NULL;
}

// wait_timeout: the first time it reads the time and sets the timer. When a message wakes the process, it comes here
// again and continues to wait; the register that had the time may be overwritten by then. When the timer wakes the
// process, it continues behind, at the operation timeout.
const cword *cold_wait_timeout(const cword *ip, term *E) {
  OPERANDS(wait_timeout);
  struct process *p = ctx.p;
  if (p->timed_out) {
    p->timed_out = false;
    return BEHIND(op);
  }
  if (!p->receive_timer && !p->timeless) {
    term t = SRC(op->time);
    if (t == 0) return BEHIND(op);
    if (t == ATOM_infinity) {
      p->timeless = true;
    } else {
      if (!is_small(t) || small_val(t) < 0 || small_val(t) > 0xFFFFFFFFll)
        return exception_error(ip, E, ATOM_timeout_value);
      if (!timer_receive_start(p, (u64)small_val(t))) return exception_error(ip, E, ATOM_system_limit);
    }
  }
  p->timeout_ip = BEHIND(op);
  return cold_wait(ip, E);
}

const cword *cold_timeout(const cword *ip, term *E) {
  OPERANDS(timeout);
  (void)E;
  timer_receive_cancel(ctx.p);
  ctx.p->timed_out = false;
  mailbox_reset(ctx.p);
  return BEHIND(op);
}

const cword *cold_recv_marker_reserve(const cword *ip, term *E) {
  OPERANDS(recv_marker_reserve);
  DST(op->dst) = mailbox_marker_reserve(ctx.p);
  return BEHIND(op);
}
const cword *cold_recv_marker_bind(const cword *ip, term *E) {
  OPERANDS(recv_marker_bind);
  mailbox_marker_bind(ctx.p, SRC(op->marker), SRC(op->reference));
  return BEHIND(op);
}
const cword *cold_recv_marker_clear(const cword *ip, term *E) {
  OPERANDS(recv_marker_clear);
  mailbox_marker_clear(ctx.p, SRC(op->marker));
  return BEHIND(op);
}
const cword *cold_recv_marker_use(const cword *ip, term *E) {
  OPERANDS(recv_marker_use);
  mailbox_marker_use(ctx.p, SRC(op->marker));
  return BEHIND(op);
}
