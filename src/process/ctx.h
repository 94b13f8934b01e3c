// SPDX-License-Identifier: Apache-2.0
// ctx is the register file of the process that runs now. It is a static variable, so that the interpreter and
// generated code reach it at constant addresses. It is valid only while a process runs (ctx.p != NULL): process_enter
// copies a process's registers in, process_leave copies them out. The offsets that generated code uses stand in
// ctx_layout.h, which does not compile when one of them has changed.
#ifndef PROCESS_CTX_H
#define PROCESS_CTX_H

#include "code/code.h"
#include "term/heap.h"

enum run_status { // why run_slice left the interpreter's loop
  RUN_YIELD,      // out of reductions: X registers [0, live) are to be kept
  RUN_WAIT,       // in receive, or a BIF asked to wait: continue at ip when woken
  RUN_EXIT,       // the process must exit; the reason is in ctx.p->exit_reason
  RUN_HIBERNATE   // process_hibernate has prepared what happens next
};
struct process;
struct ctx {
  struct heap heap; // the running process's heap; heap.top and heap.lim are used most
  term *e;          // top of the stack, except while the interpreter keeps it in a local variable
  term *slim;       // lower limit of the stack: no frame may reach below it
  i32 fcalls;       // reductions left
  u32 status;       // enum run_status
  const cword *ip;
  struct process *p;
  u32 live; // number of X registers in use when the process was left
  // exceptions, and results of BIFs
  u32 bif_status;   // enum bif_status of bif_call.h; valid only after a BIF has returned NV
  term fault_class; // ATOM_error, ATOM_exit, ATOM_throw
  term fault_reason;
  term fault_args;  // NV, or the argument list that the top frame of the stack trace shows (erlang:error/2)
  term fault_info;  // NV, or the error_info map (erlang:error/3)
  term fault_trace; // NV, or a complete stack trace (erlang:raise/3)
  const struct export *trap;
  double f[MAX_FLOAT_REGISTERS]; // float registers
  term x[MAX_X_REGISTERS];
};
extern struct ctx ctx;
#define HEAP (&ctx.heap) // where the running process's BIFs build terms

#endif
