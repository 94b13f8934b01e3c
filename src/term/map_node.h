// SPDX-License-Identifier: Apache-2.0
// The inside of large maps: a trie over the 32 bits of hash_term(key). Each level takes four bits, the highest first,
// so that a walk meets the hashes in ascending order. Keys whose whole hashes are equal share a collision node at the
// bottom. Invariant: a subtree that holds one key is the leaf of that key. Hence equal maps have tries of the same
// shape, except for the order inside collision nodes. Included only by files of term/ that walk tries.
#ifndef TERM_MAP_NODE_H
#define TERM_MAP_NODE_H

#include "term/hash.h"
#include "term/map.h"

enum {
  TRIE_DEPTH = 8,         // levels of inner nodes; below them only collision nodes
  COLLISION_AUX = 1 << 16 // aux of a collision node
};
INLINE bool map_node_is_collision(term header) { return header_aux(header) & COLLISION_AUX; }
INLINE u32 trie_bit(u32 hash, u32 depth) { return 1u << (hash >> (28 - 4 * depth) & 15); }
INLINE u32 trie_position(u32 bitmap, u32 bit) { return (u32)__builtin_popcount(bitmap & (bit - 1)); }

// pairs k0 v0 k1 v1 ... of n distinct keys with n > MAP_FLAT_MAX; order[i] = hash << 32 | index of pair, ascending.
term map_hash_build(struct heap *h, const term *pairs, const u64 *order, size_t n); // NV = out of memory
term map_hash_get(term map, term key);
enum map_put_mode { PUT_ALWAYS, PUT_IF_ABSENT, PUT_IF_PRESENT };
// NV: the mode is PUT_IF_PRESENT, and the key absent.
term map_hash_put(struct heap *h, term map, term key, term value, enum map_put_mode mode);
// May leave MAP_FLAT_MAX pairs: the caller makes the map flat.
term map_hash_remove(struct heap *h, term map, term key, term *old);
term map_hash_merge(struct heap *h, term a, term b); // b wins

#endif
