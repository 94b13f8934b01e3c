// SPDX-License-Identifier: Apache-2.0
// Debug: checks a heap after a collection. Every term that can be reached from the roots must be well formed and lie
// in the heap's own blocks or in a literal area; nothing old may point to anything young; the chain of
// reference-counted objects must stay within the heap. Stops the VM at the first fault.
#include "memory/gc.h"

#include "base/alloc.h"

#if VM_DEBUG

// todo has the objects that were seen but not looked into yet; there is one mark bit for each word of the young and
// old blocks.
struct walk {
  const struct heap *h;
  const struct gc_area *a;
  u8 *young_marks, *old_marks;
  size_t young_words, old_words;
  const term **todo;
  size_t n, cap;
};

static bool in_block(const term *p, const term *start, size_t words) {
  return start && p >= start && p < start + words;
}

static bool mark(u8 *marks, size_t index) {
  if (marks[index / 8] >> (index % 8) & 1) return false;
  marks[index / 8] |= (u8)(1u << (index % 8));
  return true;
}

static void push(struct walk *w, const term *p) {
  if (w->n == w->cap) {
    size_t cap = w->cap ? w->cap * 2 : 256;
    const term **todo = mem_realloc(w->todo, w->cap * sizeof *todo, cap * sizeof *todo, MEM_SYSTEM);
    if (!todo) return; // there is no memory for checking: this branch stays unchecked
    w->todo = todo;
    w->cap = cap;
  }
  w->todo[w->n++] = p;
}

static void check_term(struct walk *w, term t, bool from_old) {
  if (is_immediate(t)) {
    ASSERT(!is_header(t));
    return;
  }
  const term *p = is_cons(t) ? cons_ptr(t) : boxed_ptr(t);
  bool young = in_block(p, w->a->start, w->young_words);
  bool old = in_block(p, w->a->old_start, w->old_words);
  if (!young && !old) {
    ASSERT(literal_contains((uintptr_t)p)); // otherwise the pointer dangles
    return;
  }
  ASSERT(!(young && from_old));
  ASSERT(!is_boxed(t) || is_header(p[0]));
  bool fresh =
      young ? mark(w->young_marks, (size_t)(p - w->a->start)) : mark(w->old_marks, (size_t)(p - w->a->old_start));
  if (fresh) push(w, (const term *)((uintptr_t)p | (is_cons(t) ? 1u : 0u)));
}

static void check_object(struct walk *w, const term *tagged) {
  bool cell = ((uintptr_t)tagged & 1) != 0;
  const term *p = (const term *)((uintptr_t)tagged & ~(uintptr_t)1);
  bool old = in_block(p, w->a->old_start, w->old_words);
  size_t size = cell ? 1 : header_size(p[0]);
  ASSERT(old ? in_block(p + size, w->a->old_start, w->old_words) : in_block(p + size, w->a->start, w->young_words));
  if (cell) {
    check_term(w, p[0], old);
    check_term(w, p[1], old);
  } else if (header_kind(p[0]) < KIND_FIRST_RAW) {
    for (size_t i = 1; i <= size; i++) check_term(w, p[i], old);
  } else {
    ASSERT(header_kind(p[0]) < KIND_COUNT);
  }
}

static void check_offheap(const struct walk *w) {
  for (const term *p = w->h->offheap; p; p = (const term *)(uintptr_t)p[4]) {
    ASSERT(in_block(p, w->a->start, w->young_words) || in_block(p, w->a->old_start, w->old_words));
    enum kind k = header_kind(p[0]);
    ASSERT(k == KIND_REFC_BIN || k == KIND_MAGIC_REF);
    ASSERT(((const struct refc *)(uintptr_t)p[3])->refs > 0);
  }
}

void gc_verify(const struct heap *h, const struct gc_area *a, const struct gc_roots *roots, size_t n_roots) {
  struct walk w = {.h = h, .a = a};
  w.young_words = (size_t)(h->top - a->start);
  w.old_words = (size_t)(a->old_top - a->old_start);
  ASSERT(!h->frags && h->lim == a->start + a->words && h->top <= h->lim);
  ASSERT(a->high >= a->start && a->high <= h->top);
  size_t young_bytes = w.young_words / 8 + 1, old_bytes = w.old_words / 8 + 1;
  w.young_marks = mem_calloc(young_bytes, MEM_SYSTEM);
  w.old_marks = mem_calloc(old_bytes, MEM_SYSTEM);
  if (w.young_marks && w.old_marks) {
    for (size_t r = 0; r < n_roots; r++)
      for (size_t i = 0; i < roots[r].n; i++) check_term(&w, roots[r].base[i], false);
    while (w.n > 0) check_object(&w, w.todo[--w.n]);
    check_offheap(&w);
  }
  mem_free(w.young_marks, young_bytes, MEM_SYSTEM);
  mem_free(w.old_marks, old_bytes, MEM_SYSTEM);
  mem_free(w.todo, w.cap * sizeof *w.todo, MEM_SYSTEM);
}

#else

void gc_verify(const struct heap *h, const struct gc_area *a, const struct gc_roots *roots, size_t n_roots) {
  (void)h, (void)a, (void)roots, (void)n_roots;
}

#endif
