// SPDX-License-Identifier: Apache-2.0
// Hashes: phash2/phash equal to OTP's, and the VM's own fast hash for maps and tables
// (equal for =:= terms; 1 and 1.0 differ).
#ifndef TERM_HASH_H
#define TERM_HASH_H

#include "term/heap.h"

u32 hash_phash2(term t); // full 32 bits; the BIF reduces to 27 bits or a range
// The same in portions. False: *s (NULL at the beginning) has what was done so far, for another call or hash_drop.
struct hashing;
bool hash_phash2_some(term t, struct hashing **s, i64 steps, u32 *hash);
void hash_drop(struct hashing *s);
u32 hash_phash(term t); // before "rem Range" and +1
u32 hash_term(term t);  // internal
INLINE u32 hash_u64(u64 v) {
  v ^= v >> 32;
  v *= 0xD6E8FEB86659FD93ull;
  v ^= v >> 32;
  return (u32)v;
}

#endif
