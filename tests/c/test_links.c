// SPDX-License-Identifier: Apache-2.0
// Compares links, monitors, aliases and exits with a model: after each random operation on a few processes, the room's
// own invariants and the model are checked. Then many processes exit at once (star, chain, mesh), and the number of
// live blocks must be as before.
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/hostcalls.h"
#include "memory/copy.h"
#include "process/event.h"
#include "process/mailbox.h"
#include "process/scheduler.h"
#include "process/signal.h"
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

static u32 seed = 1;
static u32 rnd(u32 n) {
  seed = seed * 1664525u + 1013904223u;
  return (seed >> 8) % n;
}

static struct process *make(struct process *parent, bool link) {
  struct spawn_options o;
  spawn_options_default(&o);
  o.link = link;
  struct process *p = process_spawn_fun(parent, NIL, &o, NULL);
  if (!p) abort();
  scheduler_remove(p); // nothing runs in this test
  p->state = PROCESS_WAITING;
  return p;
}

// A turn of a process that does nothing.
static void idle_slice(struct process *p) {
  process_enter(p);
  ctx.live = 0;
  ctx.status = RUN_WAIT;
  process_leave(p);
}

static bool tick(u64 us) {
  i64 wake;
  return scheduler_tick(host_monotonic_us() + us, 0, &wake) != TICK_RUNNABLE;
}

static void finish(void) {
  while (!tick(1000000)) {}
}

// --- Random operations against a model -----------------------------------------------------------------

enum { N = 12, REFS = 40 };
static struct process *procs[N];
static bool linked[N][N];
static u32 messages[N];
static struct {
  u64 id;
  int watcher, target;
  bool on;
} refs[REFS];
static u32 expected_down;

static void model_exit(int i, term reason);

// The effect of an exit signal by the rules (Erlang reference manual, "Processes", "Receiving Exit Signals").
static void model_signal(int to, term reason, bool by_link) {
  if (!procs[to]) return;
  bool untrappable = reason == ATOM_kill && !by_link;
  if (procs[to]->trap_exit && !untrappable) messages[to]++;
  else if (reason != ATOM_normal) model_exit(to, untrappable ? ATOM_killed : reason);
}

static int model_queue[4 * N], queue_head, queue_tail;
static term model_reason[N];
static bool model_dead[N];
static void model_exit(int i, term reason) {
  if (model_dead[i]) return;
  model_dead[i] = true;
  model_reason[i] = reason;
  model_queue[queue_tail++] = i;
}

static void model_teardown(int i) {
  for (int j = 0; j < N; j++)
    if (linked[i][j]) {
      linked[i][j] = linked[j][i] = false;
      if (!model_dead[j]) model_signal(j, model_reason[i], true);
    }
  for (int k = 0; k < REFS; k++) {
    if (!refs[k].on) continue;
    if (refs[k].watcher == i) refs[k].on = false;
    else if (refs[k].target == i) {
      refs[k].on = false;
      if (!model_dead[refs[k].watcher]) messages[refs[k].watcher]++, expected_down++;
    }
  }
}

static void model_run(void) {
  while (queue_head < queue_tail) model_teardown(model_queue[queue_head++]);
  queue_head = queue_tail = 0;
}

static void compare(void) {
  bool ok = process_verify();
  for (int i = 0; i < N; i++) {
    if (!procs[i]) continue;
    ok &= messages[i] == procs[i]->mailbox.length;
    for (int j = 0; j < N; j++)
      if (procs[j] && i != j) ok &= linked[i][j] == (link_find(procs[i], procs[j]) != NULL);
  }
  for (int k = 0; k < REFS; k++)
    if (refs[k].id) ok &= refs[k].on == (monitor_find(refs[k].id) != NULL);
  CHECK(ok);
}

static void reap(void) {
  model_run();
  finish();
  for (int i = 0; i < N; i++)
    if (procs[i] && model_dead[i]) {
      procs[i] = NULL;
      messages[i] = 0;
    }
}

static term pick_reason(void) {
  static const term reasons[] = {ATOM_normal, ATOM_kill, ATOM_killed, ATOM_badarg};
  return reasons[rnd(4)];
}

static void op_monitor(int i, int j) {
  for (int k = 0; k < REFS; k++) {
    if (refs[k].on) continue;
    u64 id = ref_next_id();
    if (!monitor_add(id, procs[i], procs[j], MONITOR_PROCESS, procs[j]->pid, NV, NV)) abort();
    refs[k].id = id, refs[k].watcher = i, refs[k].target = j, refs[k].on = true;
    return;
  }
}

static void step(void) {
  int i = (int)rnd(N), j = (int)rnd(N);
  if (!procs[i]) {
    procs[i] = make(NULL, false);
    model_dead[i] = false;
    return;
  }
  if (!procs[j] || i == j) return;
  switch (rnd(12)) {
    case 0:
    case 1:
    case 2:
    case 3:
      CHECK(link_add(procs[i], procs[j]) == (linked[i][j] ? LINK_THERE : LINK_MADE));
      linked[i][j] = linked[j][i] = true;
      break;
    case 4: {
      struct link *l = link_find(procs[i], procs[j]);
      if (l) link_remove(l);
      linked[i][j] = linked[j][i] = false;
      break;
    }
    case 5:
    case 6: op_monitor(i, j); break;
    case 7: {
      int k = (int)rnd(REFS);
      if (refs[k].on) monitor_remove(monitor_find(refs[k].id)), refs[k].on = false;
      break;
    }
    case 8: procs[i]->trap_exit = rnd(2); break;
    case 9:
    case 10: {
      term reason = pick_reason();
      model_signal(j, reason, false);
      signal_exit(procs[i]->pid, procs[j], reason, EXIT_CAUSE_EXIT);
      reap();
      break;
    }
    default: {
      term reason = pick_reason();
      model_exit(i, reason);
      exit_process(procs[i], reason);
      reap();
    }
  }
}

static void random_operations(void) {
  for (int n = 0; n < 20000; n++) {
    step();
    compare();
  }
}

// --- Masses ------------------------------------------------------------------------------------------------

static u64 longest_us;

static void drain_timed(void) {
  longest_us = 0;
  for (bool done = false; !done;) {
    u64 t = host_monotonic_us();
    done = tick(0);
    t = host_monotonic_us() - t;
    if (t > longest_us) longest_us = t;
  }
}

static void mass(const char *what, u32 n, void (*build)(struct process **, u32)) {
  u64 blocks = mem_live_blocks();
  u32 before = process_count();
  struct process **all = malloc(n * sizeof *all);
  u64 t0 = host_monotonic_us();
  for (u32 i = 0; i < n; i++) all[i] = make(NULL, false);
  build(all, n);
  u64 t1 = host_monotonic_us();
  CHECK(process_verify());
  exit_process(all[0], ATOM_badarg);
  u64 t2 = host_monotonic_us();
  drain_timed();
  u64 t3 = host_monotonic_us();
  printf("%s of %u: build %llu us, exit %llu us, longest portion %llu us\n", what, n, (unsigned long long)(t1 - t0),
         (unsigned long long)(t3 - t2), (unsigned long long)longest_us);
  CHECK(process_count() == before);
  CHECK(link_map.count == 0 && monitor_map.count == 0 && alias_map.count == 0);
  CHECK(mem_live_blocks() == blocks);
  free(all);
}

static void star(struct process **all, u32 n) {
  for (u32 i = 1; i < n; i++) CHECK(link_add(all[0], all[i]) == LINK_MADE);
}
static void chain(struct process **all, u32 n) {
  for (u32 i = 1; i < n; i++) CHECK(link_add(all[i - 1], all[i]) == LINK_MADE);
}
static void mesh(struct process **all, u32 n) {
  for (u32 i = 0; i < n; i++)
    for (u32 j = 0; j < n; j++)
      if (i != j) link_add(all[i], all[j]);
}

static void pairs(void) {
  struct process *a = make(NULL, false), *b = make(NULL, false);
  u64 blocks = mem_live_blocks();
  for (u32 i = 0; i < 1000000; i++) {
    link_add(a, b);
    link_remove(link_find(a, b));
  }
  CHECK(mem_live_blocks() == blocks);
  exit_process(a, ATOM_normal);
  exit_process(b, ATOM_normal);
  finish();
}

static void down_order(void) {
  struct process *w = make(NULL, false), *t = make(NULL, false);
  u64 ids[5];
  for (int i = 0; i < 5; i++) {
    ids[i] = ref_next_id();
    CHECK(monitor_add(ids[i], w, t, MONITOR_PROCESS, t->pid, NV, i == 3 ? ATOM_badarg : NV) != NULL);
  }
  struct heap h = {0};
  exit_process(t, tuple2(&h, ATOM_badarg, t->pid));
  finish();
  int i = 0;
  for (struct message *m = w->mailbox.first; m; m = m->next, i++) {
    term *e = tuple_elements(m->value);
    CHECK(e[0] == (i == 3 ? ATOM_badarg : ATOM_DOWN) && ref_id(e[1]) == ids[i] && e[2] == ATOM_process &&
          is_tuple_of(e[4], 2));
  }
  CHECK(i == 5);
  exit_process(w, ATOM_normal);
  finish();
  for (struct frag *f = h.frags, *next; f; f = next) next = f->next, frag_free(f);
}

int main(int argc, char **argv) {
  u32 scale = argc > 1 ? (u32)atoi(argv[1]) : 1;
  atom_init();
  ref_init(42);
  process_init();
  scheduler_init();
  run_slice = idle_slice;
  u64 blocks = mem_live_blocks();
  random_operations();
  for (int i = 0; i < N; i++)
    if (procs[i]) exit_process(procs[i], ATOM_kill);
  finish();
  CHECK(mem_live_blocks() == blocks);
  down_order();
  pairs();
  mass("star", 20000 * scale, star);
  mass("chain", 20000 * scale, chain);
  mass("mesh", 400 * (scale > 5 ? 5 : scale), mesh);
  CHECK(mem_live_blocks() == blocks);
  printf("%d passed, %d failed\n", passed, failed);
  return failed != 0;
}
