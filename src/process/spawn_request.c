// SPDX-License-Identifier: Apache-2.0
// Requests to spawn processes on other nodes: what is remembered until the answer comes. Invariant: a request is in
// the list of its node until it is answered or the connection ends; the process that has made it may have died
// meanwhile, or may have abandoned it.
#include "base/alloc.h"
#include "process/event.h"
#include "process/kept.h"
#include "process/node.h"
#include "term/ref.h"

struct request {
  struct request *next;
  u64 id;
  term pid; // the process that has made the request
  struct kept *tag, *monitor_tag;
  u8 alias; // enum alias_mode
  bool link, monitor, reply_ok, reply_error, abandoned;
};

bool request_add(struct node *n, u64 id, struct process *p, const struct spawn_options *o, term tag, bool ok,
                 bool error) {
  struct request *r = mem_calloc(sizeof *r, MEM_PROCESS);
  if (!r) return false;
  *r = (struct request){.id = id,
                        .pid = p->pid,
                        .alias = o->alias,
                        .link = o->link,
                        .monitor = o->monitor,
                        .reply_ok = ok,
                        .reply_error = error};
  r->tag = kept_new(tag);
  if (o->monitor_tag != NV) r->monitor_tag = kept_new(o->monitor_tag);
  if (!r->tag || (o->monitor_tag != NV && !r->monitor_tag) || (o->alias && !alias_add(id, p, o->alias))) {
    kept_release(r->tag);
    kept_release(r->monitor_tag);
    mem_free(r, sizeof *r, MEM_PROCESS);
    return false;
  }
  *n->requests_last = r;
  n->requests_last = &r->next;
  return true;
}

static struct request **find(struct node *n, u64 id) {
  struct request **r = &n->requests;
  while (*r && (*r)->id != id) r = &(*r)->next;
  return r;
}

bool request_abandon(u64 id, const struct process *p) {
  for (struct node *n = node_first; n; n = n->next) {
    struct request *r = *find(n, id);
    if (!r || r->pid != p->pid) continue;
    bool first = !r->abandoned;
    r->abandoned = true;
    alias_demonitored(id);
    return first;
  }
  return false;
}

static void reply(const struct request *r, struct process *p, term outcome, term what) {
  if (!(outcome == ATOM_ok ? r->reply_ok : r->reply_error)) return;
  struct draft d;
  struct message *m = NULL;
  size_t words = 5 + REF_WORDS + copy_size(what) + copy_size(r->tag->value);
  if (draft_open(&d, p, words)) {
    term ref = ref_from_id(d.heap, r->id), tag = copy_term(d.heap, r->tag->value);
    what = copy_term(d.heap, what);
    m = draft_close(&d, tuple4(d.heap, tag, ref, outcome, what));
  }
  if (m) mailbox_append(p, m);
  else signal_lost(p);
}

// The other node has linked or monitored the new process: makes our end of these relations. False: no memory.
static bool join(struct node *n, const struct request *r, struct process *p, u32 flags, term pid) {
  bool link = flags & 1, monitor = flags & 2;
  struct process *remote = link || monitor ? remote_get(n, pid) : NULL;
  if (!link && !monitor) return true;
  if (!remote || (link && link_add(p, remote) == LINK_NO_MEMORY)) return false;
  if (link) EVENT(EVENT_LINK, p, p->pid, pid, NV, 0);
  return !monitor ||
         monitor_add(r->id, p, remote, MONITOR_PROCESS, pid, NV, r->monitor_tag ? r->monitor_tag->value : NV);
}

static void answer(struct node *n, const struct request *r, u32 flags, term result) {
  struct process *p = r->abandoned ? NULL : process_find(r->pid);
  bool made = is_pid(result);
  if (!p && made && flags & 2) remote_demonitor_of(r->pid, result, r->id);
  if (!p && made && flags & 1) remote_exit(r->pid, result, r->abandoned ? ATOM_abandoned : ATOM_noproc, true);
  if (!p) return;
  if (!made) alias_demonitored(r->id);
  if (made && !join(n, r, p, flags, result)) signal_lost(p);
  else reply(r, p, made ? ATOM_ok : ATOM_error, result);
}

static void drop(struct request *r) {
  kept_release(r->tag);
  kept_release(r->monitor_tag);
  mem_free(r, sizeof *r, MEM_PROCESS);
}

bool request_answered(struct node *n, u64 id, u32 flags, term result) {
  struct request **at = find(n, id), *r = *at;
  if (!r) return false;
  *at = r->next;
  if (!r->next) n->requests_last = at;
  answer(n, r, flags, result);
  drop(r);
  return true;
}

void requests_lost(struct node *n) {
  for (struct request *r; (r = n->requests); drop(r)) {
    if (!(n->requests = r->next)) n->requests_last = &n->requests;
    answer(n, r, 0, ATOM_noconnection);
  }
}
