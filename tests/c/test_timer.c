// SPDX-License-Identifier: Apache-2.0
// Timers under a clock that the test moves: order of firing, cancelling, receive timers, timers of dead processes,
// 100,000 timers at once; and the scheduler's tick with a stub in place of the interpreter.
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "memory/copy.h"
#include "native_host.h"
#include "process/mailbox.h"
#include "process/scheduler.h"
#include "process/signal.h"
#include "process/timer.h"
#include "base/hostcalls.h"
#include "term/ref.h"

static int passed, failed;
#define CHECK(c) \
  do { \
    if (c) passed++; \
    else { \
      failed++; \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #c); \
    } \
  } while (0)

static u32 seed = 7;
static u32 rnd(u32 n) {
  seed = seed * 1664525u + 1013904223u;
  return (seed >> 8) % n;
}

static struct process *make(u8 priority) {
  struct spawn_options o;
  spawn_options_default(&o);
  o.priority = priority;
  struct process *p = process_spawn_fun(NULL, NIL, &o, NULL);
  if (!p) abort();
  return p;
}
static void asleep(struct process *p) {
  scheduler_remove(p);
  p->state = PROCESS_WAITING;
}
static void finish(void) {
  for (u32 units = 1000; !exit_work(&units); units = 1000) continue;
}

static void random_timers(void) {
  struct process *p = make(PRIORITY_NORMAL);
  asleep(p);
  enum { N = 2000 };
  static struct {
    u64 id, at;
    bool on;
  } t[N];
  u64 now = host_monotonic_us();
  u32 live = 0;
  for (u32 i = 0; i < N; i++) {
    t[i].at = now + rnd(1000) * 1000;
    t[i].id = timer_start(p, NV, t[i].at, make_small((i64)i), false);
    t[i].on = true;
    live++;
  }
  for (u32 i = 0; i < N; i += 3) {
    CHECK(timer_find(t[i].id) != NULL);
    timer_cancel(timer_find(t[i].id));
    CHECK(timer_find(t[i].id) == NULL);
    t[i].on = false;
    live--;
  }
  u64 last = 0;
  u32 got = 0;
  while (timer_count()) {
    native_host_advance(5000);
    timer_fire(host_monotonic_us());
    for (struct message *m; (m = p->mailbox.first); got++) {
      u32 i = (u32)small_val(m->value);
      CHECK(t[i].on && t[i].at >= last && t[i].at <= host_monotonic_us());
      t[i].on = false;
      last = t[i].at;
      mailbox_delete(p, m);
    }
  }
  CHECK(got == live);
  exit_process(p, ATOM_normal);
  finish();
}

static void dead_destination(void) {
  u64 blocks = mem_live_blocks();
  struct process *p = make(PRIORITY_NORMAL);
  asleep(p);
  u64 id = timer_start(p, NV, host_monotonic_us() + 1000, ATOM_ok, true);
  u64 named = timer_start(NULL, ATOM_logger, host_monotonic_us() + 1000, ATOM_ok, true);
  CHECK(timer_left_ms(timer_find(id)) == 1);
  timer_receive_start(p, 50);
  CHECK(timer_count() == 3);
  exit_process(p, ATOM_kill);
  finish();
  CHECK(!timer_find(id) && timer_find(named) && timer_count() == 1);
  struct process *q = make(PRIORITY_NORMAL);
  asleep(q);
  registered_add(ATOM_logger, q);
  native_host_advance(2000);
  timer_fire(host_monotonic_us());
  CHECK(q->mailbox.length == 1 && q->state == PROCESS_RUNNABLE);
  term *e = tuple_elements(q->mailbox.first->value);
  CHECK(e[0] == ATOM_timeout && ref_id(e[1]) == named && e[2] == ATOM_ok);
  exit_process(q, ATOM_normal);
  finish();
  CHECK(mem_live_blocks() == blocks);
}

static void many(void) {
  u64 blocks = mem_live_blocks();
  struct process *p = make(PRIORITY_NORMAL);
  asleep(p);
  enum { N = 100000 };
  u64 *ids = malloc(N * sizeof *ids);
  for (u32 i = 0; i < N; i++) ids[i] = timer_start(p, NV, host_monotonic_us() + rnd(1u << 30), ATOM_ok, false);
  for (u32 i = 0; i < N; i++) timer_cancel(timer_find(ids[(u64)i * 7919 % N]));
  CHECK(timer_count() == 0);
  free(ids);
  exit_process(p, ATOM_normal);
  finish();
  CHECK(mem_live_blocks() == blocks);
}

// --- The tick, with a stub that yields, waits or exits as the process's first dictionary word says --------

static u32 turns[4], slices;
static void engine(struct process *p) {
  process_enter(p);
  slices++;
  turns[p->priority]++;
  ctx.fcalls -= 100;
  term what = dictionary_get(p, ATOM_status);
  ctx.status = what == ATOM_waiting ? RUN_WAIT : what == ATOM_exiting ? RUN_EXIT : RUN_YIELD;
  if (what == ATOM_waiting && dictionary_get(p, ATOM_timeout) != NV && !p->timed_out) timer_receive_start(p, 10);
  process_leave(p);
}

static void ticks(void) {
  run_slice = engine;
  i64 wake = 0;
  CHECK(scheduler_tick(host_monotonic_us() + 1000, 0, &wake) == TICK_IDLE);
  struct process *a = make(PRIORITY_NORMAL), *b = make(PRIORITY_LOW), *c = make(PRIORITY_HIGH);
  dictionary_put(c, ATOM_status, ATOM_waiting);
  CHECK(scheduler_runnable() == 3);
  CHECK(scheduler_tick(UINT64_MAX, 90000, &wake) == TICK_RUNNABLE);
  CHECK(turns[PRIORITY_HIGH] == 1 && turns[PRIORITY_LOW] > 50 && turns[PRIORITY_NORMAL] >= 6 * turns[PRIORITY_LOW]);
  CHECK(c->state == PROCESS_WAITING && a->state == PROCESS_RUNNABLE && process_verify());
  // A suspended process is in no queue; when it is resumed, it is in one again.
  suspend_add(a, b);
  suspend_add(a, b);
  CHECK(scheduler_runnable() == 1 && b->suspend_count == 2 && process_verify());
  CHECK(suspend_remove(a, b) && scheduler_runnable() == 1);
  exit_process(a, ATOM_kill);
  CHECK(exit_pending());
  CHECK(scheduler_tick(UINT64_MAX, 5000, &wake) == TICK_RUNNABLE);
  CHECK(b->suspend_count == 0 && process_verify());
  dictionary_put(b, ATOM_status, ATOM_exiting);
  CHECK(scheduler_tick(UINT64_MAX, 5000, &wake) == TICK_IDLE);
  CHECK(process_count() == 1);
  dictionary_put(c, ATOM_timeout, ATOM_true);
  CHECK(signal_send(NULL, c, ATOM_ok));
  CHECK(scheduler_tick(UINT64_MAX, 0, &wake) == TICK_TIMER && wake == (i64)host_monotonic_us() + 10000);
  native_host_advance(10000);
  slices = 0;
  CHECK(!c->timed_out);
  scheduler_tick(UINT64_MAX, 0, &wake);
  CHECK(slices == 1);
  exit_process(c, ATOM_normal);
  finish();
}

int main(void) {
  native_host_virtual_clock = true;
  native_host_advance(1000000);
  atom_init();
  ref_init(42);
  process_init();
  scheduler_init();
  u64 blocks = mem_live_blocks();
  random_timers();
  dead_destination();
  many();
  ticks();
  CHECK(mem_live_blocks() == blocks);
  printf("%d passed, %d failed\n", passed, failed);
  return failed != 0;
}
