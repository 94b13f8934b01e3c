// SPDX-License-Identifier: Apache-2.0
// Deep copy between heaps (send, spawn, ETS, literals). Literals are shared, not copied; payloads of
// reference-counted binaries are retained, not copied. Iterative. Sharing inside a term is not kept, as in OTP.
#ifndef MEMORY_COPY_H
#define MEMORY_COPY_H

#include "term/heap.h"

size_t copy_size(term t);                    // words a copy needs (0 for immediates and literals)
term copy_term(struct heap *to, term t);     // to has at least copy_size(t) words free or may grow
// A copy in a block of its own: *frag receives it (NULL for immediates and literals). NV = out of memory.
// The fragment's KIND_REFC_BIN/MAGIC_REF objects are chained in *offheap.
term copy_to_frag(term t, struct frag **frag, term **offheap);
void frag_free(struct frag *f);                         // only the block
void offheap_release(term *first);                      // drops the references held by a chain
// The same of a term whose objects are all in from[0..words), and nothing else: a block is moved, not walked.
term copy_block(struct heap *to, const term *from, size_t words, term t);
void offheap_adopt(struct heap *to, term *p);            // p is a copy of a counted object: it takes a reference and joins to's chain
// Forces literals to be copied too (persistent_term erase, purge of a module's literals, ETS).
size_t copy_size_all(term t);
u64 copy_flat_words(term t);                 // the words of a term without sharing, {} has none; UINT64_MAX: no memory, or as many
term copy_term_all(struct heap *to, term t);
term copy_to_frag_all(term t, struct frag **frag, term **offheap); // for what no one marks literals in: kept terms
INLINE void frag_heap(struct heap *h, struct frag *f) {   // a heap that builds into an empty fragment
  memset(h, 0, sizeof *h);
  h->top = f->data;
  h->lim = f->data + f->words;
}
struct frag *frag_new(size_t words);         // NULL = out of memory

#endif
