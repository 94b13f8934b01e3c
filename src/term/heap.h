// SPDX-License-Identifier: Apache-2.0
// Where terms are built. A struct heap may be the running process's heap (&ctx.heap), a message's fragment, a literal
// area, or an ETS object. heap_alloc never collects and never moves anything, so a BIF may hold any number of unrooted
// terms: when the heap is full, the words come from a heap fragment, and the interpreter collects after the BIF has
// returned.
#ifndef TERM_HEAP_H
#define TERM_HEAP_H

#include "term/boxed.h"

// A heap fragment: one allocated block of terms that belongs to one heap or one message.
struct frag {
  struct frag *next;
  u32 words; // capacity of data
  u32 used;  // words in use
  term data[];
};

// A reference-counted object outside all heaps: the payload of a KIND_REFC_BIN, or the resource of a KIND_MAGIC_REF.
struct refc {
  u32 refs;
  u32 type;                       // 0: a binary; else the owner of the resource defines it
  size_t size;                    // bytes in use by the binary (<= cap)
  size_t cap;                     // bytes allocated in data
  void (*destroy)(struct refc *); // NULL for binaries, which are simply freed
  u8 data[];
};

struct heap {
  term *top;          // next free word
  term *lim;          // end of the usable words
  struct frag *frags; // fragments that belong to this heap, newest first
  u32 frag_words;     // sum of their used words
  // The header address of the first KIND_REFC_BIN or KIND_MAGIC_REF in this heap and its fragments; p[4] links the
  // next.
  term *offheap;
  // Bytes of payload referred to since the last collection; many of them bring on the next one.
  size_t offheap_bytes;
  // Memory ran out: the owner is killed with system_limit soon.
  bool exhausted;
  // Set by the collector: when there are more fragment words or more off-heap bytes than these limits, a collection is
  // due (heap_wants_gc of memory/gc.h).
  u32 frag_limit;
  size_t offheap_limit;
};

// Not NULL when words <= HEAP_SMALL_MAX: when memory is out, an emergency reserve serves such requests, and exhausted
// is set. NULL for a larger request when memory is out: the caller raises system_limit.
enum { HEAP_SMALL_MAX = 4096 };
term *heap_alloc_slow(struct heap *h, size_t words); // memory/heap.c
INLINE term *heap_alloc(struct heap *h, size_t words) {
  term *p = h->top;
  if (LIKELY((size_t)(h->lim - p) >= words)) {
    h->top = p + words;
    return p;
  }
  return heap_alloc_slow(h, words);
}
// Gives back the end of the most recent allocation, the words from new_end to allocated_end. When the block is not the
// last one of the heap, they are filled with a harmless object instead.
void heap_shrink(struct heap *h, term *allocated_end, term *new_end);

INLINE term cons(struct heap *h, term head, term tail) {
  term *p = heap_alloc(h, 2);
  p[0] = head;
  p[1] = tail;
  return make_cons(p);
}
INLINE term *heap_tuple(struct heap *h, u32 arity, term *result) { // the caller fills the elements
  term *p = heap_alloc(h, arity + 1);
  if (!p) {
    *result = NV;
    return NULL;
  }
  p[0] = MAKE_HEADER(KIND_TUPLE, arity);
  *result = make_boxed(p);
  return p + 1;
}
INLINE term tuple2(struct heap *h, term a, term b) {
  term t, *e = heap_tuple(h, 2, &t);
  e[0] = a, e[1] = b;
  return t;
}
INLINE term tuple3(struct heap *h, term a, term b, term c) {
  term t, *e = heap_tuple(h, 3, &t);
  e[0] = a, e[1] = b, e[2] = c;
  return t;
}
INLINE term tuple4(struct heap *h, term a, term b, term c, term d) {
  term t, *e = heap_tuple(h, 4, &t);
  e[0] = a, e[1] = b, e[2] = c, e[3] = d;
  return t;
}
INLINE term tuple5(struct heap *h, term a, term b, term c, term d, term f) {
  term t, *e = heap_tuple(h, 5, &t);
  e[0] = a, e[1] = b, e[2] = c, e[3] = d, e[4] = f;
  return t;
}

#endif
