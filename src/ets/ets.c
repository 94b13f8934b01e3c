// SPDX-License-Identifier: Apache-2.0
// The registry of tables, and what happens to a table as a whole: creation, deletion, change of owner, fixation.
// ets_hash.c and ets_tree.c look after the rows. Invariant: a table that can be found has an owner that is alive. The
// rows of deleted tables wait in a list (the graveyard) and are freed in portions.
#include "ets/ets.h"

#include "base/alloc.h"
#include "base/hostcalls.h"
#include "ets/ets_hash.h"
#include "ets/ets_tree.h"
#include "process/signal.h"
#include "term/binary.h"
#include "term/compare.h"
#include "term/hash.h"
#include "term/ref.h"

// Two hash tables of tables, by the id of the reference and by name; the chains run through the tables themselves.
static struct {
  struct ets_table **by_id, **by_name;
  u32 size; // size of each of the two, a power of two
  u32 count;
  struct ets_table *all;
  struct ets_store *graveyard;
} tables;

enum { FIRST_SIZE = 64 };

static bool owner_exit(struct process *p, u32 units);

void ets_init(void) {
  memset(&tables, 0, sizeof tables);
  exit_ets_hook = owner_exit;
}

// --- Registry -------------------------------------------------------------------------------------

static u32 id_slot(u64 id) { return hash_u64(id) & (tables.size - 1); }
HOT_INLINE u32 name_slot(term name) { return hash_u64(name) & (tables.size - 1); }

static void add_id(struct ets_table *t) {
  struct ets_table **slot = &tables.by_id[id_slot(t->id)];
  t->id_next = *slot;
  *slot = t;
}

static void add_name(struct ets_table *t) {
  struct ets_table **slot = &tables.by_name[name_slot(t->name)];
  t->name_next = *slot;
  *slot = t;
}

static bool registry_grow(void) {
  u32 size = tables.size ? tables.size * 2 : FIRST_SIZE;
  struct ets_table **ids = mem_calloc(size * sizeof *ids, MEM_SYSTEM);
  struct ets_table **names = mem_calloc(size * sizeof *names, MEM_SYSTEM);
  if (!ids || !names) {
    mem_free(ids, size * sizeof *ids, MEM_SYSTEM);
    mem_free(names, size * sizeof *names, MEM_SYSTEM);
    return false;
  }
  mem_free(tables.by_id, tables.size * sizeof *ids, MEM_SYSTEM);
  mem_free(tables.by_name, tables.size * sizeof *names, MEM_SYSTEM);
  tables.by_id = ids;
  tables.by_name = names;
  tables.size = size;
  for (struct ets_table *t = tables.all; t; t = t->all_next) {
    add_id(t);
    if (t->named) add_name(t);
  }
  return true;
}

static bool registry_add(struct ets_table *t) {
  if (tables.count >= tables.size && !registry_grow() && !tables.size) return false;
  add_id(t);
  if (t->named) add_name(t);
  t->all_prev = NULL;
  t->all_next = tables.all;
  if (tables.all) tables.all->all_prev = t;
  tables.all = t;
  tables.count++;
  return true;
}

static void remove_name(struct ets_table *t) {
  struct ets_table **link = &tables.by_name[name_slot(t->name)];
  while (*link != t) link = &(*link)->name_next;
  *link = t->name_next;
}

static void registry_remove(struct ets_table *t) {
  struct ets_table **link = &tables.by_id[id_slot(t->id)];
  while (*link != t) link = &(*link)->id_next;
  *link = t->id_next;
  if (t->named) remove_name(t);
  if (t->all_prev) t->all_prev->all_next = t->all_next;
  else tables.all = t->all_next;
  if (t->all_next) t->all_next->all_prev = t->all_prev;
  tables.count--;
}

struct ets_table *ets_by_name(term name) {
  if (!tables.size) return NULL;
  struct ets_table *t = tables.by_name[name_slot(name)];
  while (t && t->name != name) t = t->name_next;
  return t;
}

struct ets_table *ets_by_id(u64 id) {
  if (!tables.size) return NULL;
  struct ets_table *t = tables.by_id[id_slot(id)];
  while (t && t->id != id) t = t->id_next;
  return t;
}

// Whether the table is one of our own modules, which do what OTP does natively (src/erl/native/spawnlink_keeper.erl).
static bool is_hidden(const struct ets_table *t) {
  static const char prefix[] = "spawnlink_";
  if (!t->named || atom_index(t->name) >= ATOM_COUNT) return false; // the names of ours are in atoms.d/file.tab
  size_t n;
  const u8 *name = atom_text(t->name, &n);
  return n >= sizeof prefix && memcmp(name, prefix, sizeof prefix - 1) == 0;
}

void ets_each(void (*fn)(struct ets_table *, void *), void *arg) {
  for (struct ets_table *t = tables.all; t; t = t->all_next)
    if (!is_hidden(t)) fn(t, arg);
}

bool ets_rename(struct ets_table *t, term name) {
  if (!t->named) {
    t->name = name;
    return true;
  }
  if (ets_by_name(name)) return false;
  remove_name(t);
  t->name = name;
  add_name(t);
  return true;
}

// --- References -----------------------------------------------------------------------------------

static size_t handle_bytes(void) { return sizeof(struct refc) + sizeof(struct ets_table *); }
static void handle_destroy(struct refc *r) { mem_free(r, handle_bytes(), MEM_BINARY); }
static void handle_set(struct refc *r, struct ets_table *t) { memcpy(r->data, &t, sizeof t); }

static struct refc *handle_new(struct ets_table *t) {
  struct refc *r = mem_alloc(handle_bytes(), MEM_BINARY);
  if (!r) return NULL;
  r->refs = 1;
  r->type = RESOURCE_ETS_TABLE;
  r->size = 0;
  r->cap = sizeof t;
  r->destroy = handle_destroy;
  handle_set(r, t);
  return r;
}

term ets_ref(struct heap *h, const struct ets_table *t) {
  refc_retain(t->handle);
  term ref = ref_magic(h, t->handle);
  // ref_magic gives each reference a new number, but a table's reference always has the number of the table.
  term plain[REF_WORDS + 1];
  struct heap aside;
  memset(&aside, 0, sizeof aside);
  aside.top = plain;
  aside.lim = plain + REF_WORDS;
  const term *numbers = boxed_ptr(ref_from_id(&aside, t->id));
  boxed_ptr(ref)[1] = numbers[1];
  boxed_ptr(ref)[2] = numbers[2];
  return ref;
}

struct ets_table *ets_by_ref(term ref, bool *is_table_ref) {
  struct refc *r = ref_resource(ref);
  struct ets_table *t = NULL;
  if (r && r->type == RESOURCE_ETS_TABLE) {
    memcpy(&t, r->data, sizeof t);
    *is_table_ref = true;
    return t;
  }
  // A reference that has been through the external term format has lost its link to the table, but still has its
  // number.
  if (is_local_ref(ref)) t = ets_by_id(ref_id(ref));
  *is_table_ref = t != NULL;
  return t;
}

// --- Owners ---------------------------------------------------------------------------------------

struct ets_process *ets_process(struct process *p) {
  if (!p->ets_tables) p->ets_tables = mem_calloc(sizeof(struct ets_process), MEM_PROCESS);
  return p->ets_tables;
}

// Appends t to the tables of its owner. Heirs get them in this order.
static void owner_add(struct ets_process *e, struct ets_table *t) {
  t->owner_next = NULL;
  t->owner_prev = e->tables_last;
  if (e->tables_last) e->tables_last->owner_next = t;
  else e->tables = t;
  e->tables_last = t;
}

static void owner_remove(struct ets_table *t) {
  struct process *p = process_find(t->owner);
  struct ets_process *e = p ? p->ets_tables : NULL;
  if (t->owner_prev) t->owner_prev->owner_next = t->owner_next;
  else if (e && e->tables == t) e->tables = t->owner_next;
  if (t->owner_next) t->owner_next->owner_prev = t->owner_prev;
  else if (e && e->tables_last == t) e->tables_last = t->owner_prev;
  t->owner_next = t->owner_prev = NULL;
}

bool ets_set_heir(struct ets_table *t, term heir, term data) {
  struct ets_box fresh = {NIL, NULL, NULL};
  const struct process *p = heir == NV ? NULL : process_find(heir);
  if (!p || p->state == PROCESS_EXITING) heir = NV;
  if (heir != NV && !ets_box_set(&fresh, data)) return false;
  ets_box_clear(&t->heir_data);
  t->heir_data = fresh;
  t->heir = heir;
  return true;
}

struct ets_table *ets_new(struct process *owner, term name, const struct ets_options *o) {
  struct ets_process *e = ets_process(owner);
  struct ets_table *t = e ? mem_calloc(sizeof *t, MEM_ETS) : NULL;
  if (!t) return NULL;
  t->id = ref_next_id();
  t->name = name;
  t->named = o->named;
  t->owner = owner->pid;
  t->heir = NV;
  t->heir_data.value = NIL;
  t->type = (u8)o->type;
  t->protection = (u8)o->protection;
  t->key = o->key;
  t->compressed = o->compressed;
  t->read_concurrency = o->read_concurrency && o->protection != ETS_PRIVATE;
  t->store = mem_calloc(sizeof *t->store, MEM_ETS);
  t->handle = handle_new(t);
  if (t->store && t->handle && ets_set_heir(t, o->heir, o->heir_data) && registry_add(t)) {
    owner_add(e, t);
    return t;
  }
  ets_box_clear(&t->heir_data);
  if (t->handle) refc_release(t->handle);
  mem_free(t->store, sizeof *t->store, MEM_ETS);
  mem_free(t, sizeof *t, MEM_ETS);
  return NULL;
}

bool ets_give(struct ets_table *t, struct process *from, struct process *to, term data) {
  struct ets_process *e = ets_process(to);
  if (!e) return false;
  term words[5 + MAGIC_REF_WORDS];
  struct heap h;
  memset(&h, 0, sizeof h);
  h.top = words;
  h.lim = words + COUNT_OF(words);
  term message = tuple4(&h, ATOM_ets_transfer, ets_id_term(&h, t), from->pid, data);
  owner_remove(t);
  t->owner = to->pid;
  owner_add(e, t);
  bool sent = signal_send(from, to, message);
  offheap_release(h.offheap);
  return sent;
}

// --- Deletion -------------------------------------------------------------------------------------

static void bury(struct ets_store *s) {
  s->next = tables.graveyard;
  tables.graveyard = s;
}

static bool store_free(struct ets_store *s, u32 *units) { return ets_hash_free(s, units) && ets_tree_free(s, units); }

bool ets_free_work(u32 units) {
  while (tables.graveyard) {
    struct ets_store *s = tables.graveyard;
    if (!store_free(s, &units)) return false;
    tables.graveyard = s->next;
    mem_free(s, sizeof *s, MEM_ETS);
    if (units) units--;
  }
  return true;
}

static void fix_free(struct ets_fix *f) {
  struct ets_process *e = f->p->ets_tables;
  for (struct ets_fix **l = &e->fixes; *l; l = &(*l)->process_next)
    if (*l == f) {
      *l = f->process_next;
      break;
    }
  for (struct ets_fix **l = &f->table->fixes; *l; l = &(*l)->table_next)
    if (*l == f) {
      *l = f->table_next;
      break;
    }
  mem_free(f, sizeof *f, MEM_ETS);
}

static void forget_dead(struct ets_table *t) {
  mem_free(t->dead_hashes, t->dead_cap * sizeof *t->dead_hashes, MEM_ETS);
  t->dead_hashes = NULL;
  t->dead_count = t->dead_cap = 0;
}

void ets_delete(struct ets_table *t) {
  registry_remove(t);
  owner_remove(t);
  while (t->fixes) fix_free(t->fixes);
  handle_set(t->handle, NULL);
  refc_release(t->handle);
  ets_box_clear(&t->heir_data);
  forget_dead(t);
  bury(t->store);
  mem_free(t, sizeof *t, MEM_ETS);
}

bool ets_delete_all_rows(struct ets_table *t) {
  if (t->fix_count && t->type != ETS_ORDERED_SET) {
    ets_hash_mark_all(t);
    return true;
  }
  struct ets_store *fresh = mem_calloc(sizeof *fresh, MEM_ETS);
  if (!fresh) return false;
  forget_dead(t);
  bury(t->store);
  t->store = fresh;
  return true;
}

// The tables of a process that ends, in portions: true when all is done.
static bool owner_exit(struct process *p, u32 units) {
  struct ets_process *e = p->ets_tables;
  if (!e) return ets_free_work(units);
  if (e->work) e->work->drop(e->work, p);
  e->work = NULL;
  for (struct ets_fix *f; (f = e->fixes);) {
    struct ets_table *t = f->table;
    u32 count = f->count;
    f->count = 1;
    t->fix_count -= count - 1;
    ets_unfix(t, p);
  }
  while (e->tables) {
    if (units == 0) return false;
    units--;
    struct ets_table *t = e->tables;
    struct process *heir = t->heir == NV || t->heir == p->pid ? NULL : process_find(t->heir);
    if (heir && heir->state == PROCESS_EXITING) heir = NULL;
    // The owner cannot be found any more, so the table is taken out of its list here and not by ets_give or
    // ets_delete.
    e->tables = t->owner_next;
    if (t->owner_next) t->owner_next->owner_prev = NULL;
    else e->tables_last = NULL;
    t->owner_next = t->owner_prev = NULL;
    if (!heir || !ets_give(t, p, heir, t->heir_data.value)) {
      if (heir && t->owner == heir->pid) continue; // it was given to the heir; there was only no memory for the message
      ets_delete(t);
    }
  }
  // This is freed last, because exit.c calls again as long as it is there.
  if (!ets_free_work(units)) return false;
  p->ets_tables = NULL;
  mem_free(e, sizeof *e, MEM_PROCESS);
  return true;
}

void ets_destroy(void) {
  while (tables.all) {
    struct ets_table *t = tables.all;
    struct process *p = process_find(t->owner);
    ASSERT(!p || !p->ets_tables);
    (void)p;
    t->owner_next = t->owner_prev = NULL;
    ets_delete(t);
  }
  ets_free_work(UINT32_MAX);
  while (!ets_free_work(UINT32_MAX)) continue;
  mem_free(tables.by_id, tables.size * sizeof *tables.by_id, MEM_SYSTEM);
  mem_free(tables.by_name, tables.size * sizeof *tables.by_name, MEM_SYSTEM);
  memset(&tables, 0, sizeof tables);
}

// --- Fixation -------------------------------------------------------------------------------------

static struct ets_fix *fix_of(const struct ets_table *t, const struct process *p) {
  struct ets_fix *f = t->fixes;
  while (f && f->p != p) f = f->table_next;
  return f;
}

bool ets_fix(struct ets_table *t, struct process *p) {
  struct ets_fix *f = fix_of(t, p);
  if (!f) {
    struct ets_process *e = ets_process(p);
    f = e ? mem_calloc(sizeof *f, MEM_ETS) : NULL;
    if (!f) return false;
    f->table = t;
    f->p = p;
    f->table_next = t->fixes;
    t->fixes = f;
    f->process_next = e->fixes;
    e->fixes = f;
  }
  f->count++;
  if (t->fix_count++ == 0) t->fix_monotonic_us = (i64)host_monotonic_us();
  return true;
}

// The number of dead rows that are freed when the last fixation ends. The others are freed by the next portions of
// safe_fixtable, or, when the process has died, by later writes.
enum { BURY_AT_ONCE = 1000 };

void ets_unfix(struct ets_table *t, struct process *p) {
  struct ets_fix *f = fix_of(t, p);
  if (!f) return;
  if (--f->count == 0) fix_free(f);
  if (--t->fix_count == 0 && t->type != ETS_ORDERED_SET) ets_hash_bury(t, BURY_AT_ONCE);
}

// --- Rows -----------------------------------------------------------------------------------------

INLINE bool in_tree(const struct ets_table *t) { return t->type == ETS_ORDERED_SET; }

static void bury_some(struct ets_table *t) {
  if (UNLIKELY(t->dead_count && !t->fix_count)) ets_hash_bury(t, 16);
}

bool ets_put(struct ets_table *t, struct ets_row *r) {
  if (in_tree(t)) {
    ets_tree_put(t, r);
    return true;
  }
  bury_some(t);
  return ets_hash_put(t, r);
}

struct ets_row *ets_find(const struct ets_table *t, term key) {
  return in_tree(t) ? ets_tree_find(t, key) : ets_hash_find(t, key, hash_term(key), false);
}

struct ets_row *ets_find_next(const struct ets_table *t, const struct ets_row *r) {
  if (t->type == ETS_SET || in_tree(t)) return NULL;
  term key = ets_key(t, r);
  for (struct ets_row *next = r->next; next; next = next->next) {
    if (next->hash != r->hash || !term_same(ets_key(t, next), key)) return NULL;
    if (!next->dead) return next;
  }
  return NULL;
}

u32 ets_remove_key(struct ets_table *t, term key) {
  if (!in_tree(t)) {
    bury_some(t);
    return ets_hash_remove_key(t, key);
  }
  struct ets_row *gone = ets_tree_remove(t, key);
  if (gone) ets_row_free(gone);
  return gone != NULL;
}

u32 ets_remove_tuple(struct ets_table *t, term tuple) {
  if (!in_tree(t)) {
    bury_some(t);
    return ets_hash_remove_tuple(t, tuple);
  }
  term key = tuple_elements(tuple)[t->key];
  struct ets_row *r = ets_tree_find(t, key);
  if (!r || !term_same(row_tuple(r), tuple)) return 0;
  return ets_remove_key(t, key);
}

bool ets_replace(struct ets_table *t, struct ets_row *old, struct ets_row *new_row) {
  if (!in_tree(t)) return ets_hash_replace(t, old, new_row);
  ets_tree_replace(t, old, new_row);
  return true;
}

struct ets_row *ets_first(const struct ets_table *t, bool last, bool raw) {
  return in_tree(t) ? ets_tree_edge(t, last) : ets_hash_first(t, raw);
}

struct ets_row *ets_after(const struct ets_table *t, term key, bool backwards, bool raw, bool *known) {
  *known = true;
  return in_tree(t) ? ets_tree_after(t, key, backwards) : ets_hash_after(t, key, raw, known);
}

u64 ets_memory_words(const struct ets_table *t) {
  u64 bytes = sizeof *t + sizeof *t->store + t->store->bytes + ets_hash_bytes(&t->store->hash);
  return (bytes + sizeof(term) - 1) / sizeof(term);
}
