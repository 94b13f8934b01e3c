// SPDX-License-Identifier: Apache-2.0
// What the files behind number.h share: an integer term seen as sign and limbs, and the building of
// one on a heap. An integer in range is always a small; a bignum's top word is never zero.
#ifndef TERM_INTEGER_H
#define TERM_INTEGER_H

#include "term/bigint.h"
#include "term/number.h"

// OTP's own limit, 524287 words of 64 bits: beyond it arithmetic raises system_limit.
enum { INTEGER_MAX_LIMBS = 2 * 524287 };

struct integer {
  const u32 *limb;
  size_t n; // trimmed; 0 for zero
  bool negative;
  u32 own[2]; // limbs of a small: the struct must stay where it is
};
void integer_view(struct integer *v, term t); // t is an integer

struct integer_build {
  term *p;
  u32 *limb;   // to be filled, all `room` of them
  size_t room; // limbs, at least as many as asked for, even
};
// False: too large or no memory; num_limit_hit is set then.
bool integer_begin(struct integer_build *b, struct heap *h, size_t limbs);
term integer_end(struct integer_build *b, struct heap *h, bool negative); // NV as above
term integer_abandon(struct integer_build *b, struct heap *h);            // gives the room back; NV, limit hit
term integer_limit(void);                                                 // NV, limit hit
term integer_from_limbs(struct heap *h, const u32 *limb, size_t n, bool negative);
term integer_from_double(struct heap *h, double d); // d is a whole number

#endif
