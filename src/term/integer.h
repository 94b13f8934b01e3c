// SPDX-License-Identifier: Apache-2.0
// What the files behind number.h share: reading an integer term as a sign and limbs, and building one on a heap. An
// integer that fits a small is always a small, and the top word of a bignum is never zero.
#ifndef TERM_INTEGER_H
#define TERM_INTEGER_H

#include "term/bigint.h"
#include "term/number.h"

// OTP's own limit, 524287 words of 64 bits: beyond it, arithmetic raises system_limit.
enum { INTEGER_MAX_LIMBS = 2 * 524287 };

struct integer {
  const u32 *limb;
  size_t n; // trimmed; 0 for zero
  bool negative;
  u32 own[2]; // the limbs of a small, to which limb points: do not move the struct
};
void integer_view(struct integer *v, term t); // t is an integer

struct integer_build {
  term *p;
  u32 *limb;   // the caller fills all `room` limbs
  size_t room; // an even number, at least as many as asked for
};
// False: the integer is too large, or there is no memory; num_limit_hit() returns true then.
bool integer_begin(struct integer_build *b, struct heap *h, size_t limbs);
term integer_end(struct integer_build *b, struct heap *h, bool negative); // NV as above
term integer_abandon(struct integer_build *b, struct heap *h); // gives the room back and returns integer_limit()
term integer_limit(void);                                      // sets what num_limit_hit() tells and returns NV
term integer_from_limbs(struct heap *h, const u32 *limb, size_t n, bool negative);
term integer_from_double(struct heap *h, double d); // d is a whole number

#endif
