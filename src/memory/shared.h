// SPDX-License-Identifier: Apache-2.0
// Terms seen as graphs: what occurs in several places is one object. For copies that keep it so, where a term is
// stored for long, and for the size of what a term really takes.
#ifndef MEMORY_SHARED_H
#define MEMORY_SHARED_H

#include "term/heap.h"

struct shared_object { term t; u32 next; u32 offset; }; // a chain by address; where its copy is, in words
struct shared {
  struct shared_object *items; // in the order they were found
  u32 n, cap;
  u32 *heads;
  u64 words;                   // of all together
  bool literals;               // literals count too
};
// Finds all objects of a term. False: no memory. shared_free is due in any case.
bool shared_find(struct shared *s, term t, bool literals);
// Copies the term they were found in to a heap that has s->words words of room.
term shared_copy(struct shared *s, struct heap *to, term t);
void shared_free(struct shared *s);
// The words of the term they were found in where nothing is shared, each {} a literal of no size; UINT64_MAX when they are
// more. Takes the time of the graph. False: no memory.
bool shared_flat_words(const struct shared *s, u64 *words);

#endif
