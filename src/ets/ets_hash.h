// SPDX-License-Identifier: Apache-2.0
// A hash table that grows and shrinks by one bucket at a time (linear hashing), so no insertion takes long. Rows with
// equal keys (=:=) are neighbours in their chain, newest first. Called by ets.c, and by the traversals, which go from
// slot to slot.
#ifndef ETS_ETS_HASH_H
#define ETS_ETS_HASH_H

#include "ets/ets.h"

bool ets_hash_put(struct ets_table *t, struct ets_row *r); // false: no memory for the first segment
struct ets_row *ets_hash_find(const struct ets_table *t, term key, u32 hash, bool dead_too);
u32 ets_hash_remove_key(struct ets_table *t, term key);
u32 ets_hash_remove_tuple(struct ets_table *t, term tuple);
bool ets_hash_replace(struct ets_table *t, struct ets_row *old, struct ets_row *new_row);
INLINE u32 ets_hash_slots(const struct ets_store *s) { return s->hash.active ? s->hash.active : ETS_SEGMENT; }
struct ets_row *ets_hash_slot(const struct ets_table *t, u32 slot); // the first row of the slot, which may be dead
// Removes the row at *link (the link of a chain): frees it, or marks it dead while the table is fixed. Answers
// whether the link now leads to the next row.
bool ets_hash_remove_at(struct ets_table *t, struct ets_row **link);
struct ets_row **ets_hash_slot_link(struct ets_table *t, u32 slot); // NULL: there are fewer slots
void ets_hash_shrink(struct ets_table *t);
HOT_INLINE u32 ets_hash_index(const struct ets_hash *h, u32 hash) {
  u32 i = hash & h->mask;
  return i < h->active ? i : hash & (h->mask >> 1);
}
// Frees at most max rows that were deleted while the table was fixed.
void ets_hash_bury(struct ets_table *t, u32 max);
void ets_hash_mark_all(struct ets_table *t);         // marks all rows dead, for delete_all_objects of a fixed table
bool ets_hash_free(struct ets_store *s, u32 *units); // true: everything is freed
struct ets_row *ets_hash_first(const struct ets_table *t, bool raw);
struct ets_row *ets_hash_after(const struct ets_table *t, term key, bool raw, bool *known);
u64 ets_hash_bytes(const struct ets_hash *h);

#endif
