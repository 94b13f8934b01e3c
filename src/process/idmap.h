// SPDX-License-Identifier: Apache-2.0
// A hash table of records whose key is a 64-bit number; the table's node is a part of the record. It grows and
// shrinks by one bucket at a time (linear hashing), so no insertion takes long, and it frees its memory when it is
// empty. There is one each for links, monitors, aliases, timers and names, and more.
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
  u32 cap;   // length of the array buckets
  u32 size;  // number of buckets in use
  u32 level; // power of two, level <= size < 2 * level
  u32 count;
};

INLINE u32 id_map_index(const struct id_map *m, u64 key) {
  u32 hash = hash_u64(key * 0x9E3779B97F4A7C15ull);
  u32 at = hash & (2 * m->level - 1);
  return at < m->size ? at : at - m->level;
}
// The first record in the bucket of key; the caller follows next and compares keys.
INLINE struct id_node *id_map_chain(const struct id_map *m, u64 key) {
  return m->count ? m->buckets[id_map_index(m, key)] : NULL;
}
INLINE struct id_node *id_map_find(const struct id_map *m, u64 key) {
  struct id_node *n = id_map_chain(m, key);
  while (n && n->key != key) n = n->next;
  return n;
}
bool id_map_add(struct id_map *m, struct id_node *n);    // false: no memory, and n is not in the map
void id_map_remove(struct id_map *m, struct id_node *n); // n must be in the map
void id_map_each(const struct id_map *m, void (*fn)(struct id_node *, void *), void *arg);

#endif
