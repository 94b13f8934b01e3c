// SPDX-License-Identifier: Apache-2.0
// Signals from other nodes (erts "Distribution Protocol"). Each signal is first checked completely. Then it is
// performed in the name of its sender's near end (struct remote), by the functions that local signals use.
#include "bif/bif.h"
#include "bif/bif_dist.h"
#include "process/kept.h"
#include "process/port.h"
#include "process/signal_queue.h"
#include "term/etf.h"
#include "term/ref.h"

// What each place of a control tuple must hold: f a pid of the sender's node, t a pid, n an atom, p a pid or an atom, r
// a reference, i an integer, l a list, x anything.
static const struct shape {
  u8 operation, message;
  const char *places;
} shapes[] = {{DIST_LINK, 0, "ft"},
              {DIST_SEND, 1, "xt"},
              {DIST_EXIT, 0, "ftx"},
              {DIST_UNLINK, 0, "ft"},
              {DIST_REG_SEND, 1, "fxn"},
              {DIST_GROUP_LEADER, 0, "tt"},
              {DIST_EXIT2, 0, "ftx"},
              {DIST_SEND_TT, 1, "xtx"},
              {DIST_EXIT_TT, 0, "ftxx"},
              {DIST_REG_SEND_TT, 1, "fxnx"},
              {DIST_EXIT2_TT, 0, "ftxx"},
              {DIST_MONITOR_P, 0, "fpr"},
              {DIST_DEMONITOR_P, 0, "fpr"},
              {DIST_MONITOR_P_EXIT, 0, "xtrx"},
              {DIST_SPAWN_REQUEST, 1, "rftxl"},
              {DIST_SPAWN_REQUEST_TT, 1, "rftxlx"},
              {DIST_SPAWN_REPLY, 0, "rtix"},
              {DIST_SPAWN_REPLY_TT, 0, "rtixx"},
              {DIST_ALIAS_SEND, 1, "fr"},
              {DIST_ALIAS_SEND_TT, 1, "frx"},
              {DIST_UNLINK_ID, 0, "xft"},
              {DIST_UNLINK_ID_ACK, 0, "xft"}};

static bool is_sender(const struct node *n, term t) { return is_kind(t, KIND_EXT_PID) && boxed_ptr(t)[1] == n->name; }

static bool fits(const struct node *n, char place, term t) {
  switch (place) {
    case 'f': return is_sender(n, t);
    case 't': return is_pid(t);
    case 'n': return is_atom(t);
    case 'p': return is_pid(t) || is_atom(t);
    case 'r': return is_ref(t);
    case 'i': return is_small(t);
    case 'l': return is_list(t);
    default: return true;
  }
}

static const struct shape *shape_of(const struct node *n, term control, term message) {
  if (!is_tuple(control) || tuple_arity(control) == 0) return NULL;
  const term *e = tuple_elements(control);
  for (const struct shape *s = shapes; s < shapes + COUNT_OF(shapes); s++) {
    if (e[0] != make_small(s->operation)) continue;
    u32 places = (u32)strlen(s->places);
    if (tuple_arity(control) != 1 + places || s->message != (message != NV)) return NULL;
    for (u32 i = 0; i < places; i++)
      if (!fits(n, s->places[i], e[1 + i])) return NULL;
    return s;
  }
  return NULL;
}

static bool answer2(struct node *n, enum dist_operation op, const term *e, u32 count) {
  term t, *out = heap_tuple(HEAP, count + 1, &t);
  out[0] = make_small(op);
  memcpy(out + 1, e, count * sizeof *e);
  return node_send(n, t, NV);
}

static struct link *link_of(term from, term to, struct process **remote, struct process **local) {
  *remote = remote_find(from);
  *local = process_find(to);
  return *remote && *local ? link_find(*remote, *local) : NULL;
}

// Links the near end of a process of another node. When the local process is doomed, the answer follows once it is
// gone.
static bool link_local(struct process *local, struct process *remote) {
  enum link_result result = link_add(local, remote);
  bool behind = UNLIKELY(local->doomed) && result == LINK_MADE;
  if (!behind || signal_queue_behind(local, BEHIND_LINK, NV, 0)) return result != LINK_NO_MEMORY;
  link_remove(link_find(local, remote));
  return false;
}

static bool link(struct node *n, term from, term to) {
  struct process *local = process_find(to), *remote = local ? remote_get(n, from) : NULL;
  if (!local) return answer2(n, DIST_EXIT, (term[]){to, from, ATOM_noproc}, 3);
  bool made = remote && (remote_is_unlinking(remote, to) || link_local(local, remote));
  if (remote) remote_idle(remote);
  return made;
}

static bool unlink(term from, term to) {
  struct process *remote, *local;
  struct link *l = link_of(from, to, &remote, &local);
  if (l) link_remove(l), remote_idle(remote);
  return true;
}

static bool exit_by_link(term from, term to, term reason) {
  struct process *remote, *local;
  struct link *l = link_of(from, to, &remote, &local);
  if (!l) return true;
  struct exit_signal e = {.from = from, .reason = reason, .priority = link_priority(l, local)};
  link_remove(l);
  remote_idle(remote);
  signal_exit_by_link(local, &e);
  return true;
}

static bool exit_signal(term from, term to, term reason) {
  struct process *local = process_find(to);
  if (local) signal_exit(from, local, reason, EXIT_CAUSE_EXIT);
  return true;
}

static bool send(struct process *to, term message) { return !to || signal_send(NULL, to, message); }

static bool monitor(struct node *n, term from, term to, term ref) {
  bool named = is_atom(to);
  struct process *local = named ? registered_find(to) : process_find(to), *remote = NULL;
  if (!local || local->port) return answer2(n, DIST_MONITOR_P_EXIT, (term[]){to, from, ref, ATOM_noproc}, 4);
  remote = remote_get(n, from);
  u64 id = ref_next_id();
  term object = named ? etf_node_name : to, name = named ? to : NV;
  struct monitor *m = remote ? monitor_add(id, remote, local, MONITOR_PROCESS, object, name, ref) : NULL;
  bool made = m && (LIKELY(!local->doomed) || signal_queue_behind(local, BEHIND_MONITOR, NV, id));
  if (m && !made) monitor_remove(m);
  if (remote) remote_idle(remote);
  return made;
}

static bool demonitor(term from, term ref) {
  struct process *remote = remote_find(from);
  struct monitor *m = remote ? remote_monitor_find(remote, ref) : NULL;
  if (m) monitor_remove(m), remote_idle(remote);
  return true;
}

static bool down(const struct node *n, term to, term ref, term reason) {
  struct monitor *m = is_local_ref(ref) ? monitor_find(ref_id(ref)) : NULL;
  struct process *target = m ? m->target : NULL;
  if (!target || m->watcher->pid != to || !target->remote || remote_of(target)->at != n) return true;
  monitor_fire(m, reason, NULL);
  remote_idle(target);
  return true;
}

static bool spawn(struct node *n, const term *e, term args) {
  struct process *remote = remote_get(n, e[1]);
  struct kept *ref = kept_new(e[0]);
  u32 flags = 0;
  term made = remote && ref ? dist_spawn(remote, e[3], args, e[4], e[2], ref, &flags) : ATOM_system_limit;
  kept_release(ref);
  if (remote) remote_idle(remote);
  return answer2(n, DIST_SPAWN_REPLY, (term[]){e[0], e[1], make_small(flags), made}, 4);
}

static bool spawned(struct node *n, term ref, u32 flags, term result) {
  if (is_local_ref(ref) && (is_atom(result) || is_sender(n, result))) request_answered(n, ref_id(ref), flags, result);
  return true;
}

static bool set_leader(term leader, term of) {
  struct process *local = process_find(of);
  return !local || process_set_leader(local, leader);
}

static bool unlinked(term id, term from, term to) {
  struct process *remote = is_small(id) ? remote_find(from) : NULL;
  if (remote) remote_unlinked(remote, to, (u64)small_val(id));
  return true;
}

// False: no memory.
static bool perform(struct node *n, enum dist_operation op, const term *e, term message) {
  switch (op) {
    case DIST_LINK: return link(n, e[0], e[1]);
    case DIST_UNLINK: return unlink(e[0], e[1]);
    case DIST_UNLINK_ID: return unlink(e[1], e[2]) && answer2(n, DIST_UNLINK_ID_ACK, (term[]){e[0], e[2], e[1]}, 3);
    case DIST_UNLINK_ID_ACK: return unlinked(e[0], e[1], e[2]);
    case DIST_SEND:
    case DIST_SEND_TT: return send(process_find(e[1]), message);
    case DIST_REG_SEND:
    case DIST_REG_SEND_TT: return send(registered_find(e[2]), message);
    case DIST_ALIAS_SEND:
    case DIST_ALIAS_SEND_TT: return !is_local_ref(e[1]) || signal_send_to(NULL, e[1], message) == SEND_OK;
    case DIST_EXIT: return exit_by_link(e[0], e[1], e[2]);
    case DIST_EXIT_TT: return exit_by_link(e[0], e[1], e[3]);
    case DIST_EXIT2: return exit_signal(e[0], e[1], e[2]);
    case DIST_EXIT2_TT: return exit_signal(e[0], e[1], e[3]);
    case DIST_GROUP_LEADER: return set_leader(e[0], e[1]);
    case DIST_MONITOR_P: return monitor(n, e[0], e[1], e[2]);
    case DIST_DEMONITOR_P: return demonitor(e[0], e[2]);
    case DIST_MONITOR_P_EXIT: return down(n, e[1], e[2], e[3]);
    case DIST_SPAWN_REQUEST:
    case DIST_SPAWN_REQUEST_TT: return spawn(n, e, message);
    case DIST_SPAWN_REPLY:
    case DIST_SPAWN_REPLY_TT: return spawned(n, e[0], (u32)small_val(e[2]), e[3]);
  }
  return true;
}

bool dist_perform(struct node *n, term control, term message) {
  const struct shape *s = shape_of(n, control, message);
  if (!s) return false;
  if (!perform(n, (enum dist_operation)s->operation, tuple_elements(control) + 1, message))
    ctx.heap.exhausted = true; // ends the connection
  return true;
}
