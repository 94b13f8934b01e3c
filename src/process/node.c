// SPDX-License-Identifier: Apache-2.0
// Nodes: their table, the state of each connection and the queue of what is sent (erts "Distribution Protocol").
// Invariant: an idle node has no remotes, no requests and an empty queue; the handle of a connection names its node
// as long as the connection lasts. A node is never freed, so there are as many as names have ever been used.
#include "process/node.h"

#include "base/alloc.h"
#include "process/kept.h"
#include "term/map.h"
#include "term/ref.h"

enum { PASS_THROUGH = 112 };
enum { DFLAG_PUBLISHED = 1 };

struct node *node_first;
static struct remote everyone; // stands for all nodes: the target of monitors for nodeup and nodedown

// --- The table ------------------------------------------------------------------------------------------------

static struct node *find(term name) {
  struct node *n = node_first;
  while (n && n->name != name) n = n->next;
  return n;
}

struct node *node_get(term name) {
  struct node *n = find(name);
  if (n || !(n = mem_calloc(sizeof *n, MEM_PROCESS))) return n;
  n->name = name;
  n->controller = n->input = NV;
  n->last = &n->first;
  n->requests_last = &n->requests;
  n->next = node_first;
  return node_first = n;
}

struct node *node_by_handle(term handle) {
  struct node *n = is_local_ref(handle) ? node_first : NULL;
  while (n && (n->state == NODE_IDLE || n->id != ref_id(handle))) n = n->next;
  return n;
}

void node_pending(struct node *n) {
  n->state = NODE_PENDING;
  n->id = ref_next_id();
}

struct node *node_connect(term name) {
  struct node *n = node_alive() ? node_get(name) : NULL;
  struct process *kernel = registered_find(ATOM_net_kernel);
  if (!n || n->state != NODE_IDLE) return n;
  node_pending(n);
  term words[4 + REF_WORDS];
  struct heap h = {.top = words + 4, .lim = words + COUNT_OF(words)};
  words[0] = MAKE_HEADER(KIND_TUPLE, 3), words[1] = ATOM_auto_connect, words[2] = name,
  words[3] = ref_from_id(&h, n->id);
  if (kernel && signal_send(NULL, kernel, make_boxed(words))) return n;
  n->state = NODE_IDLE;
  return NULL;
}

void node_set_name(term name, u32 creation) {
  etf_node_name = name;
  etf_creation = creation;
}

// --- The queue ------------------------------------------------------------------------------------------------

void node_notify(struct node *n) {
  struct process *to = n->notify && n->first ? process_find(n->controller) : NULL;
  if (!to) return;
  n->notify = false;
  if (!signal_send(NULL, to, ATOM_dist_data)) signal_lost(to);
}

static bool append(struct node *n, const struct bytes *b) {
  struct packet *k = b->failed ? NULL : mem_alloc(sizeof *k + b->len, MEM_PROCESS);
  if (!k) return false;
  k->next = NULL;
  k->size = b->len;
  memcpy(k->data, b->data, b->len);
  *n->last = k;
  n->last = &k->next;
  n->queued += b->len;
  return true;
}

bool node_send(struct node *n, term control, term message) {
  static const struct etf_options options = {.minor_version = 2};
  struct bytes b;
  bytes_init(&b);
  if (message == NV) mem_overdraft(MEM_OVERDRAFT);
  bytes_put(&b, PASS_THROUGH);
  bool ok = etf_encode(&b, control, &options) && (message == NV || etf_encode(&b, message, &options));
  if (ctx.p) ctx.fcalls -= (i32)(b.len / 64 < 1000 ? b.len / 64 : 1000);
  ok = ok && append(n, &b);
  bytes_free(&b);
  mem_overdraft(0);
  if (ok) node_notify(n);
  // If such a signal were lost, the two ends of a link or monitor would disagree: the connection ends instead.
  struct process *controller = ok || message != NV ? NULL : process_find(n->controller);
  if (controller) exit_process(controller, ATOM_system_limit);
  return ok;
}

void node_packet_taken(struct node *n) {
  struct packet *k = n->first;
  n->first = k->next;
  if (!n->first) n->last = &n->first;
  n->queued -= k->size;
  mem_free(k, sizeof *k + k->size, MEM_PROCESS);
}

// --- Up and down ----------------------------------------------------------------------------------------------

bool node_connected(struct node *n, struct process *controller, u64 flags, u32 creation) {
  if (!remote_get(n, n->name)) return false;
  n->state = NODE_CONNECTED;
  n->hidden = !(flags & DFLAG_PUBLISHED);
  n->notify = n->get_size = false;
  n->in = n->out = 0;
  n->creation = creation;
  n->controller = n->input = controller->pid;
  controller->dist = true;
  node_tell(ATOM_nodeup, n->name, n->hidden, n->id, NV);
  return true;
}

void node_down(struct node *n, term reason) {
  if (n->state == NODE_IDLE) return;
  if (n->state == NODE_CONNECTED) n->down_reason = kept_new(reason);
  n->state = NODE_IDLE;
  n->controller = n->input = NV;
  while (n->first) node_packet_taken(n);
  requests_lost(n);
  // The remote that stands for the node itself is the last one: when it has ended, remote_ended sends nodedown.
  for (struct remote *r = n->remotes; r; r = r->next)
    if (r != n->itself) exit_process(&r->p, ATOM_noconnection);
  if (n->itself) exit_process(&n->itself->p, ATOM_noconnection);
  n->itself = NULL;
}

void node_process_ended(struct process *p) {
  bool kernel = p->name == ATOM_net_kernel;
  for (struct node *n = node_first; n; n = n->next)
    if (kernel || n->controller == p->pid) node_down(n, kernel ? ATOM_net_kernel_terminated : p->exit_reason);
  if (!kernel) return;
  term name = etf_node_name;
  node_set_name(ATOM_nonode_nohost, 0);
  node_tell(ATOM_nodedown, name, false, 0, ATOM_net_kernel_terminated);
}

struct process *node_watched(void) {
  everyone.p.remote = true;
  everyone.p.pid = ATOM_nodes;
  return &everyone.p;
}

static term node_message(struct heap *h, u32 options, term what, term name, bool hidden, u64 id, term reason) {
  term pairs[6], info = NIL;
  u32 n = 0;
  if (!options) return tuple2(h, what, name);
  if (options & NODES_ID)
    pairs[n++] = ATOM_connection_id, pairs[n++] = id ? make_small((i64)(id & UINT32_MAX)) : ATOM_undefined;
  if (what == ATOM_nodedown && options & NODES_REASON)
    pairs[n++] = ATOM_nodedown_reason, pairs[n++] = copy_term(h, reason);
  if (options & (NODES_VISIBLE | NODES_HIDDEN))
    pairs[n++] = ATOM_node_type, pairs[n++] = hidden ? ATOM_hidden : ATOM_visible;
  if (options & NODES_MAP) return tuple3(h, what, name, map_from_pairs(h, pairs, n / 2));
  for (; n; n -= 2) info = cons(h, tuple2(h, pairs[n - 2], pairs[n - 1]), info);
  return tuple3(h, what, name, info);
}

void node_tell(term what, term name, bool hidden, u64 id, term reason) {
  for (struct monitor *m = everyone.p.links.watched_first; m; m = m->watch_next) {
    u32 options = (u32)small_val(m->object);
    u32 wanted = options & (NODES_VISIBLE | NODES_HIDDEN) ? options : options | NODES_VISIBLE;
    if (!(wanted & (hidden ? NODES_HIDDEN : NODES_VISIBLE)) || m->watcher->ends) continue;
    struct draft d;
    struct message *message = NULL;
    if (draft_open(&d, m->watcher, 32 + (reason == NV ? 0 : copy_size(reason))))
      message = draft_close(&d, node_message(d.heap, options, what, name, hidden, id, reason));
    if (message) mailbox_append(m->watcher, message);
    else signal_lost(m->watcher);
  }
}

void node_destroy_all(void) {
  for (struct node *n; (n = node_first);) {
    ASSERT(!n->remotes && !n->first && !n->requests);
    kept_release(n->down_reason);
    node_first = n->next;
    mem_free(n, sizeof *n, MEM_PROCESS);
  }
  memset(&everyone, 0, sizeof everyone);
  etf_creation = 0;
}
