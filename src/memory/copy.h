// SPDX-License-Identifier: Apache-2.0
// Deep copies between heaps, for messages, spawn, ETS and literals. Literals are shared instead of copied, and so are
// the payloads of reference-counted binaries. Objects that occur several times in a term are copied several times, as
// in OTP. Nothing here recurses.
#ifndef MEMORY_COPY_H
#define MEMORY_COPY_H

#include "term/heap.h"

size_t copy_size(term t);                // words that a copy needs; 0 for immediate terms and literals
term copy_term(struct heap *to, term t); // to must have copy_size(t) free words, or be a heap that may grow
// A copy in a block of its own, *frag (NULL for immediate terms and literals). The reference-counted objects in it
// are chained in *offheap. NV: no memory.
term copy_to_frag(term t, struct frag **frag, term **offheap);
// Of a heap that no process has: frees its fragments; heap_discard drops its references too and leaves it empty.
void heap_free_fragments(struct heap *h);
void heap_discard(struct heap *h);
void frag_free(struct frag *f);    // frees the block only
void offheap_release(term *first); // drops the references that the objects of a chain hold
// Copies a term whose objects are exactly the words from[0..words): copies the block as a whole instead of walking
// the term.
term copy_block(struct heap *to, const term *from, size_t words, term t);
// p is a copy of a reference-counted object: takes a reference for it and chains it in to
void offheap_adopt(struct heap *to, term *p);
// The same functions, but literals are copied too: for ETS, for erased persistent terms, and for the literals of
// purged modules.
size_t copy_size_all(term t);
// Words of a term in which nothing is shared; {} takes none; UINT64_MAX: no memory, or at least so many.
u64 copy_flat_words(term t);
term copy_term_all(struct heap *to, term t);
// For terms in which nobody looks for literals: kept terms.
term copy_to_frag_all(term t, struct frag **frag, term **offheap);
INLINE void frag_heap(struct heap *h, struct frag *f) { // makes h build into the empty fragment f
  memset(h, 0, sizeof *h);
  h->top = f->data;
  h->lim = f->data + f->words;
}
struct frag *frag_new(size_t words); // NULL: no memory

#endif
