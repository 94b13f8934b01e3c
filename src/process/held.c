// SPDX-License-Identifier: Apache-2.0
// Registers of operations that stopped in the middle, see held.h.
#include "process/held.h"

#include "base/alloc.h"

bool held_stop(const cword *ip, term *E) {
  struct held *h = mem_alloc(sizeof *h, MEM_PROCESS);
  if (!h) return false;
  memcpy(h->x, ctx.x, sizeof h->x);
  memcpy(h->f, ctx.f, sizeof h->f);
  ctx.p->held = h;
  ctx.e = E;
  ctx.ip = ip;
  ctx.live = 0;
  ctx.status = RUN_YIELD;
  return true;
}

static void registers_free(struct process *p) {
  if (p->held) mem_free(p->held, sizeof *p->held, MEM_PROCESS);
  p->held = NULL;
}

void held_restore(struct process *p) {
  memcpy(ctx.x, p->held->x, sizeof ctx.x);
  memcpy(ctx.f, p->held->f, sizeof ctx.f);
  registers_free(p);
}

void held_free(struct process *p) {
  struct work *w = work_take(p);
  if (w) w->drop(w);
  registers_free(p);
}

// --- Comparisons ---------------------------------------------------------------------------------------

enum { COMPARE_STEPS = 200000, COMPARE_STEPS_PER_REDUCTION = 64 };
struct comparison_work {
  struct work work;
  struct comparison *c;
};

static void drop_comparison(struct work *w) {
  struct comparison_work *cw = (struct comparison_work *)w;
  if (cw->c) term_compare_drop(cw->c);
  mem_free(cw, sizeof *cw, MEM_PROCESS);
}

static struct comparison *take(void) {
  struct comparison_work *w = (struct comparison_work *)work_take(ctx.p);
  if (LIKELY(!w)) return NULL;
  struct comparison *c = w->c;
  w->c = NULL;
  drop_comparison(&w->work);
  return c;
}

bool held_compare(enum term_mode mode, term a, term b, int *order) {
  i64 steps = COMPARE_STEPS;
  struct comparison *c = take();
  bool done = term_compare_some(mode, a, b, &c, &steps, order);
  ctx.fcalls -= (i32)(COMPARE_STEPS - steps) / COMPARE_STEPS_PER_REDUCTION;
  if (LIKELY(done)) return true;
  struct comparison_work *w = mem_alloc(sizeof *w, MEM_PROCESS);
  if (w) {
    *w = (struct comparison_work){{drop_comparison}, c};
    ctx.p->work = &w->work;
    return false;
  }
  steps = INT64_MAX;
  return term_compare_some(mode, a, b, &c, &steps, order);
}

void held_compare_on(enum term_mode mode, term a, term b, int *order) {
  i64 steps = INT64_MAX;
  struct comparison *c = take();
  (void)term_compare_some(mode, a, b, &c, &steps, order);
}

// --- Numbers -------------------------------------------------------------------------------------------

// An operation may pause if the product of the words of its two numbers is at least LONG_PRODUCT. LIMBS_AT_ONCE limbs
// are done in one portion, which takes a millisecond or two.
enum { LONG_PRODUCT = 1 << 16, LIMBS_AT_ONCE = 1 << 19, LIMBS_PER_REDUCTION = 128 };
struct number_work {
  struct work work;
  struct bigint_work b;
};

static void drop_number(struct work *w) {
  struct number_work *n = (struct number_work *)w;
  bigint_work_free(&n->b);
  mem_free(n, sizeof *n, MEM_PROCESS);
}

static bool number_portion(number_function *function, term a, term b, term *result, i64 limbs) {
  struct number_work *w = (struct number_work *)work_take(ctx.p);
  if (!w && (w = mem_alloc(sizeof *w, MEM_PROCESS))) *w = (struct number_work){.work = {drop_number}};
  if (!w) {
    *result = function(HEAP, a, b);
    return true;
  }
  bigint_work_enter(&w->b, limbs);
  *result = function(HEAP, a, b);
  bool paused = bigint_work_leave();
  ctx.fcalls -= LIMBS_AT_ONCE / LIMBS_PER_REDUCTION;
  if (paused) ctx.p->work = &w->work;
  else drop_number(&w->work);
  return !paused;
}

bool held_number(number_function *function, term a, term b, term *result) {
  if (LIKELY(!is_big(a) || !is_big(b)) ||
      (u64)header_size(boxed_header(a)) * header_size(boxed_header(b)) < LONG_PRODUCT) {
    *result = function(HEAP, a, b);
    return true;
  }
  return number_portion(function, a, b, result, LIMBS_AT_ONCE);
}

void held_number_on(number_function *function, term a, term b, term *result) {
  (void)number_portion(function, a, b, result, INT64_MAX);
}
