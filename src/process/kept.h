// SPDX-License-Identifier: Apache-2.0
// A kept term: a copy outside all heaps with a reference count. Exit reasons that pass through a chain of processes,
// tags of monitors and messages of timers are kept. Whoever holds a reference may read the value; nobody changes it.
#ifndef PROCESS_KEPT_H
#define PROCESS_KEPT_H

#include "memory/copy.h"

struct kept {
  term value;
  struct frag *frag;
  term *offheap;
  u32 refs;
};
MUST_USE struct kept *kept_new(term t); // a copy with one reference; NULL: no memory
void kept_release(struct kept *k);      // k may be NULL
INLINE struct kept *kept_retain(struct kept *k) {
  if (k) k->refs++;
  return k;
}

#endif
