// SPDX-License-Identifier: Apache-2.0
// The only caller of malloc and free. Blocks are sized by their owner (free gets the size back), so
// counting costs no header. Every block has a tag; live bytes per tag are what erlang:memory reports
// and what the leak gates compare. A limit and fault injection make running out of memory testable.
#ifndef BASE_ALLOC_H
#define BASE_ALLOC_H

#include "base/base.h"

enum mem_tag {
  MEM_PROCESS, // process structures, links, monitors, tables of processes
  MEM_HEAP,    // process heaps, stacks, heap fragments, messages
  MEM_BINARY,  // reference-counted payloads, compiled match specifications
  MEM_ATOM,
  MEM_CODE,    // code, literals, exports, line tables
  MEM_ETS,
  MEM_SYSTEM,  // timers, event ring, buffers
  MEM_TAG_COUNT
};

// Returns NULL when the host has no more memory, the limit is reached or a failure is injected.
MUST_USE void *mem_alloc(size_t size, enum mem_tag tag);
MUST_USE void *mem_alloc_beyond(size_t size, enum mem_tag tag); // ignores limit and injected failures
MUST_USE void *mem_calloc(size_t size, enum mem_tag tag);
MUST_USE void *mem_realloc(void *block, size_t old_size, size_t size, enum mem_tag tag);
void mem_free(void *block, size_t size, enum mem_tag tag); // block may be NULL

u64 mem_live(enum mem_tag tag);   // bytes
u64 mem_live_total(void);
u64 mem_live_blocks(void);        // number of live blocks, for leak gates
void mem_set_limit(u64 bytes);    // 0: none
void mem_overdraft(u64 bytes);    // may be used beyond the limit from now on: for what soon gives memory back
void mem_fail_at(i64 n);          // the n-th allocation from now fails (tests); -1: never

// Literal areas: memory whose terms are shared by all processes and never moved or collected.
// literal_contains tells in a few instructions whether an address lies in one.
MUST_USE void *literal_alloc(size_t size);
void literal_free(void *block, size_t size);
bool literal_contains(uintptr_t address);

#endif
