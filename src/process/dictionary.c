// SPDX-License-Identifier: Apache-2.0
// The process dictionary: a hash table with open addressing, whose keys and values lie on the process's heap.
// Invariants: every cell of the array is a valid root (NV where empty); at most three quarters of the pairs are used,
// unless there is no memory; and there is no empty cell between a key and the place that its hash gives.
#include "process/dictionary.h"

#include "base/alloc.h"
#include "term/compare.h"
#include "term/hash.h"

struct dictionary {
  u32 count;
  u32 mask;     // number of pairs, minus 1
  term pairs[]; // keys and values in turn
};
enum { FIRST_PAIRS = 4 };

static size_t bytes_of(u32 pairs) { return sizeof(struct dictionary) + 2 * sizeof(term) * (size_t)pairs; }

static u32 key_hash(term key) { return is_immediate(key) ? hash_u64(key * 0x9E3779B97F4A7C15ull) : hash_term(key); }

static struct dictionary *table_new(u32 pairs) {
  struct dictionary *d = mem_alloc(bytes_of(pairs), MEM_HEAP);
  if (!d) return NULL;
  d->count = 0;
  d->mask = pairs - 1;
  for (u32 i = 0; i < 2 * pairs; i++) d->pairs[i] = NV;
  return d;
}

// Index of the pair with the key, or of the empty pair where it would go.
static u32 place_of(const struct dictionary *d, term key) {
  u32 i = key_hash(key) & d->mask;
  while (d->pairs[2 * i] != NV && !term_same(d->pairs[2 * i], key)) i = (i + 1) & d->mask;
  return i;
}

static struct dictionary *resized(struct process *p, u32 pairs) {
  struct dictionary *old = p->dictionary, *d = table_new(pairs);
  if (!d) return NULL;
  for (u32 i = 0; old && i <= old->mask; i++) {
    if (old->pairs[2 * i] == NV) continue;
    u32 at = place_of(d, old->pairs[2 * i]);
    d->pairs[2 * at] = old->pairs[2 * i];
    d->pairs[2 * at + 1] = old->pairs[2 * i + 1];
    d->count++;
  }
  dictionary_free(p);
  p->dictionary = d;
  return d;
}

term dictionary_get(struct process *p, term key) {
  struct dictionary *d = p->dictionary;
  return d ? d->pairs[2 * place_of(d, key) + 1] : NV;
}

term dictionary_put(struct process *p, term key, term value) {
  struct dictionary *d = p->dictionary;
  if (!d || d->count + 1 > (d->mask + 1) / 4 * 3) {
    struct dictionary *bigger = resized(p, d ? (d->mask + 1) * 2 : FIRST_PAIRS);
    if (bigger) d = bigger;
    else if (!d || d->count == d->mask) { // no pair is left: the process ends at its next safe point
      process_heap(p)->exhausted = true;
      return NV;
    }
  }
  u32 at = place_of(d, key);
  term old = d->pairs[2 * at + 1];
  if (d->pairs[2 * at] == NV) {
    d->pairs[2 * at] = key;
    d->count++;
  }
  d->pairs[2 * at + 1] = value;
  return old;
}

term dictionary_erase(struct process *p, term key) {
  struct dictionary *d = p->dictionary;
  if (!d) return NV;
  u32 hole = place_of(d, key);
  term old = d->pairs[2 * hole + 1];
  if (d->pairs[2 * hole] == NV) return NV;
  // Moves later keys of the same run into the hole if their hashes allow that.
  for (u32 i = (hole + 1) & d->mask; d->pairs[2 * i] != NV; i = (i + 1) & d->mask) {
    u32 home = key_hash(d->pairs[2 * i]) & d->mask;
    if (((i - home) & d->mask) < ((i - hole) & d->mask)) continue;
    d->pairs[2 * hole] = d->pairs[2 * i];
    d->pairs[2 * hole + 1] = d->pairs[2 * i + 1];
    hole = i;
  }
  d->pairs[2 * hole] = d->pairs[2 * hole + 1] = NV;
  if (--d->count == 0) dictionary_free(p);
  else if (d->mask >= 64 && d->count < d->mask / 8) (void)resized(p, (d->mask + 1) / 2);
  return old;
}

void dictionary_each(struct process *p, void (*fn)(term key, term value, void *), void *arg) {
  struct dictionary *d = p->dictionary;
  for (u32 i = 0; d && i <= d->mask; i++)
    if (d->pairs[2 * i] != NV) fn(d->pairs[2 * i], d->pairs[2 * i + 1], arg);
}

struct gc_roots dictionary_roots(struct process *p) {
  struct dictionary *d = p->dictionary;
  return (struct gc_roots){d->pairs, 2 * ((size_t)d->mask + 1)};
}

u64 dictionary_memory(const struct process *p) { return p->dictionary ? bytes_of(p->dictionary->mask + 1) : 0; }
void dictionary_clear(struct process *p) { dictionary_free(p); }

void dictionary_free(struct process *p) {
  if (p->dictionary) mem_free(p->dictionary, bytes_of(p->dictionary->mask + 1), MEM_HEAP);
  p->dictionary = NULL;
}
