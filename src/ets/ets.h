// SPDX-License-Identifier: Apache-2.0
// ETS tables: the registry of tables, their owners, fixations and rows. A row is one block of memory that holds a
// copy of the row's tuple; the only things it shares are the payloads of reference-counted binaries. Sets and bags
// keep their rows in a linear hash (ets_hash.c), ordered sets in a weight-balanced tree (ets_tree.c). While a table
// is fixed, deleted rows of a hash are only marked dead, so that traversals do not lose their place. Called by
// bif/bif_ets*.c and, when processes exit, by process/exit.c.
#ifndef ETS_ETS_H
#define ETS_ETS_H

#include "memory/copy.h"
#include "process/process.h"

enum ets_type { ETS_SET, ETS_ORDERED_SET, ETS_BAG, ETS_DUPLICATE_BAG };
enum ets_protection { ETS_PRIVATE, ETS_PROTECTED, ETS_PUBLIC };
enum ets_access { ETS_INFO, ETS_READ, ETS_WRITE };
enum { RESOURCE_ETS_TABLE = 0x455401, RESOURCE_MATCH_SPEC = 0x455402 }; // types of magic references (struct refc)

struct ets_row {
  union {
    struct { // hash
      struct ets_row *next;
      u32 hash;
      bool dead; // it was deleted while the table was fixed
    };
    struct { // tree
      struct ets_row *left, *right;
      u32 size; // number of rows in this subtree
    };
  };
  u32 words;     // size of data
  term *offheap; // list of the reference-counted objects in data
  term data[];   // the tuple, header first
};
INLINE term row_tuple(const struct ets_row *r) { return make_boxed(r->data); }

// A copy of a term in a block of its own; literals are copied too.
struct ets_box {
  term value;
  struct frag *frag;
  term *offheap;
};
bool ets_box_set(struct ets_box *b, term t); // b must be empty; false: no memory
void ets_box_clear(struct ets_box *b);

enum { ETS_SEGMENT = 256 }; // buckets in a segment of the hash
struct ets_hash {
  struct ets_row ***segments;
  u32 segment_count, segment_cap;
  u32 active; // number of buckets in use; 0 before the first row
  u32 mask;   // the smallest 2^k - 1 that is at least active - 1
};
// The rows of a table: a struct of its own, so that a big one can be freed in portions.
struct ets_store {
  struct ets_store *next; // the list of those that wait to be freed
  struct ets_hash hash;
  struct ets_row *root; // tree
  u32 free_slot;        // how far freeing has come
  u32 size;             // number of live rows
  u64 bytes;
};

struct ets_fix { // one process's fixation of one table
  struct ets_fix *table_next, *process_next;
  struct ets_table *table;
  struct process *p;
  u32 count;
};
struct ets_table {
  u64 id; // id of its reference
  // What references to the table point to; it points back to the table, or to NULL when that is deleted.
  struct refc *handle;
  struct ets_table *id_next, *name_next;
  struct ets_table *owner_next, *owner_prev;
  struct ets_table *all_next, *all_prev;
  term name;
  term owner;
  term heir; // pid or NV
  struct ets_box heir_data;
  struct ets_store *store;
  struct ets_fix *fixes;
  u32 fix_count;        // number of all fixations; while it is not 0, dead rows stay
  u32 hold_count;       // number of traversals under way; while it is not 0, rows stay in their slots
  i64 fix_monotonic_us; // when the table became fixed
  u32 *dead_hashes;     // hashes of the rows that were deleted while the table was fixed
  u32 dead_count, dead_cap;
  u32 key; // index of the key in the tuple, from 0
  u8 type, protection;
  bool named, compressed, read_concurrency;
  struct process *busy; // the process that is in the middle of an atomic insertion; others wait for it
};

// An operation done in portions, by a process that yields between them; see bif/.
struct ets_work {
  // Called when the process dies: completes the operation or undoes it, and frees this.
  void (*drop)(struct ets_work *, struct process *);
  u32 kind;
};
struct ets_process {                      // what process->ets_tables points to
  struct ets_table *tables, *tables_last; // its tables, in the order in which it got them
  struct ets_fix *fixes;
  struct ets_work *work;
};
struct ets_process *ets_process(struct process *p); // makes it if need be; NULL: no memory
INLINE struct ets_work *ets_work_of(struct process *p) {
  struct ets_process *e = p->ets_tables;
  return e ? e->work : NULL;
}

void ets_init(void);
void ets_destroy(void);
bool ets_free_work(u32 units); // frees what deleted tables left; true: all done

struct ets_options {
  enum ets_type type;
  enum ets_protection protection;
  u32 key;
  bool named, compressed, read_concurrency;
  bool locks; // the option for the number of locks was given
  term heir, heir_data;
};
struct ets_table *ets_new(struct process *owner, term name, const struct ets_options *o); // NULL: no memory
void ets_delete(struct ets_table *t);            // ets_free_work frees its rows later
bool ets_delete_all_rows(struct ets_table *t);   // false: no memory
bool ets_rename(struct ets_table *t, term name); // false: the name is taken
struct ets_table *ets_by_name(term name);
struct ets_table *ets_by_id(u64 id);
struct ets_table *ets_by_ref(term ref, bool *is_table_ref);
term ets_ref(struct heap *h, const struct ets_table *t); // the table's reference, always the same
INLINE term ets_id_term(struct heap *h, const struct ets_table *t) { return t->named ? t->name : ets_ref(h, t); }
// Calls fn for all tables but the hidden ones of our own modules.
void ets_each(void (*fn)(struct ets_table *, void *), void *arg);
bool ets_give(struct ets_table *t, struct process *from, struct process *to, term data); // false: no memory
bool ets_set_heir(struct ets_table *t, term heir, term data);
u64 ets_memory_words(const struct ets_table *t);

// Fixation.
bool ets_fix(struct ets_table *t, struct process *p);
void ets_unfix(struct ets_table *t, struct process *p);

// Rows: first make one, for which all memory is allocated, then put it into a table.
MUST_USE struct ets_row *ets_row_new(term tuple);
// A copy of tuple with n elements replaced: the one at index[i] by value[i].
MUST_USE struct ets_row *ets_row_with(term tuple, const u32 *index, const term *value, u32 n);
void ets_row_free(struct ets_row *r);
INLINE u64 ets_row_bytes(const struct ets_row *r) { return sizeof *r + (u64)r->words * sizeof(term); }
INLINE term ets_key(const struct ets_table *t, const struct ets_row *r) { return r->data[1 + t->key]; }
MUST_USE bool ets_put(struct ets_table *t, struct ets_row *r); // takes over r; false: no memory, and r is freed
struct ets_row *ets_find(const struct ets_table *t, term key); // the first live row with the key
// The next live row with the same key as r.
struct ets_row *ets_find_next(const struct ets_table *t, const struct ets_row *r);
u32 ets_remove_key(struct ets_table *t, term key);
u32 ets_remove_tuple(struct ets_table *t, term tuple);
// old and new_row have the same key; takes over new_row
bool ets_replace(struct ets_table *t, struct ets_row *old, struct ets_row *new_row);
// The row that follows a key, for first/next/last/prev. *known: the key is in the table (only set for a hash). raw:
// rows of a hash that were deleted while the table is fixed count too.
struct ets_row *ets_first(const struct ets_table *t, bool last, bool raw);
struct ets_row *ets_after(const struct ets_table *t, term key, bool backwards, bool raw, bool *known);

#endif
