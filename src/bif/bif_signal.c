// SPDX-License-Identifier: Apache-2.0
// BIFs that send signals: messages, exit signals, links, monitors, aliases. Each checks its arguments as OTP does; the
// process room performs the signals. A BIF that ends a port or a connection finishes its exit, or as much of it as
// fits, before its caller goes on (bif_after_exits).
#include "bif/bif_process.h"
#include "bif/bif_system.h"
#include "process/event.h"
#include "process/node.h"
#include "process/port.h"
#include "process/signal.h"
#include "process/signal_queue.h"
#include "term/etf.h"
#include "term/ref.h"

enum { EXIT_UNITS_IN_BIF = 2000 };

term bif_badopt(void) {
  bif_badarg();
  term pairs[] = {ATOM_cause, ATOM_badopt, ATOM_module, ATOM_erl_erts_errors};
  ctx.fault_info = map_from_pairs(HEAP, pairs, 2);
  return NV;
}

term bif_exiting(void) { return bif_stop(BIF_EXITING); }

term bif_after_exits(struct process *p, term *a, term value) {
  u32 units = EXIT_UNITS_IN_BIF;
  bool done = !exit_pending() || exit_work(&units);
  if (p->state == PROCESS_EXITING) return bif_exiting();
  if (done || p->is_js) return value; // the VM finishes the rest of a JavaScript process's call before anything runs
  a[0] = NV; // no argument of a program: the BIF is called again after the scheduler has finished the exits
  return bif_yield();
}

// Whether t is the option `priority` for messages and signals, which exists since OTP 28.
static bool priority_option(term t) { return t == ATOM_priority && system_otp_release() >= 28; }

bool bif_priority_options(term list, bool *priority) {
  *priority = is_cons(list);
  while (is_cons(list) && priority_option(hd(list))) list = tl(list);
  return list == NIL;
}

bool bif_received(struct process *p, struct process *of) {
  if (LIKELY(!of || !of->doomed)) return !(p->asking = false);
  if (p->is_js) { // a JavaScript process cannot wait
    u32 units = EXIT_UNITS_IN_BIF;
    exit_doomed(of);
    exit_work(&units);
    return true;
  }
  if (!p->asking && !signal_queue_behind(of, BEHIND_QUESTION, p->pid, 0)) {
    bif_system_limit();
    return false;
  }
  p->asking = true;
  bif_wait();
  return false;
}

// Whether t is a pid or port of this node, or of an earlier instance of it, which counts as dead.
HOT_INLINE bool is_of_this_node(term t) { return is_immediate(t) || boxed_ptr(t)[1] == etf_node_name; }

// The near end that stands for a process of another node, or for that node itself, in links and monitors. Like a
// signal, this connects to the node. NULL: this node is not alive, or no memory.
static struct process *away(term pid, term node) {
  struct node *n = node_connect(node);
  return n ? remote_get(n, pid) : NULL;
}

// --- Messages ---------------------------------------------------------------------------------------------

static term sent(enum send_result result, term value) {
  if (LIKELY(result == SEND_OK)) return value;
  return result == SEND_BADARG ? bif_badarg() : bif_system_limit();
}

term bif_send_2(struct process *p, term *a) { return sent(signal_send_to(p, a[0], a[1]), a[1]); }

term bif_send_3(struct process *p, term *a) {
  bool noconnect = false, priority = false;
  term o = a[2];
  for (; is_cons(o); o = tl(o)) {
    if (hd(o) == ATOM_noconnect) noconnect = true;
    else if (priority_option(hd(o))) priority = true;
    else if (hd(o) != ATOM_nosuspend) return bif_badopt();
  }
  if (o != NIL) return bif_badopt();
  if (noconnect) {
    term node = is_tuple_of(a[0], 2)                     ? tuple_elements(a[0])[1]
                : is_pid(a[0]) && !is_of_this_node(a[0]) ? boxed_ptr(a[0])[1]
                                                         : etf_node_name;
    const struct node *n = node_first;
    while (n && n->name != node) n = n->next;
    if (is_atom(node) && node != etf_node_name && !(n && n->state != NODE_IDLE)) return ATOM_noconnect;
  }
  if (priority && is_local_ref(a[0])) return sent(signal_send_priority(p, a[0], a[1]), ATOM_ok);
  return sent(signal_send_to(p, a[0], a[1]), ATOM_ok);
}

// --- Exit signals and links --------------------------------------------------------------------------------

// Sends an exit signal through an alias, as is possible since OTP 28.
static term exit_alias(struct process *p, const term *a, bool priority) {
  if (!is_local_ref(a[0])) return ATOM_true;
  signal_queue_send(p, a[0]);
  signal_exit_alias(p->pid, a[0], a[1], priority);
  return p->ends ? bif_exiting() : ATOM_true;
}

term bif_exit_3(struct process *p, term *a) {
  bool priority = false;
  if (a[0] == NV) return ATOM_true;
  if (!bif_priority_options(a[2], &priority)) return bif_badopt();
  return is_ref(a[0]) ? exit_alias(p, a, priority) : bif_exit_2(p, a);
}

term bif_exit_2(struct process *p, term *a) {
  if (a[0] == NV) return ATOM_true;
  if (is_ref(a[0]) && system_otp_release() >= 28) return exit_alias(p, a, false);
  if (!is_pid(a[0]) && !is_port(a[0])) return bif_badarg();
  if (UNLIKELY(!is_of_this_node(a[0])))
    return is_port(a[0]) || remote_exit(p->pid, a[0], a[1], false) ? ATOM_true : bif_system_limit();
  signal_queue_send(p, a[0]);
  struct process *to = endpoint_find(a[0]);
  if (!to) return ATOM_true;
  signal_exit(p->pid, to, a[1], EXIT_CAUSE_EXIT);
  if (p->ends) return bif_exiting();
  return UNLIKELY(is_port(a[0])) ? bif_after_exits(p, a, ATOM_true) : ATOM_true;
}

// The other end of a new link does not exist: raises an exception, or sends an exit message when the process traps
// exits.
static term link_noproc(struct process *p, term other) {
  if (!p->trap_exit) return bif_error(ATOM_noproc);
  return signal_exit_message(p, other, ATOM_noproc) ? ATOM_true : bif_system_limit(); // put into the mailbox at once
}

static term link_to(struct process *p, term other, bool priority) {
  if (!is_pid(other) && !is_port(other)) return bif_badarg();
  struct process *peer = NULL;
  if (UNLIKELY(!is_of_this_node(other)) && (is_port(other) || !(peer = away(other, boxed_ptr(other)[1]))))
    return signal_queue_exit(
               p,
               &(struct exit_signal){.from = other, .reason = ATOM_noconnection, .by_link = true, .priority = priority})
               ? ATOM_true
               : bif_system_limit();
  if (other == p->pid) return ATOM_true;
  if (LIKELY(!peer)) peer = endpoint_find(other);
  if (!peer) return link_noproc(p, other);
  signal_queue_send(p, other);
  enum link_result result = link_add(p, peer);
  if (UNLIKELY(peer->doomed) && result == LINK_MADE && !signal_queue_behind(peer, BEHIND_LINK, p->pid, 0)) {
    link_remove(link_find(p, peer));
    result = LINK_NO_MEMORY;
  }
  if (UNLIKELY(peer->remote) && (result == LINK_NO_MEMORY || (result == LINK_MADE && !remote_link(p, peer))))
    remote_idle(peer);
  if (result == LINK_NO_MEMORY) return bif_system_limit();
  if (result == LINK_MADE) EVENT(EVENT_LINK, p, p->pid, peer->pid, NV, 0);
  if (UNLIKELY(priority || link_priority_map.count)) link_set_priority(link_find(p, peer), p, priority);
  return ATOM_true;
}

term bif_link_1(struct process *p, term *a) { return link_to(p, a[0], false); }

term bif_link_2(struct process *p, term *a) {
  bool priority;
  if (!bif_priority_options(a[1], &priority)) return bif_badopt();
  return link_to(p, a[0], priority);
}

term bif_unlink_1(struct process *p, term *a) {
  if (!is_pid(a[0]) && !is_port(a[0])) return bif_badarg();
  if (UNLIKELY(p->signals.first != NULL)) signal_queue_unlinked(p, a[0]);
  struct process *peer = is_of_this_node(a[0]) || is_port(a[0]) ? endpoint_find(a[0]) : remote_find(a[0]);
  struct link *l = peer && peer != p ? link_find(p, peer) : NULL;
  if (!l) return ATOM_true;
  if (UNLIKELY(peer->remote) && !remote_unlink(p, peer)) return bif_system_limit();
  if (UNLIKELY(peer->doomed) && l != peer->links.late) signal_queue_behind(peer, BEHIND_UNLINK, p->pid, 0);
  link_remove(l);
  EVENT(EVENT_UNLINK, p, p->pid, peer->pid, NV, 0);
  return ATOM_true;
}

// --- Monitors ------------------------------------------------------------------------------------------------

bool bif_monitor_options(term list, term *tag, u8 *alias, bool *priority) {
  for (; is_cons(list); list = tl(list)) {
    if (priority_option(hd(list))) {
      *priority = true;
      continue;
    }
    if (!is_tuple_of(hd(list), 2)) return false;
    term *e = tuple_elements(hd(list));
    if (e[0] == ATOM_tag) *tag = e[1];
    else if (e[0] != ATOM_alias) return false;
    else if (e[1] == ATOM_explicit_unalias) *alias = ALIAS_EXPLICIT;
    else if (e[1] == ATOM_demonitor) *alias = ALIAS_DEMONITOR;
    else if (e[1] == ATOM_reply_demonitor) *alias = ALIAS_REPLY_DEMONITOR;
    else return false;
  }
  return list == NIL;
}

struct request { // for a monitor
  struct process *p;
  u64 id;
  enum monitor_kind kind;
  term tag;
  u8 alias;
  bool priority;
};

// The DOWN of a name that nobody has is sent at once, that of a pid later.
static bool absent_down(const struct request *r, term reason, bool at_once) {
  return at_once ? signal_queue_down(r->p, r->id, reason, NULL) : signal_queue_unsent_down(r->p, r->id, reason);
}

static term monitor_made(struct request *r, struct process *target, term object, term name, term absent) {
  if (target) signal_queue_send(r->p, NV);
  struct monitor *m = monitor_add(r->id, r->p, target, r->kind, object, name, r->tag);
  bool ok =
      m && (!r->alias || alias_add(r->id, r->p, r->alias)) && (absent == NV || absent_down(r, absent, name != NV));
  ok = ok && (!target || LIKELY(!target->doomed) || signal_queue_behind(target, BEHIND_MONITOR, r->p->pid, r->id));
  if (!ok) {
    if (m) monitor_remove(m);
    return bif_system_limit();
  }
  m->priority = r->priority;
  if (target && UNLIKELY(target->remote)) remote_monitor(m);
  EVENT(EVENT_MONITOR, r->p, r->p->pid, target ? target->pid : object, NV, r->id);
  return ref_from_id(HEAP, r->id);
}

static term monitor_pid(struct request *r, term item) {
  if (item == r->p->pid) return ref_from_id(HEAP, r->id);
  struct process *target =
      is_of_this_node(item) || is_port(item) ? endpoint_find(item) : away(item, boxed_ptr(item)[1]);
  if (target) return monitor_made(r, target, item, NV, NV);
  return monitor_made(r, NULL, item, NV, is_of_this_node(item) ? ATOM_noproc : ATOM_noconnection);
}

static term monitor_name(struct request *r, term name) {
  struct process *target = registered_find(name);
  if (target && (target->port != NULL) != (r->kind == MONITOR_PORT)) target = NULL;
  if (target == r->p) return ref_from_id(HEAP, r->id);
  return monitor_made(r, target, etf_node_name, name, target ? NV : ATOM_noproc);
}

static term monitor(struct request *r, term type, term item) {
  r->id = ref_next_id();
  if (type == ATOM_time_offset) {
    r->kind = MONITOR_TIME_OFFSET;
    return item == ATOM_clock_service ? monitor_made(r, NULL, item, NV, NV) : bif_badarg();
  }
  if (type != ATOM_process && type != ATOM_port) return bif_badarg_because(ATOM_badtype);
  r->kind = type == ATOM_port ? MONITOR_PORT : MONITOR_PROCESS;
  if (is_atom(item)) return monitor_name(r, item);
  if (is_tuple_of(item, 2)) {
    term *e = tuple_elements(item);
    if (!is_atom(e[0]) || !is_atom(e[1]) || (e[1] != etf_node_name && !node_alive())) return bif_badarg();
    if (e[1] == etf_node_name) return monitor_name(r, e[0]);
    struct process *node = r->kind == MONITOR_PROCESS ? away(e[1], e[1]) : NULL;
    return node ? monitor_made(r, node, e[1], e[0], NV) : bif_badarg();
  }
  if (r->kind == MONITOR_PORT ? is_port(item) : is_pid(item)) return monitor_pid(r, item);
  return bif_badarg();
}

term bif_monitor_2(struct process *p, term *a) {
  struct request r = {.p = p, .tag = NV};
  return monitor(&r, a[0], a[1]);
}

term bif_monitor_3(struct process *p, term *a) {
  struct request r = {.p = p, .tag = NV};
  if (!bif_monitor_options(a[2], &r.tag, &r.alias, &r.priority)) return bif_badopt();
  return monitor(&r, a[0], a[1]);
}

static bool demonitored(struct process *p, term ref) {
  struct monitor *m = is_local_ref(ref) ? monitor_find(ref_id(ref)) : NULL;
  if (!m || m->watcher != p) return false;
  u64 id = m->node.key;
  EVENT(EVENT_DEMONITOR, p, p->pid, m->target ? m->target->pid : m->object, NV, id);
  monitor_cancel(m);
  alias_demonitored(id);
  return true;
}

term bif_demonitor_1(struct process *p, term *a) {
  if (!is_local_ref(a[0])) return bif_badarg(); // not a reference of another node either
  demonitored(p, a[0]);
  return ATOM_true;
}

term bif_demonitor_2(struct process *p, term *a) {
  bool flush = false, info = false;
  term o = a[1];
  for (; is_cons(o); o = tl(o)) {
    if (hd(o) == ATOM_flush) flush = true;
    else if (hd(o) == ATOM_info) info = true;
    else return bif_badarg();
  }
  if (o != NIL || !is_local_ref(a[0])) return bif_badarg();
  bool found = demonitored(p, a[0]);
  if (flush && !found) {
    signal_queue_receive(p);
    mailbox_flush_down(p, a[0]);
    if (p->ends) return bif_exiting();
  }
  return make_bool(!info || found);
}

static term monitor_node(struct process *p, term name, bool on) {
  struct monitor *m = p->links.own;
  if (!on) {
    while (m && !(m->kind == MONITOR_NODE && m->object == name)) m = m->own_next;
    if (m) monitor_cancel(m);
    return ATOM_true;
  }
  struct process *node = away(name, name);
  return node && monitor_add(ref_next_id(), p, node, MONITOR_NODE, name, NV, NV) ? ATOM_true : bif_system_limit();
}

term bif_monitor_node_2(struct process *p, term *a) {
  if (!is_atom(a[0]) || !atom_is_bool(a[1])) return bif_badarg();
  if (a[0] == etf_node_name) return ATOM_true;
  return node_alive() ? monitor_node(p, a[0], a[1] == ATOM_true) : bif_error(ATOM_notalive);
}

term bif_monitor_node_3(struct process *p, term *a) {
  term o = a[2];
  while (is_cons(o) && hd(o) == atom_from_c("allow_passive_connect")) o = tl(o);
  return o == NIL ? bif_monitor_node_2(p, a) : bif_badarg();
}

// --- Aliases ----------------------------------------------------------------------------------------------------

static term new_alias(struct process *p, enum alias_mode mode, bool priority) {
  u64 id = ref_next_id();
  if (!alias_add(id, p, mode)) return bif_system_limit();
  alias_find(id)->priority = priority;
  return ref_from_id(HEAP, id);
}

term bif_alias_0(struct process *p, term *a) {
  (void)a;
  return new_alias(p, ALIAS_EXPLICIT, false);
}

term bif_alias_1(struct process *p, term *a) {
  enum alias_mode mode = ALIAS_EXPLICIT;
  bool priority = false;
  term o = a[0];
  for (; is_cons(o); o = tl(o)) {
    if (hd(o) == ATOM_reply) mode = ALIAS_REPLY;
    else if (hd(o) == ATOM_explicit_unalias) mode = ALIAS_EXPLICIT;
    else if (priority_option(hd(o))) priority = true;
    else return bif_badarg();
  }
  return o == NIL ? new_alias(p, mode, priority) : bif_badarg();
}

term bif_unalias_1(struct process *p, term *a) {
  if (!is_ref(a[0])) return bif_badarg();
  struct alias *alias = is_local_ref(a[0]) ? alias_find(ref_id(a[0])) : NULL;
  if (!alias || alias->owner != p) return ATOM_false;
  alias_remove(alias);
  return ATOM_true;
}
