// SPDX-License-Identifier: Apache-2.0
// ctx: the register file of the process that runs. Static, so that code can reach it at constant
// addresses. Valid only while a process runs (ctx.p != NULL); process_enter / process_leave move a
// process's registers in and out. Field offsets are shared with the JIT: add at the end only.
#ifndef PROCESS_CTX_H
#define PROCESS_CTX_H

#include "code/code.h"
#include "term/heap.h"

enum run_status {   // why the interpreter returned NV
  RUN_YIELD,        // out of reductions: X registers [0, live) are to be kept
  RUN_WAIT,         // in receive, or a BIF asked to wait: continue at ip when woken
  RUN_EXIT,         // the process is to exit (reason in ctx.p->exit_reason)
  RUN_HIBERNATE
};
// What a BIF that returned NV means.
enum bif_status {
  BIF_RAISE,        // exception: ctx.fault_class, ctx.fault_reason
  BIF_TRAP,         // call ctx.trap (arguments in ctx.x[0..arity)) instead, its value is the BIF's
  BIF_YIELD,        // call the same BIF again (arguments in args[], as changed by it) after a yield
  BIF_WAIT,         // as BIF_YIELD, but only once the process is woken
  BIF_EXITING,      // the process killed itself: stop running it
  BIF_HIBERNATE     // process_hibernate has set ctx.e, ip, live, x and status: leave the loop
};
struct process;
struct ctx {
  struct heap heap;       // the running process's heap; heap.top and heap.lim are hot
  term *e;                // stack top when not cached by the interpreter
  term *slim;             // stack limit: a frame may not go below
  i32 fcalls;             // reductions left
  u32 status;             // enum run_status
  const cword *ip;
  struct process *p;
  const struct export *callee;
  u32 live;               // X registers in use at a yield
  // exceptions and BIF results
  u32 bif_status;         // enum bif_status, valid after a BIF returned NV
  term fault_class;       // ATOM_error, ATOM_exit, ATOM_throw
  term fault_reason;
  term fault_args;        // NV, or argument list for the top frame (erlang:error/2)
  term fault_info;        // NV, or error_info map (erlang:error/3)
  term fault_trace;       // NV, or a ready trace (erlang:raise/3)
  const struct export *trap;
  double f[MAX_FLOAT_REGISTERS]; // float registers
  term x[MAX_X_REGISTERS];
};
extern struct ctx ctx;
#define HEAP (&ctx.heap)  // where the running process's BIFs build terms

#endif
