// SPDX-License-Identifier: Apache-2.0
// The module persistent_term: a hash table of {Key, Value} tuples, each in a literal area of its own, so that get
// copies nothing. A term that is replaced or erased is retired: processes that still refer to it keep it alive.
#include "base/alloc.h"
#include "bif/bif.h"
#include "bif/bif_keep.h"
#include "gen/bifs.h"
#include "memory/copy.h"
#include "memory/retire.h"
#include "memory/shared.h"
#include "term/hash.h"

struct entry {
  struct entry *next;
  term pair; // {Key, Value}
  u32 hash;
  void *area;
  size_t size;
  term *offheap;
};
static struct {
  struct entry **slots;
  u32 slot_count, count;
  u64 bytes;
} table;

enum { FIRST_SLOTS = 8 };

INLINE term pair_key(const struct entry *e) { return tuple_elements(e->pair)[0]; }
INLINE term pair_value(const struct entry *e) { return tuple_elements(e->pair)[1]; }

static bool resize(u32 n) {
  struct entry **slots = mem_calloc(n * sizeof *slots, MEM_CODE);
  if (!slots) return false;
  for (u32 i = 0; i < table.slot_count; i++) {
    for (struct entry *e = table.slots[i], *next; e; e = next) {
      next = e->next;
      e->next = slots[e->hash & (n - 1)];
      slots[e->hash & (n - 1)] = e;
    }
  }
  mem_free(table.slots, table.slot_count * sizeof *slots, MEM_CODE);
  table.slots = slots;
  table.slot_count = n;
  return true;
}

// Makes room for an entry. False: no memory; but a table that is merely full keeps working.
static bool make_room(void) {
  if (table.count < table.slot_count) return true;
  return resize(table.slot_count ? table.slot_count * 2 : FIRST_SLOTS) || table.slot_count > 0;
}

static void give_room_back(void) {
  if (table.slot_count > FIRST_SLOTS && table.count < table.slot_count / 4) (void)resize(table.slot_count / 2);
}

// The link that points to the entry of a key, or NULL.
static struct entry **find(term key, u32 hash) {
  if (!table.slot_count) return NULL;
  for (struct entry **link = &table.slots[hash & (table.slot_count - 1)]; *link; link = &(*link)->next)
    if ((*link)->hash == hash && term_same(pair_key(*link), key)) return link;
  return NULL;
}

// Stores key and value; subterms that they share stay shared.
static bool store(struct entry *e, term pair) {
  struct shared s;
  bool ok = shared_find(&s, pair, true);
  e->size = (size_t)s.words * sizeof(term);
  e->area = ok ? literal_alloc(e->size) : NULL;
  if (e->area) {
    struct heap h;
    memset(&h, 0, sizeof h);
    h.top = e->area;
    h.lim = h.top + s.words;
    e->pair = shared_copy(&s, &h, pair);
    e->offheap = h.offheap;
  }
  shared_free(&s);
  return e->area != NULL;
}

static struct entry *entry_new(term key, term value, u32 hash) {
  struct entry *e = mem_alloc(sizeof *e, MEM_CODE);
  if (!e) return NULL;
  e->hash = hash;
  if (store(e, tuple2(HEAP, key, value))) return e;
  mem_free(e, sizeof *e, MEM_CODE);
  return NULL;
}

static void unlink_entry(struct entry **link, bool retire) {
  struct entry *e = *link;
  *link = e->next;
  table.count--;
  table.bytes -= e->size;
  if (retire) {
    retire_literals(e->area, e->size, e->offheap);
  } else {
    offheap_release(e->offheap);
    literal_free(e->area, e->size);
  }
  mem_free(e, sizeof *e, MEM_CODE);
}

void persistent_term_close(void) {
  for (u32 i = 0; i < table.slot_count; i++)
    while (table.slots[i]) unlink_entry(&table.slots[i], false);
  mem_free(table.slots, table.slot_count * sizeof *table.slots, MEM_CODE);
  memset(&table, 0, sizeof table);
}

// --- BIFs ----------------------------------------------------------------------------------------

term bif_persistent_term_put_2(struct process *p, term *a) {
  (void)p;
  u32 hash = hash_term(a[0]);
  struct entry **old = find(a[0], hash);
  if (old && term_same(pair_value(*old), a[1])) return ATOM_ok;
  if (!make_room()) return bif_system_limit();
  struct entry *e = entry_new(a[0], a[1], hash);
  if (!e) return bif_system_limit();
  old = find(a[0], hash);
  if (old) unlink_entry(old, true);
  e->next = table.slots[hash & (table.slot_count - 1)];
  table.slots[hash & (table.slot_count - 1)] = e;
  table.count++;
  table.bytes += e->size;
  bif_bump((u32)(e->size / 512));
  keep_sweep_when_due();
  return ATOM_ok;
}

// Since OTP 26: like put, but raises badarg when the key has another value.
term bif_persistent_term_put_new_2(struct process *p, term *a) {
  struct entry **old = find(a[0], hash_term(a[0]));
  if (old && !term_same(pair_value(*old), a[1])) return bif_badarg();
  return bif_persistent_term_put_2(p, a);
}

term bif_persistent_term_get_1(struct process *p, term *a) {
  (void)p;
  struct entry **e = find(a[0], hash_term(a[0]));
  return e ? pair_value(*e) : bif_badarg();
}

term bif_persistent_term_get_2(struct process *p, term *a) {
  (void)p;
  struct entry **e = find(a[0], hash_term(a[0]));
  return e ? pair_value(*e) : a[1];
}

// All entries as a list of {Key, Value}; the tuples are the stored ones, not copies.
term bif_persistent_term_get_0(struct process *p, term *a) {
  (void)p, (void)a;
  term list = NIL;
  for (u32 i = 0; i < table.slot_count; i++)
    for (struct entry *e = table.slots[i]; e; e = e->next) list = cons(HEAP, e->pair, list);
  bif_bump(table.count / 16);
  return list;
}

term bif_persistent_term_erase_1(struct process *p, term *a) {
  (void)p;
  struct entry **e = find(a[0], hash_term(a[0]));
  if (!e) return ATOM_false;
  unlink_entry(e, true);
  give_room_back();
  keep_sweep_when_due();
  return ATOM_true;
}

term bif_persistent_term_info_0(struct process *p, term *a) {
  (void)p, (void)a;
  u64 memory = table.bytes + (u64)table.slot_count * sizeof *table.slots + (u64)table.count * sizeof(struct entry);
  term pairs[4] = {ATOM_count, make_small(table.count), ATOM_memory, int_from_u64(HEAP, memory)};
  return map_from_pairs(HEAP, pairs, 2);
}

// spawnlink:persistent_term_words/0: the size of the table itself.
term bif_persistent_term_words_0(struct process *p, term *a) {
  (void)p, (void)a;
  return make_small(table.slot_count * sizeof *table.slots / sizeof(term));
}

// erts_internal:erase_persistent_terms/0, at shutdown.
term bif_erase_persistent_terms_0(struct process *p, term *a) {
  (void)p, (void)a;
  for (u32 i = 0; i < table.slot_count; i++)
    while (table.slots[i]) unlink_entry(&table.slots[i], true);
  return ATOM_ok;
}
