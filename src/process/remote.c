// SPDX-License-Identifier: Apache-2.0
// Remotes (see node.h) and the signals that go to them. Invariants: a remote has a link, a monitor or an unlink under
// way, otherwise it is freed; one that exits, because its connection is gone, sends nothing. In the protocol for
// links between nodes an unlink is over when the other node has acknowledged its id; until then signals of the old
// link are ignored.
#include "base/alloc.h"
#include "process/kept.h"
#include "process/node.h"
#include "term/compare.h"
#include "term/ref.h"

struct unlinking {
  struct unlinking *next;
  term pid; // the process of this node that has unlinked
  u64 id;
};

static struct id_map remotes;

static u64 key_of(term pid) {
  const term *p = boxed_ptr(pid);
  return (p[3] ^ p[2] << 17 ^ p[1] << 40) * 0xC2B2AE3D27D4EB4Full;
}

struct process *remote_find(term pid) {
  u64 key = key_of(pid);
  for (struct id_node *i = id_map_chain(&remotes, key); i; i = i->next) {
    struct remote *r = (struct remote *)((u8 *)i - offsetof(struct remote, node));
    if (i->key == key && term_equal(r->p.pid, pid)) return &r->p;
  }
  return NULL;
}

static struct remote *make(struct node *n, term who) {
  struct remote *r = mem_calloc(sizeof *r, MEM_PROCESS);
  bool ok = r != NULL;
  if (ok && !is_immediate(who)) {
    r->kept = kept_new(who);
    r->node.key = key_of(who);
    ok = r->kept && id_map_add(&remotes, &r->node);
  }
  if (!ok) {
    if (r) kept_release(r->kept);
    mem_free(r, sizeof *r, MEM_PROCESS);
    return NULL;
  }
  r->p.pid = r->kept ? r->kept->value : who;
  r->p.remote = true;
  r->p.state = PROCESS_WAITING;
  r->p.name = r->p.parent = NV;
  mailbox_init(&r->p.mailbox);
  r->at = n;
  r->prev = n->remotes_last;
  *(r->prev ? &r->prev->next : &n->remotes) = r;
  return n->remotes_last = r;
}

struct process *remote_get(struct node *n, term who) {
  struct process *p = is_immediate(who) ? n->itself ? &n->itself->p : NULL : remote_find(who);
  if (p) return p;
  struct remote *r = make(n, who);
  if (r && is_immediate(who)) n->itself = r;
  return r ? &r->p : NULL;
}

static void unlist(struct remote *r) {
  *(r->prev ? &r->prev->next : &r->at->remotes) = r->next;
  *(r->next ? &r->next->prev : &r->at->remotes_last) = r->prev;
  if (r->kept) id_map_remove(&remotes, &r->node);
  for (struct unlinking *u; (u = r->unlinking); mem_free(u, sizeof *u, MEM_PROCESS)) r->unlinking = u->next;
  kept_release(r->kept);
  mem_free(r, sizeof *r, MEM_PROCESS);
}

void remote_idle(struct process *p) {
  const struct links *l = &p->links;
  struct remote *r = remote_of(p);
  if (p->state != PROCESS_EXITING && r->kept && !l->first && !l->own && !l->watched_first && !r->unlinking) unlist(r);
}

void remote_ended(struct process *p) {
  struct remote *r = remote_of(p);
  struct node *n = r->at;
  bool told = !r->kept && n->down_reason;
  unlist(r);
  if (!told) return;
  node_tell(ATOM_nodedown, n->name, n->hidden, n->id, n->down_reason->value);
  kept_release(n->down_reason);
  n->down_reason = NULL;
}

// --- Signals --------------------------------------------------------------------------------------------------

// Control messages are tuples on the C stack, {Operation, ...}, since they are encoded at once.
struct control {
  term words[6 + REF_WORDS];
  struct heap heap;
};

static term control(struct control *c, u32 n, enum dist_operation op, term a, term b, term d, term e) {
  c->words[0] = MAKE_HEADER(KIND_TUPLE, n);
  c->words[1] = make_small(op);
  c->words[2] = a, c->words[3] = b, c->words[4] = d, c->words[5] = e;
  return make_boxed(c->words);
}

static term control_ref(struct control *c, u64 id) {
  c->heap = (struct heap){.top = c->words + 6, .lim = c->words + COUNT_OF(c->words)};
  return ref_from_id(&c->heap, id);
}

static bool tell(struct process *remote, term signal) {
  return remote->state == PROCESS_EXITING || node_send(remote_of(remote)->at, signal, NV);
}

static struct unlinking **unlinking_of(const struct process *remote, term pid) {
  struct unlinking **u = &remote_of((struct process *)remote)->unlinking;
  while (*u && (*u)->pid != pid) u = &(*u)->next;
  return u;
}

bool remote_is_unlinking(const struct process *remote, term pid) { return *unlinking_of(remote, pid) != NULL; }

static void end_unlinking(struct unlinking **at) {
  struct unlinking *u = *at;
  *at = u->next;
  mem_free(u, sizeof *u, MEM_PROCESS);
}

bool remote_link(struct process *p, struct process *remote) {
  struct control c;
  struct unlinking **u = unlinking_of(remote, p->pid);
  if (*u) end_unlinking(u);
  return tell(remote, control(&c, 3, DIST_LINK, p->pid, remote->pid, NV, NV));
}

bool remote_unlink(struct process *p, struct process *remote) {
  struct control c;
  struct unlinking *u = mem_alloc(sizeof *u, MEM_PROCESS);
  if (!u) return false;
  struct remote *r = remote_of(remote);
  *u = (struct unlinking){r->unlinking, p->pid, ref_next_id()};
  r->unlinking = u;
  return tell(remote, control(&c, 4, DIST_UNLINK_ID, make_small((i64)u->id), p->pid, remote->pid, NV));
}

void remote_unlinked(struct process *remote, term pid, u64 id) {
  struct unlinking **u = unlinking_of(remote, pid);
  if (!*u || (*u)->id != id) return;
  end_unlinking(u);
  remote_idle(remote);
}

bool remote_exit(term from, term to, term reason, bool by_link) {
  struct control c;
  struct node *n = node_connect(boxed_ptr(to)[1]);
  return !n || node_send(n, control(&c, 4, by_link ? DIST_EXIT : DIST_EXIT2, from, to, reason, NV), NV);
}

bool remote_leader(term leader, term pid) {
  struct control c;
  struct node *n = node_connect(boxed_ptr(pid)[1]);
  return !n || node_send(n, control(&c, 3, DIST_GROUP_LEADER, leader, pid, NV, NV), NV);
}

static term target_of(const struct monitor *m) { return m->name != NV ? m->name : m->target->pid; }

bool remote_monitor(const struct monitor *m) {
  struct control c;
  return tell(m->target,
              control(&c, 4, DIST_MONITOR_P, m->watcher->pid, target_of(m), control_ref(&c, m->node.key), NV));
}

void remote_demonitor(const struct monitor *m) {
  struct control c;
  if (m->kind == MONITOR_PROCESS)
    tell(m->target, control(&c, 4, DIST_DEMONITOR_P, m->watcher->pid, target_of(m), control_ref(&c, m->node.key), NV));
}

void remote_demonitor_of(term from, term to, u64 id) {
  struct control c;
  struct node *n = node_connect(boxed_ptr(to)[1]);
  if (n) node_send(n, control(&c, 4, DIST_DEMONITOR_P, from, to, control_ref(&c, id), NV), NV);
}

void remote_down(const struct monitor *m, term reason) {
  struct control c;
  tell(m->watcher, control(&c, 5, DIST_MONITOR_P_EXIT, target_of(m), m->watcher->pid, m->tag->value, reason));
}

struct monitor *remote_monitor_find(struct process *remote, term ref) {
  struct monitor *m = remote->links.own;
  while (m && !term_equal(m->tag->value, ref)) m = m->own_next;
  return m;
}

// --- Messages -------------------------------------------------------------------------------------------------

enum send_result remote_send(struct process *from, term to, term value) {
  bool named = is_tuple_of(to, 2);
  struct node *n = node_connect(named ? tuple_elements(to)[1] : boxed_ptr(to)[1]);
  if (!n) return SEND_OK;
  struct control c;
  term sender = from ? from->pid : make_pid(0, 0), none = ATOM_empty;
  term t = named        ? control(&c, 4, DIST_REG_SEND, sender, none, tuple_elements(to)[0], NV)
           : is_ref(to) ? control(&c, 3, DIST_ALIAS_SEND, sender, to, NV, NV)
                        : control(&c, 3, DIST_SEND, none, to, NV, NV);
  return node_send(n, t, value) ? SEND_OK : SEND_NO_MEMORY;
}
