// SPDX-License-Identifier: Apache-2.0
// Sending: messages to every kind of destination, and what an exit signal does to its receiver
// (erts "Receiving Exit Signals"). Called by BIFs, by exit.c and by the host.
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
  // A copy costs its sender, so that big messages do not outrun the scheduler.
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

// What ends an alias ends it before the next message can come.
bool signal_alias_message(struct process *to, struct message *m, u64 id) {
  struct alias *a = alias_find(id);
  if (!a || a->owner != to) return false;
  struct monitor *monitor = a->mode == ALIAS_REPLY_DEMONITOR ? monitor_find(id) : NULL;
  if (a->mode == ALIAS_REPLY || a->mode == ALIAS_REPLY_DEMONITOR) alias_remove(a);
  if (monitor) monitor_cancel(monitor);
  mailbox_put(to, m);
  return true;
}

static enum send_result send_to_alias(struct process *from, term ref, term value) {
  u64 id = ref_id(ref);
  struct alias *a = alias_find(id);
  struct process *to = a ? a->owner : NULL;
  if (!to || to->ends) return SEND_OK;
  struct message *m = copy(from, to, value);
  if (!m) return SEND_NO_MEMORY;
  // One's own alias may end before the message is received.
  if (UNLIKELY(to == ctx.p || to->signals.first) && signal_queue_alias(to, m, id)) return SEND_OK;
  mailbox_keep(to, m);
  signal_alias_message(to, m, id);
  return SEND_OK;
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
  if (is_local_ref(destination)) return send_to_alias(from, destination, value);
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
  return boxed_ptr(destination)[1] == etf_node_name ? SEND_OK : remote_send(from, destination, value); // of an earlier life of this node
}

void signal_lost(struct process *to) {
  if (to == ctx.p) ctx.heap.exhausted = true; // ends it when it is scheduled out
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
  mem_overdraft(SIGNAL_OVERDRAFT);
  struct message *m = exit_draft(to, from, reason);
  mem_overdraft(0);
  return m;
}

bool signal_exit_message(struct process *to, term from, term reason) {
  struct message *m = exit_message(to, from, reason);
  if (m) mailbox_append(to, m);
  return m != NULL;
}

static void exit_event(term from, struct process *to, term reason, enum exit_cause cause, enum signal_outcome outcome) {
  EVENT(EVENT_SIGNAL, to, to->pid, from, reason, (u64)cause << 8 | outcome);
}

// The exit signal is received, or will be before to runs again.
static void receive_exit(term from, struct process *to, term reason, struct kept *kept, bool by_link, enum exit_cause cause) {
  bool to_self = from == to->pid && cause == EXIT_CAUSE_EXIT2;
  bool untrappable = reason == ATOM_kill && !by_link;
  if (to->trap_exit && !untrappable) {
    exit_event(from, to, reason, cause, SIGNAL_TRAPPED);
    struct message *m = exit_message(to, from, reason);
    if (!m) {
      signal_lost(to);
      return;
    }
    mailbox_keep(to, m);
    mailbox_put(to, m);
  } else if (reason == ATOM_normal && !to_self) {
    exit_event(from, to, reason, cause, SIGNAL_IGNORED);
  } else {
    exit_event(from, to, reason, cause, SIGNAL_KILLED);
    if (untrappable) reason = ATOM_killed, kept = NULL;
    if (to == ctx.p) exit_process_kept(to, reason, kept);
    else exit_when_scheduled(to, reason, kept);
  }
}

void signal_exit_received(term from, struct process *to, term reason, struct kept *kept, bool by_link) {
  receive_exit(from, to, reason, kept, by_link, by_link ? EXIT_CAUSE_LINK : EXIT_CAUSE_EXIT2);
}

// Whether an exit signal to a process that runs, or is in the middle of its turn, waits until it is received.
static bool waits(struct process *to, bool fatal) { return to == ctx.p || (to->signals.first && !fatal); }

static void exit_self(struct process *p, term reason) {
  bool stays = p->trap_exit && reason != ATOM_kill;
  if (stays && signal_queue_exit(p, p->pid, reason, NULL, false)) return;
  signal_queue_receive(p); // what came before may end it in another way
  if (!p->ends) receive_exit(p->pid, p, reason, NULL, false, EXIT_CAUSE_EXIT2);
}

void signal_exit(term from, struct process *to, term reason, enum exit_cause cause) {
  if (UNLIKELY(to->ends)) return;
  bool fatal = reason == ATOM_kill || (!to->trap_exit && reason != ATOM_normal);
  if (UNLIKELY(to->port != NULL)) port_exit(to, from, reason, NULL, false);
  else if (UNLIKELY(to == ctx.p && from == to->pid)) exit_self(to, reason);
  else if (LIKELY(!waits(to, fatal)) || !signal_queue_exit(to, from, reason, NULL, false)) receive_exit(from, to, reason, NULL, false, cause);
}

void signal_exit_by_link(term from, struct process *to, term reason, struct kept *kept) {
  if (UNLIKELY(to->remote)) {
    if (to->state != PROCESS_EXITING) remote_exit(from, to->pid, reason, true);
    remote_idle(to);
    return;
  }
  if (UNLIKELY(to->ends)) return;
  bool fatal = !to->trap_exit && reason != ATOM_normal;
  if (UNLIKELY(to->port != NULL)) port_exit(to, from, reason, kept, true);
  else if (LIKELY(!waits(to, fatal)) || !signal_queue_exit(to, from, reason, kept, true)) receive_exit(from, to, reason, kept, true, EXIT_CAUSE_LINK);
}
