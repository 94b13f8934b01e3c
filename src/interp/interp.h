// SPDX-License-Identifier: Apache-2.0
// The engine: runs one slice of a process. interp.c is one switch over the hot operations; cold ones are
// functions called through a table (cold_*.c). X registers live in ctx, E and ip in locals. Anything that
// leaves the loop (yield, wait, exit) saves E and ip in ctx, sets ctx.status and returns NV.
#ifndef INTERP_INTERP_H
#define INTERP_INTERP_H

#include "code/operands.h"
#include "process/bif_call.h"
#include "process/process.h"

void interp_init(void); // sets the run_slice hook
// Continues at ip with stack top E; returns x0 when a frame at base returns (the JIT's seam), else NV.
term interp(term *E, const cword *ip, const term *base);

// A cold operation: returns where to continue, or NULL after setting ctx.status. E is in ctx.e, both ways.
typedef const cword *(*cold_fn)(const cword *ip, term *E);
// Fused with the operation that stands whole behind the first: the first's twin goes on with it (code/fuse.c).
#define cold_heap_list_aax cold_test_heap
#define cold_heap_list_yax cold_test_heap
#define cold_heap_list_yax_end cold_test_heap
#define cold_heap_tuple cold_test_heap
#define cold_add_aa_return cold_add_aa
#define cold_is_cons_allocate_move_get_list_call_fun2 cold_is_cons_allocate_move_get_list
#define COLD(name) const cword *cold_##name(const cword *ip, term *E);
#include "gen/cold_ops.inc"
#undef COLD

// Operands by their kinds (see code/ops.tab): what stands in a Y register, is read (s), is written (d), is immediate
// (i).
#define Y_AT(w) (*(term *)((char *)E + (w)))
#define SRC_AT(w) (UNLIKELY((w)&1) ? Y_AT((w)-1) : *(term *)(w))
#define DST_AT(w) (*(((w)&1) ? &Y_AT((w)-1) : (term *)(w)))
#define IMM(w) ((term)(i64)(i32)(w))
#define YREG(y) Y_AT((y).offset)
#define SRC(s) SRC_AT((s).word)
#define DST(d) DST_AT((d).word)
// A register, not a constant of the code.
INLINE bool is_register(src_word s) { return (s.word & 1) || (s.word - (cword)(uintptr_t)ctx.x) < sizeof ctx.x; }
INLINE term imm_operand(imm_word i) { return IMM(i.word); }
// At the head of a cold operation: op is the operation, with the operands of ops.tab.
#define OPERANDS_AT(name, ip) ((const op_##name *)(ip))
#define OPERANDS(name) const op_##name *op = OPERANDS_AT(name, ip)

// exception.c. All take the address of the failing operation and continue in the nearest handler, or
// return NULL: the process is to exit.
const cword *exception_raise(const cword *ip, term *E);                    // ctx.fault_* are set
const cword *exception_error(const cword *ip, term *E, term reason);       // error:Reason by the operation itself
const cword *exception_error_twice(const cword *ip, term *E, term reason); // the same, the caller's entry doubled
// A BIF returned NV (called by the operation at ip): raise, trap, yield, wait or exit. next: where the
// value would have gone (what a trap returns to), with E already popped for tail calls.
const cword *exception_bif(const cword *ip, term *E, const struct export *bif, const term *args, const cword *next);
const cword *exception_exit(void);          // the process must exit: ctx.status, NULL
term exception_trace(term raw, bool whole); // raw trace -> list of {M,F,A,Loc}; whole: with our own modules too

// Makes room on the heap, before the operation at ip does anything that cannot be done twice. False: leave the loop.
// The process must exit, or does the operation again when the collection is through.
MAY_GC bool interp_collect(const cword *ip, term *E, u32 live, size_t need);
// For operations that build without a test_heap before them: collects when fragments have piled up.
INLINE MAY_GC bool interp_gc_check(const cword *ip, term *E, u32 live) {
  ctx.e = E;
  // Off-heap bytes count against the heap's own size, a quarter of it: to collect a large heap costs more than they do.
  u64 words = ctx.p->area.words, bytes = (1u << 20) + words * 2;
  if (LIKELY(ctx.heap.frag_words <= 512 + words / 2 && ctx.heap.offheap_bytes < bytes && !VM_GC_STRESS)) return true;
  if (UNLIKELY(ctx.p->work != NULL)) return true; // an operation that goes on where it stopped
  return interp_collect(ip, E, live, 0);
}
// Calls the fun in x[arity]. ret: return address, NULL for a tail call, whose frame of pop bytes goes.
const cword *interp_call_fun(const cword *ip, term *E, u32 arity, const cword *ret, size_t pop);
// A call to entry: counts a reduction. NULL: the slice is over, the call will be made in the next one.
INLINE const cword *interp_enter(const cword *entry) {
  if (LIKELY(--ctx.fcalls >= 0)) return entry;
  ctx.ip = entry;
  ctx.live = (u32)entry[-1];
  ctx.status = RUN_YIELD;
  return NULL;
}
#endif
