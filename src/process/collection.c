// SPDX-License-Identifier: Apache-2.0
// Collections of processes: what their roots are, and how a large heap is collected in portions.
#include "process/collection.h"

#include "base/alloc.h"
#include "process/dictionary.h"
#include "process/held.h"
#include "process/scheduler.h"
#include "process/signal.h"

enum {
  MAX_ROOTS = 8 + MAILBOX_PINS,
  PORTION_WORDS = 128 * 1024, // take one to three milliseconds
  WORDS_PER_REDUCTION = 64    // so that the scheduler looks at the clock after each portion
};
u32 collection_portion = PORTION_WORDS;

struct collection {
  struct gc_run run;
  bool fit;                         // in the end, cut stack and heap to what they hold
  struct gc_roots roots[MAX_ROOTS]; // the first one is the X registers
};

// Adds the roots that a process has whether it runs or waits.
static size_t add_roots(struct process *p, struct gc_roots *r, size_t n) {
  if (p->dictionary) r[n++] = dictionary_roots(p);
  for (struct message *m = p->mailbox.pins; m; m = m->pin_next) r[n++] = (struct gc_roots){&m->value, 1};
  return n;
}

static size_t running_roots(struct process *p, u32 live, struct gc_roots *r) {
  size_t n = 0;
  r[n++] = (struct gc_roots){ctx.x, live};
  const term *end = p->stack_start + p->stack_words;
  r[n++] = (struct gc_roots){ctx.e + 1, (size_t)(end - (ctx.e + 1))};
  r[n++] = (struct gc_roots){&ctx.fault_class, 5}; // class, reason, args, info, trace
  return add_roots(p, r, n);
}
_Static_assert(offsetof(struct ctx, fault_trace) - offsetof(struct ctx, fault_class) == 4 * sizeof(term),
               "fault_* are one array of roots");

// Ends the process if the collection says so. True: the process may go on.
static bool collected(struct process *p, enum gc_result result) {
  if (LIKELY(result == GC_OK)) return true;
  exit_process(p, result == GC_MAX_HEAP ? ATOM_killed : ATOM_system_limit);
  return false;
}

// Whether the messages of a process that keeps them on its heap (message_queue_data) bring it over max_heap_size.
// Here such messages lie in fragments of their own, which the size of the heap does not include.
static bool over_max_heap(const struct process *p) {
  if (LIKELY(!p->area.max_words) || !p->message_on_heap) return false;
  u64 words = (u64)p->area.words + p->area.old_words;
  for (const struct message *m = p->mailbox.first; m && words <= p->area.max_words; m = m->next)
    for (const struct frag *f = m->frag; f; f = f->next) words += f->used;
  return words > p->area.max_words;
}

// If the options of max_heap_size only ask for a report, a process that is over it lives on.
static enum gc_result judge(struct process *p, const struct heap *h, enum gc_result result) {
  if (UNLIKELY(result == GC_MAX_HEAP) && !exit_max_heap(p)) result = GC_OK;
  if (result == GC_OK && UNLIKELY(over_max_heap(p)) && exit_max_heap(p)) result = GC_MAX_HEAP;
  return UNLIKELY(h->exhausted) ? GC_NO_MEMORY : result;
}

// --- In portions ---------------------------------------------------------------------------------------------------

static bool raising(void) {
  for (u32 i = 0; i < 5; i++)
    if ((&ctx.fault_class)[i] != NV) return true;
  return false;
}

// A process that has hibernated keeps no more than it holds.
static void cut(struct process *p, const struct gc_roots *roots, size_t n_roots) {
  gc_fit(&p->heap, &p->area, roots, n_roots);
  process_shrink_stack(p);
}

static MAY_GC enum gc_result end(struct process *p, struct heap *h) {
  struct collection *c = p->collection;
  p->collection = NULL;
  if (p->state == PROCESS_WAITING) scheduler_remove(p); // it was only queued for the collection
  enum gc_result result = judge(p, h, gc_close(&c->run, h, &p->area));
  if (c->fit && result == GC_OK) cut(p, c->roots, c->run.n_roots);
  mem_free(c, sizeof *c, MEM_PROCESS);
  return result;
}

static u32 portion_reductions(void) { return collection_portion / WORDS_PER_REDUCTION + 1; }

static struct collection *collection_new(bool fit) {
  struct collection *c = mem_alloc(sizeof *c, MEM_PROCESS);
  if (c) c->fit = fit;
  return c;
}

// Begins a collection in portions. *result is set if it is complete already. False: there is no memory for that,
// collect at once.
static MAY_GC bool begin(struct process *p, const cword *ip, u32 live, size_t need, bool major,
                         enum gc_result *result) {
  struct collection *c = collection_new(false);
  if (!c) return false;
  if (gc_open(&c->run, &ctx.heap, &p->area, c->roots, running_roots(p, live, c->roots), need, major, true) != GC_OK) {
    mem_free(c, sizeof *c, MEM_PROCESS);
    return false;
  }
  i64 units = collection_portion;
  bool done = gc_go_on(&c->run, &ctx.heap, &units);
  if (!done && !held_stop(ip, ctx.e)) { // no memory to hold the registers: collect to the end now
    units = INT64_MAX;
    done = gc_go_on(&c->run, &ctx.heap, &units);
  }
  p->collection = c;
  if (done) *result = end(p, &ctx.heap);
  else {
    c->roots[0].base = p->held->x;
    if (VM_DEBUG) process_forget_registers(p->held->x, live);
    ctx.fcalls -= (i32)portion_reductions();
  }
  return true;
}

bool collection_go_on(struct process *p) {
  i64 units = collection_portion;
  bool done = gc_go_on(&p->collection->run, &p->heap, &units);
  p->reductions += portion_reductions();
  ctx.status = RUN_YIELD;
  return done && collected(p, end(p, &p->heap));
}

void collection_finish(struct process *p) {
  if (LIKELY(!p->collection)) return;
  i64 units = INT64_MAX;
  (void)gc_go_on(&p->collection->run, &p->heap, &units);
  (void)collected(p, end(p, &p->heap));
}

void collection_drop(struct process *p) {
  if (LIKELY(!p->collection)) return;
  gc_give_up(&p->collection->run, &p->heap, &p->area);
  mem_free(p->collection, sizeof *p->collection, MEM_PROCESS);
  p->collection = NULL;
}

u64 collection_memory(const struct process *p) { return p->collection ? p->collection->run.g.to.bytes : 0; }

// --- At once -------------------------------------------------------------------------------------------------------

bool process_collect(struct process *p, const cword *ip, u32 live, size_t need, bool major) {
  if (!mailbox_attach(p)) return collected(p, GC_NO_MEMORY);
  major |= p->gc_requested;
  p->gc_requested = false;
  enum gc_result result;
  if (UNLIKELY(gc_most_words(&ctx.heap, &p->area, major) > collection_portion) && !gc_stress && !raising() &&
      begin(p, ip, live, need, major, &result)) {
    if (p->collection) return false;
  } else {
    struct gc_roots roots[MAX_ROOTS];
    size_t n = running_roots(p, live, roots);
    result = judge(p, &ctx.heap, gc_collect(&ctx.heap, &p->area, roots, n, need, major));
  }
  if (VM_DEBUG) process_forget_registers(ctx.x, live);
  return collected(p, result);
}

// --- Of a process that does not run ----------------------------------------------------------------------------------

static size_t idle_roots(struct process *p, struct gc_roots *r) {
  size_t n = 0;
  const term *end = p->stack_start + p->stack_words;
  r[n++] = (struct gc_roots){p->e - p->live, p->live};
  r[n++] = (struct gc_roots){p->e + 1, (size_t)(end - (p->e + 1))};
  return add_roots(p, r, n);
}

// Begins a major collection in portions. False: it has to be done at once.
static MAY_GC bool begin_idle(struct process *p, bool fit) {
  if (gc_most_words(&p->heap, &p->area, true) <= collection_portion || gc_stress) return false;
  struct collection *c = collection_new(fit);
  if (!c) return false;
  if (gc_open(&c->run, &p->heap, &p->area, c->roots, idle_roots(p, c->roots), 0, true, true) == GC_OK) {
    p->collection = c;
    return true;
  }
  mem_free(c, sizeof *c, MEM_PROCESS);
  return false;
}

static void collect_idle(struct process *p, bool fit) {
  if (p->is_js || p->state == PROCESS_EXITING) return;
  if (p->collection && p->collection->run.g.major) return;
  if (held_still(p)) { // its operation must end first; it will collect by itself
    p->gc_requested = true;
    return;
  }
  if (begin_idle(p, fit)) return;
  struct gc_roots roots[MAX_ROOTS];
  size_t n = idle_roots(p, roots);
  enum gc_result result = judge(p, &p->heap, gc_collect(&p->heap, &p->area, roots, n, 0, true));
  if (collected(p, result) && fit) cut(p, roots, n);
}

bool process_garbage_collect(struct process *p, bool begins) {
  if (begins) collect_idle(p, false);
  if (!p->collection || !p->collection->run.g.major) return true;
  enum run_status status = ctx.status; // is of the process that asks, so it is put back
  (void)collection_go_on(p);
  ctx.status = status;
  return !p->collection;
}

void process_shrink(struct process *p) { collect_idle(p, true); }
