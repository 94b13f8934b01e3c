// SPDX-License-Identifier: Apache-2.0
// Sending: messages to every kind of destination, and what an exit signal does to its receiver
// (erts "Receiving Exit Signals"). Called by BIFs, by exit.c and by the host.
#include "process/signal.h"

#include "base/alloc.h"
#include "memory/copy.h"
#include "process/event.h"
#include "process/kept.h"
#include "process/late.h"
#include "process/node.h"
#include "process/port.h"
#include "term/etf.h"
#include "term/ref.h"

static struct message *send_copy(struct process *from, struct process *to, term value) {
  struct draft d;
  size_t words = copy_size(value);
  if (!draft_open(&d, to, words)) return NULL;
  struct message *m = draft_close(&d, copy_term(d.heap, value));
  if (!m) return NULL;
  // A copy costs its sender, so that big messages do not outrun the scheduler.
  if (from && from == ctx.p) ctx.fcalls -= (i32)(words / 16 < 1000 ? words / 16 : 1000);
  EVENT(EVENT_MESSAGE, to, to->pid, from ? from->pid : NV, value, 0);
  mailbox_append(to, m);
  return m;
}

bool signal_send(struct process *from, struct process *to, term value) {
  return to->state == PROCESS_EXITING || send_copy(from, to, value) != NULL;
}

// A message through an alias. What ends the alias ends it before the next message can come.
static enum send_result send_to_alias(struct process *from, term ref, term value) {
  u64 id = ref_id(ref);
  struct alias *a = alias_find(id);
  if (!a || a->owner->state == PROCESS_EXITING) return SEND_OK;
  struct process *to = a->owner;
  bool reply = a->mode == ALIAS_REPLY || a->mode == ALIAS_REPLY_DEMONITOR;
  struct message *m = send_copy(from, to, value);
  if (!m) return SEND_NO_MEMORY;
  if (reply) {
    struct monitor *monitor = a->mode == ALIAS_REPLY_DEMONITOR ? monitor_find(id) : NULL;
    if (monitor) monitor_cancel(monitor);
    alias_remove(a);
  } else if (to == ctx.p) {
    late_self_alias(to, m, id);
  }
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
  else exit_process(to, ATOM_system_limit);
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
  if (m) mailbox_append(to, m);
  return m;
}

bool signal_exit_message(struct process *to, term from, term reason) { return exit_message(to, from, reason) != NULL; }

static void receive_exit(term from, struct process *to, term reason, struct kept *kept, bool by_link, enum exit_cause cause) {
  if (to->state == PROCESS_EXITING) return;
  if (UNLIKELY(to->port != NULL)) {
    port_exit(to, from, reason, kept, by_link);
    return;
  }
  bool to_self = from == to->pid && cause == EXIT_CAUSE_EXIT2;
  bool untrappable = reason == ATOM_kill && !by_link;
  if (to->trap_exit && !untrappable) {
    EVENT(EVENT_SIGNAL, to, to->pid, from, reason, (u64)cause << 8 | SIGNAL_TRAPPED);
    struct message *m = exit_message(to, from, reason);
    if (!m) signal_lost(to);
    else if (to_self && to == ctx.p) late_self_exit(to, m);
  } else if (reason == ATOM_normal && !to_self) {
    EVENT(EVENT_SIGNAL, to, to->pid, from, reason, (u64)cause << 8 | SIGNAL_IGNORED);
  } else {
    EVENT(EVENT_SIGNAL, to, to->pid, from, reason, (u64)cause << 8 | SIGNAL_KILLED);
    if (untrappable) exit_process(to, ATOM_killed);
    else exit_process_kept(to, reason, kept);
  }
}

void signal_exit(term from, struct process *to, term reason, enum exit_cause cause) {
  if (cause == EXIT_CAUSE_LINK) {
    struct process *peer = process_find(from);
    struct link *l = peer && peer != to ? link_find(peer, to) : NULL;
    if (!l) return;
    link_remove(l);
  }
  receive_exit(from, to, reason, NULL, cause == EXIT_CAUSE_LINK, cause);
}

void signal_exit_by_link(term from, struct process *to, term reason, struct kept *kept) {
  if (UNLIKELY(to->remote)) {
    if (to->state != PROCESS_EXITING) remote_exit(from, to->pid, reason, true);
    remote_idle(to);
    return;
  }
  // What a running process brings on itself reaches it when it has been scheduled out.
  if (to == ctx.p && to->state != PROCESS_EXITING && late_link_exit(to, from, reason, kept)) return;
  receive_exit(from, to, reason, kept, true, EXIT_CAUSE_LINK);
}
