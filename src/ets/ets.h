// SPDX-License-Identifier: Apache-2.0
// ETS tables: registry, ownership, fixation and rows. A row is one malloc'ed block that holds a copy of
// its tuple and nothing shared but counted payloads. Sets and bags live in a linear hash (ets_hash.c),
// ordered sets in a weight-balanced tree (ets_tree.c). While a table is fixed, rows of a hash are only
// marked dead, so that slots stay put. Called by bif/bif_ets*.c and, at exits, by process/exit.c.
#ifndef ETS_ETS_H
#define ETS_ETS_H

#include "memory/copy.h"
#include "process/process.h"

enum ets_type { ETS_SET, ETS_ORDERED_SET, ETS_BAG, ETS_DUPLICATE_BAG };
enum ets_protection { ETS_PRIVATE, ETS_PROTECTED, ETS_PUBLIC };
enum ets_access { ETS_INFO, ETS_READ, ETS_WRITE };
enum { RESOURCE_ETS_TABLE = 0x455401, RESOURCE_MATCH_SPEC = 0x455402 }; // refc.type of magic references

struct ets_row {
  union {
    struct { // hash
      struct ets_row *next;
      u32 hash;
      bool dead; // deleted while the table was fixed
    };
    struct { // tree
      struct ets_row *left, *right;
      u32 size;  // rows in this subtree
    };
  };
  u32 words;     // of data
  term *offheap; // counted objects in data
  term data[];   // the tuple's header first
};
INLINE term row_tuple(const struct ets_row *r) { return make_boxed(r->data); }

// A term in a block of its own, literals copied too.
struct ets_box { term value; struct frag *frag; term *offheap; };
bool ets_box_set(struct ets_box *b, term t); // b is empty; false: no memory
void ets_box_clear(struct ets_box *b);

enum { ETS_SEGMENT = 256 };        // buckets in a segment of the hash
struct ets_hash {
  struct ets_row ***segments;
  u32 segment_count, segment_cap;
  u32 active;                      // buckets in use; 0 before the first row
  u32 mask;                        // smallest 2^k - 1 >= active - 1
};
struct ets_store {                 // the rows; set apart so that a big one can be freed in portions
  struct ets_store *next;          // while waiting to be freed
  struct ets_hash hash;
  struct ets_row *root;            // tree
  u32 free_slot;                   // progress of freeing
  u32 size;                        // live rows
  u64 bytes;
};

struct ets_fix {                   // one process's fixation of one table
  struct ets_fix *table_next, *process_next;
  struct ets_table *table;
  struct process *p;
  u32 count;
};
struct ets_table {
  u64 id;                          // of its reference
  struct refc *handle;             // resource of the references to it; points back, or to NULL once deleted
  struct ets_table *id_next, *name_next;
  struct ets_table *owner_next, *owner_prev;
  struct ets_table *all_next, *all_prev;
  term name;
  term owner;
  term heir;                       // pid or NV
  struct ets_box heir_data;
  struct ets_store *store;
  struct ets_fix *fixes;
  u32 fix_count;                   // all fixations: dead rows stay
  u32 hold_count;                  // running traversals: slots stay put
  i64 fix_monotonic_us;            // when it became fixed
  u32 *dead_hashes;                // hashes of the rows that died while fixed
  u32 dead_count, dead_cap;
  u32 key;                         // index of the key, 0-based
  u8 type, protection;
  bool named, compressed, read_concurrency;
  struct process *busy;            // who is in the middle of an atomic insertion, others wait
};

// A portion-wise operation of a process that yielded, see the bif room.
struct ets_work {
  void (*drop)(struct ets_work *, struct process *); // the process dies: finish or undo, free
  u32 kind;
};
struct ets_process {               // process->ets_tables
  struct ets_table *tables, *tables_last; // in order of coming
  struct ets_fix *fixes;
  struct ets_work *work;
};
struct ets_process *ets_process(struct process *p); // made when missing; NULL = out of memory
INLINE struct ets_work *ets_work_of(struct process *p) {
  struct ets_process *e = p->ets_tables;
  return e ? e->work : NULL;
}

void ets_init(void);
void ets_destroy(void);
bool ets_free_work(u32 units);                     // frees what deleted tables left; true: all done

struct ets_options {
  enum ets_type type;
  enum ets_protection protection;
  u32 key;
  bool named, compressed, read_concurrency;
  bool locks; // their number was given
  term heir, heir_data;
};
struct ets_table *ets_new(struct process *owner, term name, const struct ets_options *o); // NULL = out of memory
void ets_delete(struct ets_table *t);              // rows are freed by ets_free_work
bool ets_delete_all_rows(struct ets_table *t);     // false: no memory
bool ets_rename(struct ets_table *t, term name);   // false: taken
struct ets_table *ets_by_name(term name);
struct ets_table *ets_by_id(u64 id);
struct ets_table *ets_by_ref(term ref, bool *is_table_ref);
term ets_ref(struct heap *h, const struct ets_table *t); // the reference, always the same one
INLINE term ets_id_term(struct heap *h, const struct ets_table *t) { return t->named ? t->name : ets_ref(h, t); }
void ets_each(void (*fn)(struct ets_table *, void *), void *arg); // but for those of our own that programs are not to see
bool ets_give(struct ets_table *t, struct process *from, struct process *to, term data); // false: no memory
bool ets_set_heir(struct ets_table *t, term heir, term data);
u64 ets_memory_words(const struct ets_table *t);

// Fixation.
bool ets_fix(struct ets_table *t, struct process *p);
void ets_unfix(struct ets_table *t, struct process *p);

// Rows: made first (all memory is had), then put.
MUST_USE struct ets_row *ets_row_new(term tuple);
MUST_USE struct ets_row *ets_row_with(term tuple, const u32 *index, const term *value, u32 n); // some elements replaced
void ets_row_free(struct ets_row *r);
INLINE u64 ets_row_bytes(const struct ets_row *r) { return sizeof *r + (u64)r->words * sizeof(term); }
INLINE term ets_key(const struct ets_table *t, const struct ets_row *r) { return r->data[1 + t->key]; }
MUST_USE bool ets_put(struct ets_table *t, struct ets_row *r); // takes r; false: no memory (r is freed)
struct ets_row *ets_find(const struct ets_table *t, term key); // the first live row with the key
struct ets_row *ets_find_next(const struct ets_table *t, const struct ets_row *r); // another with the same key
u32 ets_remove_key(struct ets_table *t, term key);
u32 ets_remove_tuple(struct ets_table *t, term tuple);
bool ets_replace(struct ets_table *t, struct ets_row *old, struct ets_row *new_row); // same key; takes new_row
// The row before which (after which) a key lies, for first/next/last/prev. *known: key was found (hash).
// raw: rows of hash tables that died while the table is fixed are rows.
struct ets_row *ets_first(const struct ets_table *t, bool last, bool raw);
struct ets_row *ets_after(const struct ets_table *t, term key, bool backwards, bool raw, bool *known);

#endif
