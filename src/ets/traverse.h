// SPDX-License-Identifier: Apache-2.0
// One pass of a match program over a table, in portions: select, count, delete, replace. Between
// portions the hash is held (its slots stay put) and a tree remembers the last key, so the table may
// change or go meanwhile. Called by bif/bif_ets_select.c.
#ifndef ETS_TRAVERSE_H
#define ETS_TRAVERSE_H

#include "ets/match.h"

enum traverse_kind { TRAVERSE_SELECT, TRAVERSE_COUNT, TRAVERSE_DELETE, TRAVERSE_REPLACE };
enum traverse_status { TRAVERSE_MORE, TRAVERSE_END, TRAVERSE_LIMIT, TRAVERSE_NO_MEMORY };
struct traversal {
  struct ets_work work;
  enum traverse_kind kind;
  u64 table;               // id
  struct refc *program;    // one reference held
  struct match_range range;
  bool backwards;          // tree: from the last key to the first
  u32 slot;                // hash: next slot; SCOPE_KEYS: next key
  struct ets_box last;     // tree: key of the row visited last
  bool started;            // tree: last is valid
  bool holding;            // the table's hold_count counts us
  u32 limit, got;          // results wanted (0: all) and had
  u64 count;
};
// Visits up to budget rows, less when they are large; results are consed onto *list on heap h.
// Subtracts what was used from *budget.
enum traverse_status traverse(struct traversal *tr, struct ets_table *t, struct heap *h, term *list, u32 *budget);
void traverse_hold(struct traversal *tr, struct ets_table *t);
void traverse_free(struct traversal *tr); // what it holds, not itself

#endif
