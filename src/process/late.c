// SPDX-License-Identifier: Apache-2.0
// The list p->late, oldest first; nearly always empty. Entries of the first three kinds point to a message
// that is in p's mailbox: whoever takes a message out says so (late_message_gone).
#include "process/late.h"

#include "base/alloc.h"
#include "process/kept.h"
#include "process/signal.h"
#include "term/compare.h"

enum late_kind { LATE_SELF_EXIT, LATE_SELF_ALIAS, LATE_SELF_DOWN, LATE_DOWN, LATE_LINK_EXIT };
enum { LATE_REDUCTIONS = 500 };
struct late {
  struct late *next;
  struct message *message;
  struct kept *from_kept, *reason_kept; // own from and reason when these are not immediate
  u64 id;             // alias or monitor
  term from, reason;
  u64 since;          // p's reductions when it was made
  u8 kind;
};

static struct late *add(struct process *p, enum late_kind kind) {
  struct late *l = mem_calloc(sizeof *l, MEM_PROCESS);
  if (!l) return NULL;
  l->kind = (u8)kind;
  l->since = p->reductions;
  struct late **end = &p->late;
  while (*end) end = &(*end)->next;
  *end = l;
  return l;
}

static void drop(struct late **at) { // takes it out of the list it stands in
  struct late *l = *at;
  *at = l->next;
  kept_release(l->from_kept);
  kept_release(l->reason_kept);
  mem_free(l, sizeof *l, MEM_PROCESS);
}

void late_self_exit(struct process *p, struct message *m) {
  struct late *l = add(p, LATE_SELF_EXIT);
  if (l) l->message = m;
}

void late_self_alias(struct process *p, struct message *m, u64 alias) {
  struct late *l = add(p, LATE_SELF_ALIAS);
  if (l) l->message = m, l->id = alias;
}

// DOWN for a name that nobody has is there; the monitor is until it has been seen.
static void end_monitor(const struct late *l) {
  struct monitor *m = l->kind == LATE_SELF_DOWN ? monitor_find(l->id) : NULL;
  if (!m) return;
  monitor_remove(m);
  alias_demonitored(l->id);
}

void late_self_down(struct process *p, struct message *m, u64 monitor) {
  struct late none = {.kind = LATE_SELF_DOWN, .id = monitor}, *l = add(p, LATE_SELF_DOWN);
  if (l) l->message = m, l->id = monitor;
  else end_monitor(&none);
}

static bool add_answer(struct process *p, enum late_kind kind, u64 id, term from, term reason, struct kept *kept) {
  struct kept *from_kept = is_immediate(from) ? NULL : kept_new(from);
  struct late *l = is_immediate(from) || from_kept ? add(p, kind) : NULL;
  if (!l) {
    kept_release(from_kept);
    return false;
  }
  l->id = id;
  l->from = from_kept ? from_kept->value : from;
  l->from_kept = from_kept;
  l->reason = reason;
  l->reason_kept = kept_retain(kept);
  return true;
}

bool late_down(struct process *p, u64 monitor, term reason, struct kept *kept) {
  return (is_immediate(reason) || kept) && add_answer(p, LATE_DOWN, monitor, NIL, reason, kept);
}

bool late_link_exit(struct process *p, term from, term reason, struct kept *kept) {
  return (is_immediate(reason) || kept) && add_answer(p, LATE_LINK_EXIT, 0, from, reason, kept);
}

void late_unlinked(struct process *p, term from) {
  for (struct late **at = &p->late; *at;)
    if ((*at)->kind == LATE_LINK_EXIT && term_equal((*at)->from, from)) drop(at);
    else at = &(*at)->next;
}

void late_received(struct process *p) {
  for (struct late **at = &p->late; *at;) {
    struct late *l = *at;
    // What it did to a port was done at once: the answer is there when it looks.
    bool of_port = l->kind == LATE_LINK_EXIT && is_local_port(l->from) && p->trap_exit;
    if (of_port) signal_exit_message(p, l->from, l->reason);
    end_monitor(l);
    if (of_port || l->kind <= LATE_SELF_DOWN) drop(at);
    else at = &l->next;
  }
}

void late_message_gone(struct process *p, const struct message *m) {
  for (struct late **at = &p->late; *at; at = &(*at)->next)
    if ((*at)->message == m) {
      end_monitor(*at);
      drop(at);
      return;
    }
}

void late_untrapped(struct process *p) {
  for (struct late **at = &p->late; *at;) {
    struct message *m = (*at)->message;
    if ((*at)->kind != LATE_SELF_EXIT) {
      at = &(*at)->next;
      continue;
    }
    drop(at);
    term reason = tuple_elements(m->value)[2];
    if (reason != ATOM_normal) exit_process(p, reason);
    mailbox_delete(p, m);
  }
}

// Takes back the messages of that kind and id.
static void take_back(struct process *p, enum late_kind kind, u64 id) {
  for (struct late **at = &p->late; *at;) {
    struct message *m = (*at)->message;
    if ((*at)->kind != kind || (*at)->id != id) {
      at = &(*at)->next;
      continue;
    }
    drop(at);
    mailbox_delete(p, m);
  }
}

void late_unaliased(struct process *p, u64 alias) { take_back(p, LATE_SELF_ALIAS, alias); }
void late_demonitored(struct process *p, u64 monitor) { take_back(p, LATE_SELF_DOWN, monitor); }

bool late_due(const struct process *p) { return p->yielding || p->reductions - p->late->since >= LATE_REDUCTIONS; }

void late_hasten(struct process *p) {
  p->late->since = p->reductions - LATE_REDUCTIONS;
  ctx.fcalls = 0;
}

void late_deliver(struct process *p) {
  late_received(p);
  while (p->late && p->state != PROCESS_EXITING) {
    struct late *l = p->late;
    p->late = l->next;
    l->next = NULL;
    struct monitor *m = l->kind == LATE_DOWN ? monitor_find(l->id) : NULL;
    if (m && m->watcher == p) monitor_fire(m, l->reason, l->reason_kept);
    if (l->kind == LATE_LINK_EXIT) signal_exit_by_link(l->from, p, l->reason, l->reason_kept);
    drop(&l);
  }
}

void late_free(struct process *p) {
  while (p->late) drop(&p->late);
}
