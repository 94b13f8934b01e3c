// SPDX-License-Identifier: Apache-2.0
// The allocator: only alloc.c calls malloc and free. The owner of a block gives its size when it frees it, so
// counting needs no header. Every block has a tag; the live bytes of each tag are what erlang:memory reports and what
// the tests for leaks compare. A limit and injected failures make it possible to test what happens when memory runs
// out.
#ifndef BASE_ALLOC_H
#define BASE_ALLOC_H

#include "base/base.h"

enum mem_tag {
  MEM_PROCESS, // process structures, links, monitors, tables of processes
  MEM_HEAP,    // process heaps, stacks, heap fragments, messages
  MEM_BINARY,  // reference-counted payloads, compiled match specifications
  MEM_ATOM,
  MEM_CODE, // code, literals, exports, line tables
  MEM_ETS,
  MEM_SYSTEM, // timers, event ring, buffers
  MEM_TAG_COUNT
};

// Answers NULL when the host has no more memory, the limit is reached, or a test has injected a failure.
MUST_USE void *mem_alloc(size_t size, enum mem_tag tag);
MUST_USE void *mem_alloc_beyond(size_t size, enum mem_tag tag); // the same without the limit and injected failures
MUST_USE void *mem_calloc(size_t size, enum mem_tag tag);
MUST_USE void *mem_realloc(void *block, size_t old_size, size_t size, enum mem_tag tag);
void mem_free(void *block, size_t size, enum mem_tag tag); // block may be NULL

u64 mem_live(enum mem_tag tag); // bytes
u64 mem_live_total(void);
u64 mem_live_blocks(void);     // number of live blocks, for tests for leaks
void mem_set_limit(u64 bytes); // 0: no limit
// So many bytes may be used beyond the limit from now on, for what soon gives memory back; 0 ends that.
void mem_overdraft(u64 bytes);
enum { MEM_OVERDRAFT = 1 << 16 }; // for what is sent to, or in the name of, a process that is out of memory
void mem_fail_at(i64 n);          // tests: the n-th allocation from now fails; -1: none does

// Literal areas: memory for terms that all processes share and that is never moved or collected. literal_contains
// tells in a few instructions whether an address lies in one.
MUST_USE void *literal_alloc(size_t size);
void literal_free(void *block, size_t size);
#ifdef __EMSCRIPTEN__
enum { LITERAL_PAGE_SHIFT = 16 };
extern u64 literal_pages[65536 / 64]; // a bit for each page of wasm's address space
// Here, not in alloc.c: the collector asks it of each pointer that it meets.
INLINE bool literal_contains(uintptr_t address) {
  uintptr_t page = address >> LITERAL_PAGE_SHIFT;
  return literal_pages[page >> 6] >> (page & 63) & 1;
}
#else
bool literal_contains(uintptr_t address);
#endif

#endif
