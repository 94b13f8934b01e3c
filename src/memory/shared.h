// SPDX-License-Identifier: Apache-2.0
// Terms seen as graphs: an object that occurs in several places is one node. Used for copies that keep this sharing,
// where a term is stored for long, and for the size that a term really has in memory.
#ifndef MEMORY_SHARED_H
#define MEMORY_SHARED_H

#include "term/heap.h"

// next is a chain by address; offset is where the copy is, in words
struct shared_object {
  term t;
  u32 next;
  u32 offset;
};
struct shared {
  struct shared_object *items; // the objects, in the order in which they were found
  u32 n, cap;
  u32 *heads;
  u64 words;     // words of all objects together
  bool literals; // literals are objects too (else they are left out)
};
// Finds all objects of a term. False: no memory. Call shared_free in any case.
bool shared_find(struct shared *s, term t, bool literals);
// Copies t, the term that s was made from, to a heap that has room for s->words words.
term shared_copy(struct shared *s, struct heap *to, term t);
void shared_free(struct shared *s);
// The words that the term would have without sharing; {} counts as a literal without size. UINT64_MAX: too many.
// Takes time in proportion to the graph, not to the answer. False: no memory.
bool shared_flat_words(const struct shared *s, u64 *words);

#endif
