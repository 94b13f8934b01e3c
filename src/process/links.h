// SPDX-License-Identifier: Apache-2.0
// Links, monitors and aliases: three types of record. A link is one record that sits in the lists of both processes,
// so it exists on both sides or on neither. A monitor is one record too: its watcher finds it by its reference, its
// target has it in a list in order of creation. All three are found through hash tables, in constant time however
// many there are.
#ifndef PROCESS_LINKS_H
#define PROCESS_LINKS_H

#include "process/idmap.h"
#include "term/heap.h"

struct process;
struct kept;
struct message;
enum alias_mode { ALIAS_NONE, ALIAS_EXPLICIT, ALIAS_DEMONITOR, ALIAS_REPLY_DEMONITOR, ALIAS_REPLY };
enum monitor_kind { MONITOR_PROCESS, MONITOR_PORT, MONITOR_TIME_OFFSET, MONITOR_NODE, MONITOR_NODES };

struct link {
  struct id_node node;            // key: link_key of the two pids; keys may collide, so the ends are compared too
  struct process *end[2];         // end[0]'s pid is the smaller one
  struct link *next[2], *prev[2]; // next[i] and prev[i] are in the list of end[i]
};
struct monitor {
  struct id_node node; // key: id of the reference
  struct process *watcher;
  // NULL: the target did not exist (its DOWN is on the way), or the time offset is monitored
  struct process *target;
  struct monitor *own_next, *own_prev;     // in the watcher's list
  struct monitor *watch_next, *watch_prev; // in the target's list
  // What DOWN shows: a pid or port; for a name, the node of that name; for MONITOR_NODES, the options.
  term object;
  term name;                // the registered name that is monitored, or NV
  struct kept *tag;         // NULL: 'DOWN'. When the watcher is a remote: the reference that its node uses
  struct kept *object_kept; // owns object when it is an external pid
  u8 kind;                  // enum monitor_kind
  bool priority;            // its DOWN is a priority message
  bool late;                // made when the target was doomed already: its DOWN says noproc
};
struct alias {
  struct id_node node; // key: id of the reference
  struct process *owner;
  struct alias *next, *prev;
  u8 mode;       // enum alias_mode
  bool priority; // a priority message sent through it arrives as one (else as an ordinary message)
};
struct links {
  struct link *first, *last; // links of this process, in order of creation
  struct link *late;         // the first link made after this process was doomed: from here on links break with noproc
  struct monitor *own;       // monitors that this process has made
  struct monitor *watched_first, *watched_last; // monitors of which this process is the target, in order of creation
  struct alias *aliases;
  u32 link_count, own_count, watched_count;
};

// link.c
struct link *link_find(const struct process *a, const struct process *b); // NULL: not linked
enum link_result { LINK_MADE, LINK_THERE, LINK_NO_MEMORY };
enum link_result link_add(struct process *a, struct process *b);
void link_remove(struct link *l); // from both sides at once
INLINE int link_side(const struct link *l, const struct process *p) { return l->end[1] == p; }
INLINE struct process *link_peer(const struct link *l, const struct process *p) { return l->end[!link_side(l, p)]; }
INLINE struct link *link_next(const struct link *l, const struct process *p) { return l->next[link_side(l, p)]; }
// Whether p receives the exit signal of this link as a priority message. This is kept in a table of its own, because
// hardly any link has it. Without memory, setting it does nothing.
void link_set_priority(struct link *l, const struct process *p, bool on);
bool link_priority(const struct link *l, const struct process *p);
extern struct id_map link_map, link_priority_map;

// monitor.c. tag NV: 'DOWN'. target may be NULL, see struct monitor. Answers NULL when there is no memory.
struct monitor *monitor_add(u64 id, struct process *watcher, struct process *target, enum monitor_kind kind,
                            term object, term name, term tag);
struct monitor *monitor_find(u64 id);
void monitor_remove(struct monitor *m);
void monitor_cancel(struct monitor *m); // removes it; when the target is of another node, tells that node
// The target of m ends with reason: sends DOWN to the watcher. kept owns reason, or is NULL.
void monitor_fire(struct monitor *m, term reason, struct kept *kept);
// The watcher receives DOWN: m is removed, and so is an alias that ends with it.
void monitor_down(struct monitor *m, term reason);
extern struct id_map monitor_map;

// alias.c
struct alias *alias_find(u64 id);
bool alias_add(u64 id, struct process *owner, enum alias_mode mode); // false: no memory
void alias_remove(struct alias *a);
// The monitor with that reference is gone: removes an alias that ends with it.
void alias_demonitored(u64 id);
extern struct id_map alias_map;

#endif
