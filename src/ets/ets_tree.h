// SPDX-License-Identifier: Apache-2.0
// The weight-balanced tree behind ordered_set: every node knows the size of its subtree, which keeps it
// balanced and answers slot/2. Keys are equal when ==. A cursor walks it in either direction in O(1) a
// step; it is valid only until the tree changes. Used by ets.c and by bif/bif_ets_select.c.
#ifndef ETS_ETS_TREE_H
#define ETS_ETS_TREE_H

#include "ets/ets.h"

enum { ETS_TREE_DEPTH = 96 }; // log base 4/3 of 2^32 is 77
struct ets_cursor {
  struct ets_row *path[ETS_TREE_DEPTH]; // the row itself last, before it the ancestors still to be visited
  u32 depth;
  bool backwards;
};
void ets_tree_put(struct ets_table *t, struct ets_row *r); // a row of equal key is replaced
struct ets_row *ets_tree_find(const struct ets_table *t, term key);
struct ets_row *ets_tree_remove(struct ets_table *t, term key); // unlinked, not freed; NULL: no such key
void ets_tree_replace(struct ets_table *t, struct ets_row *old, struct ets_row *new_row); // equal keys; frees old
struct ets_row *ets_tree_edge(const struct ets_table *t, bool last);
struct ets_row *ets_tree_after(const struct ets_table *t, term key, bool backwards);
struct ets_row *ets_tree_nth(const struct ets_table *t, u32 n); // 0-based; NULL beyond the end
bool ets_tree_free(struct ets_store *s, u32 *units);

// Starts at the end, or just after key (in the cursor's direction) when key is not NV.
void ets_cursor_start(struct ets_cursor *c, const struct ets_table *t, bool backwards, term key);
// Starts at the first row for which below(key, arg) is not negative (backwards: not positive).
void ets_cursor_seek(struct ets_cursor *c, const struct ets_table *t, bool backwards, int (*below)(term key, const void *arg), const void *arg);
struct ets_row *ets_cursor_row(const struct ets_cursor *c);     // NULL at the end
void ets_cursor_step(struct ets_cursor *c);

#endif
