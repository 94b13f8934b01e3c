// SPDX-License-Identifier: Apache-2.0
// Other nodes of a distributed system. A struct node is what this node knows about a node name: whether it is
// connected, through which process (its distribution controller, as OTP calls it), and what is queued to be sent
// there. A struct remote stands for a process of another node to which a link or monitor joins one of ours: it is a
// struct process without code, so links and monitors between nodes are ordinary records of links.h, and when the
// connection ends, exit.c breaks them like any others.
#ifndef PROCESS_NODE_H
#define PROCESS_NODE_H

#include "process/signal.h"
#include "term/etf.h"

enum node_state { NODE_IDLE, NODE_PENDING, NODE_CONNECTED };
// The first element of control messages (erts "Distribution Protocol").
enum dist_operation {
  DIST_LINK = 1,
  DIST_SEND = 2,
  DIST_EXIT = 3,
  DIST_UNLINK = 4,
  DIST_REG_SEND = 6,
  DIST_GROUP_LEADER = 7,
  DIST_EXIT2 = 8,
  DIST_SEND_TT = 12,
  DIST_EXIT_TT = 13,
  DIST_REG_SEND_TT = 16,
  DIST_EXIT2_TT = 18,
  DIST_MONITOR_P = 19,
  DIST_DEMONITOR_P = 20,
  DIST_MONITOR_P_EXIT = 21,
  DIST_SPAWN_REQUEST = 29,
  DIST_SPAWN_REQUEST_TT = 30,
  DIST_SPAWN_REPLY = 31,
  DIST_SPAWN_REPLY_TT = 32,
  DIST_ALIAS_SEND = 33,
  DIST_ALIAS_SEND_TT = 34,
  DIST_UNLINK_ID = 35,
  DIST_UNLINK_ID_ACK = 36
};
struct unlinking; // an unlink that the other node has not acknowledged yet
struct request;   // a spawn request that has not been answered yet
struct packet {
  struct packet *next;
  size_t size;
  u8 data[];
};

struct remote {
  struct process p;    // p.pid is the pid of the remote process (kept owns it), or the name of the node
  struct id_node node; // in the map of remotes, except when it stands for the node itself
  struct node *at;
  struct kept *kept;
  struct remote *next, *prev; // the list of all remotes of the node at, in order of creation
  struct unlinking *unlinking;
};
INLINE struct remote *remote_of(struct process *p) { return (struct remote *)p; }

struct node {
  struct node *next;
  term name;
  u64 id; // of the present connection, whose handle is the reference with this id
  enum node_state state;
  bool hidden, notify, get_size;
  u32 creation;
  term controller, input;       // pids, or NV
  struct packet *first, **last; // the queue of what is to be sent
  u64 queued, in, out;
  // itself: the target of monitors of the node and of registered names there
  struct remote *remotes, *remotes_last, *itself;
  struct request *requests, **requests_last;
  struct kept *down_reason;
};
extern struct node *node_first;

INLINE bool node_alive(void) { return etf_creation != 0; }
struct node *node_get(term name);         // makes it if need be; NULL: no memory
struct node *node_by_handle(term handle); // the node whose present connection has that handle, or NULL
// What sending a signal there needs: asks net_kernel to connect if need be. NULL: this node is not alive, or no
// memory.
struct node *node_connect(term name);
void node_pending(struct node *n); // a new connection is being set up
bool node_connected(struct node *n, struct process *controller, u64 flags, u32 creation); // false: no memory
void node_down(struct node *n, term reason); // breaks all links and monitors there, and drops what is queued
void node_process_ended(struct process *p);  // p, a controller or net_kernel, ends: so do its connections
void node_set_name(term name, u32 creation);
void node_destroy_all(void);
// Encodes control, and message unless that is NV, and queues them. False: no memory. Then, if there was no message,
// the connection ends, because the two nodes would disagree about a link or monitor.
bool node_send(struct node *n, term control, term message);
// nodeup and nodedown go to the processes that have called net_kernel:monitor_nodes, with these options:
enum { NODES_MAP = 2, NODES_VISIBLE = 4, NODES_HIDDEN = 8, NODES_REASON = 16, NODES_ID = 32 };
struct process *node_watched(void); // the target of monitors of all nodes
void node_tell(term what, term name, bool hidden, u64 id, term reason);
// Sends dist_data to the controller, if it has asked for that and something is queued.
void node_notify(struct node *n);
void node_packet_taken(struct node *n); // removes the first packet: the controller has it

struct process *remote_find(term pid);                        // NULL: there is none
struct process *remote_get(struct node *n, term pid_or_name); // makes it if need be; NULL: no memory
void remote_idle(struct process *p);                          // frees it if no link, monitor or unlink is left
void remote_ended(struct process *p);                         // called by exit.c when all its records are gone
// Send control messages about links and monitors of ours to the other node. False: no memory.
bool remote_link(struct process *p, struct process *remote);
bool remote_unlink(struct process *p, struct process *remote);
// The other node has acknowledged the unlink with that id.
void remote_unlinked(struct process *remote, term pid, u64 id);
bool remote_is_unlinking(const struct process *remote, term pid);
bool remote_leader(term leader, term pid);
bool remote_exit(term from, term to, term reason, bool by_link);
bool remote_monitor(const struct monitor *m);
void remote_demonitor(const struct monitor *m);
void remote_demonitor_of(term from, term to, u64 id);
void remote_down(const struct monitor *m, term reason);
// to is {Name, Node}, or a pid or alias of another node
enum send_result remote_send(struct process *from, term to, term value);
// The monitor that the remote has made, by the reference its node uses.
struct monitor *remote_monitor_find(struct process *remote, term ref);

// Requests to spawn a process on another node.
bool request_add(struct node *n, u64 id, struct process *p, const struct spawn_options *o, term tag, bool ok,
                 bool error);
bool request_abandon(u64 id, const struct process *p);
bool request_answered(struct node *n, u64 id, u32 flags, term result); // false: no such request
void requests_lost(struct node *n);

#endif
