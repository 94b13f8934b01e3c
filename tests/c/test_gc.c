// SPDX-License-Identifier: Apache-2.0
// Compares the collector with a model: random heaps with every kind of object also exist as plain C trees. After each
// of many random collections (minor, major, with fragments, growing, shrinking) the terms must still equal their trees,
// and the counts of payloads must be exact.
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "memory/copy.h"
#include "memory/gc.h"
#include "term/binary.h"

static int passed, failed;
#define CHECK(c) \
  do { \
    if (c) passed++; \
    else { \
      failed++; \
      printf("%s:%d: %s\n", __FILE__, __LINE__, #c); \
    } \
  } while (0)

static u64 seed = 1;
static u32 rnd(u32 n) {
  seed = seed * 6364136223846793005ull + 1442695040888963407ull;
  return (u32)(seed >> 33) % n;
}

// --- The model: a tree of what a term should be. Nodes are shared and not freed before the end. ---------
struct shadow {
  u32 shape, n, value;
  struct shadow *kid[8];
};
enum shape { S_SMALL, S_CONS, S_TUPLE, S_FLOAT, S_HEAP_BIN, S_REFC, S_SUB, S_SHAPES };
static struct shadow *pool[1 << 20];
static u32 pool_count;
static struct shadow *shadow_new(u32 shape, u32 n, u32 value) {
  struct shadow *s = calloc(1, sizeof *s);
  s->shape = shape, s->n = n, s->value = value;
  pool[pool_count++] = s;
  return s;
}

enum { ROOTS = 40 };
static term roots[ROOTS];
static struct shadow *expect[ROOTS];
static struct heap heap;
static struct gc_area area;

static bool same(term t, const struct shadow *s, int depth) {
  if (depth > 200) return true;
  switch (s->shape) {
    case S_SMALL: return t == make_small(s->value);
    case S_CONS: return is_cons(t) && same(hd(t), s->kid[0], depth + 1) && same(tl(t), s->kid[1], depth + 1);
    case S_TUPLE:
      if (!is_tuple_of(t, s->n)) return false;
      for (u32 i = 0; i < s->n; i++)
        if (!same(tuple_elements(t)[i], s->kid[i], depth + 1)) return false;
      return true;
    case S_FLOAT: return is_float(t) && float_val(t) == (double)s->value;
    case S_HEAP_BIN:
      return is_kind(t, KIND_HEAP_BIN) && boxed_ptr(t)[1] == s->n &&
             (s->n == 0 || ((u8 *)(boxed_ptr(t) + 2))[s->n - 1] == (u8)s->value);
    case S_REFC: {
      if (!is_kind(t, KIND_REFC_BIN)) return false;
      struct refc *r = (struct refc *)(uintptr_t)boxed_ptr(t)[3];
      return r->size == s->n && r->data[0] == (u8)s->value && r->refs >= 1;
    }
    default: // the copy of a byte is a binary of its own
      if (is_kind(t, KIND_HEAP_BIN))
        return boxed_ptr(t)[1] == 1 && (s->kid[0]->n == 0 || ((u8 *)(boxed_ptr(t) + 2))[0] == (u8)s->kid[0]->value);
      return is_kind(t, KIND_SUB_BIN) && same(boxed_ptr(t)[1], s->kid[0], depth + 1);
  }
}

static term build(struct shadow **out) {
  u32 shape = rnd(S_SHAPES), value = rnd(1000);
  u32 a = rnd(ROOTS), b = rnd(ROOTS);
  struct shadow *s;
  switch (shape) {
    case S_CONS:
      *out = s = shadow_new(shape, 2, 0);
      s->kid[0] = expect[a], s->kid[1] = expect[b];
      return cons(&heap, roots[a], roots[b]);
    case S_TUPLE: {
      u32 n = rnd(8);
      *out = s = shadow_new(shape, n, 0);
      term t, *e = heap_tuple(&heap, n, &t);
      for (u32 i = 0; i < n; i++) {
        a = rnd(ROOTS);
        e[i] = roots[a];
        s->kid[i] = expect[a];
      }
      return t;
    }
    case S_FLOAT: {
      *out = shadow_new(shape, 0, value);
      double d = value;
      term *p = heap_alloc(&heap, 2);
      p[0] = MAKE_HEADER(KIND_FLOAT, 1);
      memcpy(p + 1, &d, 8);
      return make_boxed(p);
    }
    case S_HEAP_BIN:
    case S_REFC: {
      u32 n = shape == S_REFC ? HEAP_BIN_MAX + 1 + rnd(2000) : rnd(HEAP_BIN_MAX + 1);
      *out = shadow_new(shape, n, value);
      u8 *data;
      term t = binary_new(&heap, n, &data);
      // The bytes look like pointers, which the collector must not follow.
      if (n) memset(data, (u8)value, n);
      return t;
    }
    case S_SUB:
      for (u32 i = 0; i < ROOTS; i++) {
        if (!is_kind(roots[i], KIND_HEAP_BIN) && !is_kind(roots[i], KIND_REFC_BIN)) continue;
        *out = s = shadow_new(shape, 1, 0);
        s->kid[0] = expect[i];
        term *p = heap_alloc(&heap, 4);
        p[0] = MAKE_HEADER(KIND_SUB_BIN, 3);
        p[1] = roots[i], p[2] = 0, p[3] = make_small(8);
        return make_boxed(p);
      }
      break;
    default: break;
  }
  *out = shadow_new(S_SMALL, 0, value);
  return make_small(value);
}

static void collect(size_t need, bool major) {
  struct gc_roots r[2] = {{roots, ROOTS / 2}, {roots + ROOTS / 2, ROOTS / 2}};
  enum gc_result result = gc_collect(&heap, &area, r, 2, need, major);
  CHECK(result == GC_OK);
  CHECK((size_t)(heap.lim - heap.top) >= need);
  CHECK(heap.frags == NULL && heap.frag_words == 0);
  gc_verify(&heap, &area, r, 2);
  bool ok = true;
  for (u32 i = 0; i < ROOTS; i++) ok = ok && same(roots[i], expect[i], 0);
  CHECK(ok);
}

static void round_of(u64 s, bool stress) {
  seed = s;
  gc_stress = stress;
  CHECK(gc_area_init(&heap, &area, 24 + rnd(300)));
  area.fullsweep_after = rnd(4) ? 65535 : rnd(5);
  for (u32 i = 0; i < ROOTS; i++) roots[i] = make_small(i), expect[i] = shadow_new(S_SMALL, 0, i);
  u32 steps = 200 + rnd(600);
  for (u32 i = 0; i < steps; i++) {
    for (u32 k = rnd(60); k > 0; k--) {
      struct shadow *x;
      term t = build(&x);
      u32 to = rnd(ROOTS);
      roots[to] = t, expect[to] = x;
    }
    if (rnd(10) == 0) { // a message arrives in a fragment
      u32 from = rnd(ROOTS), to = rnd(ROOTS);
      // Copies do not keep sharing: only small terms are sent, otherwise the model's tree would grow exponentially.
      if (copy_size(roots[from]) < 2000) {
        struct frag *f;
        term *chain;
        term t = copy_to_frag(roots[from], &f, &chain);
        if (f) {
          f->next = heap.frags, heap.frags = f, heap.frag_words += f->used;
          while (chain) {
            term *next = (term *)(uintptr_t)chain[4];
            chain[4] = (term)(uintptr_t)heap.offheap, heap.offheap = chain, chain = next;
          }
        }
        roots[to] = t, expect[to] = expect[from];
      }
    }
    if (rnd(20) == 0)
      for (u32 k = 0; k < ROOTS; k += 1 + rnd(3)) roots[k] = make_small(7), expect[k] = shadow_new(S_SMALL, 0, 7);
    if (rnd(3) == 0 || heap_wants_gc(&heap)) collect(rnd(5) ? rnd(20) : rnd(5000), rnd(8) == 0);
    // When terms share freely, they double in size at each step: start again when a root is too large.
    for (u32 k = 0; k < ROOTS; k++) {
      if (copy_size(roots[k]) > 20000) roots[k] = make_small(1), expect[k] = shadow_new(S_SMALL, 0, 1);
    }
  }
  collect(0, true);
  CHECK(area.old_start == NULL);
  for (u32 i = 0; i < ROOTS; i++) roots[i] = NIL;
  for (u32 i = 0; i < ROOTS; i++) expect[i] = shadow_new(S_SMALL, 0, 0), roots[i] = make_small(0);
  collect(0, true);
  CHECK(heap.offheap == NULL);
  CHECK(stress || area.words == area.min_words);
  gc_area_destroy(&heap, &area);
  for (u32 i = 0; i < pool_count; i++) free(pool[i]);
  pool_count = 0;
}

static void growth_series(void) {
  CHECK(gc_next_size(1) == 24 && gc_next_size(25) == 38 && gc_next_size(39) == 51);
  CHECK(gc_next_size(143) == 233 && gc_next_size(233) == 233 && gc_next_size(234) == 376);
  u32 last = 0;
  for (u64 w = 1; w < 100000000; w += 1 + w / 7) {
    u32 n = gc_next_size(w);
    if (n < w || n < last) CHECK(false);
    last = n;
  }
  passed++;
}

// A list of a million cells and one half of which is garbage: the collector does not recurse, sizes are reasonable, and
// cells are promoted only once.
static void long_list(void) {
  CHECK(gc_area_init(&heap, &area, 233));
  term list = NIL;
  struct gc_roots r = {&list, 1};
  for (u32 i = 0; i < 1000000; i++) {
    if (heap.lim - heap.top < 4) CHECK(gc_collect(&heap, &area, &r, 1, 4, false) == GC_OK);
    cons(&heap, NIL, NIL);
    list = cons(&heap, make_small(i), list);
  }
  u32 n = 0;
  for (term t = list; is_cons(t); t = tl(t)) n++;
  CHECK(n == 1000000);
  CHECK(gc_collect(&heap, &area, &r, 1, 0, true) == GC_OK);
  CHECK(heap.top - heap.lim <= 0 && (u64)(heap.top - area.start) == 2000000);
  list = NIL;
  CHECK(gc_collect(&heap, &area, &r, 1, 0, true) == GC_OK);
  CHECK(area.words == 233 && gc_area_memory(&heap, &area) == 233 * 8);
  gc_area_destroy(&heap, &area);
}

static void limits(void) {
  term root = NIL;
  struct gc_roots r = {&root, 1};
  CHECK(gc_area_init(&heap, &area, 233));
  area.max_words = 1000;
  CHECK(gc_collect(&heap, &area, &r, 1, 100, false) == GC_OK);
  CHECK(gc_collect(&heap, &area, &r, 1, 2000, false) == GC_MAX_HEAP);
  area.max_words = 0;
  CHECK(gc_collect(&heap, &area, &r, 1, (size_t)1 << 40 >> 4, false) == GC_NO_MEMORY);
  for (int n = 1; n < 4; n++) { // each allocation of a collection fails once
    for (u32 i = 0; i < 50; i++) root = cons(&heap, make_small(i), root);
    mem_fail_at(n);
    enum gc_result result = gc_collect(&heap, &area, &r, 1, 500, n & 1);
    mem_fail_at(-1);
    CHECK(result == GC_OK || result == GC_NO_MEMORY);
    u32 length = 0;
    for (term t = root; is_cons(t); t = tl(t)) length++;
    CHECK(length == (u32)n * 50);
  }
  gc_area_destroy(&heap, &area);
  // Memory runs out in the middle of a BIF: small requests still succeed, and the heap is marked as exhausted.
  CHECK(gc_area_init(&heap, &area, 24));
  mem_set_limit(mem_live_total());
  term *p = heap_alloc(&heap, 3000);
  CHECK(p && heap.exhausted);
  CHECK(heap_alloc(&heap, 100000) == NULL);
  mem_set_limit(0);
  gc_area_destroy(&heap, &area);
}

int main(void) {
  growth_series();
  u64 before = mem_live_blocks();
  for (u64 s = 1; s <= 12; s++) round_of(s * 77, false);
  for (u64 s = 1; s <= 3; s++) round_of(s * 99, true);
  gc_stress = false;
  long_list();
  limits();
  CHECK(mem_live_blocks() == before);
  printf("%d passed, %d failed\n", passed, failed);
  return failed != 0;
}
