// SPDX-License-Identifier: Apache-2.0
// Retired literal areas. They are sorted by address when marking begins. Called by bif/bif_keep.c, which knows
// where the words of processes are.
#include "memory/retire.h"

#include "base/alloc.h"
#include "memory/copy.h"

struct retired {
  uintptr_t start;
  size_t size;
  term *offheap;
  u64 since;   // retire_clock when the area was retired
  u64 payload; // bytes of binaries that its terms keep alive
  bool marked;
};
static struct {
  struct retired *areas;
  size_t n, cap;
  u64 bytes, bytes_after_sweep;
  u64 payload, payload_after_sweep; // of binaries that perhaps nothing else keeps alive
  uintptr_t low, high;              // all areas lie in [low, high)
} retired;

u64 retire_clock;

enum { SWEEP_MIN_BYTES = 1 << 20, SWEEP_MIN_PAYLOAD = 1 << 16, SWEEP_MIN_AREAS = 1024 };

static u64 payload_of(const term *offheap) {
  u64 bytes = 0;
  for (; offheap; offheap = (const term *)(uintptr_t)offheap[4])
    bytes += ((const struct refc *)(uintptr_t)offheap[3])->size;
  return bytes;
}

static void release(struct retired *r) {
  retired.payload -= r->payload;
  offheap_release(r->offheap);
  literal_free((void *)r->start, r->size);
  retired.bytes -= r->size;
}

static bool grow(void) {
  size_t cap = retired.cap ? retired.cap * 2 : 16;
  struct retired *areas = mem_realloc(retired.areas, retired.cap * sizeof *areas, cap * sizeof *areas, MEM_CODE);
  if (!areas) return false;
  retired.areas = areas;
  retired.cap = cap;
  return true;
}

void retire_literals(void *block, size_t size, term *offheap) {
  if (!block) return;
  // If there is no memory for the record, the area is never freed: a leak is better than a dangling term.
  if (retired.n == retired.cap && !grow()) return;
  u64 payload = payload_of(offheap);
  retired.areas[retired.n++] = (struct retired){(uintptr_t)block, size, offheap, retire_clock, payload, true};
  retired.bytes += size;
  retired.payload += payload;
}

bool retire_holds(uintptr_t address) {
  for (size_t i = 0; i < retired.n; i++)
    if (address - retired.areas[i].start < retired.areas[i].size) return retired.areas[i].since < retire_clock;
  return false;
}

bool retire_due(void) {
  return retired.bytes > SWEEP_MIN_BYTES + 2 * retired.bytes_after_sweep ||
         retired.payload > SWEEP_MIN_PAYLOAD + 2 * retired.payload_after_sweep ||
         (retired.n > SWEEP_MIN_AREAS && retired.bytes > 2 * retired.bytes_after_sweep);
}

// Heap sort: it needs no recursion and no libc.
static void sift(struct retired *a, size_t root, size_t n) {
  for (size_t child; (child = 2 * root + 1) < n; root = child) {
    if (child + 1 < n && a[child].start < a[child + 1].start) child++;
    if (a[root].start >= a[child].start) return;
    struct retired t = a[root];
    a[root] = a[child];
    a[child] = t;
  }
}

static void sort(struct retired *a, size_t n) {
  for (size_t i = n / 2; i > 0; i--) sift(a, i - 1, n);
  for (size_t end = n; end > 1; end--) {
    struct retired t = a[0];
    a[0] = a[end - 1];
    a[end - 1] = t;
    sift(a, 0, end - 1);
  }
}

void retire_mark_begin(void) {
  sort(retired.areas, retired.n);
  for (size_t i = 0; i < retired.n; i++) retired.areas[i].marked = false;
  retired.low = retired.n ? retired.areas[0].start : 0;
  retired.high = retired.n ? retired.areas[retired.n - 1].start + retired.areas[retired.n - 1].size : 0;
}

static void mark_address(uintptr_t address) {
  size_t low = 0, high = retired.n;
  while (high - low > 1) {
    size_t middle = (low + high) / 2;
    if (retired.areas[middle].start <= address) low = middle;
    else high = middle;
  }
  struct retired *r = &retired.areas[low];
  if (address - r->start < r->size) r->marked = true;
}

void retire_mark(const term *words, size_t n) {
  for (size_t i = 0; i < n; i++) {
    term t = words[i];
    if (is_immediate(t)) continue;
    uintptr_t address = (uintptr_t)(is_cons(t) ? cons_ptr(t) : boxed_ptr(t));
    if (address >= retired.low && address < retired.high) mark_address(address);
  }
}

void retire_sweep(void) {
  size_t kept = 0;
  for (size_t i = 0; i < retired.n; i++) {
    if (retired.areas[i].marked) retired.areas[kept++] = retired.areas[i];
    else release(&retired.areas[i]);
  }
  retired.n = kept;
  retired.bytes_after_sweep = retired.bytes;
  retired.payload_after_sweep = retired.payload;
}

void retire_free_all(void) {
  for (size_t i = 0; i < retired.n; i++) release(&retired.areas[i]);
  mem_free(retired.areas, retired.cap * sizeof *retired.areas, MEM_CODE);
  memset(&retired, 0, sizeof retired);
}
