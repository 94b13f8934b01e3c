// SPDX-License-Identifier: Apache-2.0
// Deep copies of terms. copy_size walks the term with an explicit stack of terms still to be measured. The copy
// itself needs no stack: objects are appended to the reserved block, which is scanned behind them, and every pointer
// found there is replaced by one to a copy. So a word before the scan pointer refers to the copy, and a word behind
// it still refers to the source. Called by send, spawn, ETS and the loader.
#include "memory/copy.h"

#include "base/alloc.h"
#include "memory/shared.h"
#include "term/bits.h"

enum { INLINE_PENDING = 128, GRAPH_SLACK = 1 << 16 };

// Terms still to be measured. The first ones are on the C stack.
struct pending {
  term *items;
  size_t n, cap;
  size_t words, limit; // what has been measured so far, and when to stop: a term without sharing cannot be larger
  size_t empty;        // number of {} in it
  term first[INLINE_PENDING];
};

static bool pending_grow(struct pending *s, size_t more) {
  size_t cap = s->cap * 2;
  while (cap < s->n + more) cap *= 2;
  if (cap > SIZE_MAX / sizeof(term)) return false;
  term *items = mem_alloc(cap * sizeof(term), MEM_SYSTEM);
  if (!items) return false;
  memcpy(items, s->items, s->n * sizeof(term));
  if (s->items != s->first) mem_free(s->items, s->cap * sizeof(term), MEM_SYSTEM);
  s->items = items;
  s->cap = cap;
  return true;
}

INLINE bool pending_push(struct pending *s, term t) {
  if (UNLIKELY(s->n == s->cap) && !pending_grow(s, 1)) return false;
  s->items[s->n++] = t;
  return true;
}

INLINE bool wants_copy(term t, bool all) {
  if (is_immediate(t)) return false;
  return all || !literal_contains((uintptr_t)(is_cons(t) ? cons_ptr(t) : boxed_ptr(t)));
}

// A few whole bytes of a large binary are copied alone, so that the copy does not keep the rest alive.
INLINE bool is_few_bytes(const term *p) {
  return header_kind(p[0]) == KIND_SUB_BIN && ((small_val(p[2]) | small_val(p[3])) & 7) == 0 &&
         small_val(p[3]) <= 8 * HEAP_BIN_MAX;
}
INLINE u32 few_words(const term *p) { return (u32)((small_val(p[3]) + 63) / 64); }

static term copy_few(const term *from, term **top) {
  term *p = *top;
  u32 words = few_words(from);
  p[0] = MAKE_HEADER(KIND_HEAP_BIN, 1 + words);
  p[1] = (term)small_val(from[3]) / 8;
  p[1 + words] = words ? 0 : p[1];
  memcpy(p + 2, whole_bytes(from[1]) + small_val(from[2]) / 8, p[1]);
  *top = p + 2 + words;
  return make_boxed(p);
}

// Adds the size of t's own object, and makes the terms in it pending. False: no memory.
static bool measure_boxed(struct pending *s, term t, bool all) {
  const term *p = boxed_ptr(t);
  u32 n = header_size(p[0]);
  if (is_few_bytes(p)) {
    s->words += 2 + few_words(p);
    return true;
  }
  s->words += (size_t)n + 1;
  if (header_kind(p[0]) >= KIND_FIRST_RAW) return true;
  s->empty += p[0] == MAKE_HEADER(KIND_TUPLE, 0);
  for (u32 i = n; i > 0; i--)
    if (wants_copy(p[i], all) && !pending_push(s, p[i])) return false;
  return true;
}

static bool measure(struct pending *s, term t, bool all) {
  for (;;) {
    if (UNLIKELY(s->words > s->limit)) return true;
    while (is_cons(t)) {
      s->words += 2;
      term head = hd(t);
      if (wants_copy(head, all) && !pending_push(s, head)) return false;
      t = tl(t);
      if (!wants_copy(t, all)) goto next;
    }
    if (!measure_boxed(s, t, all)) return false;
  next:
    if (s->n == 0) return true;
    t = s->items[--s->n];
  }
}

// The size of a term that is larger than all memory in use: it can only be so large because parts of it occur again
// and again. Walking it would take as many steps as it has words, which may be 2^60, so its graph is walked.
// UINT64_MAX: no memory, or more words than that.
static u64 graph_words(term t, bool all) {
  struct shared s;
  u64 words = UINT64_MAX;
  if (!shared_find(&s, t, all) || !shared_flat_words(&s, &words)) words = UINT64_MAX;
  shared_free(&s);
  return words;
}

enum { MAX_COPY_WORDS = SIZE_MAX / sizeof(term) < UINT32_MAX ? SIZE_MAX / sizeof(term) : UINT32_MAX };

// The words of a copy of t, and the number of {} in it. SIZE_MAX: no memory, or more words than the limit.
static size_t measured(term t, bool all, u64 limit, size_t *empty) {
  struct pending s = {.items = s.first, .cap = INLINE_PENDING, .limit = (size_t)min_u64(limit, MAX_COPY_WORDS)};
  bool ok = measure(&s, t, all);
  if (s.items != s.first) mem_free(s.items, s.cap * sizeof(term), MEM_SYSTEM);
  *empty = s.empty;
  return ok && s.words <= s.limit ? s.words : SIZE_MAX;
}

static u64 usual_limit(void) { return mem_live_total() / sizeof(term) + GRAPH_SLACK; }

static size_t size_of(term t, bool all) {
  size_t empty;
  if (!wants_copy(t, all)) return 0;
  size_t words = measured(t, all, usual_limit(), &empty);
  if (LIKELY(words != SIZE_MAX)) return words;
  return graph_words(t, all) <= MAX_COPY_WORDS ? measured(t, all, UINT64_MAX, &empty) : SIZE_MAX;
}

size_t copy_size(term t) { return size_of(t, false); }
size_t copy_size_all(term t) { return size_of(t, true); }

u64 copy_flat_words(term t) {
  size_t empty;
  if (is_immediate(t)) return 0;
  size_t words = measured(t, true, usual_limit(), &empty);
  return words == SIZE_MAX ? graph_words(t, true) : words - empty;
}

// The copy of a reference-counted object takes a reference of its own and joins the chain of its new heap.
void offheap_adopt(struct heap *to, term *p) {
  struct refc *r = (struct refc *)(uintptr_t)p[3];
  refc_retain(r);
  p[4] = (term)(uintptr_t)to->offheap;
  to->offheap = p;
  to->offheap_bytes += r->size;
}

// Appends a copy of the object that t refers to at *top; its fields still refer to the source.
INLINE term copy_one(struct heap *to, term t, term **top) {
  term *p = *top;
  if (is_cons(t)) {
    p[0] = hd(t);
    p[1] = tl(t);
    *top = p + 2;
    return make_cons(p);
  }
  const term *from = boxed_ptr(t);
  if (is_few_bytes(from)) return copy_few(from, top);
  u32 n = header_size(from[0]);
  enum kind kind = header_kind(from[0]);
  for (u32 i = 0; i <= n; i++) p[i] = from[i];
  *top = p + n + 1;
  if (kind == KIND_REFC_BIN || kind == KIND_MAGIC_REF) offheap_adopt(to, p);
  // Only the original of a binary may be appended to in place.
  else if (kind == KIND_SUB_BIN) p[0] = MAKE_HEADER(KIND_SUB_BIN, n);
  return make_boxed(p);
}

static term copy_into(struct heap *to, term *block, term t, bool all) {
  term *top = block;
  term result = copy_one(to, t, &top);
  for (term *scan = block; scan < top;) {
    term w = *scan;
    if (is_header(w)) {
      scan += header_kind(w) >= KIND_FIRST_RAW ? header_size(w) + 1 : 1;
      continue;
    }
    if (wants_copy(w, all)) *scan = copy_one(to, w, &top);
    scan++;
  }
  return result;
}

static term copy_known(struct heap *to, term t, size_t words, bool all) {
  if (words == 0) return t;
  term *block = words == SIZE_MAX ? NULL : heap_alloc(to, words);
  if (!block) return NV;
  return copy_into(to, block, t, all);
}

term copy_term(struct heap *to, term t) { return copy_known(to, t, copy_size(t), false); }
term copy_term_all(struct heap *to, term t) { return copy_known(to, t, copy_size_all(t), true); }

term copy_block(struct heap *to, const term *from, size_t words, term t) {
  term *block = heap_alloc(to, words);
  if (!block) return NV;
  memcpy(block, from, words * sizeof(term));
  uintptr_t delta = (uintptr_t)block - (uintptr_t)from;
  for (term *p = block; p < block + words; p++) {
    if (is_header(*p)) {
      enum kind kind = header_kind(*p);
      if (kind == KIND_REFC_BIN || kind == KIND_MAGIC_REF) offheap_adopt(to, p);
      if (kind >= KIND_FIRST_RAW) p += header_size(*p);
    } else if (!is_immediate(*p)) {
      *p = (term)((uintptr_t)*p + delta);
    }
  }
  return (term)((uintptr_t)t + delta);
}

static term to_frag(term t, size_t words, bool all, struct frag **frag, term **offheap) {
  *frag = NULL;
  *offheap = NULL;
  if (words == 0) return t;
  struct frag *f = words == SIZE_MAX ? NULL : frag_new(words);
  if (!f) return NV;
  struct heap h;
  frag_heap(&h, f);
  term copy = copy_into(&h, f->data, t, all);
  f->used = (u32)words;
  *frag = f;
  *offheap = h.offheap;
  return copy;
}

term copy_to_frag(term t, struct frag **frag, term **offheap) { return to_frag(t, copy_size(t), false, frag, offheap); }
term copy_to_frag_all(term t, struct frag **frag, term **offheap) {
  return to_frag(t, copy_size_all(t), true, frag, offheap);
}

void offheap_release(term *first) {
  while (first) {
    struct refc *r = (struct refc *)(uintptr_t)first[3];
    first = (term *)(uintptr_t)first[4];
    refc_release(r);
  }
}
