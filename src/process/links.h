// SPDX-License-Identifier: Apache-2.0
// Links, monitors and aliases: three record types. A link is ONE record that sits in the lists of both
// processes, so it exists on both sides or on neither. A monitor is one record known to the watcher (by
// reference) and to the target (in order of creation). All three are found through hash tables, in
// constant time however many there are.
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
  struct id_node node;        // key: link_key of the two pids (not unique: ends are compared)
  struct process *end[2];     // end[0]'s pid is the smaller one
  struct link *next[2], *prev[2]; // in the list of end[i]
};
struct monitor {
  struct id_node node;        // key: id of the reference
  struct process *watcher;
  struct process *target;     // NULL: a target that is not there (DOWN is on its way), time offset
  struct monitor *own_next, *own_prev;     // in the watcher's list
  struct monitor *watch_next, *watch_prev; // in the target's list
  term object;                // pid or port that DOWN names; of a name its node; of all nodes the options
  term name;                  // registered name, or NV
  struct kept *tag;           // NULL: 'DOWN'; when the watcher is a remote, its reference
  struct kept *object_kept;   // owns object when it is an external pid
  u8 kind;                    // enum monitor_kind
  bool priority;              // DOWN is a priority message
  bool late;                  // made when the target was doomed already: it finds nobody
};
struct alias {
  struct id_node node;        // key: id of the reference
  struct process *owner;
  struct alias *next, *prev;
  u8 mode;                    // enum alias_mode
  bool priority;              // what is sent through it as a priority message is one
};
struct links {
  struct link *first, *last;  // links of this process in order of creation (each record has one list node per side)
  struct link *late;          // the first one made since the process was doomed: that end of it finds nobody
  struct monitor *own;        // monitors this process made
  struct monitor *watched_first, *watched_last; // monitors on this process, in order of creation
  struct alias *aliases;
  u32 link_count, own_count, watched_count;
};

// link.c
struct link *link_find(const struct process *a, const struct process *b); // NULL: not linked
enum link_result { LINK_MADE, LINK_THERE, LINK_NO_MEMORY };
enum link_result link_add(struct process *a, struct process *b);
void link_remove(struct link *l);                  // from both sides at once
INLINE int link_side(const struct link *l, const struct process *p) { return l->end[1] == p; }
INLINE struct process *link_peer(const struct link *l, const struct process *p) { return l->end[!link_side(l, p)]; }
INLINE struct link *link_next(const struct link *l, const struct process *p) { return l->next[link_side(l, p)]; }
// Whether the exit of the other end is a priority message to p. Kept apart from the record: hardly any link has it.
void link_set_priority(struct link *l, const struct process *p, bool on); // without memory it is not
bool link_priority(const struct link *l, const struct process *p);
extern struct id_map link_map, link_priority_map;

// monitor.c. tag: NV for 'DOWN'. target NULL: see struct monitor. NULL = out of memory.
struct monitor *monitor_add(u64 id, struct process *watcher, struct process *target, enum monitor_kind kind, term object, term name, term tag);
struct monitor *monitor_find(u64 id);
void monitor_remove(struct monitor *m);
void monitor_cancel(struct monitor *m);            // the same, and tells another node
// Sends DOWN for m. kept owns reason, or is NULL.
void monitor_fire(struct monitor *m, term reason, struct kept *kept);
void monitor_down(struct monitor *m, term reason); // it is received: m is removed, with an alias that ends with it
extern struct id_map monitor_map;

// alias.c
struct alias *alias_find(u64 id);
bool alias_add(u64 id, struct process *owner, enum alias_mode mode); // false: no memory
void alias_remove(struct alias *a);
void alias_demonitored(u64 id);                    // the monitor of that reference is gone
extern struct id_map alias_map;

#endif
