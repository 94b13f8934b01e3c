// SPDX-License-Identifier: Apache-2.0
// A generational copying collector for the heap of one process. It sees a gc_area, a heap and a set of roots, never a
// process. A minor collection copies what was allocated since the last collection, and moves objects that have
// survived one (they lie below the high-water mark) to the old heap. A major collection copies everything into one
// block.
#ifndef MEMORY_GC_H
#define MEMORY_GC_H

#include "term/heap.h"

struct gc_area { // part of struct process; valid together with its struct heap
  term *start;   // the block of the young heap
  u32 words;     // the size of that block
  // The smallest size of the block after a collection: the process's min_heap_size, or GC_MIN_WORDS.
  u32 min_words;
  term *high; // objects below it have survived one collection
  term *old_start, *old_top;
  u32 old_words;
  u32 fullsweep_after;
  // min_bin_vheap_size: words of binary payload that the heap may refer to before it wants a collection
  u32 min_vheap;
  u32 minor_count;      // number of minor collections since the last major one
  u64 max_words;        // max_heap_size; 0: none
  size_t major_offheap; // bytes of payload that the heap referred to after the last major collection
  bool want_major;      // the next collection is a major one, because much payload has moved to the old heap
};
// The defaults of OTP's min_heap_size and min_bin_vheap_size, in words.
enum { GC_MIN_WORDS = 233, GC_MIN_VHEAP = 46422 };
struct gc_roots {
  term *base;
  size_t n;
};
enum gc_result { GC_OK, GC_NO_MEMORY, GC_MAX_HEAP };
// Collects, and makes room for need words. major: collect the old heap too. What lives in the fragments h->frags
// moves to the heap, and the fragments are freed.
MAY_GC enum gc_result gc_collect(struct heap *h, struct gc_area *a, const struct gc_roots *roots, size_t n_roots,
                                 size_t need, bool major);
// The same in portions: gc_open, gc_go_on until it answers true, gc_close. In between nothing may look into the heap
// or build in it, because a moved object has left its new place behind. The array roots must exist until the end, but
// the words that a root names may move if roots[i].base is changed. gc_open answers GC_OK or what gc_collect would
// answer; with stepwise, the new block has room for need from the start. gc_go_on works on about *units words.
// gc_give_up ends a collection that is under way, when the heap will only be destroyed.
struct gc_range {
  uintptr_t start;
  size_t bytes;
};
struct gc {
  struct gc_range young; // what is collected ...
  struct gc_range old;   // ... and this too in a major collection; in a minor one the old heap stays
  uintptr_t high;        // minor collections: young objects below it move to the old heap
  bool major, frags;
  struct gc_range to;     // the new young block
  term *to_top, *old_top; // the next free word in the new young block, and in the old block (minor collections)
};
struct gc_run {
  struct gc g;
  enum gc_phase { GC_ROOTS, GC_SCAN, GC_SWEEP, GC_FRAGS } phase;
  const struct gc_roots *roots;
  size_t n_roots, root, word; // the root and the word of it that are next
  term *scan, *old_scan;      // objects below refer to nothing that must still be moved
  // reference-counted objects: the next to look at, and the first and last of those that live
  term *sweep, *kept, *last;
  size_t live_bytes; // bytes of the payload of those that live
  size_t need;
  u64 used_before;
  u32 words_before;
};
MAY_GC enum gc_result gc_open(struct gc_run *run, struct heap *h, struct gc_area *a, const struct gc_roots *roots,
                              size_t n_roots, size_t need, bool major, bool stepwise);
MAY_GC bool gc_go_on(struct gc_run *run, struct heap *h, i64 *units);
MAY_GC enum gc_result gc_close(struct gc_run *run, struct heap *h, struct gc_area *a);
void gc_give_up(struct gc_run *run, struct heap *h, struct gc_area *a);
// The number of words that a collection may have to look at, without the stack.
u64 gc_most_words(const struct heap *h, const struct gc_area *a, bool major);
// Makes the first heap, with room for words. False: no memory.
bool gc_area_init(struct heap *h, struct gc_area *a, u32 words);
// Cuts the young block to what lives in it; call it right after a major collection.
void gc_fit(struct heap *h, struct gc_area *a, const struct gc_roots *roots, size_t n_roots);
// Frees everything, and drops the references to payloads.
void gc_area_destroy(struct heap *h, struct gc_area *a);
u64 gc_area_memory(const struct heap *h, const struct gc_area *a); // bytes
u32 gc_next_size(u64 words); // the smallest size of the series in which heaps grow that is at least words
u64 gc_otp_size(u64 words);  // the same in OTP's own series, which begins with 12 and has no end
// Whether a safe point should collect although the young block has room: much lies in fragments (messages, results of
// BIFs), or much binary payload may be garbage.
INLINE bool heap_wants_gc(const struct heap *h) {
  return h->frag_words > h->frag_limit || h->offheap_bytes > h->offheap_limit;
}
// Since the VM started, for statistics(garbage_collection).
struct gc_totals {
  u64 collections, words_reclaimed;
};
extern struct gc_totals gc_totals;
extern bool gc_stress; // tests: collect at every opportunity, and overwrite the old block
// Debug builds: checks the heap, see memory/verify.c.
void gc_verify(const struct heap *h, const struct gc_area *a, const struct gc_roots *roots, size_t n_roots);

#endif
