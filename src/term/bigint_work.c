// SPDX-License-Identifier: Apache-2.0
// Steps and memory of long arithmetic (bigint_work.h says how they work).
#include "term/bigint_work.h"

#include "base/alloc.h"

struct bigint_work *bigint_work;
// The work while a step is being done: what the step calls takes no steps of its own.
static struct bigint_work *aside;
static u32 given_back[1]; // what bigint_block returns for memory that was given back

void bigint_work_enter(struct bigint_work *w, i64 budget) {
  w->budget = budget;
  w->paused = false;
  w->at = w->block_at = 0;
  bigint_work = w;
}

bool bigint_work_leave(void) {
  bool paused = bigint_work->paused && !bigint_work->no_memory;
  bigint_work = NULL;
  return paused;
}

void bigint_work_free(struct bigint_work *w) {
  for (size_t i = 0; i < w->blocks; i++) mem_free(w->block[i].limb, w->block[i].n * 4, MEM_SYSTEM);
  mem_free(w->block, w->block_room * sizeof *w->block, MEM_SYSTEM);
  mem_free(w->answer, w->room * 4, MEM_SYSTEM);
}

// Makes room for one more element. False: there is no memory, and the operation fails.
static bool grown(void **array, size_t *room, size_t n, size_t size) {
  if (n < *room) return true;
  size_t more = *room ? 2 * *room : 64;
  void *p = mem_realloc(*array, *room * size, more * size, MEM_SYSTEM);
  if (!p) {
    bigint_work->no_memory = bigint_work->paused = true;
    return false;
  }
  *array = p;
  *room = more;
  return true;
}

bool bigint_step(u64 cost) {
  struct bigint_work *w = bigint_work;
  if (w->paused) return false;
  if (w->at++ < w->done) return false;
  void *answers = w->answer;
  bool room = grown(&answers, &w->room, w->done, sizeof *w->answer);
  w->answer = answers;
  if (!room) return false;
  if (w->budget < 0) {
    w->paused = true;
    return false;
  }
  w->budget -= (i64)cost;
  aside = w;
  bigint_work = NULL;
  return true;
}

u32 bigint_step_done(u32 answer) {
  bigint_work = aside;
  aside = NULL;
  bigint_work->answer[bigint_work->done++] = answer;
  return answer;
}

u32 bigint_step_answer(void) { return bigint_work->paused ? 0 : bigint_work->answer[bigint_work->at - 1]; }

u32 *bigint_block(size_t n) {
  struct bigint_work *w = bigint_work;
  if (!w) return mem_alloc(n * 4, MEM_SYSTEM);
  if (w->block_at < w->blocks) {
    u32 *limb = w->block[w->block_at++].limb;
    return limb ? limb : given_back;
  }
  if (w->paused) return given_back;
  void *blocks = w->block;
  bool room = grown(&blocks, &w->block_room, w->blocks, sizeof *w->block);
  w->block = blocks;
  u32 *limb = room ? mem_alloc(n * 4, MEM_SYSTEM) : NULL;
  if (!limb) {
    w->no_memory = w->paused = true;
    return NULL;
  }
  w->block[w->blocks++] = (struct bigint_block){limb, n};
  w->block_at++;
  return limb;
}

void bigint_block_free(u32 *limb, size_t n) {
  struct bigint_work *w = bigint_work;
  if (!w) {
    mem_free(limb, n * 4, MEM_SYSTEM);
    return;
  }
  if (w->paused || limb == given_back) return;
  for (size_t i = w->blocks; i-- > 0;) {
    if (w->block[i].limb != limb) continue;
    mem_free(limb, n * 4, MEM_SYSTEM);
    w->block[i] = (struct bigint_block){NULL, 0};
    return;
  }
}
