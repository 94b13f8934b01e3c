// SPDX-License-Identifier: Apache-2.0
// Deep copies: computed sizes are exact, deep and wide terms need no C stack, literals are shared unless the caller
// says otherwise, payloads are counted, and running out of memory leaves nothing behind.
#include <stdio.h>

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

static struct heap heap;
static struct gc_area area;

static void small_terms(void) {
  struct frag *f;
  term *chain;
  CHECK(copy_to_frag(make_small(5), &f, &chain) == make_small(5) && !f && !chain);
  term t = tuple3(&heap, make_small(1), cons(&heap, make_small(2), NIL), NIL);
  CHECK(copy_size(t) == 6);
  term c = copy_to_frag(t, &f, &chain);
  CHECK(f && f->used == 6 && !chain && c != t && is_tuple_of(c, 3));
  CHECK(boxed_ptr(c) == f->data && hd(tuple_elements(c)[1]) == make_small(2));
  frag_free(f);
  term empty;
  heap_tuple(&heap, 0, &empty);
  CHECK(copy_size(empty) == 1 && is_tuple_of(copy_term(&heap, empty), 0));
}

static void deep_terms(void) {
  term right = NIL, left = NIL, nest = NIL;
  for (u32 i = 0; i < 300000; i++) {
    right = cons(&heap, make_small(i), right);
    left = cons(&heap, left, NIL);
    nest = tuple2(&heap, nest, nest == NIL ? NIL : make_small(i));
  }
  term all = tuple3(&heap, right, left, nest);
  CHECK(copy_size(all) == 4 + 600000 + 600000 + 900000);
  struct frag *f;
  term *chain;
  term c = copy_to_frag(all, &f, &chain);
  CHECK(f && f->used == copy_size(all));
  u32 n = 0;
  for (term t = tuple_elements(c)[1]; is_cons(t); t = hd(t)) n++;
  CHECK(n == 300000);
  n = 0;
  for (term t = tuple_elements(c)[2]; is_tuple(t); t = tuple_elements(t)[0]) n++;
  CHECK(n == 300000);
  frag_free(f);
}

static void literals(void) {
  term *area_words = literal_alloc(6 * sizeof(term));
  area_words[0] = make_small(1);
  area_words[1] = NIL;
  term lit = make_cons(area_words);
  CHECK(copy_size(lit) == 0 && copy_term(&heap, lit) == lit);
  term t = tuple2(&heap, lit, lit);
  CHECK(copy_size(t) == 3);
  CHECK(tuple_elements(copy_term(&heap, t))[1] == lit);
  CHECK(copy_size_all(t) == 7);
  term c = copy_term_all(&heap, t);
  CHECK(tuple_elements(c)[0] != lit && hd(tuple_elements(c)[0]) == make_small(1));
  literal_free(area_words, 6 * sizeof(term));
}

static void payloads(void) {
  u8 *data;
  term bin = binary_new(&heap, 1000, &data);
  memset(data, 'x', 1000);
  struct refc *r = (struct refc *)(uintptr_t)boxed_ptr(bin)[3];
  u32 refs = r->refs;
  term *sub = heap_alloc(&heap, 4);
  sub[0] = MAKE_HEADER_AUX(KIND_SUB_BIN, 3, 1), sub[1] = bin, sub[2] = 0, sub[3] = make_small(800);
  struct frag *f;
  term *chain;
  term c = copy_to_frag(tuple2(&heap, bin, make_boxed(sub)), &f, &chain);
  CHECK(r->refs == refs + 2 && chain != NULL);
  CHECK(header_aux(boxed_header(tuple_elements(c)[1])) == 0);
  offheap_release(chain);
  frag_free(f);
  CHECK(r->refs == refs);
}

static void no_memory(void) {
  term list = NIL;
  for (u32 i = 0; i < 1000; i++) list = cons(&heap, cons(&heap, make_small(i), NIL), list);
  u64 blocks = mem_live_blocks();
  struct frag *f;
  term *chain;
  for (int n = 1; n <= 8; n++) {
    mem_fail_at(n);
    term c = copy_to_frag(list, &f, &chain);
    mem_fail_at(-1);
    if (c != NV) frag_free(f);
    else CHECK(!f && !chain);
    CHECK(mem_live_blocks() == blocks);
  }
  struct heap h;
  f = frag_new(4);
  frag_heap(&h, f);
  CHECK(is_cons(copy_term(&h, list)) && h.frags != NULL); // grows into more fragments
  frag_free(h.frags);
  frag_free(f);
}

static void shrink(void) {
  term *p = heap_alloc(&heap, 10);
  heap_shrink(&heap, p + 10, p + 4);
  CHECK(heap.top == p + 4 || heap.frags);
  term *q = heap_alloc(&heap, 100000);
  u32 used = heap.frags->used;
  heap_shrink(&heap, q + 100000, q + 10);
  CHECK(heap.frags->used == used - 99990);
  term *r = heap_alloc(&heap, 10);
  heap_alloc(&heap, 2);
  heap_shrink(&heap, r + 10, r + 2);
  CHECK(is_header(r[2]) && header_size(r[2]) == 7);
}

int main(void) {
  u64 before = mem_live_blocks();
  CHECK(gc_area_init(&heap, &area, 233));
  small_terms();
  deep_terms();
  literals();
  payloads();
  no_memory();
  shrink();
  gc_area_destroy(&heap, &area);
  CHECK(mem_live_blocks() == before);
  printf("%d passed, %d failed\n", passed, failed);
  return failed != 0;
}
