// SPDX-License-Identifier: Apache-2.0
// Maps: flat (sorted keys tuple shared between versions) up to 32 keys, hash tries above.
// Key equality is =:=. The functions build in h and never collect.
#ifndef TERM_MAP_H
#define TERM_MAP_H

#include "term/heap.h"

enum { MAP_FLAT_MAX = 32 };
size_t map_size(term map);
term map_get(term map, term key);                                // NV when absent
term map_put(struct heap *h, term map, term key, term value);    // insert or replace
term map_update(struct heap *h, term map, term key, term value); // NV when the key is absent
term map_remove(struct heap *h, term map, term key, term *old);  // old: NV when absent (map returned unchanged)
term map_empty(struct heap *h);
// n pairs k0 v0 k1 v1 ...: later duplicates win. NV when memory is out.
term map_from_pairs(struct heap *h, const term *pairs, size_t n);
// Several updates at once (put_map_assoc / put_map_exact): kv holds n pairs. exact: NV when a key is absent.
term map_put_many(struct heap *h, term map, const term *kv, size_t n, bool exact);

term map_merge(struct heap *h, term a, term b); // b wins
// The same of two maps of more than MAP_FLAT_MAX pairs in portions of about so many steps; no term may move meanwhile.
struct map_merger;
struct map_merger *map_merger_new(struct heap *h, term a, term b); // NULL: no memory
bool map_merger_go(struct map_merger *w, u64 steps);               // false: there is more
term map_merger_result(const struct map_merger *w);                // NV: no memory
void map_merger_free(struct map_merger *w);

// Iteration in the map's own order (flat: key order; hash: trie order). At most MAP_ITER_DEPTH levels.
enum { MAP_ITER_DEPTH = 12 };
struct map_iter {
  term map;
  u32 depth; // levels on the stack (hash)
  u32 index; // next pair (flat)
  struct {
    term node;
    u32 next;
  } stack[MAP_ITER_DEPTH];
};
void map_iter_init(struct map_iter *it, term map);
bool map_iter_next(struct map_iter *it, term *key, term *value);
// Continues at a position: the number of pairs before it (flat) or the hash of its key (hash tries are
// walked in ascending order of hashes; equal hashes cannot be told apart).
void map_iter_seek(struct map_iter *it, term map, u32 position);
u32 map_iter_position(term map, u32 index, term key);
#endif
