// SPDX-License-Identifier: Apache-2.0
// Generational copying collector of one process's heap. It sees an area record and a set of roots,
// never a process. Minor collections copy what was allocated since the last one and promote what
// survived one (below the high-water mark) to the old heap; a major one copies everything together.
#ifndef MEMORY_GC_H
#define MEMORY_GC_H

#include "term/heap.h"

struct gc_area {       // part of struct process; valid together with its struct heap
  term *start;         // young heap block
  u32 words;           // its size
  u32 min_words;       // min_heap_size of the process: the floor once it has collected, GC_MIN_WORDS unless it asked for more
  term *high;          // objects below survived one collection
  term *old_start, *old_top;
  u32 old_words;
  u32 fullsweep_after;
  u32 min_vheap;       // min_bin_vheap_size: words of payload that may be referred to before a collection
  u32 minor_count;     // minors since the last major
  u64 max_words;       // max_heap_size, 0 none
  size_t major_offheap;// payload bytes referred to after the last major collection
  bool want_major;     // much payload was promoted since: the next collection is a major one
};
enum { GC_MIN_WORDS = 233, GC_MIN_VHEAP = 46422 }; // OTP's min_heap_size, min_bin_vheap_size (words)
struct gc_roots { term *base; size_t n; };
enum gc_result { GC_OK, GC_NO_MEMORY, GC_MAX_HEAP };
// Makes room for need words. major: collect everything. Fragments in h->frags are merged and freed;
// *garbage_words receives what was reclaimed when not NULL.
MAY_GC enum gc_result gc_collect(struct heap *h, struct gc_area *a, const struct gc_roots *roots, size_t n_roots, size_t need, bool major);
// The same in portions. Between them nothing may look into the heap, nor build in it: what has moved has left its new
// place behind. The roots array has to last; where a root lies may change, by roots[i].base. gc_open: GC_OK, or what
// gc_collect says. gc_go_on: *units words; true: done, gc_close is next. gc_give_up: the heap will only be destroyed.
struct gc_range { uintptr_t start; size_t bytes; };
struct gc {
  struct gc_range young;   // what is collected ...
  struct gc_range old;     // ... and in a major collection this too; in a minor one it stays
  uintptr_t high;          // minor: young objects below are promoted
  bool major, frags;
  struct gc_range to;      // the new young block
  term *to_top, *old_top;  // next free word in it, and in the old block (minor)
};
struct gc_run {
  struct gc g;
  enum gc_phase { GC_ROOTS, GC_SCAN, GC_SWEEP, GC_FRAGS } phase;
  const struct gc_roots *roots;
  size_t n_roots, root, word;    // which is next
  term *scan, *old_scan;         // objects below refer to nothing that has still to be moved
  term *sweep, *kept, *last;     // counted objects: the next one; those that live, from the first to the last
  size_t live_bytes;             // of their payload
  size_t need;
  u64 used_before;
  u32 words_before;
};
MAY_GC enum gc_result gc_open(struct gc_run *run, struct heap *h, struct gc_area *a, const struct gc_roots *roots,
                              size_t n_roots, size_t need, bool major, bool stepwise);
MAY_GC bool gc_go_on(struct gc_run *run, struct heap *h, i64 *units);
MAY_GC enum gc_result gc_close(struct gc_run *run, struct heap *h, struct gc_area *a);
void gc_give_up(struct gc_run *run, struct heap *h, struct gc_area *a);
// How many words a collection may have to look at, the stack not included.
u64 gc_most_words(const struct heap *h, const struct gc_area *a, bool major);
// A first heap of at least words; a destroyed one gives everything back, off-heap references too.
bool gc_area_init(struct heap *h, struct gc_area *a, u32 words);
// Cuts the young block to what lives in it, just after a major collection.
void gc_fit(struct heap *h, struct gc_area *a, const struct gc_roots *roots, size_t n_roots);
void gc_area_destroy(struct heap *h, struct gc_area *a);
u64 gc_area_memory(const struct heap *h, const struct gc_area *a); // bytes
u32 gc_next_size(u64 words);       // the size of the growth series that holds words
u64 gc_otp_size(u64 words);        // the same in OTP's series, which begins with 12 and ends nowhere
// Whether a safe point should collect although the young block has room: much lies in fragments
// (messages, BIF results), or much binary payload may be garbage.
INLINE bool heap_wants_gc(const struct heap *h) {
  return h->frag_words > h->frag_limit || h->offheap_bytes > h->offheap_limit;
}
struct gc_totals { u64 collections, words_reclaimed; }; // since the VM started, statistics(garbage_collection)
extern struct gc_totals gc_totals;
extern bool gc_stress;             // collect at every opportunity, poison the old space (tests)
void gc_verify(const struct heap *h, const struct gc_area *a, const struct gc_roots *roots, size_t n_roots); // memory/verify.c, debug

#endif
