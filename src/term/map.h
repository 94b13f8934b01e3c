// SPDX-License-Identifier: Apache-2.0
// Maps. Up to 32 keys a map is flat: a tuple of sorted keys, which versions of the map share, and the values. Larger
// maps are hash tries. Keys are equal when they are =:=. The functions build in h and never collect.
#ifndef TERM_MAP_H
#define TERM_MAP_H

#include "term/heap.h"

enum { MAP_FLAT_MAX = 32 };
size_t map_size(term map);
term map_get(term map, term key);                                // NV when absent
term map_put(struct heap *h, term map, term key, term value);    // insert or replace
term map_update(struct heap *h, term map, term key, term value); // NV when the key is absent
// *old: NV when the key is absent; then the same map is returned.
term map_remove(struct heap *h, term map, term key, term *old);
term map_empty(struct heap *h);
// From n pairs k0 v0 k1 v1 ...: of pairs with equal keys the last one counts. NV: no memory.
term map_from_pairs(struct heap *h, const term *pairs, size_t n);
// Several updates at once, for the instructions put_map_assoc and put_map_exact: kv holds n pairs. NV when exact is set
// and a key is absent.
term map_put_many(struct heap *h, term map, const term *kv, size_t n, bool exact);

term map_merge(struct heap *h, term a, term b); // the values of b win
// Merges two maps of more than MAP_FLAT_MAX pairs in portions of about so many steps. No term may move between them.
struct map_merger;
struct map_merger *map_merger_new(struct heap *h, term a, term b); // NULL: no memory
bool map_merger_go(struct map_merger *w, u64 steps);               // false: there is more
term map_merger_result(const struct map_merger *w);                // NV: no memory
void map_merger_free(struct map_merger *w);

// Iteration in the map's own order: key order in a flat map, order of the trie in a large one.
enum { MAP_ITER_DEPTH = 12 };
struct map_iter {
  term map;
  u32 depth; // levels on the stack; for large maps
  u32 index; // next pair; for flat maps
  struct {
    term node;
    u32 next;
  } stack[MAP_ITER_DEPTH];
};
void map_iter_init(struct map_iter *it, term map);
bool map_iter_next(struct map_iter *it, term *key, term *value);
// Continues at a position. In a flat map it is the number of pairs before it. In a large map it is the hash of a key,
// because the trie is walked in ascending order of hashes; keys with equal hashes cannot be told apart.
void map_iter_seek(struct map_iter *it, term map, u32 position);
u32 map_iter_position(term map, u32 index, term key);
#endif
