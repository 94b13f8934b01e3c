// SPDX-License-Identifier: Apache-2.0
// Monitors. Invariant: a record is in the map, in its watcher's list and, if the target exists, in the target's list
// (in order of creation). It is removed from all three at the same time.
#include "base/alloc.h"
#include "process/event.h"
#include "process/kept.h"
#include "process/links.h"
#include "process/node.h"
#include "process/signal.h"
#include "process/signal_queue.h"
#include "term/atom.h"
#include "term/etf.h"
#include "term/ref.h"

struct id_map monitor_map;

static void own_insert(struct monitor *m) {
  struct links *w = &m->watcher->links;
  m->own_next = w->own;
  if (w->own) w->own->own_prev = m;
  w->own = m;
  w->own_count++;
}

static void watch_insert(struct monitor *m) {
  struct links *t = &m->target->links;
  m->watch_prev = t->watched_last;
  if (t->watched_last) t->watched_last->watch_next = m;
  else t->watched_first = m;
  t->watched_last = m;
  t->watched_count++;
}

static void monitor_free(struct monitor *m) {
  kept_release(m->tag);
  kept_release(m->object_kept);
  mem_free(m, sizeof *m, MEM_PROCESS);
}

struct monitor *monitor_add(u64 id, struct process *watcher, struct process *target, enum monitor_kind kind,
                            term object, term name, term tag) {
  struct monitor *m = mem_calloc(sizeof *m, MEM_PROCESS);
  if (!m) return NULL;
  m->node.key = id;
  m->watcher = watcher;
  m->target = target;
  m->kind = kind;
  m->name = name;
  m->object = object;
  bool ok = true;
  if (tag != NV) ok = (m->tag = kept_new(tag)) != NULL;
  if (ok && object != NV && !is_immediate(object)) {
    m->object_kept = kept_new(object);
    ok = m->object_kept != NULL;
    if (ok) m->object = m->object_kept->value;
  }
  if (!ok || !id_map_add(&monitor_map, &m->node)) {
    monitor_free(m);
    return NULL;
  }
  own_insert(m);
  m->late = target && target->doomed;
  if (target) watch_insert(m);
  return m;
}

struct monitor *monitor_find(u64 id) {
  return (struct monitor *)id_map_find(&monitor_map, id);
}

static void untarget(struct monitor *m) {
  if (!m->target) return;
  struct links *t = &m->target->links;
  if (m->watch_prev) m->watch_prev->watch_next = m->watch_next;
  else t->watched_first = m->watch_next;
  if (m->watch_next) m->watch_next->watch_prev = m->watch_prev;
  else t->watched_last = m->watch_prev;
  t->watched_count--;
  m->target = NULL;
}

void monitor_remove(struct monitor *m) {
  struct links *w = &m->watcher->links;
  if (m->own_prev) m->own_prev->own_next = m->own_next;
  else w->own = m->own_next;
  if (m->own_next) m->own_next->own_prev = m->own_prev;
  w->own_count--;
  untarget(m);
  id_map_remove(&monitor_map, &m->node);
  monitor_free(m);
}

void monitor_cancel(struct monitor *m) {
  struct process *target = m->target;
  bool away = target && UNLIKELY(target->remote);
  if (away) remote_demonitor(m);
  monitor_remove(m);
  if (away) remote_idle(target);
}

static struct message *down_draft(const struct monitor *m, term reason) {
  struct draft d;
  term object = m->object, tag = m->tag ? m->tag->value : ATOM_DOWN;
  size_t words = 6 + REF_WORDS + (m->name != NV ? 3 : 0) + copy_size(object) + copy_size(tag) + copy_size(reason);
  if (!draft_open(&d, m->watcher, words)) return NULL;
  if (m->kind == MONITOR_NODE) return draft_close(&d, tuple2(d.heap, ATOM_nodedown, object));
  term to = m->name != NV ? tuple2(d.heap, m->name, object) : copy_term(d.heap, object);
  term ref = ref_from_id(d.heap, m->node.key);
  tag = copy_term(d.heap, tag);
  reason = copy_term(d.heap, reason);
  return draft_close(&d, tuple5(d.heap, tag, ref, m->kind == MONITOR_PORT ? ATOM_port : ATOM_process, to, reason));
}

void monitor_down(struct monitor *m, term reason) {
  struct process *watcher = m->watcher;
  u64 id = m->node.key;
  bool priority = m->priority;
  EVENT(EVENT_DOWN, watcher, watcher->pid,
        m->target       ? m->target->pid
        : m->name != NV ? m->name
                        : m->object,
        reason, id);
  mem_overdraft(MEM_OVERDRAFT);
  struct message *message = down_draft(m, reason);
  mem_overdraft(0);
  monitor_remove(m);
  if (message) {
    mailbox_keep(watcher, message);
    if (UNLIKELY(priority)) mailbox_put_priority(watcher, message);
    else mailbox_put(watcher, message);
  } else {
    signal_lost(watcher);
  }
  alias_demonitored(id);
}

void monitor_fire(struct monitor *m, term reason, struct kept *kept) {
  struct process *watcher = m->watcher;
  if (UNLIKELY(watcher->remote)) {
    remote_down(m, reason);
    monitor_remove(m);
    remote_idle(watcher);
  } else if (UNLIKELY(watcher->ends)) {
    monitor_remove(m);
  } else if (UNLIKELY(watcher == ctx.p || watcher->signals.first) &&
             signal_queue_down(watcher, m->node.key, reason, kept)) {
    untarget(m);
  } else {
    monitor_down(m, reason);
  }
}
