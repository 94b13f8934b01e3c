// SPDX-License-Identifier: Apache-2.0
// Arithmetic on magnitudes: arrays of 32-bit limbs, the least significant first. Nothing here knows terms or signs.
// Lengths are counts of limbs; a number is "trimmed" when its top limb is not zero. A function that needs scratch
// memory returns false when there is none; its result is then unfinished. Called by the number*.c files and float_*.c.
#ifndef TERM_BIGINT_H
#define TERM_BIGINT_H

#include "base/bytes.h"

size_t bigint_trim(const u32 *a, size_t n);                           // n without the zero limbs at the top
u64 bigint_bits(const u32 *a, size_t n);                              // position of the highest set bit + 1
int bigint_compare(const u32 *a, size_t an, const u32 *b, size_t bn); // both trimmed; -1, 0 or 1

// r may be a or b. an >= bn; r gets an limbs; the function returns the carry (or borrow) out of the top.
u32 bigint_add(u32 *r, const u32 *a, size_t an, const u32 *b, size_t bn);
u32 bigint_sub(u32 *r, const u32 *a, size_t an, const u32 *b, size_t bn);

// By one limb, or by 0 to 31 bits; r may be a. Each returns what is carried out of r (for a division: the remainder).
u32 bigint_mul_small(u32 *r, const u32 *a, size_t n, u32 factor, u32 carry);
u32 bigint_div_small(u32 *q, const u32 *a, size_t n, u32 divisor);
u32 bigint_shl(u32 *r, const u32 *a, size_t n, u32 bits);
u32 bigint_shr(u32 *r, const u32 *a, size_t n, u32 bits);

// r gets an + bn limbs and must not overlap the factors. an, bn >= 1.
MUST_USE bool bigint_mul(u32 *r, const u32 *a, size_t an, const u32 *b, size_t bn);
// q gets an - bn + 1 limbs, r gets bn limbs; either may be NULL. b is trimmed, an >= bn >= 1.
MUST_USE bool bigint_divide(u32 *q, u32 *r, const u32 *a, size_t an, const u32 *b, size_t bn);

// The multiplication behind bigint_mul, for callers that have their own scratch memory: both factors have n limbs, and
// scratch has bigint_mul_scratch(n).
size_t bigint_mul_scratch(size_t n);
void bigint_mul_equal(u32 *r, const u32 *a, const u32 *b, size_t n, u32 *scratch);

// Text in a base from 2 to 36. bigint_print appends upper case digits, and "0" for zero. bigint_parse reads n valid
// digits into r, which has room for bigint_parse_limbs(n, base) limbs, and sets the limbs above the number to zero.
bool bigint_print(struct bytes *out, const u32 *a, size_t n, u32 base);
size_t bigint_parse_limbs(size_t digits, u32 base);
MUST_USE bool bigint_parse(u32 *r, const u8 *digits, size_t n, u32 base);
int bigint_digit(u8 c); // 0 to 35, or 36 when c is a digit in no base

#endif
