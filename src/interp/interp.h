// SPDX-License-Identifier: Apache-2.0
// The interpreter: runs one slice of a process. interp.c is one switch over the hot operations; cold operations are
// functions that are called through a table (cold_*.c). X registers are in ctx, E and ip in local variables. Whatever
// leaves the loop (yield, wait, exit) saves E and ip in ctx, sets ctx.status and returns NV.
#ifndef INTERP_INTERP_H
#define INTERP_INTERP_H

#include "code/operands.h"
#include "process/bif_call.h"
#include "process/process.h"

void interp_init(void); // sets the hook run_slice
// Continues at ip with stack top E. Returns x0 when a frame at base returns (the seam of a JIT); otherwise NV.
term interp(term *E, const cword *ip, const term *base);

// A cold operation: returns where to continue, or NULL after it has set ctx.status. ctx.e has E before and after.
typedef const cword *(*cold_fn)(const cword *ip, term *E);
// The cold functions of fused operations whose second part stands whole behind the first: the function of the first
// continues with it (code/fuse.c).
#define cold_heap_list_aax cold_test_heap
#define cold_heap_list_yax cold_test_heap
#define cold_heap_list_yax_end cold_test_heap
#define cold_heap_tuple cold_test_heap
#define cold_add_aa_return cold_add_aa
#define cold_is_cons_allocate_move_get_list_call_fun2 cold_is_cons_allocate_move_get_list
#define COLD(name) const cword *cold_##name(const cword *ip, term *E);
#include "gen/cold_ops.inc"
#undef COLD

// Operands by kind (see code/ops.tab): a Y register, a source (s), a destination (d), an immediate (i).
#define Y_AT(w) (*(term *)((char *)E + (w)))
#define SRC_AT(w) (UNLIKELY((w)&1) ? Y_AT((w)-1) : *(term *)(w))
#define DST_AT(w) (*(((w)&1) ? &Y_AT((w)-1) : (term *)(w)))
#define IMM(w) ((term)(i64)(i32)(w))
#define YREG(y) Y_AT((y).offset)
#define SRC(s) SRC_AT((s).word)
#define DST(d) DST_AT((d).word)
// Whether a source is a register, and not a constant of the code.
INLINE bool is_register(src_word s) { return (s.word & 1) || (s.word - (cword)(uintptr_t)ctx.x) < sizeof ctx.x; }
INLINE term imm_operand(imm_word i) { return IMM(i.word); }
// At the beginning of a cold operation: declares op, the operation with the operands of ops.tab.
#define OPERANDS_AT(name, ip) ((const op_##name *)(ip))
#define OPERANDS(name) const op_##name *op = OPERANDS_AT(name, ip)

// exception.c. All functions take the address of the failing operation and return where the nearest handler continues,
// or NULL when the process must exit.
const cword *exception_raise(const cword *ip, term *E);                    // ctx.fault_* are set
const cword *exception_error(const cword *ip, term *E, term reason);       // error:Reason by the operation itself
const cword *exception_error_twice(const cword *ip, term *E, term reason); // the same, with the caller's entry twice
// For a BIF that returned NV and was called by the operation at ip: raises, traps, yields, waits or exits. next is
// where the BIF's value would have gone, to which a trap returns; for tail calls E is popped already.
const cword *exception_bif(const cword *ip, term *E, const struct export *bif, const term *args, const cword *next);
const cword *exception_exit(void);          // the process must exit: ctx.status, NULL
term exception_trace(term raw, bool whole); // raw trace -> list of {M,F,A,Loc}; whole: including our own modules

// Makes room on the heap; must be called before the operation at ip does anything that cannot be done twice. False:
// leave the loop, because the process must exit, or does the operation again when the collection is finished.
MAY_GC bool interp_collect(const cword *ip, term *E, u32 live, size_t need);
// For operations that build terms without a test_heap before them: collects when many fragments have accumulated.
INLINE MAY_GC bool interp_gc_check(const cword *ip, term *E, u32 live) {
  ctx.e = E;
  // Off-heap bytes are compared with a quarter of the heap's own size: collecting a large heap costs more than they do.
  u64 words = ctx.p->area.words, bytes = (1u << 20) + words * 2;
  if (LIKELY(ctx.heap.frag_words <= 512 + words / 2 && ctx.heap.offheap_bytes < bytes && !VM_GC_STRESS)) return true;
  if (UNLIKELY(ctx.p->work != NULL)) return true; // an operation that continues where it paused
  return interp_collect(ip, E, live, 0);
}
// Calls the fun in x[arity]. ret is the return address; NULL for a tail call, which drops a frame of pop bytes.
const cword *interp_call_fun(const cword *ip, term *E, u32 arity, const cword *ret, size_t pop);
// Calls the code at entry and counts a reduction. NULL: the slice is over, and the call is made in the next one.
INLINE const cword *interp_enter(const cword *entry) {
  if (LIKELY(--ctx.fcalls >= 0)) return entry;
  ctx.ip = entry;
  ctx.live = (u32)entry[-1];
  ctx.status = RUN_YIELD;
  return NULL;
}
#endif
