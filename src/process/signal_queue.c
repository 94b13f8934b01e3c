// SPDX-License-Identifier: Apache-2.0
// The queue p->signals, oldest signal first; it is nearly always empty. Invariant: if a process is neither running
// nor in the middle of its turn, its queue is empty or it is doomed. The mailbox owns the messages in the queue
// (mailbox_keep), but they are not in it yet.
#include "process/signal_queue.h"

#include "base/alloc.h"
#include "process/kept.h"
#include "process/scheduler.h"
#include "process/signal.h"
#include "term/compare.h"

enum queued { QUEUED_MESSAGE, QUEUED_ALIAS, QUEUED_EXIT, QUEUED_LINK_EXIT, QUEUED_DOWN, QUEUED_BEHIND };
struct signal {
  struct signal *next;
  struct message *message;
  struct kept *from_kept, *reason_kept; // own from and reason where these are not immediate terms
  u64 id;                               // of the alias or monitor
  term from, reason;
  u8 kind, behind; // enum queued, enum behind
  bool priority;
};

static struct signal *new_signal(enum queued kind, u64 id) {
  struct signal *s = mem_calloc(sizeof *s, MEM_PROCESS);
  if (!s) return NULL;
  s->kind = (u8)kind;
  s->id = id;
  return s;
}

static void append(struct process *p, struct signal *s) {
  struct signal_queue *q = &p->signals;
  if (q->first) q->last->next = s;
  else q->first = s;
  q->last = s;
}

static struct signal *take(struct process *p) {
  struct signal *s = p->signals.first;
  p->signals.first = s->next;
  return s;
}

static void signal_free(struct signal *s) {
  kept_release(s->from_kept);
  kept_release(s->reason_kept);
  mem_free(s, sizeof *s, MEM_PROCESS);
}

// --- Sending ----------------------------------------------------------------------------------------------

static bool queue_message(struct process *p, enum queued kind, struct message *m, u64 id, bool priority) {
  struct signal *s = new_signal(kind, id);
  if (!s) return false;
  s->priority = priority;
  s->message = m;
  mailbox_keep(p, m);
  append(p, s);
  return true;
}

bool signal_queue_message(struct process *p, struct message *m) {
  return queue_message(p, QUEUED_MESSAGE, m, 0, false);
}
bool signal_queue_alias(struct process *p, struct message *m, u64 alias, bool priority) {
  return queue_message(p, QUEUED_ALIAS, m, alias, priority);
}

static struct signal *with_reason(enum queued kind, u64 id, term reason, struct kept *kept) {
  struct kept *own = is_immediate(reason) ? NULL : kept ? kept_retain(kept) : kept_new(reason);
  struct signal *s = is_immediate(reason) || own ? new_signal(kind, id) : NULL;
  if (!s) {
    kept_release(own);
    return NULL;
  }
  s->reason = own ? own->value : reason;
  s->reason_kept = own;
  return s;
}

bool signal_queue_exit(struct process *p, const struct exit_signal *e) {
  term from = e->from;
  struct kept *from_kept = is_immediate(from) ? NULL : kept_new(from);
  if (!from_kept && !is_immediate(from)) return false;
  struct signal *s = with_reason(e->by_link ? QUEUED_LINK_EXIT : QUEUED_EXIT, e->alias, e->reason, e->kept);
  if (!s) {
    kept_release(from_kept);
    return false;
  }
  s->from = from_kept ? from_kept->value : from;
  s->from_kept = from_kept;
  s->priority = e->priority;
  append(p, s);
  return true;
}

bool signal_queue_down(struct process *p, u64 monitor, term reason, struct kept *kept) {
  struct signal *s = with_reason(QUEUED_DOWN, monitor, reason, kept);
  if (s) append(p, s);
  return s != NULL;
}

bool signal_queue_unsent_down(struct process *p, u64 monitor, term reason) {
  signal_queue_send(p, NV);
  p->signals.unsent = with_reason(QUEUED_DOWN, monitor, reason, NULL);
  return p->signals.unsent != NULL;
}

void signal_queue_send(struct process *p, term to) {
  struct signal *s = p->signals.unsent;
  if (LIKELY(!s)) return;
  const struct monitor *m = to == NV ? NULL : monitor_find(s->id);
  if (to != NV && !(m && term_equal(m->object, to))) return;
  p->signals.unsent = NULL;
  append(p, s);
}

void signal_queue_unlinked(struct process *p, term from) {
  struct signal *prev = NULL;
  for (struct signal *s = p->signals.first, *next; s; s = next) {
    next = s->next;
    if (s->kind != QUEUED_LINK_EXIT || !term_equal(s->from, from)) {
      prev = s;
      continue;
    }
    *(prev ? &prev->next : &p->signals.first) = next;
    if (!next) p->signals.last = prev;
    signal_free(s);
  }
}

bool signal_queue_behind(struct process *p, enum behind what, term pid, u64 monitor) {
  struct signal *s = new_signal(QUEUED_BEHIND, monitor);
  if (!s) return false;
  s->behind = (u8)what;
  s->from = pid;
  append(p, s);
  return true;
}

bool signal_queue_was_linked(const struct process *p, term pid) {
  for (const struct signal *s = p->signals.first; s; s = s->next)
    if (s->kind == QUEUED_BEHIND && s->behind == BEHIND_UNLINK && s->from == pid) return true;
  return false;
}

// --- Receiving ---------------------------------------------------------------------------------------------

static void receive(struct process *p, struct signal *s) {
  struct monitor *m;
  switch ((enum queued)s->kind) {
    case QUEUED_MESSAGE: mailbox_put(p, s->message); break;
    case QUEUED_ALIAS:
      if (!signal_alias_message(p, s->message, s->id, s->priority)) mailbox_drop(p, s->message);
      break;
    case QUEUED_EXIT:
    case QUEUED_LINK_EXIT:
      signal_exit_received(
          p, &(struct exit_signal){.from = s->from,
                                   .reason = s->reason,
                                   .kept = s->reason_kept,
                                   .alias = s->id,
                                   .by_link = s->kind == QUEUED_LINK_EXIT,
                                   .cause = s->kind == QUEUED_LINK_EXIT ? EXIT_CAUSE_LINK : EXIT_CAUSE_EXIT,
                                   .priority = s->priority});
      break;
    case QUEUED_DOWN:
      m = monitor_find(s->id);
      if (m && m->watcher == p) monitor_down(m, s->reason);
      break;
    case QUEUED_BEHIND: break;
  }
}

bool signal_queue_urgent(const struct process *p) {
  for (const struct signal *s = p->signals.first; s; s = s->next) {
    const struct monitor *m = s->kind == QUEUED_DOWN ? monitor_find(s->id) : NULL;
    if (s->priority || (m && m->priority)) return true;
  }
  return false;
}

void signal_queue_receive(struct process *p) {
  while (p->signals.first && !p->ends) {
    struct signal *s = take(p);
    receive(p, s);
    signal_free(s);
  }
}

void signal_queue_leave(struct process *p) {
  signal_queue_send(p, NV);
  signal_queue_receive(p);
}

// --- Behind the end -----------------------------------------------------------------------------------------

// The link that the process pid has made behind p's end. NV: the oldest of those that other nodes have made.
static struct link *late_link(const struct process *p, term pid) {
  const struct process *other = pid == NV ? NULL : process_find(pid);
  if (pid != NV) return other ? link_find(other, p) : NULL;
  struct link *l = p->links.late;
  while (l && !link_peer(l, p)->remote) l = link_next(l, p);
  return l;
}

static void answer(struct process *p, const struct signal *s) {
  struct process *other = s->from == NV ? NULL : process_find(s->from);
  struct monitor *m = s->behind == BEHIND_MONITOR ? monitor_find(s->id) : NULL;
  struct link *l = s->behind == BEHIND_LINK ? late_link(p, s->from) : NULL;
  if (l) {
    other = link_peer(l, p);
    struct exit_signal e = {.from = p->pid, .reason = ATOM_noproc, .priority = link_priority(l, other)};
    link_remove(l);
    signal_exit_by_link(other, &e);
  } else if (m && m->target == p) {
    monitor_fire(m, ATOM_noproc, NULL);
  } else if (s->behind == BEHIND_QUESTION && other) {
    scheduler_ready(other);
  }
}

void signal_queue_answer(struct process *p) {
  struct signal *s = take(p);
  if (s->kind == QUEUED_BEHIND) answer(p, s);
  else if (s->message) mailbox_drop(p, s->message);
  signal_free(s);
}

void signal_queue_drop(struct process *p) {
  if (p->signals.unsent) signal_free(p->signals.unsent);
  p->signals.unsent = NULL;
}
