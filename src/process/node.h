// SPDX-License-Identifier: Apache-2.0
// Other nodes. A node is what we know of one name: whether it is connected, through which process (its distribution
// controller, as OTP calls it), and what waits to be sent there. A remote is the near end of a process of another node
// that a link or a monitor joins to one of ours: a struct process without code, so that links and monitors between
// nodes are the records of links.h, broken by exit.c like any other when the connection ends.
#ifndef PROCESS_NODE_H
#define PROCESS_NODE_H

#include "process/signal.h"
#include "term/etf.h"

enum node_state { NODE_IDLE, NODE_PENDING, NODE_CONNECTED };
// What control messages say (erts "Distribution Protocol").
enum dist_operation {
  DIST_LINK = 1, DIST_SEND = 2, DIST_EXIT = 3, DIST_UNLINK = 4, DIST_REG_SEND = 6, DIST_GROUP_LEADER = 7, DIST_EXIT2 = 8,
  DIST_SEND_TT = 12, DIST_EXIT_TT = 13, DIST_REG_SEND_TT = 16, DIST_EXIT2_TT = 18, DIST_MONITOR_P = 19, DIST_DEMONITOR_P = 20,
  DIST_MONITOR_P_EXIT = 21, DIST_SPAWN_REQUEST = 29, DIST_SPAWN_REQUEST_TT = 30, DIST_SPAWN_REPLY = 31, DIST_SPAWN_REPLY_TT = 32,
  DIST_ALIAS_SEND = 33, DIST_ALIAS_SEND_TT = 34, DIST_UNLINK_ID = 35, DIST_UNLINK_ID_ACK = 36
};
struct unlinking;      // an unlink that the other side has not acknowledged
struct request;        // a spawn that has not been answered
struct packet { struct packet *next; size_t size; u8 data[]; };

struct remote {
  struct process p;          // pid: the remote pid (owned by kept), or the node's name
  struct id_node node;       // in the map of remotes, unless it stands for the node itself
  struct node *at;
  struct kept *kept;
  struct remote *next, *prev; // those of one node, in order of creation
  struct unlinking *unlinking;
};
INLINE struct remote *remote_of(struct process *p) { return (struct remote *)p; }

struct node {
  struct node *next;
  term name;
  u64 id;                // of the connection: its handle is the reference with this id
  enum node_state state;
  bool hidden, notify, get_size;
  u32 creation;
  term controller, input;        // pids, or NV
  struct packet *first, **last;  // to be sent
  u64 queued, in, out;
  struct remote *remotes, *remotes_last, *itself; // itself: monitors of the node and of names there
  struct request *requests, **requests_last;
  struct kept *down_reason;
};
extern struct node *node_first;

INLINE bool node_alive(void) { return etf_creation != 0; }
struct node *node_get(term name);              // makes it; NULL: no memory
struct node *node_by_handle(term handle);      // of its present connection, or NULL
struct node *node_connect(term name);          // as a signal does: asks net_kernel if need be. NULL: not alive, or no memory
void node_pending(struct node *n);             // a new connection is being made
bool node_connected(struct node *n, struct process *controller, u64 flags, u32 creation); // false: no memory
void node_down(struct node *n, term reason);   // every link and monitor there is broken, what waits is dropped
void node_process_ended(struct process *p);    // controllers and net_kernel
void node_set_name(term name, u32 creation);
void node_destroy_all(void);
// Puts control, and message unless NV, into the queue. False: no memory (the connection ends, unless it was a message).
bool node_send(struct node *n, term control, term message);
// nodeup or nodedown to those who called net_kernel:monitor_nodes.
enum { NODES_MAP = 2, NODES_VISIBLE = 4, NODES_HIDDEN = 8, NODES_REASON = 16, NODES_ID = 32 };
struct process *node_watched(void);            // what monitors of all nodes have as their target
void node_tell(term what, term name, bool hidden, u64 id, term reason);
void node_notify(struct node *n);                // dist_data to the controller, if it wants it and there is something
void node_packet_taken(struct node *n);        // the first one has been given to the controller

struct process *remote_find(term pid);         // NULL
struct process *remote_get(struct node *n, term pid_or_name); // makes it; NULL: no memory
void remote_idle(struct process *p);           // forgets it if no record is left
void remote_ended(struct process *p);          // exit.c: all its records are gone
// Signals to the other side, of records that are or were here.
bool remote_link(struct process *p, struct process *remote);
bool remote_unlink(struct process *p, struct process *remote);
void remote_unlinked(struct process *remote, term pid, u64 id); // the acknowledgement has come
bool remote_is_unlinking(const struct process *remote, term pid);
bool remote_leader(term leader, term pid);
bool remote_exit(term from, term to, term reason, bool by_link);
bool remote_monitor(const struct monitor *m);
void remote_demonitor(const struct monitor *m);
void remote_demonitor_of(term from, term to, u64 id);
void remote_down(const struct monitor *m, term reason);
enum send_result remote_send(struct process *from, term to, term value); // {Name, Node}, pid or alias of another node
struct monitor *remote_monitor_find(struct process *remote, term ref); // one made there, by its reference

// Requests to spawn.
bool request_add(struct node *n, u64 id, struct process *p, const struct spawn_options *o, term tag, bool ok, bool error);
bool request_abandon(u64 id, const struct process *p);
bool request_answered(struct node *n, u64 id, u32 flags, term result); // false: no such request
void requests_lost(struct node *n);

#endif
