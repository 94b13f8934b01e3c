// SPDX-License-Identifier: Apache-2.0
// Debug: checks every record of this room against its invariants. Tests call it after every step. Its answer means
// nothing while exits are pending.
#include "process/event.h"
#include "process/mailbox.h"
#include "process/node.h"
#include "process/port.h"
#include "process/scheduler.h"
#include "process/signal.h"
#include "process/timer.h"

struct sums {
  u32 link_ends, own, watched, untargeted, aliases;
  bool ok;
};

static bool live_remote(struct process *p) {
  return p == node_watched() || (is_atom(p->pid) ? &remote_of(p)->at->itself->p : remote_find(p->pid)) == p;
}
static bool live(struct process *p) { return p && (p->remote ? live_remote(p) : endpoint_find(p->pid) == p); }

static void verify_links(const struct process *p, struct sums *s) {
  u32 n = 0;
  const struct link *prev = NULL;
  bool late = !p->links.late;
  for (const struct link *l = p->links.first; l; prev = l, l = link_next(l, p), n++) {
    late |= l == p->links.late;
    s->ok &= l->end[0] == p || l->end[1] == p;
    s->ok &= l->end[0] != l->end[1] && live(l->end[0]) && live(l->end[1]);
    s->ok &= l->prev[link_side(l, p)] == prev && link_find(l->end[0], l->end[1]) == l;
  }
  s->ok &= n == p->links.link_count && p->links.last == prev && late;
  s->link_ends += n;
}

static void verify_monitors(const struct process *p, struct sums *s) {
  u32 n = 0;
  for (const struct monitor *m = p->links.own; m; m = m->own_next, n++) {
    s->ok &= m->watcher == p && (!m->target || live(m->target)) && monitor_find(m->node.key) == m;
    s->untargeted += !m->target;
  }
  s->ok &= n == p->links.own_count;
  s->own += n;
  n = 0;
  const struct monitor *prev = NULL;
  for (const struct monitor *m = p->links.watched_first; m; prev = m, m = m->watch_next, n++)
    s->ok &= m->target == p && live(m->watcher) && m->watch_prev == prev && (!m->late || p->doomed) &&
             !(prev && prev->late && !m->late);
  s->ok &= n == p->links.watched_count && p->links.watched_last == prev;
  s->watched += n;
}

static void verify_aliases(const struct process *p, struct sums *s) {
  for (const struct alias *a = p->links.aliases; a; a = a->next, s->aliases++)
    s->ok &= a->owner == p && alias_find(a->node.key) == a;
}

static void verify_mailbox(const struct process *p, struct sums *s) {
  u32 messages = 0, pinned = 0;
  bool save = p->mailbox.save == &p->mailbox.first, priority = p->mailbox.priority == &p->mailbox.first;
  struct message *const *last = &p->mailbox.first;
  for (const struct message *m = p->mailbox.first; m; last = &m->next, m = m->next) {
    messages += m->value != NV;
    pinned += m->pinned;
    save |= p->mailbox.save == &m->next;
    priority |= p->mailbox.priority == &m->next;
    s->ok &= priority || m->value != NV;
  }
  // Otherwise messages that were not received yet may be pinned too.
  bool all = p->signals.first != NULL || pinned == p->mailbox.pinned;
  s->ok &= messages == p->mailbox.length && pinned <= p->mailbox.pinned && all && priority && save &&
           p->mailbox.last == last;
}

static void verify_timers(const struct process *p, struct sums *s) {
  const struct timer *prev = NULL;
  for (const struct timer *t = p->timers; t; prev = t, t = t->next) s->ok &= t->to == p && t->prev == prev;
}

static void verify_name(term name, term pid, void *arg) {
  struct sums *s = arg;
  const struct process *p = process_find(pid);
  s->ok &= p && p->name == name;
}

static void verify_process(struct process *p, void *arg) {
  struct sums *s = arg;
  verify_links(p, s);
  verify_monitors(p, s);
  verify_aliases(p, s);
  verify_mailbox(p, s);
  verify_timers(p, s);
  s->ok &= suspend_valid(p);
  s->ok &= p->name == NV || registered_find(p->name) == p;
  s->ok &= !p->queued || p->doomed || ((p->state == PROCESS_RUNNABLE || p->collection) && p->suspend_count == 0);
  s->ok &= p->state != PROCESS_RUNNABLE || p->queued || p->suspend_count;
  s->ok &= p->doomed ? p->queued && p->ends : !p->ends && !p->links.late && (!p->signals.first || scheduler_in_turn(p));
}

// Checks the remotes of a node: each has a relation, is found, and its node is not idle.
static void verify_remotes(const struct node *n, struct sums *s) {
  const struct remote *prev = NULL;
  for (struct remote *r = n->remotes; r; prev = r, r = r->next) {
    s->ok &= n->state != NODE_IDLE && r->at == n && r->prev == prev && live(&r->p);
    s->ok &= r == n->itself || r->unlinking || r->p.links.first || r->p.links.own || r->p.links.watched_first;
    verify_links(&r->p, s);
    verify_monitors(&r->p, s);
  }
  s->ok &= n->remotes_last == prev && (n->state != NODE_IDLE || (!n->first && !n->requests));
}

bool process_verify(void) {
  if (exit_pending()) return true;
  struct sums s = {.ok = true};
  process_each(verify_process, &s);
  registered_each(verify_name, &s);
  for (const struct node *n = node_first; n; n = n->next) verify_remotes(n, &s);
  verify_monitors(node_watched(), &s);
  return s.ok && s.link_ends == 2 * link_map.count && s.own == monitor_map.count && s.own == s.watched + s.untargeted &&
         s.aliases == alias_map.count;
}
