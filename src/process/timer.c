// SPDX-License-Identifier: Apache-2.0
// The heap of timers. Invariant: an entry knows its owner, and the owner knows the entry's place: a receive timer is
// at p->receive_timer - 1, a message timer at index. Message timers are also found by their reference.
#include "process/timer.h"

#include "base/hostcalls.h"
#include "process/kept.h"
#include "process/scheduler.h"
#include "process/signal.h"
#include "term/ref.h"

struct entry {
  u64 at, seq;
  struct process *receiver; // for a receive timer, else NULL
  struct timer *timer;
};
enum { FIRST_ENTRIES = 16, FIRE_AT_ONCE = 1000 };

static struct entry *heap;
static u32 count, cap;
static u64 next_seq;
static struct id_map timer_map;

void timer_init(void) {
  heap = NULL;
  count = cap = 0;
  memset(&timer_map, 0, sizeof timer_map);
}

u32 timer_count(void) { return count; }
u64 timer_next(void) { return count ? heap[0].at : UINT64_MAX; }

HOT_INLINE bool before(const struct entry *a, const struct entry *b) {
  return a->at != b->at ? a->at < b->at : a->seq < b->seq;
}

INLINE void place(u32 i, struct entry e) {
  heap[i] = e;
  if (e.receiver) e.receiver->receive_timer = i + 1;
  else e.timer->index = i;
}

static void sift_up(u32 i, struct entry e) {
  for (; i > 0 && before(&e, &heap[(i - 1) / 2]); i = (i - 1) / 2) place(i, heap[(i - 1) / 2]);
  place(i, e);
}

static void sift_down(u32 i, struct entry e) {
  for (u32 child; (child = 2 * i + 1) < count; i = child) {
    if (child + 1 < count && before(&heap[child + 1], &heap[child])) child++;
    if (!before(&heap[child], &e)) break;
    place(i, heap[child]);
  }
  place(i, e);
}

static bool insert(u64 at, struct process *receiver, struct timer *timer) {
  if (count == cap) {
    u32 bigger = cap ? cap * 2 : FIRST_ENTRIES;
    struct entry *h = mem_realloc(heap, cap * sizeof *h, bigger * sizeof *h, MEM_SYSTEM);
    if (!h) return false;
    heap = h;
    cap = bigger;
  }
  sift_up(count++, (struct entry){at, next_seq++, receiver, timer});
  return true;
}

static void remove_at(u32 i) {
  struct entry last = heap[--count];
  if (i < count) {
    if (i > 0 && before(&last, &heap[(i - 1) / 2])) sift_up(i, last);
    else sift_down(i, last);
  }
  if (count == 0) {
    mem_free(heap, cap * sizeof *heap, MEM_SYSTEM);
    heap = NULL;
    cap = 0;
  }
}

// --- Receive timers --------------------------------------------------------------------------------------

bool timer_receive_start(struct process *p, u64 ms) {
  return p->receive_timer || insert(host_monotonic_us() + ms * 1000, p, NULL);
}

void timer_receive_cancel(struct process *p) {
  if (!p->receive_timer) return;
  u32 i = (u32)p->receive_timer - 1;
  p->receive_timer = 0;
  remove_at(i);
}

// --- Message timers ----------------------------------------------------------------------------------------

static void timer_free(struct timer *t) {
  if (t->to) {
    if (t->prev) t->prev->next = t->next;
    else t->to->timers = t->next;
    if (t->next) t->next->prev = t->prev;
  }
  id_map_remove(&timer_map, &t->node);
  kept_release(t->message);
  mem_free(t, sizeof *t, MEM_SYSTEM);
}

u64 timer_start(struct process *to, term name, u64 at_us, term message, bool wrap) {
  struct timer *t = mem_calloc(sizeof *t, MEM_SYSTEM);
  if (!t) return 0;
  t->node.key = ref_next_id();
  t->to = to;
  t->name = name;
  t->at_us = at_us;
  t->wrap = wrap;
  t->message = kept_new(message);
  if (!t->message || !id_map_add(&timer_map, &t->node)) {
    kept_release(t->message);
    mem_free(t, sizeof *t, MEM_SYSTEM);
    return 0;
  }
  if (to) {
    t->next = to->timers;
    if (t->next) t->next->prev = t;
    to->timers = t;
  }
  if (insert(at_us, NULL, t)) return t->node.key;
  timer_free(t);
  return 0;
}

struct timer *timer_find(u64 id) {
  return (struct timer *)id_map_find(&timer_map, id);
}

void timer_cancel(struct timer *t) {
  remove_at(t->index);
  timer_free(t);
}

u64 timer_left_ms(const struct timer *t) {
  u64 now = host_monotonic_us();
  return t->at_us <= now ? 0 : (t->at_us - now + 999) / 1000;
}

// --- Firing ---------------------------------------------------------------------------------------------------

static void fire_message(struct timer *t) {
  struct process *to = t->to ? t->to : registered_find(t->name);
  struct draft d;
  struct message *m = NULL;
  if (!to || to->ends) {
    // nobody gets the message
  } else if (!t->wrap) {
    if (!signal_send(NULL, to, t->message->value)) signal_lost(to);
  } else {
    if (draft_open(&d, to, 4 + REF_WORDS + copy_size(t->message->value))) {
      term value = copy_term(d.heap, t->message->value);
      m = draft_close(&d, tuple3(d.heap, ATOM_timeout, ref_from_id(d.heap, t->node.key), value));
    }
    if (m) mailbox_append(to, m);
    else signal_lost(to);
  }
  timer_free(t);
}

void timer_fire(u64 now_us) {
  for (u32 n = 0; n < FIRE_AT_ONCE && count && heap[0].at <= now_us; n++) {
    struct entry e = heap[0];
    remove_at(0);
    if (e.receiver) {
      e.receiver->receive_timer = 0;
      e.receiver->timed_out = true;
      scheduler_ready(e.receiver);
    } else {
      fire_message(e.timer);
    }
  }
}

void timer_destroy(void) {
  while (count) {
    struct entry e = heap[0];
    remove_at(0);
    if (e.receiver) e.receiver->receive_timer = 0;
    else timer_free(e.timer);
  }
}
