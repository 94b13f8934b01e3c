// SPDX-License-Identifier: Apache-2.0
// A generational copying collector after Cheney. A process has a young block and, once something has survived twice,
// an old block. Invariants between collections: nothing in the old block points into the young one; nothing below the
// high-water mark points above it; literals point only to literals. It is called at safe points only
// (process_collect), where every live term is in a root.
//
// Which pointers are followed: those into the blocks that are collected, and those into fragments. As there are many
// fragments in no order, a pointer is known to be one into a fragment because it points to nothing else (this is only
// tested when there are fragments).
#include "memory/gc.h"

#include "base/alloc.h"
#include "memory/copy.h"
#include "term/binary.h"

bool gc_stress = VM_GC_STRESS;
struct gc_totals gc_totals;

enum {
  OFFHEAP_MAJOR_MIN = 512 * 1024, // bytes of payload that may be promoted before a major collection
  FRAG_LIMIT_MIN = 512,           // words
  BUSY_MIN_WORDS = 987,           // the young block is at least so large when a process collects again and again
  BUSY_MINORS = 8,
  SWEEP_UNITS = 16, // what a reference-counted object or a fragment costs, in words
  CUT_MIN_WORDS = 64 * 1024
};

// --- Sizes ---------------------------------------------------------------------------------------

enum { FAST_GROWTH_WORDS = 833026 };

// OTP's series: 12, 38, 51, 90, 142, 233, 376 ... Each is the sum of the two before it and 1; from FAST_GROWTH_WORDS
// on, each is 20 % more than the one before.
u64 gc_otp_size(u64 words) {
  u64 a = 12, next = 38;
  while (a < words && a < FAST_GROWTH_WORDS) {
    u64 sum = a == 12 ? 51 : a + next + 1;
    a = next;
    next = sum;
  }
  while (a < words) a += a / 5;
  return a;
}

// The smallest block has 24 words.
u32 gc_next_size(u64 words) {
  if (words <= 24) return 24;
  words = gc_otp_size(words);
  return words > UINT32_MAX ? UINT32_MAX : (u32)words;
}

static term *block_new(size_t words) {
  if (words > (SIZE_MAX >> 1) / sizeof(term)) return NULL;
  return mem_alloc(words * sizeof(term), MEM_HEAP);
}

static void block_free(term *block, size_t words) {
  if (!block) return;
  if (UNLIKELY(gc_stress))
    for (size_t i = 0; i < words; i++) block[i] = 0xDEADDEADDEADDEADull;
  mem_free(block, words * sizeof(term), MEM_HEAP);
}

bool gc_area_init(struct heap *h, struct gc_area *a, u32 words) {
  words = gc_next_size(words);
  memset(h, 0, sizeof *h);
  memset(a, 0, sizeof *a);
  term *block = block_new(words);
  if (!block) return false;
  a->start = a->high = block;
  a->words = words;
  a->min_words = GC_MIN_WORDS;
  a->min_vheap = GC_MIN_VHEAP;
  a->fullsweep_after = 65535;
  h->top = block;
  h->lim = block + words;
  h->frag_limit = words > FRAG_LIMIT_MIN ? words : FRAG_LIMIT_MIN;
  h->offheap_limit = GC_MIN_VHEAP * sizeof(term);
  return true;
}

void gc_area_destroy(struct heap *h, struct gc_area *a) {
  offheap_release(h->offheap);
  heap_free_fragments(h);
  block_free(a->start, a->words);
  block_free(a->old_start, a->old_words);
  memset(h, 0, sizeof *h);
  memset(a, 0, sizeof *a);
}

u64 gc_area_memory(const struct heap *h, const struct gc_area *a) {
  u64 words = (u64)a->words + a->old_words;
  u64 bytes = 0;
  for (const struct frag *f = h->frags; f; f = f->next) bytes += sizeof *f + (u64)f->words * sizeof(term);
  return bytes + words * sizeof(term);
}

// --- Evacuation ----------------------------------------------------------------------------------

INLINE bool within(struct gc_range r, uintptr_t address) { return address - r.start < r.bytes; }

// Where the object at address is to go: which of the two tops, or NULL when it stays where it is.
INLINE term **destination(struct gc *g, uintptr_t address) {
  if (within(g->young, address)) return !g->major && address < g->high ? &g->old_top : &g->to_top;
  if (g->major && within(g->old, address)) return &g->to_top;
  if (LIKELY(!g->frags)) return NULL;
  if (!g->major && within(g->old, address)) return NULL;
  if (within(g->to, address) || literal_contains(address)) return NULL;
  return &g->to_top;
}

// Moves the object that *slot refers to, unless it has moved already, and changes *slot. A cons cell that has moved
// has NV as its head and its new place as its tail; a boxed object that has moved has its new place as its header.
INLINE void evacuate(struct gc *g, term *slot) {
  term t = *slot;
  if (is_cons(t)) {
    term *p = cons_ptr(t);
    term **top = destination(g, (uintptr_t)p);
    if (!top) return;
    if (p[0] != NV) {
      term *q = *top;
      *top = q + 2;
      q[0] = p[0];
      q[1] = p[1];
      p[0] = NV;
      p[1] = make_cons(q);
    }
    *slot = p[1];
  } else if (is_boxed(t)) {
    term *p = boxed_ptr(t);
    term **top = destination(g, (uintptr_t)p);
    if (!top) return;
    term header = p[0];
    if (!is_boxed(header)) {
      ASSERT(is_header(header));
      u32 n = header_size(header);
      term *q = *top;
      *top = q + n + 1;
      q[0] = header;
      for (u32 i = 1; i <= n; i++) q[i] = p[i];
      p[0] = header = make_boxed(q);
    }
    *slot = header;
  }
}

// Evacuates what the objects in [scan, *top) refer to, while *top moves on: about *units words of them. Answers how
// far it has come.
static term *scan_block(struct gc *g, term *scan, term *const *top, i64 *units) {
  term *begun = scan;
  for (i64 left; scan < *top && (left = *units - (scan - begun)) > 0;) {
    term *end = *top - scan > left ? scan + left : *top;
    while (scan < end) {
      term w = *scan;
      if (is_header(w)) {
        scan += header_kind(w) >= KIND_FIRST_RAW ? header_size(w) + 1 : 1;
        continue;
      }
      evacuate(g, scan++);
    }
  }
  *units -= scan - begun;
  return scan;
}

static bool evacuate_roots(struct gc_run *run, i64 *units) {
  for (; run->root < run->n_roots; run->root++, run->word = 0) {
    const struct gc_roots *r = &run->roots[run->root];
    size_t left = r->n - run->word, n = (i64)left > *units ? (size_t)(*units > 0 ? *units : 0) : left;
    for (term *p = r->base + run->word, *end = p + n; p < end; p++) evacuate(&run->g, p);
    *units -= (i64)n;
    run->word += n;
    if (n < left) return false;
  }
  return true;
}

static bool scan_blocks(struct gc_run *run, i64 *units) {
  struct gc *g = &run->g;
  for (;;) {
    run->scan = scan_block(g, run->scan, &g->to_top, units);
    if (g->old_top) run->old_scan = scan_block(g, run->old_scan, &g->old_top, units);
    if (run->scan == g->to_top && run->old_scan == g->old_top) return true;
    if (*units <= 0) return false;
  }
}

// Reference-counted objects: those that have moved are chained again. Of the others, those in a block that stays live
// on, and the rest are dead.
static bool sweep_offheap(struct gc_run *run, i64 *units) {
  const struct gc *g = &run->g;
  term *p = run->sweep, *last = run->last;
  i64 left = *units;
  for (; p && left > 0; left -= SWEEP_UNITS) {
    term *next = (term *)(uintptr_t)p[4];
    struct refc *r = (struct refc *)(uintptr_t)p[3];
    term *kept = is_boxed(p[0]) ? boxed_ptr(p[0]) : NULL;
    if (!kept && !g->major && within(g->old, (uintptr_t)p)) kept = p;
    if (kept) {
      run->live_bytes += r->size;
      if (last) last[4] = (term)(uintptr_t)kept;
      else run->kept = kept;
      last = kept;
    } else {
      refc_release(r);
    }
    p = next;
  }
  if (!p && last) last[4] = 0;
  run->sweep = p;
  run->last = last;
  *units = left;
  return !p;
}

static bool free_some_frags(struct heap *h, i64 *units) {
  for (struct frag *f; (f = h->frags) && *units > 0; *units -= SWEEP_UNITS) {
    h->frags = f->next;
    frag_free(f);
  }
  if (h->frags) return false;
  h->frag_words = 0;
  return true;
}

bool gc_go_on(struct gc_run *run, struct heap *h, i64 *units) {
  switch (run->phase) {
    case GC_ROOTS:
      if (!evacuate_roots(run, units)) return false;
      run->phase = GC_SCAN;
      // fall through
    case GC_SCAN:
      if (!scan_blocks(run, units)) return false;
      run->phase = GC_SWEEP;
      run->sweep = h->offheap;
      h->offheap = NULL;
      // fall through
    case GC_SWEEP:
      if (!sweep_offheap(run, units)) return false;
      h->offheap = run->kept;
      run->phase = GC_FRAGS;
      // fall through
    case GC_FRAGS: break;
  }
  return free_some_frags(h, units);
}

// --- Moving a compact young block to one of another size -----------------------------------------

INLINE void shift(term *slot, struct gc_range from, uintptr_t delta) {
  term t = *slot;
  if (is_immediate(t) || is_header(t)) return;
  uintptr_t address = (uintptr_t)(is_cons(t) ? cons_ptr(t) : boxed_ptr(t));
  if (within(from, address)) *slot = (term)((uintptr_t)t + delta);
}

// The young block has been moved: corrects all pointers into it.
static void shift_young(struct heap *h, const struct gc_area *a, const struct gc_roots *roots, size_t n_roots,
                        term *block, struct gc_range from) {
  uintptr_t delta = (uintptr_t)block - from.start;
  term *top = block + (h->top - a->start);
  for (term *p = block; p < top;) {
    if (is_header(*p) && header_kind(*p) >= KIND_FIRST_RAW) {
      if ((header_kind(*p) == KIND_REFC_BIN || header_kind(*p) == KIND_MAGIC_REF) && within(from, (uintptr_t)p[4]))
        p[4] = (term)((uintptr_t)p[4] + delta);
      p += header_size(*p) + 1;
      continue;
    }
    shift(p++, from, delta);
  }
  // Some pointers of the chain are not corrected yet: its head, and links from objects in the old block.
  if (within(from, (uintptr_t)h->offheap)) h->offheap = (term *)((uintptr_t)h->offheap + delta);
  for (term *p = h->offheap; p; p = (term *)(uintptr_t)p[4])
    if (within(from, (uintptr_t)p[4])) p[4] = (term)((uintptr_t)p[4] + delta);
  for (size_t r = 0; r < n_roots; r++)
    for (term *p = roots[r].base, *end = p + roots[r].n; p < end; p++) shift(p, from, delta);
}

// Answers a block of another size with the same content, in place of block. A large block is made smaller where it
// lies, because copying it would take long. NULL: no memory.
static term *block_resized(term *block, u32 old_words, u32 words, size_t used_bytes) {
  if (words < old_words && old_words > CUT_MIN_WORDS)
    return mem_realloc(block, old_words * sizeof(term), words * sizeof(term), MEM_HEAP);
  term *moved = block_new(words);
  if (!moved) return NULL;
  memcpy(moved, block, used_bytes);
  block_free(block, old_words);
  return moved;
}

// Right after a collection the young block is one row of live objects, so it can be moved by copying it and
// correcting the pointers into it. Nothing in the old block points there.
static bool resize_young(struct heap *h, struct gc_area *a, const struct gc_roots *roots, size_t n_roots, u32 words) {
  struct gc_range from = {(uintptr_t)a->start, (size_t)(h->top - a->start) * sizeof(term)};
  term *block = block_resized(a->start, a->words, words, from.bytes);
  if (!block) return false;
  uintptr_t delta = (uintptr_t)block - from.start;
  if (delta != 0) shift_young(h, a, roots, n_roots, block, from);
  a->high = block + (a->high - a->start);
  h->top = block + (h->top - a->start);
  a->start = block;
  a->words = words;
  h->lim = block + words;
  return true;
}

// --- A collection --------------------------------------------------------------------------------

// Makes room in the old block for everything below the high-water mark. Sets *major when the old block is too full
// for that. False: no memory.
static bool reserve_old(struct gc_area *a, bool *major) {
  size_t mature = (size_t)(a->high - a->start);
  if (mature == 0) return true;
  if (a->old_start) {
    if (a->old_words - (size_t)(a->old_top - a->old_start) < mature) *major = true;
    return true;
  }
  u32 words = gc_next_size((u64)mature + mature / 2);
  a->old_start = block_new(words);
  if (!a->old_start) a->old_start = block_new(words = (u32)mature);
  if (!a->old_start) return false;
  a->old_top = a->old_start;
  a->old_words = words;
  return true;
}

// The size of the new young block: never less than what could survive into it.
static u32 young_size(const struct heap *h, const struct gc_area *a, size_t need, bool major) {
  u64 survivors = (u64)(h->top - (major ? a->start : a->high)) + h->frag_words;
  if (major) return gc_next_size(max_u64(survivors + (u64)(a->old_top - a->old_start) + need, a->min_words));
  u64 words = a->words;
  u64 kept = (u64)(a->high - a->start); // what has survived the collection before
  if (need > a->words / 4) survivors += need;
  if (kept * 4 > words * 3) words++;
  if (words < GC_MIN_WORDS) words = GC_MIN_WORDS;
  if (words < BUSY_MIN_WORDS && a->minor_count >= BUSY_MINORS) words = BUSY_MIN_WORDS;
  return gc_next_size(survivors > words ? survivors : words);
}

static bool must_be_major(const struct gc_area *a) {
  return gc_stress || a->want_major || a->minor_count >= a->fullsweep_after;
}

static u64 used_words(const struct heap *h, const struct gc_area *a) {
  return (u64)(h->top - a->start) + (u64)(a->old_top - a->old_start) + h->frag_words;
}

// Allocates the new young block, which holds at least what may survive. stepwise: with room for need as well, since
// giving the block another size afterwards could not be done in portions.
static bool open_block(struct gc_run *run, const struct heap *h, const struct gc_area *a, bool stepwise) {
  u64 least = used_words(h, a) - (run->g.major ? 0 : (u64)(a->old_top - a->old_start) + (u64)(a->high - a->start));
  u32 words = young_size(h, a, run->need, run->g.major);
  if (stepwise && words < least + run->need) words = gc_next_size(least + run->need + least / 8);
  term *block = block_new(words);
  if (!block) {
    if (least == 0) least = 1;
    if (least < words) block = block_new(words = (u32)least);
    if (!block) return false;
  }
  run->g.to = (struct gc_range){(uintptr_t)block, (size_t)words * sizeof(term)};
  run->g.to_top = run->scan = block;
  return true;
}

enum gc_result gc_open(struct gc_run *run, struct heap *h, struct gc_area *a, const struct gc_roots *roots,
                       size_t n_roots, size_t need, bool major, bool stepwise) {
  if (need > UINT32_MAX / 2) return GC_NO_MEMORY;
  major |= must_be_major(a);
  if (!major && !reserve_old(a, &major)) return GC_NO_MEMORY;
  *run = (struct gc_run){.roots = roots, .n_roots = n_roots, .need = need};
  run->used_before = used_words(h, a);
  run->words_before = a->words;
  struct gc *g = &run->g;
  g->young = (struct gc_range){(uintptr_t)a->start, (size_t)(h->top - a->start) * sizeof(term)};
  g->old = (struct gc_range){(uintptr_t)a->old_start, (size_t)a->old_words * sizeof(term)};
  g->high = (uintptr_t)a->high;
  g->major = major;
  g->frags = h->frags != NULL;
  g->old_top = run->old_scan = major ? NULL : a->old_top;
  return open_block(run, h, a, stepwise) ? GC_OK : GC_NO_MEMORY;
}

static void close_area(const struct gc_run *run, struct heap *h, struct gc_area *a) {
  const struct gc *g = &run->g;
  block_free(a->start, a->words);
  if (g->major) {
    block_free(a->old_start, a->old_words);
    a->old_start = a->old_top = NULL;
    a->old_words = 0;
    a->minor_count = 0;
    a->major_offheap = run->live_bytes;
    a->want_major = false;
  } else {
    a->old_top = g->old_top;
    a->minor_count++;
    a->want_major = run->live_bytes / 2 > a->major_offheap + OFFHEAP_MAJOR_MIN;
  }
  a->start = (term *)g->to.start;
  a->words = (u32)(g->to.bytes / sizeof(term));
  a->high = h->top = g->to_top;
  h->lim = a->start + a->words;
  h->offheap_bytes = 0;
  h->offheap_limit = max_u64(run->live_bytes, (u64)a->min_vheap * sizeof(term));
}

// Grows the young block when need does not fit, and shrinks it after a major collection of mostly garbage. A major
// collection with need 0 (hibernate, garbage_collect) leaves no free room. A minor collection had to make room for
// everything in fragments: if that was garbage, the block gets its old size back.
static bool adjust(struct heap *h, struct gc_area *a, const struct gc_roots *roots, size_t n_roots, size_t need,
                   bool major, u32 words_before) {
  u64 live = (u64)(h->top - a->start);
  if ((u64)(h->lim - h->top) < need)
    return resize_young(h, a, roots, n_roots, gc_next_size(live + need + live / 2)) ||
           // With less room than this, a collection would be needed every few words: then it is better to be out of
           // memory.
           resize_young(h, a, roots, n_roots, (u32)(live + need + live / 16));
  if (!major) {
    u32 enough = gc_next_size(max_u64(max_u64(2 * (live + need), words_before), BUSY_MIN_WORDS));
    if (enough < a->words) (void)resize_young(h, a, roots, n_roots, enough);
    return true;
  }
  u64 want = live + need;
  if (need > 0 || gc_stress) {
    if (want * 4 >= a->words) return true;
    want *= 2;
    if (want < GC_MIN_WORDS) want = GC_MIN_WORDS;
  }
  if (want < a->min_words) want = a->min_words;
  u32 words = gc_next_size(want);
  if (words < a->words) (void)resize_young(h, a, roots, n_roots, words);
  return true;
}

void gc_fit(struct heap *h, struct gc_area *a, const struct gc_roots *roots, size_t n_roots) {
  u32 live = (u32)(h->top - a->start);
  (void)resize_young(h, a, roots, n_roots, live > 0 ? live : 1);
}

enum gc_result gc_close(struct gc_run *run, struct heap *h, struct gc_area *a) {
  close_area(run, h, a);
  bool ok = adjust(h, a, run->roots, run->n_roots, run->need, run->g.major, run->words_before);
  h->frag_limit = a->words > FRAG_LIMIT_MIN ? a->words : FRAG_LIMIT_MIN;
  gc_totals.collections++;
  gc_totals.words_reclaimed += run->used_before - used_words(h, a);
#if VM_DEBUG
  gc_verify(h, a, run->roots, run->n_roots);
#endif
  if (!ok) return GC_NO_MEMORY;
  if (a->max_words && (u64)a->words + a->old_words > a->max_words) return GC_MAX_HEAP;
  return GC_OK;
}

enum gc_result gc_collect(struct heap *h, struct gc_area *a, const struct gc_roots *roots, size_t n_roots, size_t need,
                          bool major) {
  struct gc_run run;
  enum gc_result result = gc_open(&run, h, a, roots, n_roots, need, major, false);
  if (result != GC_OK) return result;
  i64 units = INT64_MAX;
  (void)gc_go_on(&run, h, &units);
  return gc_close(&run, h, a);
}

u64 gc_most_words(const struct heap *h, const struct gc_area *a, bool major) {
  return (u64)(h->top - a->start) + h->frag_words + (major || must_be_major(a) ? (u64)(a->old_top - a->old_start) : 0);
}

void gc_give_up(struct gc_run *run, struct heap *h, struct gc_area *a) {
  i64 units = INT64_MAX;
  if (run->phase > GC_SCAN) { // everything that lives is in the new block already
    (void)gc_go_on(run, h, &units);
    close_area(run, h, a);
  } else {
    block_free((term *)run->g.to.start, run->g.to.bytes / sizeof(term));
  }
}
