// SPDX-License-Identifier: Apache-2.0
// The slow path of heap_alloc: heap fragments, and what happens when there is no memory. Fragments grow by doubling,
// so that a BIF that builds a long result needs few of them. top and lim of the heap itself do not change, so the
// young block stays one range. Small requests always succeed, because BIFs do not check them: when there is no memory
// they are cut from a reserve, and the owner of the heap is marked exhausted.
#include "base/alloc.h"
#include "memory/copy.h"
#include "memory/gc.h"
#include "term/heap.h"

enum {
  FRAG_FIRST_WORDS = 64,
  FRAG_MAX_DOUBLING = 1 << 20, // words; a fragment beyond that is as large as what is asked for
  // 256 KB: what BIFs can still build after memory has run out, before their process is killed
  RESERVE_WORDS = 32 * 1024
};

// Fragments cut from the reserve are given back together, when none is in use any more.
static struct {
  u64 data[RESERVE_WORDS];
  u32 used, live;
} reserve;

static bool in_reserve(const void *p) { return (uintptr_t)p - (uintptr_t)reserve.data < sizeof reserve.data; }

static struct frag *reserve_frag(size_t words) {
  size_t total = words + sizeof(struct frag) / sizeof(term) + 1;
  if (reserve.live == 0) reserve.used = 0;
  if (total > RESERVE_WORDS - reserve.used) return NULL;
  struct frag *f = (struct frag *)(reserve.data + reserve.used);
  reserve.used += (u32)total;
  reserve.live++;
  f->next = NULL;
  f->words = (u32)words;
  f->used = 0;
  return f;
}

static struct frag *frag_make(size_t words, bool beyond_limit) {
  if (words > (UINT32_MAX >> 1) || words > (SIZE_MAX - sizeof(struct frag)) / sizeof(term)) return NULL;
  size_t bytes = sizeof(struct frag) + words * sizeof(term);
  struct frag *f = beyond_limit ? mem_alloc_beyond(bytes, MEM_HEAP) : mem_alloc(bytes, MEM_HEAP);
  if (!f) return NULL;
  f->next = NULL;
  f->words = (u32)words;
  f->used = 0;
  return f;
}

struct frag *frag_new(size_t words) {
  return frag_make(words, false);
}

void frag_free(struct frag *f) {
  if (!f) return;
  if (UNLIKELY(in_reserve(f))) {
    reserve.live--;
    return;
  }
#if VM_DEBUG
  if (gc_stress)
    for (u32 i = 0; i < f->words; i++) f->data[i] = 0xDEADDEADDEADDEADull;
#endif
  mem_free(f, sizeof(struct frag) + f->words * sizeof(term), MEM_HEAP);
}

// There is no memory, and the BIF that wants a little more cannot report that: it gets what the limit would refuse,
// and, when the machine itself has no more, a piece of the reserve.
static struct frag *emergency_frag(size_t words) {
  if (words > HEAP_SMALL_MAX) return NULL;
  struct frag *f = frag_make(words < HEAP_SMALL_MAX ? HEAP_SMALL_MAX : words, true);
  if (!f) f = reserve_frag(words);
  if (!f) PANIC("a BIF went on building past the reserve");
  return f;
}

// A new fragment is as large as all fragments so far together; if there is no memory for that, as large as needed.
static struct frag *new_frag(struct heap *h, size_t words) {
  size_t wanted = h->frag_words;
  if (wanted < FRAG_FIRST_WORDS) wanted = FRAG_FIRST_WORDS;
  if (wanted > FRAG_MAX_DOUBLING) wanted = FRAG_MAX_DOUBLING;
  if (wanted < words) wanted = words;
  struct frag *f = frag_new(wanted);
  if (!f && wanted > words) f = frag_new(words);
  return f;
}

NOINLINE term *heap_alloc_slow(struct heap *h, size_t words) {
  struct frag *f = h->frags;
  if (!f || f->words - f->used < words) {
    f = new_frag(h, words);
    if (UNLIKELY(!f)) {
      h->exhausted = true;
      f = emergency_frag(words);
      if (!f) return NULL;
    }
    f->next = h->frags;
    h->frags = f;
  }
  term *p = f->data + f->used;
  f->used += (u32)words;
  h->frag_words += (u32)words;
  return p;
}

// Fills [p, p + n) with one or more dead objects, so that code that walks the block object by object can step over
// it.
static void fill(term *p, size_t n) {
  while (n > 0) {
    size_t size = n - 1 < MAX_BOXED_SIZE ? n - 1 : MAX_BOXED_SIZE;
    p[0] = size ? MAKE_HEADER(KIND_HEAP_BIN, size) : MAKE_HEADER(KIND_TUPLE, 0);
    if (size) p[1] = 0;
    p += size + 1;
    n -= size + 1;
  }
}

void heap_shrink(struct heap *h, term *allocated_end, term *new_end) {
  size_t n = (size_t)(allocated_end - new_end);
  if (n == 0) return;
  struct frag *f = h->frags;
  if (allocated_end == h->top) {
    h->top = new_end;
  } else if (f && allocated_end == f->data + f->used) {
    f->used -= (u32)n;
    h->frag_words -= (u32)n;
  } else {
    fill(new_end, n);
  }
}

void heap_free_fragments(struct heap *h) {
  for (struct frag *f = h->frags, *next; f; f = next) {
    next = f->next;
    frag_free(f);
  }
  h->frags = NULL;
  h->frag_words = 0;
}

void heap_discard(struct heap *h) {
  offheap_release(h->offheap);
  heap_free_fragments(h);
  memset(h, 0, sizeof *h);
}
