// SPDX-License-Identifier: Apache-2.0
// The allocator. Blocks of up to 512 bytes come from free lists, one for each multiple of 16 bytes, which are cut
// from slabs of 64 KB, because processes, messages and heaps come and go constantly; larger blocks are malloc's.
// Invariant: the numbers of live bytes and blocks are always those of what callers hold. With AddressSanitizer every
// block is malloc's own, so that a use after free is detected. Literal areas lie in chunks of 64 KB pages, so that
// the question whether an address is a literal's is one test of a range (native) or of one bit (wasm).
#ifndef __EMSCRIPTEN__
#define _DEFAULT_SOURCE // MAP_ANONYMOUS, MAP_NORESERVE, madvise
#endif
#include "base/alloc.h"

#include <stdlib.h>
#ifndef __EMSCRIPTEN__
#include <sys/mman.h>
#endif

#if defined(__SANITIZE_ADDRESS__)
#define POOLED 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POOLED 0
#endif
#endif
#ifndef POOLED
#define POOLED 1
#endif

enum { CLASS_BYTES = 16, SMALL_BYTES = 512, SLAB_BYTES = 65536 };

static u64 live[MEM_TAG_COUNT];
static u64 live_total, live_blocks, limit, overdraft;
static i64 fail_countdown = -1;

struct free_block {
  struct free_block *next;
};
static struct free_block *free_lists[SMALL_BYTES / CLASS_BYTES + 1];
static u8 *slab_top, *slab_end;

// Whether size more bytes may be allocated. An injected failure happens once.
static bool allowed(size_t size) {
  if (UNLIKELY(fail_countdown > 0) && --fail_countdown == 0) {
    fail_countdown = -1;
    return false;
  }
  return limit == 0 || live_total + size <= limit + overdraft;
}

static void count(size_t size, enum mem_tag tag) {
  live[tag] += size;
  live_total += size;
  live_blocks++;
}

static size_t class_of(size_t size) { return size == 0 ? 1 : (size + CLASS_BYTES - 1) / CLASS_BYTES; }

static void *slab_carve(size_t class) {
  size_t size = class * CLASS_BYTES;
  if ((size_t)(slab_end - slab_top) < size) {
    // The rest of the old slab becomes a free block of the size that it is large enough for.
    size_t rest = (size_t)(slab_end - slab_top) / CLASS_BYTES;
    u8 *slab = malloc(SLAB_BYTES);
    if (!slab) return NULL;
    if (rest > 0) {
      struct free_block *b = (struct free_block *)(void *)slab_top;
      b->next = free_lists[rest];
      free_lists[rest] = b;
    }
    slab_top = slab;
    slab_end = slab + SLAB_BYTES;
  }
  void *block = slab_top;
  slab_top += size;
  return block;
}

static void *raw_alloc(size_t size) {
  if (!POOLED || size > SMALL_BYTES) return malloc(size == 0 ? 1 : size);
  size_t class = class_of(size);
  struct free_block *b = free_lists[class];
  if (LIKELY(b != NULL)) {
    free_lists[class] = b->next;
    return b;
  }
  return slab_carve(class);
}

static void raw_free(void *block, size_t size) {
  if (!POOLED || size > SMALL_BYTES) {
    free(block);
    return;
  }
  struct free_block *b = block;
  size_t class = class_of(size);
  b->next = free_lists[class];
  free_lists[class] = b;
}

void *mem_alloc(size_t size, enum mem_tag tag) {
  if (UNLIKELY(!allowed(size))) return NULL;
  void *block = raw_alloc(size);
  if (LIKELY(block != NULL)) count(size, tag);
  return block;
}

void *mem_calloc(size_t size, enum mem_tag tag) {
  void *block = mem_alloc(size, tag);
  if (block) memset(block, 0, size);
  return block;
}

void *mem_realloc(void *block, size_t old_size, size_t size, enum mem_tag tag) {
  if (!block) return mem_alloc(size, tag);
  if (size > old_size && !allowed(size - old_size)) return NULL;
  void *moved;
  bool old_small = POOLED && old_size <= SMALL_BYTES, new_small = POOLED && size <= SMALL_BYTES;
  if (old_small && new_small && class_of(old_size) == class_of(size)) {
    moved = block;
  } else if (!old_small && !new_small) {
    moved = realloc(block, size == 0 ? 1 : size);
    if (!moved) return NULL;
  } else {
    moved = raw_alloc(size);
    if (!moved) return NULL;
    memcpy(moved, block, old_size < size ? old_size : size);
    raw_free(block, old_size);
  }
  live[tag] += (u64)size - (u64)old_size;
  live_total += (u64)size - (u64)old_size;
  return moved;
}

void mem_free(void *block, size_t size, enum mem_tag tag) {
  if (!block) return;
  live[tag] -= size;
  live_total -= size;
  live_blocks--;
  raw_free(block, size);
}

u64 mem_live(enum mem_tag tag) { return live[tag]; }
u64 mem_live_total(void) { return live_total; }
u64 mem_live_blocks(void) { return live_blocks; }
// The limit is meant for programs; what lets one of them end in order may exceed it.
void *mem_alloc_beyond(size_t size, enum mem_tag tag) {
  void *block = raw_alloc(size);
  if (block) count(size, tag);
  return block;
}

void mem_set_limit(u64 bytes) { limit = bytes; }
void mem_overdraft(u64 bytes) { overdraft = bytes; }
void mem_fail_at(i64 n) { fail_countdown = n <= 0 ? -1 : n; }

// --- Literal areas ---------------------------------------------------------------------------------
// A chunk is a run of 64 KB pages, aligned to 64 KB, that begins with this header. Areas begin within its first page,
// so an area's address without its low 16 bits is the address of its chunk. Small areas share a chunk, which is freed
// when all of them are.

enum { PAGE_SHIFT = 16, PAGE_BYTES = 1 << PAGE_SHIFT, SHARED_MAX = PAGE_BYTES / 4 };
struct chunk {
  u32 pages;
  u32 areas;   // number of live areas in it
  size_t used; // bytes in use, with the header
};
enum { CHUNK_HEADER = (sizeof(struct chunk) + 15) & ~15u };
static struct chunk *shared; // the chunk where the next small areas go

#ifdef __EMSCRIPTEN__
u64 literal_pages[65536 / 64];

static struct chunk *pages_take(u32 pages) {
  u8 *p = aligned_alloc(PAGE_BYTES, (size_t)pages << PAGE_SHIFT);
  if (!p) return NULL;
  for (u32 i = 0, first = (u32)((uintptr_t)p >> PAGE_SHIFT); i < pages; i++)
    literal_pages[(first + i) / 64] |= (u64)1 << (first + i) % 64;
  return (struct chunk *)(void *)p;
}

static void pages_give(struct chunk *c) {
  for (u32 i = 0, first = (u32)((uintptr_t)c >> PAGE_SHIFT), n = c->pages; i < n; i++)
    literal_pages[(first + i) / 64] &= ~((u64)1 << (first + i) % 64);
  free(c);
}

_Static_assert((int)PAGE_SHIFT == (int)LITERAL_PAGE_SHIFT, "pages of alloc.h");
#else
enum { REGION_PAGES = 16384 }; // 1 GB of address space
static u8 *region;             // aligned to PAGE_BYTES
static uintptr_t region_start; // equal to region; a plain number for the range test
static u8 page_used[REGION_PAGES];
static u32 page_hint;

static bool region_map(void) {
  size_t size = (size_t)(REGION_PAGES + 1) << PAGE_SHIFT;
  void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) return false;
  region_start = ((uintptr_t)p + PAGE_BYTES - 1) & ~(uintptr_t)(PAGE_BYTES - 1);
  region = (u8 *)region_start;
  return true;
}

static struct chunk *pages_take(u32 pages) {
  if (!region && !region_map()) return NULL;
  u32 run = 0;
  for (u32 i = page_hint; i < REGION_PAGES; i++) {
    run = page_used[i] ? 0 : run + 1;
    if (run < pages) continue;
    u32 first = i + 1 - pages;
    memset(page_used + first, 1, pages);
    if (first == page_hint) page_hint = i + 1;
    return (struct chunk *)(void *)(region + ((size_t)first << PAGE_SHIFT));
  }
  return NULL;
}

static void pages_give(struct chunk *c) {
  u32 first = (u32)(((uintptr_t)c - region_start) >> PAGE_SHIFT), pages = c->pages;
  memset(page_used + first, 0, pages);
  if (first < page_hint) page_hint = first;
  madvise(c, (size_t)pages << PAGE_SHIFT, MADV_DONTNEED);
}

bool literal_contains(uintptr_t address) {
  return address - region_start < ((uintptr_t)REGION_PAGES << PAGE_SHIFT) && region_start != 0;
}
#endif

void *literal_alloc(size_t size) {
  size_t rounded = (size + 15) & ~(size_t)15;
  if (!allowed(size) || rounded < size || rounded > ((size_t)1 << 30)) return NULL;
  struct chunk *c = rounded <= SHARED_MAX ? shared : NULL;
  if (!c || c->used + rounded > PAGE_BYTES) {
    u32 pages = (u32)((rounded + CHUNK_HEADER + PAGE_BYTES - 1) >> PAGE_SHIFT);
    c = pages_take(pages);
    if (!c) return NULL;
    c->pages = pages;
    c->areas = 0;
    c->used = CHUNK_HEADER;
    if (rounded <= SHARED_MAX) {
      struct chunk *old = shared;
      shared = c;
      if (old && old->areas == 0) pages_give(old);
    }
  }
  u8 *block = (u8 *)c + c->used;
  c->used += rounded;
  c->areas++;
  count(size, MEM_CODE);
  return block;
}

void literal_free(void *block, size_t size) {
  if (!block) return;
  struct chunk *c = (struct chunk *)((uintptr_t)block & ~(uintptr_t)(PAGE_BYTES - 1));
  live[MEM_CODE] -= size;
  live_total -= size;
  live_blocks--;
  if (--c->areas > 0) return;
  if (c == shared) c->used = CHUNK_HEADER;
  else pages_give(c);
}
