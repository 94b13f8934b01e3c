// SPDX-License-Identifier: Apache-2.0
// Hashes: phash2 and phash with OTP's values, and the VM's own fast hash for maps and tables (equal for terms that are
// =:=; 1 and 1.0 differ).
#ifndef TERM_HASH_H
#define TERM_HASH_H

#include "term/heap.h"

u32 hash_phash2(term t); // all 32 bits; the BIF reduces them to 27 bits or to a range
// The same in portions. *s is NULL at the beginning. When the call returns false, *s holds what was done so far: either
// call again with the same term, or give it to hash_drop.
struct hashing;
bool hash_phash2_some(term t, struct hashing **s, i64 steps, u32 *hash);
void hash_drop(struct hashing *s);
u32 hash_phash(term t); // the value before phash takes it modulo Range and adds 1
u32 hash_term(term t);  // the VM's own hash, for maps and tables
HOT_INLINE u32 hash_u64(u64 v) {
  v ^= v >> 32;
  v *= 0xD6E8FEB86659FD93ull;
  v ^= v >> 32;
  return (u32)v;
}

#endif
