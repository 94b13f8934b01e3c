// SPDX-License-Identifier: Apache-2.0
// The hash behind set, bag and duplicate_bag. Invariant: `active` buckets are in use; bucket i holds the rows whose
// hash ets_hash_index maps to i; store->size is the number of live rows. The table does not grow or shrink while it
// is fixed or a traversal holds it. Called by ets.c and the traversals.
#include "ets/ets_hash.h"

#include "base/alloc.h"
#include "term/compare.h"
#include "term/hash.h"

HOT_INLINE struct ets_row **bucket(const struct ets_hash *h, u32 i) {
  return &h->segments[i / ETS_SEGMENT][i % ETS_SEGMENT];
}

u64 ets_hash_bytes(const struct ets_hash *h) {
  return (u64)h->segment_cap * sizeof *h->segments + (u64)h->segment_count * ETS_SEGMENT * sizeof **h->segments;
}

static bool add_segment(struct ets_hash *h) {
  if (h->segment_count == h->segment_cap) {
    u32 cap = h->segment_cap ? h->segment_cap * 2 : 1;
    struct ets_row ***bigger = mem_realloc(h->segments, h->segment_cap * sizeof *bigger, cap * sizeof *bigger, MEM_ETS);
    if (!bigger) return false;
    h->segments = bigger;
    h->segment_cap = cap;
  }
  struct ets_row **segment = mem_calloc(ETS_SEGMENT * sizeof *segment, MEM_ETS);
  if (!segment) return false;
  h->segments[h->segment_count++] = segment;
  return true;
}

static bool start(struct ets_hash *h) {
  if (h->active) return true;
  if (!add_segment(h)) return false;
  h->active = ETS_SEGMENT;
  h->mask = ETS_SEGMENT - 1;
  return true;
}

// Adds a bucket and divides the rows of another between the two. Without memory, chains only grow longer.
static void grow(struct ets_hash *h) {
  u32 fresh = h->active;
  if (fresh / ETS_SEGMENT >= h->segment_count && !add_segment(h)) return;
  if (fresh > h->mask) h->mask = h->mask << 1 | 1;
  h->active++;
  struct ets_row *r = *bucket(h, fresh & (h->mask >> 1));
  struct ets_row **keep = bucket(h, fresh & (h->mask >> 1)), **move = bucket(h, fresh);
  for (; r; r = r->next) {
    struct ets_row ***to = (r->hash & h->mask) == fresh ? &move : &keep;
    **to = r;
    *to = &r->next;
  }
  *keep = *move = NULL;
}

// Removes the last bucket: its rows go back to the one it was split from.
static void shrink(struct ets_hash *h) {
  u32 last = h->active - 1;
  struct ets_row **from = bucket(h, last), **to = bucket(h, last & (h->mask >> 1));
  while (*to) to = &(*to)->next;
  *to = *from;
  *from = NULL;
  h->active = last;
  if (last - 1 <= h->mask >> 1) h->mask >>= 1;
  if (last % ETS_SEGMENT == 0) mem_free(h->segments[--h->segment_count], ETS_SEGMENT * sizeof **h->segments, MEM_ETS);
}

void ets_hash_shrink(struct ets_table *t) {
  struct ets_hash *h = &t->store->hash;
  if (!t->fix_count && !t->hold_count && h->active > ETS_SEGMENT && t->store->size < h->active / 4) shrink(h);
}

static bool same_key(const struct ets_table *t, const struct ets_row *r, term key, u32 hash) {
  return r->hash == hash && term_same(ets_key(t, r), key);
}

// The link to the first row with the key, dead or not; if there is none, the link at the end of the chain.
static struct ets_row **seek(const struct ets_table *t, term key, u32 hash) {
  const struct ets_hash *h = &t->store->hash;
  struct ets_row **link = bucket(h, ets_hash_index(h, hash));
  while (*link && !same_key(t, *link, key, hash)) link = &(*link)->next;
  return link;
}

struct ets_row *ets_hash_find(const struct ets_table *t, term key, u32 hash, bool dead_too) {
  if (!t->store->hash.active) return NULL;
  struct ets_row *r = *seek(t, key, hash);
  if (dead_too) return r;
  while (r && r->dead) {
    r = r->next;
    if (r && !same_key(t, r, key, hash)) return NULL;
  }
  return r;
}

static void count_in(struct ets_table *t, struct ets_row *r) {
  t->store->size++;
  t->store->bytes += ets_row_bytes(r);
}

// Replaces the row at *link by r, which has the same key.
static void replace_at(struct ets_table *t, struct ets_row **link, struct ets_row *r) {
  struct ets_row *old = *link;
  r->next = old->next;
  *link = r;
  t->store->bytes += ets_row_bytes(r);
  t->store->bytes -= ets_row_bytes(old);
  if (old->dead) t->store->size++;
  ets_row_free(old);
}

// Whether a bag has this very tuple already; then r is freed. If that row is dead it becomes alive again, as the
// newest of its key.
static bool bag_has(struct ets_table *t, struct ets_row **group, struct ets_row *r, term key) {
  for (struct ets_row **link = group; *link && same_key(t, *link, key, r->hash); link = &(*link)->next) {
    struct ets_row *old = *link;
    if (!term_same(row_tuple(old), row_tuple(r))) continue;
    if (old->dead) {
      old->dead = false;
      t->store->size++;
      *link = old->next;
      old->next = *group;
      *group = old;
    }
    ets_row_free(r);
    return true;
  }
  return false;
}

bool ets_hash_put(struct ets_table *t, struct ets_row *r) {
  struct ets_hash *h = &t->store->hash;
  if (!start(h)) {
    ets_row_free(r);
    return false;
  }
  term key = ets_key(t, r);
  r->hash = hash_term(key);
  r->dead = false;
  struct ets_row **link = seek(t, key, r->hash);
  if (*link && t->type == ETS_SET) {
    replace_at(t, link, r);
    return true;
  }
  if (*link && t->type == ETS_BAG && bag_has(t, link, r, key)) return true;
  r->next = *link;
  *link = r;
  count_in(t, r);
  if (t->store->size > h->active && !t->fix_count && !t->hold_count) grow(h);
  return true;
}

bool ets_hash_replace(struct ets_table *t, struct ets_row *old, struct ets_row *new_row) {
  const struct ets_hash *h = &t->store->hash;
  struct ets_row **link = bucket(h, ets_hash_index(h, old->hash));
  while (*link && *link != old) link = &(*link)->next;
  if (!*link) {
    ets_row_free(new_row);
    return false;
  }
  new_row->hash = old->hash;
  new_row->dead = false;
  replace_at(t, link, new_row);
  return true;
}

static bool remember_dead(struct ets_table *t, u32 hash) {
  if (t->dead_count == t->dead_cap) {
    u32 cap = t->dead_cap ? t->dead_cap * 2 : 16;
    u32 *bigger = mem_realloc(t->dead_hashes, t->dead_cap * sizeof *bigger, cap * sizeof *bigger, MEM_ETS);
    if (!bigger) return false;
    t->dead_hashes = bigger;
    t->dead_cap = cap;
  }
  t->dead_hashes[t->dead_count++] = hash;
  return true;
}

bool ets_hash_remove_at(struct ets_table *t, struct ets_row **link) {
  struct ets_row *r = *link;
  if (r->dead) return false;
  t->store->size--;
  if (t->fix_count) {
    // If there is no memory to remember the row, it stays until its key or its table is deleted.
    r->dead = true;
    (void)remember_dead(t, r->hash);
    return false;
  }
  t->store->bytes -= ets_row_bytes(r);
  *link = r->next;
  ets_row_free(r);
  return true;
}

u32 ets_hash_remove_key(struct ets_table *t, term key) {
  if (!t->store->hash.active) return 0;
  u32 hash = hash_term(key), n = 0;
  struct ets_row **link = seek(t, key, hash);
  // The rows are counted before any is freed, because key may be part of one of them.
  struct ets_row *r = *link;
  u32 group = 0;
  for (; r && same_key(t, r, key, hash); r = r->next) group++;
  while (group--) {
    if (!(*link)->dead) n++;
    if (!ets_hash_remove_at(t, link)) link = &(*link)->next;
  }
  ets_hash_shrink(t);
  return n;
}

u32 ets_hash_remove_tuple(struct ets_table *t, term tuple) {
  if (!t->store->hash.active) return 0;
  term key = tuple_elements(tuple)[t->key];
  u32 hash = hash_term(key), n = 0;
  struct ets_row **link = seek(t, key, hash);
  while (*link && same_key(t, *link, key, hash)) {
    if (!(*link)->dead && term_same(row_tuple(*link), tuple)) {
      n++;
      if (ets_hash_remove_at(t, link)) continue;
    }
    link = &(*link)->next;
  }
  ets_hash_shrink(t);
  return n;
}

struct ets_row *ets_hash_slot(const struct ets_table *t, u32 slot) {
  const struct ets_hash *h = &t->store->hash;
  return slot < h->active ? *bucket(h, slot) : NULL;
}

struct ets_row **ets_hash_slot_link(struct ets_table *t, u32 slot) {
  struct ets_hash *h = &t->store->hash;
  return slot < h->active ? bucket(h, slot) : NULL;
}

void ets_hash_bury(struct ets_table *t, u32 max) {
  struct ets_hash *h = &t->store->hash;
  for (; t->dead_count && max; max--) {
    u32 hash = t->dead_hashes[--t->dead_count];
    if (!h->active) continue;
    struct ets_row **link = bucket(h, ets_hash_index(h, hash));
    while (*link) {
      struct ets_row *r = *link;
      if (!r->dead) {
        link = &r->next;
        continue;
      }
      t->store->bytes -= ets_row_bytes(r);
      *link = r->next;
      ets_row_free(r);
    }
    ets_hash_shrink(t);
  }
  if (t->dead_count || !t->dead_cap) return;
  mem_free(t->dead_hashes, t->dead_cap * sizeof *t->dead_hashes, MEM_ETS);
  t->dead_hashes = NULL;
  t->dead_cap = 0;
}

void ets_hash_mark_all(struct ets_table *t) {
  for (u32 slot = 0; slot < t->store->hash.active; slot++)
    for (struct ets_row **link = ets_hash_slot_link(t, slot); *link; link = &(*link)->next) ets_hash_remove_at(t, link);
}

bool ets_hash_free(struct ets_store *s, u32 *units) {
  struct ets_hash *h = &s->hash;
  for (; s->free_slot < h->active; s->free_slot++) {
    struct ets_row **link = bucket(h, s->free_slot);
    while (*link) {
      if (*units == 0) return false;
      struct ets_row *r = *link;
      *link = r->next;
      ets_row_free(r);
      --*units;
    }
    if (s->free_slot % ETS_SEGMENT == 0 && *units) --*units;
  }
  for (u32 i = 0; i < h->segment_count; i++) mem_free(h->segments[i], ETS_SEGMENT * sizeof **h->segments, MEM_ETS);
  mem_free(h->segments, h->segment_cap * sizeof *h->segments, MEM_ETS);
  memset(h, 0, sizeof *h);
  return true;
}

static struct ets_row *first_from(const struct ets_table *t, u32 slot, bool raw) {
  for (; slot < t->store->hash.active; slot++)
    for (struct ets_row *r = ets_hash_slot(t, slot); r; r = r->next)
      if (!r->dead || raw) return r;
  return NULL;
}

struct ets_row *ets_hash_first(const struct ets_table *t, bool raw) {
  return first_from(t, 0, raw);
}

struct ets_row *ets_hash_after(const struct ets_table *t, term key, bool raw, bool *known) {
  u32 hash = hash_term(key);
  struct ets_row *r = ets_hash_find(t, key, hash, true);
  *known = r != NULL;
  if (!r) return NULL;
  // All rows with the same key are one step of a walk.
  while (r && ((r->dead && !raw) || same_key(t, r, key, hash))) r = r->next;
  return r ? r : first_from(t, ets_hash_index(&t->store->hash, hash) + 1, raw);
}
