// SPDX-License-Identifier: Apache-2.0
// An operation that stops in the middle, because it is long, and goes on in the process's next slice: it is done
// again from its beginning and finds here what it has done so far. That refers into the heap, so nothing there may
// move: the process is not collected until the operation is done (process_collect is not asked,
// process_garbage_collect waits). Nobody knows which X registers are in use at an operation that is no call, so all
// are held, and none is a root. Called by interp/ and bif/.
#ifndef PROCESS_HELD_H
#define PROCESS_HELD_H

#include "process/process.h"
#include "term/bigint_work.h"
#include "term/compare.h"
#include "term/number.h"

struct work {
  void (*drop)(struct work *); // frees it; the process may have died
};
struct held { term x[MAX_X_REGISTERS]; double f[MAX_FLOAT_REGISTERS]; };

// Leaves the loop of the interpreter at ip, with all registers held. False: no memory.
bool held_stop(const cword *ip, term *E);
void held_restore(struct process *p);       // of the process that goes on
void held_free(struct process *p);          // process_free's: both
INLINE bool held_still(const struct process *p) { return p->held || p->work; }
// Takes what the running operation has done so far: NULL when it begins.
INLINE struct work *work_take(struct process *p) {
  struct work *w = p->work;
  p->work = NULL;
  return w;
}

// Compares in portions. False: a pause; the comparison is in p->work, to be continued by another call with the same
// terms. Charges a reduction for each COMPARE_STEPS_PER_REDUCTION elements. *order: 0 when equal; for TERM_ORDER its
// sign is the order.
bool held_compare(enum term_mode mode, term a, term b, int *order);
// The same to the end.
void held_compare_on(enum term_mode mode, term a, term b, int *order);


// Multiplies or divides in portions (function: num_mul, num_div, num_rem) when the numbers are long. False: a pause;
// the operation is in p->work, to be continued by another call with the same terms, whose result is NV in the end
// when the function's is.
typedef term number_function(struct heap *h, term a, term b);
bool held_number(number_function *function, term a, term b, term *result);
void held_number_on(number_function *function, term a, term b, term *result); // the same to the end

#endif
