// SPDX-License-Identifier: Apache-2.0
// Aliases: references that messages may be sent to, found by the id of the reference. An alias made by monitor/3 has
// the same reference as the monitor, but is a record of its own. Invariant: a record is both in the map and in its
// owner's list.
#include "process/links.h"
#include "process/process.h"

struct id_map alias_map;

struct alias *alias_find(u64 id) {
  return (struct alias *)id_map_find(&alias_map, id);
}

bool alias_add(u64 id, struct process *owner, enum alias_mode mode) {
  struct alias *a = mem_alloc(sizeof *a, MEM_PROCESS);
  if (!a) return false;
  a->node.key = id;
  a->owner = owner;
  a->mode = (u8)mode;
  a->priority = false;
  if (!id_map_add(&alias_map, &a->node)) {
    mem_free(a, sizeof *a, MEM_PROCESS);
    return false;
  }
  a->prev = NULL;
  a->next = owner->links.aliases;
  if (a->next) a->next->prev = a;
  owner->links.aliases = a;
  return true;
}

void alias_remove(struct alias *a) {
  if (a->prev) a->prev->next = a->next;
  else a->owner->links.aliases = a->next;
  if (a->next) a->next->prev = a->prev;
  id_map_remove(&alias_map, &a->node);
  mem_free(a, sizeof *a, MEM_PROCESS);
}

void alias_demonitored(u64 id) {
  struct alias *a = alias_find(id);
  if (a && (a->mode == ALIAS_DEMONITOR || a->mode == ALIAS_REPLY_DEMONITOR)) alias_remove(a);
}
