// SPDX-License-Identifier: Apache-2.0
// The cold functions of operations that need memory, and calls of BIFs, whose arguments are in X registers.
#include "interp/semantics.h"

// Makes room for a frame; afterwards the operation is done again.
static const cword *more_stack(const cword *ip, term *E, cword bytes) {
  ctx.e = E;
  return process_grow_stack(ctx.p, (u32)(bytes / sizeof(term))) ? ip : exception_exit();
}
const cword *cold_allocate(const cword *ip, term *E) {
  OPERANDS(allocate);
  return more_stack(ip, E, op->frame);
}
const cword *cold_allocate_init(const cword *ip, term *E) {
  OPERANDS(allocate_init);
  return more_stack(ip, E, op->frame);
}
const cword *cold_allocate_move(const cword *ip, term *E) {
  OPERANDS(allocate_move);
  return more_stack(ip, E, op->frame);
}
const cword *cold_is_cons_allocate(const cword *ip, term *E) {
  OPERANDS(is_cons_allocate);
  return more_stack(ip, E, op->frame);
}
const cword *cold_is_cons_allocate_move(const cword *ip, term *E) {
  OPERANDS(is_cons_allocate_move);
  return more_stack(ip, E, op->frame);
}
const cword *cold_is_cons_allocate_move_get_list(const cword *ip, term *E) {
  OPERANDS(is_cons_allocate_move_get_list);
  return more_stack(ip, E, op->frame);
}

// The Y registers of the new frame are not set yet, so the collection sees the caller's frame on top.
const cword *cold_allocate_heap(const cword *ip, term *E) {
  OPERANDS(allocate_heap);
  if ((term *)((char *)E - op->frame) < ctx.slim) return more_stack(ip, E, op->frame);
  if (!interp_collect(ip, E, (u32)op->live, op->words)) return NULL;
  ctx.e = (term *)((char *)ctx.e - op->frame);
  return BEHIND(op);
}

const cword *cold_test_heap(const cword *ip, term *E) {
  OPERANDS(test_heap);
  return interp_collect(ip, E, (u32)op->live, op->words) ? BEHIND(op) : NULL;
}

// Called before a BIF. The slice may be over, or fragments may have accumulated. NULL: leave the loop.
static MAY_GC const struct export *before_bif(const cword *ip, term *E) {
  const struct export *e = OPERANDS_AT(call_bif, ip)->function; // the operand that all calls of BIFs have
  ctx.ip = ip;                                                  // so that process_info of the process itself finds it
  if (UNLIKELY(--ctx.fcalls < 0)) {
    ctx.e = E;
    ctx.live = e->arity;
    ctx.status = RUN_YIELD;
    return NULL;
  }
  return interp_gc_check(ip, E, e->arity) ? e : NULL;
}

// Called with the value of a BIF: does the collection that the BIF has asked for (garbage_collect/0) before the value
// is used. ip is where the process continues.
INLINE MAY_GC bool after_bif(term value, const cword *ip) {
  ctx.x[0] = value;
  return LIKELY(!ctx.p->gc_requested) || interp_collect(ip, ctx.e, 1, 0);
}

const cword *cold_call_bif(const cword *ip, term *E) {
  OPERANDS(call_bif);
  const struct export *e = before_bif(ip, E);
  if (UNLIKELY(!e)) return NULL;
  term r = e->bif(ctx.p, ctx.x);
  if (UNLIKELY(r == NV)) return exception_bif(ip, ctx.e, e, ctx.x, BEHIND(op));
  return after_bif(r, BEHIND(op)) ? BEHIND(op) : NULL;
}

// The BIF's value is the value of the function. The frame is dropped only after the BIF has returned, so that the stack
// trace of an error shows the caller.
static MAY_GC const cword *bif_and_return(const cword *ip, term *E, size_t frame) {
  const struct export *e = before_bif(ip, E);
  if (UNLIKELY(!e)) return NULL;
  term r = e->bif(ctx.p, ctx.x);
  if (UNLIKELY(r == NV)) return exception_bif(ip, ctx.e, e, ctx.x, NULL);
  ctx.e = (term *)((char *)ctx.e + frame);
  const cword *next = word_address(ctx.e[0]);
  return after_bif(r, next) ? next : NULL;
}
const cword *cold_call_bif_only(const cword *ip, term *E) { return bif_and_return(ip, E, 0); }
const cword *cold_call_bif_stub(const cword *ip, term *E) { return bif_and_return(ip, E, 0); }
const cword *cold_call_bif_last(const cword *ip, term *E) {
  OPERANDS(call_bif_last);
  return bif_and_return(ip, E, op->frame);
}

const cword *cold_call_fun(const cword *ip, term *E) {
  OPERANDS(call_fun);
  return interp_call_fun(ip, E, (u32)op->arity, BEHIND(op), 0);
}
const cword *cold_call_fun_last(const cword *ip, term *E) {
  OPERANDS(call_fun_last);
  return interp_call_fun(ip, E, (u32)op->arity, NULL, op->frame);
}
const cword *cold_call_fun2(const cword *ip, term *E) {
  OPERANDS(call_fun2);
  ctx.x[op->arity] = SRC(op->fun);
  return interp_call_fun(ip, E, (u32)op->arity, BEHIND(op), 0);
}
const cword *cold_call_fun2_last(const cword *ip, term *E) {
  OPERANDS(call_fun2_last);
  ctx.x[op->arity] = SRC(op->fun);
  return interp_call_fun(ip, E, (u32)op->arity, NULL, op->frame);
}
