// SPDX-License-Identifier: Apache-2.0
// Run queues and the tick. Invariant: a process is in a run queue exactly when it is RUNNABLE and not suspended, or
// doomed, or hibernates and is being collected. Exits that are under way are finished before any process runs. Called
// by the host (scheduler_tick) and, through scheduler_ready, by whatever wakes a process.
#include "process/scheduler.h"

#include "memory/retire.h"
#include "base/hostcalls.h"
#include "process/collection.h"
#include "process/mailbox.h"
#include "process/signal.h"
#include "process/signal_queue.h"
#include "process/timer.h"

enum {
  LOW_EVERY = 8,      // one process of low priority runs for so many of normal priority (erlang:process_flag/2)
  CLOCK_EVERY = 2000, // reductions between two looks at the clock: about 20 to 50 microseconds
  SLICE_COST = 20,    // reductions that entering and leaving a process count as
  EXIT_UNITS = 500,   // units of exit work between two looks at the clock
  TURN = 500          // reductions that a turn takes at least, see turn_of
};

struct queue {
  struct process *first, *last;
};

void (*run_slice)(struct process *p);
void (*js_ready_hook)(struct process *p);
u32 scheduler_slice = REDUCTIONS_PER_SLICE;
u64 scheduler_switches, scheduler_reductions;
static u64 busy_us, tick_begun; // microseconds in ticks that have ended; when the present tick began, 0: there is none
bool scheduler_verifies;
u32 vm_halt_requested;
i32 vm_halt_code;
static struct queue queues[PRIORITY_LOW + 1];
static u32 queued, normal_turns;
// When tests make slices shorter than a turn, a process goes on in its next slice until its turn is over, so that
// what a few lines of Erlang see does not depend on the length of slices. NULL: the turn of the last process is over.
static struct process *turn_of;
static u64 turn_begun;

void scheduler_init(void) {
  memset(queues, 0, sizeof queues);
  queued = normal_turns = 0;
  turn_of = NULL;
  scheduler_switches = scheduler_reductions = busy_us = tick_begun = 0;
}

static void enqueue(struct process *p) {
  struct queue *q = &queues[p->priority];
  p->run_next = NULL;
  p->run_prev = q->last;
  if (q->last) q->last->run_next = p;
  else q->first = p;
  q->last = p;
  p->queued = true;
  p->queue = p->priority;
  queued++;
}

void scheduler_remove(struct process *p) {
  if (!p->queued) return;
  struct queue *q = &queues[p->queue];
  if (p->run_prev) p->run_prev->run_next = p->run_next;
  else q->first = p->run_next;
  if (p->run_next) p->run_next->run_prev = p->run_prev;
  else q->last = p->run_prev;
  p->queued = false;
  queued--;
  if (UNLIKELY(p == turn_of)) turn_of = NULL;
}

void scheduler_ready(struct process *p) {
  if (p->is_js) {
    if (js_ready_hook) js_ready_hook(p);
    return;
  }
  if (p->state == PROCESS_WAITING) p->state = PROCESS_RUNNABLE;
  if (p->state == PROCESS_RUNNABLE && !p->queued && !p->suspend_count) enqueue(p);
}

void scheduler_doomed(struct process *p) {
  if (p->state == PROCESS_WAITING) p->state = PROCESS_RUNNABLE;
  if (!p->queued) enqueue(p);
}

bool scheduler_in_turn(const struct process *p) { return p == turn_of; }

u32 scheduler_runnable(void) { return queued; }

static struct process *pick(void) {
  if (UNLIKELY(turn_of != NULL)) return turn_of;
  for (int i = PRIORITY_MAX; i <= PRIORITY_HIGH; i++)
    if (queues[i].first) return queues[i].first;
  struct process *low = queues[PRIORITY_LOW].first, *normal = queues[PRIORITY_NORMAL].first;
  if (!normal || (low && ++normal_turns >= LOW_EVERY)) {
    normal_turns = 0;
    return low;
  }
  return normal;
}

// Queues p again, to run next, if its turn is not over. False: the turn is over.
static bool goes_on(struct process *p) {
  if (ctx.status != RUN_YIELD || p->yielding || p->suspend_count || p->ends || p->reductions - turn_begun >= TURN)
    return false;
  enqueue(p);
  turn_of = p;
  return true;
}

// Puts the process into the state in which its slice has left it.
static void settle(struct process *p) {
  if (UNLIKELY(p->state == PROCESS_EXITING)) return;
  switch ((enum run_status)ctx.status) {
    case RUN_YIELD: p->state = PROCESS_RUNNABLE; break;
    case RUN_WAIT: p->state = PROCESS_WAITING; break;
    case RUN_HIBERNATE:
      p->hibernated = true;
      mailbox_reset(p);
      p->state = p->mailbox.length ? PROCESS_RUNNABLE : PROCESS_WAITING;
      process_shrink(p);
      if (UNLIKELY(p->collection != NULL) && p->state == PROCESS_WAITING) enqueue(p);
      break;
    case RUN_EXIT: exit_process(p, p->exit_reason == NV ? ATOM_normal : p->exit_reason); return;
  }
  if (UNLIKELY(p->heap.exhausted)) exit_process(p, ATOM_system_limit);
  if (UNLIKELY(scheduler_slice < TURN || p->collection) && goes_on(p)) return;
  if (UNLIKELY(p->signals.first || p->signals.unsent)) signal_queue_leave(p);
  if (p->state == PROCESS_RUNNABLE && !p->queued && !p->suspend_count) enqueue(p);
}

// Does the next portion of the collection of a process that waits. Answers the reductions it took.
static u64 collect_waiting(struct process *p) {
  u64 before = p->reductions;
  (void)collection_go_on(p);
  if (p->collection && !p->suspend_count) enqueue(p);
  return p->reductions - before;
}

// Runs one slice. Answers the reductions it took.
static u64 run(struct process *p) {
  u64 before = p->reductions;
  if (turn_of != p) turn_begun = before;
  scheduler_remove(p);
  if (UNLIKELY(p->doomed)) {
    exit_doomed(p);
    return 0;
  }
  if (UNLIKELY(p->collection != NULL) && p->state == PROCESS_WAITING) return collect_waiting(p);
  p->state = PROCESS_RUNNING;
  p->hibernated = false;
  scheduler_switches++;
  retire_clock++;
  run_slice(p);
  u64 used = p->reductions - before;
  scheduler_reductions += used;
  settle(p);
  if (UNLIKELY(scheduler_verifies) && !process_verify()) PANIC("process_verify found a broken record");
  return used;
}

static enum tick_result idle_or_timer(i64 *wake_us) {
  if (vm_halt_requested) return TICK_HALTED;
  if (queued || exit_pending()) return TICK_RUNNABLE;
  if (timer_next() == UINT64_MAX) return TICK_IDLE;
  *wake_us = (i64)timer_next();
  return TICK_TIMER;
}

u64 scheduler_busy_us(void) { return busy_us + (tick_begun ? host_monotonic_us() - tick_begun : 0); }

enum tick_result scheduler_tick(u64 deadline_us, u64 max_reductions, i64 *wake_us) {
  u64 used = 0, next_look = 0, now = host_monotonic_us();
  tick_begun = now;
  while (!vm_halt_requested) {
    if (used >= next_look) {
      now = host_monotonic_us();
      next_look = used + CLOCK_EVERY;
      // Each tick does something, however early its deadline is.
      if ((now >= deadline_us && used) || (max_reductions && used >= max_reductions)) break;
    }
    if (UNLIKELY(exit_pending())) {
      u32 units = EXIT_UNITS;
      exit_work(&units);
      used += (EXIT_UNITS - units) * (CLOCK_EVERY / EXIT_UNITS);
      continue;
    }
    if (timer_next() <= now) timer_fire(now);
    struct process *p = pick();
    if (p) {
      used += run(p) + SLICE_COST;
      continue;
    }
    now = host_monotonic_us();
    if (timer_next() > now && !exit_pending()) break;
  }
  busy_us += now - tick_begun;
  tick_begun = 0;
  return idle_or_timer(wake_us);
}
