// SPDX-License-Identifier: Apache-2.0
// A long operation that stops in the middle and goes on in the process's next slice: the operation is done again from
// its beginning, and finds in p->work what it has done so far. p->work refers into the heap, so nothing there may
// move: the process is not collected until the operation is done (process_garbage_collect waits). For an operation
// that is no call, nobody knows which X registers are in use: so all of them are held, and none is a root. Called by
// interp/ and bif/.
#ifndef PROCESS_HELD_H
#define PROCESS_HELD_H

#include "process/process.h"
#include "term/bigint_work.h"
#include "term/compare.h"
#include "term/number.h"

struct work {
  void (*drop)(struct work *); // frees it, and is also called when the process has died
};
struct held {
  term x[MAX_X_REGISTERS];
  double f[MAX_FLOAT_REGISTERS];
};

// Leaves the interpreter's loop so that the process goes on at ip, and holds all registers in p->held. False: no
// memory.
bool held_stop(const cword *ip, term *E);
void held_restore(struct process *p); // puts the held registers of the process that goes on into ctx
void held_free(struct process *p);    // frees registers and work; called by process_free
INLINE bool held_still(const struct process *p) { return p->held || p->work; }
// Takes what the operation has done so far out of p->work; NULL: it begins.
INLINE struct work *work_take(struct process *p) {
  struct work *w = p->work;
  p->work = NULL;
  return w;
}

// Compares a and b in portions. False: it pauses; the comparison is in p->work, and another call with the same terms
// continues it. Costs one reduction for each COMPARE_STEPS_PER_REDUCTION elements. *order is 0 when the terms are
// equal; with TERM_ORDER its sign is their order.
bool held_compare(enum term_mode mode, term a, term b, int *order);
// The same without a pause.
void held_compare_on(enum term_mode mode, term a, term b, int *order);

// Multiplies or divides (function is num_mul, num_div or num_rem), in portions when the numbers are long. False: it
// pauses; the operation is in p->work, and another call with the same terms continues it. *result is NV if function
// answers NV.
typedef term number_function(struct heap *h, term a, term b);
bool held_number(number_function *function, term a, term b, term *result);
void held_number_on(number_function *function, term a, term b, term *result); // the same without a pause

#endif
