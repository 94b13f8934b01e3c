// SPDX-License-Identifier: Apache-2.0
// Registered names. Invariant: p->name is a name exactly when the table has an entry of that name for p. Called by
// the BIFs for names, by exit.c and by the host.
#include "process/event.h"
#include "process/idmap.h"

struct name_entry {
  struct id_node node; // key: the atom
  struct process *p;
};
static struct id_map names;

struct process *registered_find(term name) {
  struct name_entry *e = (struct name_entry *)id_map_find(&names, name);
  return e ? e->p : NULL;
}

term registered_whereis(term name) {
  struct process *p = registered_find(name);
  return p ? p->pid : NV;
}

bool registered_add(term name, struct process *p) {
  if (p->name != NV || registered_find(name)) return false;
  struct name_entry *e = mem_alloc(sizeof *e, MEM_PROCESS);
  if (!e) return false;
  e->node.key = name;
  e->p = p;
  if (!id_map_add(&names, &e->node)) {
    mem_free(e, sizeof *e, MEM_PROCESS);
    return false;
  }
  p->name = name;
  EVENT(EVENT_REGISTER, p, p->pid, name, NV, 0);
  return true;
}

bool registered_remove(term name) {
  struct name_entry *e = (struct name_entry *)id_map_find(&names, name);
  if (!e) return false;
  EVENT(EVENT_UNREGISTER, e->p, e->p->pid, name, NV, 0);
  e->p->name = NV;
  id_map_remove(&names, &e->node);
  mem_free(e, sizeof *e, MEM_PROCESS);
  return true;
}

struct each {
  void (*fn)(term, term, void *);
  void *arg;
};

static void each_name(struct id_node *n, void *arg) {
  struct name_entry *e = (struct name_entry *)n;
  struct each *each = arg;
  each->fn(e->node.key, e->p->pid, each->arg);
}

void registered_each(void (*fn)(term name, term pid, void *), void *arg) {
  struct each each = {fn, arg};
  id_map_each(&names, each_name, &each);
}
