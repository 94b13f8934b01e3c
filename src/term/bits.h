// SPDX-License-Identifier: Apache-2.0
// Bits in memory: where the bits of a bitstring term are, and conversion between integers and bit fields. Only
// bits_get_integer allocates heap words. Used by binary.c, bs_match.c and bs_build.c.
#ifndef TERM_BITS_H
#define TERM_BITS_H

#include "term/binary.h"

// The bytes of a whole binary (KIND_HEAP_BIN or KIND_REFC_BIN).
INLINE u8 *whole_bytes(term whole) {
  term *p = boxed_ptr(whole);
  if (header_kind(*p) == KIND_HEAP_BIN) return (u8 *)(p + 2);
  return ((struct refc *)(uintptr_t)p[3])->data + p[2];
}
INLINE struct refc *refc_of(term whole) { return (struct refc *)(uintptr_t)boxed_ptr(whole)[3]; }
// The whole binary that a bitstring refers to, and the range [*start, *end) of its bits that the bitstring shows.
INLINE term whole_of(term t, u64 *start, u64 *end) {
  term *p = boxed_ptr(t);
  if (header_kind(*p) == KIND_SUB_BIN) {
    *start = (u64)small_val(p[2]);
    *end = *start + (u64)small_val(p[3]);
    return p[1];
  }
  *start = 0;
  *end = p[1] * 8;
  return t;
}

bool bits_equal(const u8 *a, u64 a_bit, const u8 *b, u64 b_bit, u64 nbits);
// The integer in a field of nbits at position bit; flags are BS_LITTLE and BS_SIGNED. NV: no memory.
term bits_get_integer(struct heap *h, const u8 *data, u64 bit, u64 nbits, u32 flags);
// Stores an integer term, which the caller has checked, into such a field. False: no memory.
bool bits_put_integer(u8 *data, u64 bit, u64 nbits, u32 flags, term value);
double half_to_double(u16 half);
u16 double_to_half(double d); // rounds to nearest even; infinity when d is too large

#endif
