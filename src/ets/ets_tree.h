// SPDX-License-Identifier: Apache-2.0
// The weight-balanced tree behind ordered_set. Every node knows the size of its subtree, which keeps the tree
// balanced and answers slot/2. Keys are the same if they compare equal (==). A cursor walks the tree in either
// direction, in constant time for each step on average; it is valid only until the tree changes. Called by ets.c and
// by traversals.
#ifndef ETS_ETS_TREE_H
#define ETS_ETS_TREE_H

#include "ets/ets.h"

enum { ETS_TREE_DEPTH = 96 }; // log base 4/3 of 2^32 is 77
struct ets_cursor {
  struct ets_row *path[ETS_TREE_DEPTH]; // the ancestors still to be visited, and last the row itself
  u32 depth;
  bool backwards;
};
void ets_tree_put(struct ets_table *t, struct ets_row *r); // replaces a row with an equal key
struct ets_row *ets_tree_find(const struct ets_table *t, term key);
// Takes the row out of the tree but does not free it; NULL: no such key.
struct ets_row *ets_tree_remove(struct ets_table *t, term key);
// The keys are equal; frees old.
void ets_tree_replace(struct ets_table *t, struct ets_row *old, struct ets_row *new_row);
struct ets_row *ets_tree_edge(const struct ets_table *t, bool last);
struct ets_row *ets_tree_after(const struct ets_table *t, term key, bool backwards);
struct ets_row *ets_tree_nth(const struct ets_table *t, u32 n); // from 0; NULL: there are fewer rows
bool ets_tree_free(struct ets_store *s, u32 *units);

// Starts at the first row in the cursor's direction, or, if key is not NV, at the first row behind key.
void ets_cursor_start(struct ets_cursor *c, const struct ets_table *t, bool backwards, term key);
// Starts at the first row for which below(key, arg) is not negative (when going backwards: not positive).
void ets_cursor_seek(struct ets_cursor *c, const struct ets_table *t, bool backwards,
                     int (*below)(term key, const void *arg), const void *arg);
struct ets_row *ets_cursor_row(const struct ets_cursor *c); // NULL at the end
void ets_cursor_step(struct ets_cursor *c);

#endif
