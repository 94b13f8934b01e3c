// SPDX-License-Identifier: Apache-2.0
// A hash table of records keyed by a 64-bit number, the node being part of the record. It grows and
// shrinks one bucket at a time (linear hashing), so no single insertion is slow, and gives its memory
// back when it is empty. Links, monitors, aliases, timers and names each have one.
#ifndef PROCESS_IDMAP_H
#define PROCESS_IDMAP_H

#include "base/alloc.h"
#include "term/hash.h"

struct id_node {
  struct id_node *next;
  u64 key;
};
struct id_map {
  struct id_node **buckets;
  u32 cap;     // size of the array
  u32 size;    // buckets in use
  u32 level;   // power of two, level <= size < 2 * level
  u32 count;
};

INLINE u32 id_map_index(const struct id_map *m, u64 key) {
  u32 hash = hash_u64(key * 0x9E3779B97F4A7C15ull);
  u32 at = hash & (2 * m->level - 1);
  return at < m->size ? at : at - m->level;
}
// First record of the bucket of key; the caller follows next and compares keys.
INLINE struct id_node *id_map_chain(const struct id_map *m, u64 key) {
  return m->count ? m->buckets[id_map_index(m, key)] : NULL;
}
INLINE struct id_node *id_map_find(const struct id_map *m, u64 key) {
  struct id_node *n = id_map_chain(m, key);
  while (n && n->key != key) n = n->next;
  return n;
}
bool id_map_add(struct id_map *m, struct id_node *n);    // false: no memory (n is not in the map)
void id_map_remove(struct id_map *m, struct id_node *n); // n is in the map
void id_map_each(const struct id_map *m, void (*fn)(struct id_node *, void *), void *arg);

#endif
