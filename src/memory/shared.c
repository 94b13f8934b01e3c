// SPDX-License-Identifier: Apache-2.0
// Objects are found breadth first: the list of objects found is also the queue of objects still to be looked into.
// Invariant: the chains that begin in heads contain each of the items [0, n) once.
#include "memory/shared.h"

#include "base/alloc.h"
#include "memory/copy.h"
#include "memory/retire.h"
#include "term/hash.h"

enum { FIRST_OBJECTS = 64 };

void shared_free(struct shared *s) {
  mem_free(s->items, s->cap * sizeof *s->items, MEM_SYSTEM);
  mem_free(s->heads, s->cap * sizeof *s->heads, MEM_SYSTEM);
}

static u32 *head_of(const struct shared *s, term t) { return &s->heads[hash_u64(t) & (s->cap - 1)]; }

static bool grow(struct shared *s) {
  struct shared to = *s;
  to.cap = s->cap ? 2 * s->cap : FIRST_OBJECTS;
  if (to.cap == 0) return false;
  to.items = mem_alloc(to.cap * sizeof *to.items, MEM_SYSTEM);
  to.heads = mem_calloc(to.cap * sizeof *to.heads, MEM_SYSTEM);
  if (!to.items || !to.heads) {
    shared_free(&to);
    return false;
  }
  for (u32 i = 0; i < s->n; i++) {
    u32 *head = head_of(&to, s->items[i].t);
    to.items[i] = s->items[i];
    to.items[i].next = *head;
    *head = i + 1;
  }
  shared_free(s);
  *s = to;
  return true;
}

// A literal that was erased or purged belongs to the processes that still have it.
static bool is_literal(term t) {
  uintptr_t address = (uintptr_t)(is_cons(t) ? cons_ptr(t) : boxed_ptr(t));
  return literal_contains(address) && !retire_holds(address);
}

static struct shared_object *look_up(const struct shared *s, term t) {
  for (u32 i = *head_of(s, t); i > 0; i = s->items[i - 1].next)
    if (s->items[i - 1].t == t) return &s->items[i - 1];
  return NULL;
}

INLINE u32 words_of(term t) { return is_cons(t) ? 2 : header_size(boxed_header(t)) + 1; }
INLINE term *address_of(term t) { return is_cons(t) ? cons_ptr(t) : boxed_ptr(t); }
INLINE bool wanted(const struct shared *s, term t) {
  return !is_immediate(t) && !is_header(t) && (s->literals || !is_literal(t));
}

static bool add(struct shared *s, term t) {
  if (!wanted(s, t)) return true;
  if (s->n == s->cap && !grow(s)) return false;
  if (look_up(s, t)) return true;
  u32 *head = head_of(s, t);
  s->items[s->n] = (struct shared_object){t, *head, (u32)s->words};
  *head = ++s->n;
  s->words += words_of(t);
  return s->words <= UINT32_MAX;
}

static bool is_raw(term t) { return !is_cons(t) && header_kind(boxed_header(t)) >= KIND_FIRST_RAW; }

bool shared_find(struct shared *s, term t, bool literals) {
  memset(s, 0, sizeof *s);
  s->literals = literals;
  if (!add(s, t)) return false;
  for (u32 i = 0; i < s->n; i++) {
    term object = s->items[i].t;
    u32 n = is_raw(object) ? 0 : words_of(object);
    for (u32 k = 0; k < n; k++)
      if (!add(s, address_of(object)[k])) return false;
  }
  return true;
}

// --- The size without sharing ------------------------------------------------------------------------

static u64 add_up(u64 a, u64 b) { return a > UINT64_MAX - b ? UINT64_MAX : a + b; }

// For each object: the number of ways that lead to it from the root, and of edges to it that were not walked yet.
struct ways {
  u64 n;
  u32 edges, ready;
};

static void each_child(const struct shared *s, u32 i, struct ways *w, void (*fn)(struct ways *w, u32 from, u32 to)) {
  term object = s->items[i].t;
  u32 n = is_raw(object) ? 0 : words_of(object);
  for (u32 k = 0; k < n; k++) {
    term t = address_of(object)[k];
    if (wanted(s, t)) fn(w, i, (u32)(look_up(s, t) - s->items));
  }
}

static u32 ready_count; // number of objects all edges to which were walked: w[0..ready_count).ready

static void count_edge(struct ways *w, u32 from UNUSED, u32 to) { w[to].edges++; }
static void walk_edge(struct ways *w, u32 from, u32 to) {
  w[to].n = add_up(w[to].n, w[from].n);
  if (--w[to].edges == 0) w[ready_count++].ready = to;
}

bool shared_flat_words(const struct shared *s, u64 *words) {
  *words = 0;
  if (s->n == 0) return true;
  struct ways *w = mem_calloc(s->n * sizeof *w, MEM_SYSTEM);
  if (!w) return false;
  for (u32 i = 0; i < s->n; i++) each_child(s, i, w, count_edge);
  w[0].n = 1; // the root was found first
  w[0].ready = 0;
  ready_count = 1;
  for (u32 at = 0; at < ready_count; at++) {
    u32 i = w[at].ready;
    u64 own = is_tuple_of(s->items[i].t, 0) ? 0 : words_of(s->items[i].t);
    *words = own && w[i].n > UINT64_MAX / own ? UINT64_MAX : add_up(*words, own * w[i].n);
    each_child(s, i, w, walk_edge);
  }
  mem_free(w, s->n * sizeof *w, MEM_SYSTEM);
  return true;
}

// --- Copies ------------------------------------------------------------------------------------------

static term copy_of(const struct shared *s, term *block, term t) {
  if (!wanted(s, t)) return t;
  term *p = block + look_up(s, t)->offset;
  return is_cons(t) ? make_cons(p) : make_boxed(p);
}

static void adopt(struct heap *to, term *p) {
  enum kind kind = header_kind(p[0]);
  if (kind == KIND_REFC_BIN || kind == KIND_MAGIC_REF) offheap_adopt(to, p);
  // Only the original of a binary may be appended to in place.
  else if (kind == KIND_SUB_BIN) p[0] = MAKE_HEADER(KIND_SUB_BIN, 3);
}

term shared_copy(struct shared *s, struct heap *to, term t) {
  if (s->n == 0) return t;
  term *block = heap_alloc(to, (size_t)s->words);
  if (!block) return NV;
  for (u32 i = 0; i < s->n; i++) {
    term object = s->items[i].t;
    term *p = block + s->items[i].offset;
    const term *from = address_of(object);
    u32 n = words_of(object);
    bool raw = is_raw(object);
    for (u32 k = 0; k < n; k++) p[k] = raw ? from[k] : copy_of(s, block, from[k]);
    if (!is_cons(object)) adopt(to, p);
  }
  return copy_of(s, block, t);
}
