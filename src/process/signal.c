// SPDX-License-Identifier: Apache-2.0
// Sends messages to every kind of destination, and does what an exit signal does to its receiver (erts "Receiving
// Exit Signals"). Called by BIFs, by exit.c and by the host.
#include "process/signal.h"

#include "base/alloc.h"
#include "memory/copy.h"
#include "process/event.h"
#include "process/kept.h"
#include "process/node.h"
#include "process/port.h"
#include "process/signal_queue.h"
#include "term/etf.h"
#include "term/ref.h"

static struct message *copy(struct process *from, struct process *to, term value) {
  struct draft d;
  size_t words = copy_size(value);
  if (!draft_open(&d, to, words)) return NULL;
  struct message *m = draft_close(&d, copy_term(d.heap, value));
  if (!m) return NULL;
  // The sender pays for the copy, so that a process that sends big messages does not hold up the scheduler.
  if (from && from == ctx.p) ctx.fcalls -= (i32)(words / 16 < 1000 ? words / 16 : 1000);
  EVENT(EVENT_MESSAGE, to, to->pid, from ? from->pid : NV, value, 0);
  return m;
}

bool signal_send(struct process *from, struct process *to, term value) {
  if (UNLIKELY(to->ends)) return true;
  struct message *m = copy(from, to, value);
  if (LIKELY(m != NULL)) mailbox_append(to, m);
  return m != NULL;
}

// The alias is ended before the message is put into the mailbox, so that no second message can come through it.
bool signal_alias_message(struct process *to, struct message *m, u64 id, bool priority) {
  struct alias *a = alias_find(id);
  if (!a || a->owner != to) return false;
  priority &= a->priority;
  struct monitor *monitor = a->mode == ALIAS_REPLY_DEMONITOR ? monitor_find(id) : NULL;
  if (a->mode == ALIAS_REPLY || a->mode == ALIAS_REPLY_DEMONITOR) alias_remove(a);
  if (monitor) monitor_cancel(monitor);
  if (UNLIKELY(priority)) mailbox_put_priority(to, m);
  else mailbox_put(to, m);
  return true;
}

static enum send_result send_to_alias(struct process *from, term ref, term value, bool priority) {
  u64 id = ref_id(ref);
  struct alias *a = alias_find(id);
  struct process *to = a ? a->owner : NULL;
  if (!to || to->ends) return SEND_OK;
  struct message *m = copy(from, to, value);
  if (!m) return SEND_NO_MEMORY;
  // A process's own alias may end before the process receives the message, so the message must wait.
  if (UNLIKELY(to == ctx.p || to->signals.first) && signal_queue_alias(to, m, id, priority)) return SEND_OK;
  mailbox_keep(to, m);
  signal_alias_message(to, m, id, priority);
  return SEND_OK;
}

enum send_result signal_send_priority(struct process *from, term ref, term value) {
  return send_to_alias(from, ref, value, true);
}

static enum send_result send_to_name(struct process *from, term name, term value, enum send_result absent) {
  struct process *to = registered_find(name);
  if (!to) return absent;
  return signal_send(from, to, value) ? SEND_OK : SEND_NO_MEMORY;
}

enum send_result signal_send_to(struct process *from, term destination, term value) {
  if (LIKELY(is_local_pid(destination))) {
    struct process *to = process_find(destination);
    return !to || signal_send(from, to, value) ? SEND_OK : SEND_NO_MEMORY;
  }
  if (is_atom(destination)) return send_to_name(from, destination, value, SEND_BADARG);
  if (is_local_ref(destination)) return send_to_alias(from, destination, value, false);
  if (is_tuple_of(destination, 2)) {
    term *e = tuple_elements(destination);
    if (!is_atom(e[0]) || !is_atom(e[1])) return SEND_BADARG;
    return e[1] == etf_node_name ? send_to_name(from, e[0], value, SEND_OK) : remote_send(from, destination, value);
  }
  if (is_local_port(destination)) {
    struct process *to = endpoint_find(destination);
    return !to || signal_send(from, to, value) ? SEND_OK : SEND_NO_MEMORY;
  }
  if (is_port(destination)) return SEND_OK;
  if (!is_pid(destination) && !is_ref(destination)) return SEND_BADARG;
  // Such a pid or reference is of this node, but of an earlier start of it: nobody is there.
  return boxed_ptr(destination)[1] == etf_node_name ? SEND_OK : remote_send(from, destination, value);
}

void signal_lost(struct process *to) {
  if (to == ctx.p) ctx.heap.exhausted = true; // it ends when it is scheduled out
  else exit_when_scheduled(to, ATOM_system_limit, NULL);
}

// --- Exit signals ---------------------------------------------------------------------------------------

static struct message *exit_draft(struct process *to, term from, term reason) {
  struct draft d;
  if (!draft_open(&d, to, 4 + copy_size(from) + copy_size(reason))) return NULL;
  from = copy_term(d.heap, from);
  reason = copy_term(d.heap, reason);
  return draft_close(&d, tuple3(d.heap, ATOM_EXIT, from, reason));
}

static struct message *exit_message(struct process *to, term from, term reason) {
  mem_overdraft(MEM_OVERDRAFT);
  struct message *m = exit_draft(to, from, reason);
  mem_overdraft(0);
  return m;
}

bool signal_exit_message(struct process *to, term from, term reason) {
  struct message *m = exit_message(to, from, reason);
  if (m) mailbox_append(to, m);
  return m != NULL;
}

static void exit_event(struct process *to, const struct exit_signal *e, enum signal_outcome outcome) {
  EVENT(EVENT_SIGNAL, to, to->pid, e->from, e->reason, (u64)e->cause << 8 | outcome);
}

static void receive_trapped(struct process *to, const struct exit_signal *e, bool priority) {
  exit_event(to, e, SIGNAL_TRAPPED);
  struct message *m = exit_message(to, e->from, e->reason);
  if (!m) {
    signal_lost(to);
    return;
  }
  mailbox_keep(to, m);
  if (UNLIKELY(priority)) mailbox_put_priority(to, m);
  else mailbox_put(to, m);
}

// Does what the exit signal e does to its receiver, which receives it now, or will have received it before it runs
// again.
void signal_exit_received(struct process *to, const struct exit_signal *e) {
  const struct alias *a = e->alias ? alias_find(e->alias) : NULL;
  if (e->alias && !(a && a->owner == to)) return;
  bool untrappable = e->reason == ATOM_kill && !e->by_link;
  if (to->trap_exit && !untrappable) {
    receive_trapped(to, e, e->priority && (!e->alias || a->priority));
  } else if (e->reason == ATOM_normal && !e->normal_kills) {
    exit_event(to, e, SIGNAL_IGNORED);
  } else {
    exit_event(to, e, SIGNAL_KILLED);
    term reason = untrappable ? ATOM_killed : e->reason;
    struct kept *kept = untrappable ? NULL : e->kept;
    if (to == ctx.p) exit_process_kept(to, reason, kept);
    else exit_when_scheduled(to, reason, kept);
  }
}

// A process that runs, or is in the middle of its turn, receives an exit signal later; but one in the middle of its
// turn receives a signal that ends it at once.
static void send_exit(struct process *to, const struct exit_signal *e) {
  bool fatal = (e->reason == ATOM_kill && !e->by_link) || (!to->trap_exit && e->reason != ATOM_normal);
  bool waits = to == ctx.p || (to->signals.first && !fatal);
  if (UNLIKELY(to->port != NULL)) port_exit(to, e->from, e->reason, e->kept, e->by_link);
  else if (LIKELY(!waits) || !signal_queue_exit(to, e)) signal_exit_received(to, e);
}

// exit(self(), Reason)
static void exit_self(struct process *p, struct exit_signal *e) {
  if (p->trap_exit && e->reason != ATOM_kill && signal_queue_exit(p, e)) return;
  e->normal_kills = true;
  signal_queue_receive(p); // what came before may end it in another way
  if (!p->ends) signal_exit_received(p, e);
}

void signal_exit(term from, struct process *to, term reason, enum exit_cause cause) {
  struct exit_signal e = {.from = from, .reason = reason, .cause = cause};
  if (UNLIKELY(to->ends)) return;
  if (UNLIKELY(to == ctx.p && from == to->pid)) exit_self(to, &e);
  else send_exit(to, &e);
}

void signal_exit_alias(term from, term ref, term reason, bool priority) {
  struct exit_signal e = {
      .from = from, .reason = reason, .alias = ref_id(ref), .cause = EXIT_CAUSE_EXIT, .priority = priority};
  const struct alias *a = alias_find(e.alias);
  if (a && !a->owner->ends) send_exit(a->owner, &e);
}

void signal_exit_by_link(struct process *to, struct exit_signal *e) {
  if (UNLIKELY(to->remote)) {
    if (to->state != PROCESS_EXITING) remote_exit(e->from, to->pid, e->reason, true);
    remote_idle(to);
  } else if (LIKELY(!to->ends)) {
    e->by_link = true;
    e->cause = EXIT_CAUSE_LINK;
    send_exit(to, e);
  }
}
