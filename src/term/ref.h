// SPDX-License-Identifier: Apache-2.0
// Local references: unique numbers of 96 bits. The first 64 bits identify a reference inside this VM.
#ifndef TERM_REF_H
#define TERM_REF_H

#include "term/heap.h"

enum { REF_WORDS = 3, MAGIC_REF_WORDS = 5, REF_LOW_BITS = 18 };
void ref_init(u64 seed);
term ref_new(struct heap *h);
u64 ref_next_id(void);                                 // a unique id without building a term
term ref_from_id(struct heap *h, u64 id);              // the reference with this id
term ref_magic(struct heap *h, struct refc *resource); // the new reference takes over one reference to the resource
term ref_magic_as(struct heap *h, struct refc *resource, u64 id); // the same, with an id of ref_next_id
struct refc *ref_resource(term ref);                              // NULL: it has no resource
// The id of a local reference. Its first 32-bit number holds REF_LOW_BITS bits of it, the others all of theirs.
INLINE u64 ref_id(term ref) {
  const term *p = boxed_ptr(ref);
  return (p[1] & ((1u << REF_LOW_BITS) - 1)) | (p[1] >> 32) << REF_LOW_BITS | p[2] << (REF_LOW_BITS + 32);
}

#endif
