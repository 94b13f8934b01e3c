// SPDX-License-Identifier: Apache-2.0
// Links, monitors and aliases: three record types. A link is ONE record that sits in the tables of both
// processes, so it exists on both sides or on neither. A monitor is one record known to the watcher (by
// reference) and to the target (in order of creation). Tables are hashed once they grow.
#ifndef PROCESS_LINKS_H
#define PROCESS_LINKS_H

#include "term/heap.h"

struct process;
struct link;
struct monitor;
struct alias;
enum alias_mode { ALIAS_NONE, ALIAS_EXPLICIT, ALIAS_DEMONITOR, ALIAS_REPLY_DEMONITOR, ALIAS_REPLY };
struct links {
  struct link *first;        // links of this process (each record has one list node per side)
  struct monitor *own;       // monitors this process made
  struct monitor *watched_first, *watched_last; // monitors on this process, in order of creation
  struct alias *aliases;
  u32 link_count, own_count, watched_count;
};

#endif
