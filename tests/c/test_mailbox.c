// SPDX-License-Identifier: Apache-2.0
// Mailboxes: selective receive with collections in between is compared with a list; receive markers; messages that are
// built on the receiver's heap; and signals that are received later than they are sent.
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/hostcalls.h"
#include "memory/copy.h"
#include "process/signal_queue.h"
#include "process/collection.h"
#include "process/mailbox.h"
#include "process/scheduler.h"
#include "process/signal.h"
#include "term/binary.h"
#include "term/compare.h"
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

static u32 seed = 3;
static u32 rnd(u32 n) {
  seed = seed * 1664525u + 1013904223u;
  return (seed >> 8) % n;
}

static struct process *make(void) {
  struct spawn_options o;
  spawn_options_default(&o);
  struct process *p = process_spawn_fun(NULL, NIL, &o, NULL);
  if (!p) abort();
  scheduler_remove(p);
  p->state = PROCESS_RUNNING;
  return p;
}
static void end(struct process *p) {
  if (ctx.p) process_leave(p);
  exit_process(p, ATOM_normal);
  for (u32 units = 1000; !exit_work(&units); units = 1000) continue;
}

// {I, [I, ...]} with a payload that depends on i: an immediate, a small term, a big one, a reference-counted binary.
static term message_of(struct heap *h, i64 i) {
  term list = NIL;
  u32 n = i % 5 == 0 ? 0 : i % 7 == 0 ? 300 : (u32)(i % 5);
  while (n--) list = cons(h, make_small(i), list);
  if (i % 11 == 0) {
    u8 *data;
    list = binary_new(h, 1000, &data);
    memset(data, (int)i, 1000);
  }
  return tuple2(h, make_small(i), list);
}

static bool right(term t, i64 i) {
  if (!is_tuple_of(t, 2) || tuple_elements(t)[0] != make_small(i)) return false;
  term rest = tuple_elements(t)[1];
  if (i % 11 == 0) {
    size_t n;
    u8 *tmp = NULL;
    const u8 *b = binary_bytes(rest, &n, &tmp);
    return b && n == 1000 && b[0] == (u8)i && b[999] == (u8)i;
  }
  u32 n = 0;
  for (; is_cons(rest); rest = tl(rest), n++)
    if (hd(rest) != make_small(i)) return false;
  return n == (i % 5 == 0 ? 0 : i % 7 == 0 ? 300 : (u32)(i % 5));
}

static void send_one(struct process *p, i64 i) {
  struct heap h = {0};
  CHECK(signal_send(NULL, p, message_of(&h, i)));
  offheap_release(h.offheap);
  for (struct frag *f = h.frags, *next; f; f = next) next = f->next, frag_free(f);
}

static void selective(void) {
  struct process *p = make();
  enum { MAX = 60 };
  i64 model[MAX], next = 0;
  u32 n = 0;
  process_enter(p);
  ctx.live = 0;
  for (u32 round = 0; round < 20000; round++) {
    if (rnd(2) && n < MAX) { // from outside, or while the process runs
      bool inside = rnd(2);
      if (!inside) process_leave(p);
      send_one(p, next);
      if (!inside) process_enter(p);
      model[n++] = next++;
      continue;
    }
    // Receives the k-th message, and sometimes collects while it is being matched.
    u32 k = rnd(n + 3), at = 0;
    struct message *m;
    while ((m = mailbox_peek(p)) && at < k) {
      CHECK(right(m->value, model[at]));
      at++;
      if (rnd(20) == 0) {
        ctx.x[0] = m->value;
        CHECK(process_collect(p, NULL, 1, rnd(100), rnd(2)));
        CHECK(right(ctx.x[0], model[at - 1]));
      }
      mailbox_next(p);
    }
    if (!m) {
      CHECK(at == n || k > n);
      mailbox_reset(p);
      continue;
    }
    ctx.x[0] = m->value;
    if (rnd(10) == 0) CHECK(process_collect(p, NULL, 1, 0, rnd(2)));
    mailbox_remove(p);
    CHECK(right(ctx.x[0], model[at]));
    if (rnd(4) == 0) CHECK(process_collect(p, NULL, 1, 10, false));
    CHECK(right(ctx.x[0], model[at]));
    memmove(model + at, model + at + 1, (--n - at) * sizeof *model);
    CHECK(p->mailbox.length == n);
  }
  process_leave(p);
  p->state = PROCESS_WAITING;
  CHECK(process_verify());
  end(p);
}

static void markers(void) {
  struct process *p = make();
  process_enter(p);
  for (i64 i = 0; i < 100000; i++) CHECK(signal_send(NULL, p, make_small(i)));
  u64 t = host_monotonic_us();
  for (i64 i = 0; i < 10000; i++) { // like a call: marker, reference, request, answer
    term marker = mailbox_marker_reserve(p), ref = ref_new(HEAP);
    mailbox_marker_bind(p, marker, ref);
    signal_send(NULL, p, ref);
    mailbox_marker_use(p, ref);
    struct message *m = mailbox_peek(p);
    CHECK(m && term_same(m->value, ref));
    mailbox_remove(p);
    if (i % 3) mailbox_marker_clear(p, ref); // newer markers replace the others
    if (i % 100 == 0) CHECK(process_collect(p, NULL, 0, 0, false));
  }
  printf("10000 calls into a mailbox of 100000: %llu us\n", (unsigned long long)(host_monotonic_us() - t));
  CHECK(p->mailbox.length == 100000);
  for (i64 i = 0; i < 100000; i++) {
    struct message *m = mailbox_peek(p);
    CHECK(m && m->value == make_small(i));
    mailbox_remove(p);
  }
  CHECK(mailbox_peek(p) == NULL);
  ctx.live = 0;
  end(p);
}

static void queued_signals(void) {
  struct process *p = make();
  p->trap_exit = true;
  process_enter(p);
  ctx.live = 0;
  // An exit signal to itself, while trapping exits; then it stops trapping before it receives the signal: it dies, and
  // what it was sent later is lost.
  signal_exit(p->pid, p, ATOM_badarg, EXIT_CAUSE_EXIT);
  CHECK(p->mailbox.length == 0 && signal_send(NULL, p, ATOM_ok));
  CHECK(mailbox_peek(p) != NULL && p->mailbox.length == 2);
  mailbox_remove(p);
  mailbox_remove(p);
  CHECK(p->signals.first == NULL);
  signal_exit(p->pid, p, ATOM_badarg, EXIT_CAUSE_EXIT);
  CHECK(signal_send(NULL, p, ATOM_ok) && p->mailbox.length == 0);
  p->trap_exit = false;
  CHECK(mailbox_peek(p) == NULL && p->state == PROCESS_EXITING && p->exit_reason == ATOM_badarg &&
        p->mailbox.length == 0);
  end(p);
  // A message is sent through an alias, which ends before the message is received.
  p = make();
  process_enter(p);
  u64 id = ref_next_id();
  CHECK(alias_add(id, p, ALIAS_EXPLICIT));
  term ref = ref_from_id(HEAP, id);
  signal_send(NULL, p, ATOM_ok);
  CHECK(signal_send_to(p, ref, ATOM_true) == SEND_OK && p->mailbox.length == 1);
  alias_remove(alias_find(id));
  signal_queue_receive(p);
  CHECK(p->mailbox.length == 1 && p->mailbox.first->value == ATOM_ok);
  // The DOWN of a dead process comes when the monitoring process has been scheduled out.
  CHECK(monitor_add(77, p, NULL, MONITOR_PROCESS, make_pid(5, 9), NV, NV) &&
        signal_queue_unsent_down(p, 77, ATOM_noproc));
  signal_queue_receive(p);
  CHECK(p->mailbox.length == 1);
  ctx.live = 0;
  process_leave(p);
  signal_queue_leave(p);
  CHECK(p->mailbox.length == 2 && !monitor_find(77));
  end(p);
}

int main(void) {
  atom_init();
  ref_init(42);
  process_init();
  scheduler_init();
  u64 blocks = mem_live_blocks();
  selective();
  markers();
  queued_signals();
  CHECK(mem_live_blocks() == blocks);
  printf("%d passed, %d failed\n", passed, failed);
  return failed != 0;
}
