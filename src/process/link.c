// SPDX-License-Identifier: Apache-2.0
// Links. There is one record for both ends, found by the pair of pids: so two processes cannot have two links, and
// removing the record removes the link on both sides at once.
#include "process/links.h"

#include "process/process.h"
#include "process/signal_queue.h"

struct id_map link_map, link_priority_map;

static u64 priority_key(const struct link *l, int side) { return (u64)(uintptr_t)l << 1 | (u64)side; }

bool link_priority(const struct link *l, const struct process *p) {
  return UNLIKELY(link_priority_map.count != 0) && id_map_find(&link_priority_map, priority_key(l, link_side(l, p)));
}

void link_set_priority(struct link *l, const struct process *p, bool on) {
  if (on == link_priority(l, p)) return;
  u64 key = priority_key(l, link_side(l, p));
  struct id_node *n = on ? mem_calloc(sizeof *n, MEM_PROCESS) : id_map_find(&link_priority_map, key);
  if (!n) return;
  n->key = key;
  if (on && id_map_add(&link_priority_map, n)) return;
  if (!on) id_map_remove(&link_priority_map, n);
  mem_free(n, sizeof *n, MEM_PROCESS);
}

INLINE u64 link_key(term a, term b) { return (a ^ b * 0x9E3779B97F4A7C15ull) * 0xC2B2AE3D27D4EB4Full; }

struct link *link_find(const struct process *a, const struct process *b) {
  const struct process *low = a->pid < b->pid ? a : b, *high = low == a ? b : a;
  u64 key = link_key(low->pid, high->pid);
  for (struct id_node *n = id_map_chain(&link_map, key); n; n = n->next) {
    struct link *l = (struct link *)n;
    if (n->key == key && l->end[0] == low && l->end[1] == high) return l;
  }
  return NULL;
}

// Inserts l into p's list before at; NULL: at the end.
static void insert(struct process *p, int side, struct link *l, struct link *at) {
  struct links *ls = &p->links;
  struct link *prev = at ? at->prev[link_side(at, p)] : ls->last;
  l->prev[side] = prev;
  l->next[side] = at;
  *(prev ? &prev->next[link_side(prev, p)] : &ls->first) = l;
  *(at ? &at->prev[link_side(at, p)] : &ls->last) = l;
  ls->link_count++;
}

enum link_result link_add(struct process *a, struct process *b) {
  ASSERT(a != b);
  if (a->links.first && b->links.first && link_find(a, b)) return LINK_THERE;
  struct link *l = mem_alloc(sizeof *l, MEM_PROCESS);
  if (!l) return LINK_NO_MEMORY;
  l->end[0] = a->pid < b->pid ? a : b;
  l->end[1] = l->end[0] == a ? b : a;
  l->node.key = link_key(l->end[0]->pid, l->end[1]->pid);
  if (!id_map_add(&link_map, &l->node)) {
    mem_free(l, sizeof *l, MEM_PROCESS);
    return LINK_NO_MEMORY;
  }
  for (int side = 0; side < 2; side++) {
    struct process *p = l->end[side];
    // Doomed p was linked to the same process before, and that unlinked and has linked again: the new link counts as
    // the old one, not as one made behind p's end.
    bool again = UNLIKELY(p->doomed) && signal_queue_was_linked(p, l->end[!side]->pid);
    insert(p, side, l, again ? p->links.late : NULL);
    if (UNLIKELY(p->doomed) && !again && !p->links.late) p->links.late = l;
  }
  return LINK_MADE;
}

void link_remove(struct link *l) {
  for (int side = 0; side < 2; side++) {
    struct process *p = l->end[side];
    if (UNLIKELY(link_priority_map.count != 0)) link_set_priority(l, p, false);
    struct link *next = l->next[side], *prev = l->prev[side];
    if (prev) prev->next[link_side(prev, p)] = next;
    else p->links.first = next;
    if (next) next->prev[link_side(next, p)] = prev;
    else p->links.last = prev;
    if (UNLIKELY(p->links.late == l)) p->links.late = next;
    p->links.link_count--;
  }
  id_map_remove(&link_map, &l->node);
  mem_free(l, sizeof *l, MEM_PROCESS);
}
