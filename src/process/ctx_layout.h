// SPDX-License-Identifier: Apache-2.0
// Where the fields of ctx lie in wasm that code made at run time (the JIT) reads and writes at constant offsets from
// its address. A field that moves does not compile: whoever moves it changes the number here and what depends on it.
// The other fields may move. Included by interp.c, so that every build checks it.
#ifndef PROCESS_CTX_LAYOUT_H
#define PROCESS_CTX_LAYOUT_H

#include "process/ctx.h"

enum ctx_layout {
  CTX_HEAP_TOP = 0, // what builds on the heap (put_list, put_tuple, make_fun, floats) writes here and moves it on
  CTX_HEAP_LIM = 4, // what makes room (test_heap, allocate_heap) compares the top with it
  CTX_E = 36,       // a cold operation takes and gives back the top of the stack here: stored before each call of one
  CTX_SLIM = 40,    // what makes a frame (allocate) compares the stack with it
  CTX_FCALLS = 44,  // each function's entry counts a reduction down, and leaves for the scheduler below 0
  CTX_STATUS = 48,  // after a call or cold operation that left by NV: why it did (enum run_status)
  CTX_IP = 52,      // where the interpreter is to go on: set on leaving, compared with a handler after an exception
  CTX_PROCESS = 56, // try and catch count the open handlers of the process
  CTX_LIVE = 60,    // set on leaving: how many X registers the scheduler is to keep
  CTX_FLOATS = 120, // float registers, 8 bytes each: before and behind what is not compiled
  CTX_X = 8312,     // X registers, 8 bytes each: arguments and results of whatever is not compiled
};

#ifdef __wasm__
#define CTX_FIELD(field, offset) _Static_assert(offsetof(struct ctx, field) == (offset), "ctx." #field " has moved")
CTX_FIELD(heap.top, CTX_HEAP_TOP);
CTX_FIELD(heap.lim, CTX_HEAP_LIM);
CTX_FIELD(e, CTX_E);
CTX_FIELD(slim, CTX_SLIM);
CTX_FIELD(fcalls, CTX_FCALLS);
CTX_FIELD(status, CTX_STATUS);
CTX_FIELD(ip, CTX_IP);
CTX_FIELD(p, CTX_PROCESS);
CTX_FIELD(live, CTX_LIVE);
CTX_FIELD(f, CTX_FLOATS);
CTX_FIELD(x, CTX_X);
#undef CTX_FIELD
// Generated code reads and writes whole registers of these sizes.
_Static_assert(sizeof(ctx.fcalls) == 4 && sizeof(ctx.status) == 4 && sizeof(ctx.live) == 4, "32-bit fields of ctx");
_Static_assert(sizeof(ctx.x[0]) == 8 && sizeof(ctx.f[0]) == 8 && sizeof(cword) == 4, "registers and code words");
#endif

#endif
