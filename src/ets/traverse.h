// SPDX-License-Identifier: Apache-2.0
// One pass of a match program over a table, in portions: select, count, delete or replace. Between portions a hash is
// held, so that rows stay in their slots, and for a tree the last key is remembered: so the table may change or be
// deleted meanwhile. Called by bif/bif_ets_select.c.
#ifndef ETS_TRAVERSE_H
#define ETS_TRAVERSE_H

#include "ets/match.h"

enum traverse_kind { TRAVERSE_SELECT, TRAVERSE_COUNT, TRAVERSE_DELETE, TRAVERSE_REPLACE };
enum traverse_status { TRAVERSE_MORE, TRAVERSE_END, TRAVERSE_LIMIT, TRAVERSE_NO_MEMORY };
struct traversal {
  struct ets_work work;
  enum traverse_kind kind;
  u64 table;            // the table's id
  struct refc *program; // holds one reference
  struct match_range range;
  bool backwards;      // tree: from the last key to the first
  u32 slot;            // hash: the next slot; SCOPE_KEYS: the next key
  struct ets_box last; // tree: the key of the row that was visited last
  bool started;        // tree: last is valid
  bool holding;        // it counts in the table's hold_count
  u32 limit, got;      // number of results wanted (0: all) and found
  u64 count;
};
// Visits up to *budget rows, fewer when they are large, and subtracts what it has used from *budget. Results are put
// in front of *list, on heap h.
enum traverse_status traverse(struct traversal *tr, struct ets_table *t, struct heap *h, term *list, u32 *budget);
void traverse_hold(struct traversal *tr, struct ets_table *t);
void traverse_free(struct traversal *tr); // frees what tr holds, not tr itself

#endif
