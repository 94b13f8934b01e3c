// SPDX-License-Identifier: Apache-2.0
// Suspensions. There is one record, with a count, for each pair of a holder and a target; it is in the lists of both
// processes. Invariant: suspend_count of the target is the sum of these counts, and while it is not zero the target
// is in no run queue, unless it is doomed.
#include "base/alloc.h"
#include "process/scheduler.h"
#include "process/signal.h"

struct suspend {
  struct process *holder, *target;
  struct suspend *next;        // the list holder->suspends
  struct suspend *target_next; // the list target->suspended_by
  u32 count;
};

static struct suspend *find(const struct process *holder, const struct process *target) {
  struct suspend *s = holder->suspends;
  while (s && s->target != target) s = s->next;
  return s;
}

bool suspend_add(struct process *holder, struct process *target) {
  struct suspend *s = find(holder, target);
  if (!s) {
    s = mem_calloc(sizeof *s, MEM_PROCESS);
    if (!s) return false;
    s->holder = holder;
    s->target = target;
    s->next = holder->suspends;
    holder->suspends = s;
    s->target_next = target->suspended_by;
    target->suspended_by = s;
  }
  s->count++;
  target->suspend_count++;
  if (target->queued && !target->doomed) scheduler_remove(target);
  return true;
}

static void record_free(struct suspend *s) {
  struct suspend **at = &s->holder->suspends;
  while (*at != s) at = &(*at)->next;
  *at = s->next;
  at = &s->target->suspended_by;
  while (*at != s) at = &(*at)->target_next;
  *at = s->target_next;
  mem_free(s, sizeof *s, MEM_PROCESS);
}

static void lower(struct process *target, u32 by) {
  target->suspend_count -= by;
  if (target->suspend_count == 0 && target->state == PROCESS_RUNNABLE) scheduler_ready(target);
}

bool suspend_remove(struct process *holder, struct process *target) {
  struct suspend *s = find(holder, target);
  if (!s) return false;
  if (--s->count == 0) record_free(s);
  lower(target, 1);
  return true;
}

u32 suspend_holds(const struct process *holder, const struct process *target) {
  const struct suspend *s = find(holder, target);
  return s ? s->count : 0;
}

void suspend_each(const struct process *holder, void (*fn)(term target, u32 count, void *), void *arg) {
  for (const struct suspend *s = holder->suspends; s; s = s->next) fn(s->target->pid, s->count, arg);
}

bool suspend_release(struct process *p) {
  struct suspend *s = p->suspends ? p->suspends : p->suspended_by;
  if (!s) return false;
  struct process *target = s->target;
  u32 count = s->count;
  record_free(s);
  lower(target, count);
  return true;
}

bool suspend_valid(const struct process *p) {
  bool ok = true;
  u32 sum = 0;
  for (const struct suspend *s = p->suspends; s; s = s->next)
    ok &= s->holder == p && process_find(s->target->pid) == s->target;
  for (const struct suspend *s = p->suspended_by; s; s = s->target_next) {
    ok &= s->target == p && process_find(s->holder->pid) == s->holder;
    sum += s->count;
  }
  return ok && sum == p->suspend_count;
}
