// SPDX-License-Identifier: Apache-2.0
// Arithmetic on long magnitudes in portions. An operation under way is a list of steps, of which each is done once:
// to go on, the operation is begun again with the same operands, passes over the steps that were done, with what they
// had answered, does some more, and pauses again. So its steps are the same each time: what it decides by it has from
// a step, and its memory is the work's. Short operations know nothing of this: without a work all is done at once. A
// step is some 100,000 products of limbs at most, unless it is one pass over a number.
#ifndef TERM_BIGINT_WORK_H
#define TERM_BIGINT_WORK_H

#include "base/base.h"

enum { BIGINT_STEP_LIMBS = 512, BIGINT_STEP_PRODUCTS = 1 << 17 };

struct bigint_block {
  u32 *limb;
  size_t n;
};
struct bigint_work {
  i64 budget;  // limbs gone through, left in this portion
  bool paused; // the budget is used up: nothing is done any more
  bool no_memory;
  size_t at, done; // steps: the number of the present one; of those that were done
  u32 *answer;     // theirs
  size_t room;
  struct bigint_block *block; // memory, in the order in which it was asked for
  size_t blocks, block_at, block_room;
};

extern struct bigint_work *bigint_work; // the current one, or NULL

// Begins a portion; its end tells whether the operation paused (its result is none then).
void bigint_work_enter(struct bigint_work *w, i64 budget);
bool bigint_work_leave(void);
void bigint_work_free(struct bigint_work *w); // what it holds, not w

INLINE bool bigint_paused(void) { return bigint_work && bigint_work->paused; }

// value, an expression that is evaluated once in the course of an operation; cost: limbs it goes through. 0 after a
// pause.
#define BIGINT_STEP(cost, value) \
  (!bigint_work ? (u32)(value) : bigint_step(cost) ? bigint_step_done((u32)(value)) : bigint_step_answer())
bool bigint_step(u64 cost);
u32 bigint_step_done(u32 answer);
u32 bigint_step_answer(void);

// Memory of the operation, n limbs. NULL: there is none. What was given back need not be there when steps are passed
// over.
MUST_USE u32 *bigint_block(size_t n);
void bigint_block_free(u32 *limb, size_t n);

#endif
