// SPDX-License-Identifier: Apache-2.0
// Arithmetic on long magnitudes in portions, so that a process that multiplies huge numbers can be preempted. An
// operation is a list of steps. To continue, the caller begins the operation again with the same operands: steps that
// were done in earlier portions are skipped and give the answers that were kept of them, the next steps are done, and
// the operation pauses when the budget is used up. This works because an operation takes the same steps each time: it
// decides only by answers of steps, and its memory belongs to the struct bigint_work. Short operations run without a
// struct bigint_work, all at once. A step is about 100,000 products of limbs at most, or one pass over a number.
#ifndef TERM_BIGINT_WORK_H
#define TERM_BIGINT_WORK_H

#include "base/base.h"

enum { BIGINT_STEP_LIMBS = 512, BIGINT_STEP_PRODUCTS = 1 << 17 };

struct bigint_block {
  u32 *limb;
  size_t n;
};
struct bigint_work {
  i64 budget;  // limbs that this portion may still go through
  bool paused; // the budget is used up: nothing is done until the next portion
  bool no_memory;
  size_t at, done; // number of the present step; number of steps that were done
  u32 *answer;     // their answers
  size_t room;
  struct bigint_block *block; // memory blocks in the order in which the operation asked for them
  size_t blocks, block_at, block_room;
};

extern struct bigint_work *bigint_work; // the work that arithmetic belongs to now, or NULL

// Begin and end a portion. The end returns whether the operation paused; it has no result then.
void bigint_work_enter(struct bigint_work *w, i64 budget);
bool bigint_work_leave(void);
void bigint_work_free(struct bigint_work *w); // frees what w holds, but not w itself

INLINE bool bigint_paused(void) { return bigint_work && bigint_work->paused; }

// A step: value is an expression that is evaluated once in the course of the operation; cost is the number of limbs
// that it goes through. After a pause the step gives 0.
#define BIGINT_STEP(cost, value) \
  (!bigint_work ? (u32)(value) : bigint_step(cost) ? bigint_step_done((u32)(value)) : bigint_step_answer())
bool bigint_step(u64 cost);
u32 bigint_step_done(u32 answer);
u32 bigint_step_answer(void);

// n limbs of memory for the operation; NULL: no memory. A block that the operation has given back may be gone when
// later portions skip the steps that used it.
MUST_USE u32 *bigint_block(size_t n);
void bigint_block_free(u32 *limb, size_t n);

#endif
