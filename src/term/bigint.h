// SPDX-License-Identifier: Apache-2.0
// Arithmetic on magnitudes: arrays of 32-bit limbs, least significant first. Knows no terms and no
// signs. Lengths are counts of limbs; "trimmed" means the top limb is not zero. Functions that need
// scratch memory return false when there is none, and have then not finished their result.
// Called by number.c, number_text.c and float_text.c.
#ifndef TERM_BIGINT_H
#define TERM_BIGINT_H

#include "base/bytes.h"

size_t bigint_trim(const u32 *a, size_t n);                           // n without the zero limbs at the top
u64 bigint_bits(const u32 *a, size_t n);                              // position of the highest set bit + 1
int bigint_compare(const u32 *a, size_t an, const u32 *b, size_t bn); // trimmed; -1 0 1

// r may be a or b. Needs an >= bn; r gets an limbs; the result is the carry (borrow) out.
u32 bigint_add(u32 *r, const u32 *a, size_t an, const u32 *b, size_t bn);
u32 bigint_sub(u32 *r, const u32 *a, size_t an, const u32 *b, size_t bn);

// By one limb or by 0..31 bits; r may be a. The result is what is carried out (or the remainder).
u32 bigint_mul_small(u32 *r, const u32 *a, size_t n, u32 factor, u32 carry);
u32 bigint_div_small(u32 *q, const u32 *a, size_t n, u32 divisor);
u32 bigint_shl(u32 *r, const u32 *a, size_t n, u32 bits);
u32 bigint_shr(u32 *r, const u32 *a, size_t n, u32 bits);

// r gets an + bn limbs and must not overlap the factors. an, bn >= 1.
MUST_USE bool bigint_mul(u32 *r, const u32 *a, size_t an, const u32 *b, size_t bn);
// q gets an - bn + 1 limbs, r gets bn limbs; either may be NULL. b trimmed, an >= bn >= 1.
MUST_USE bool bigint_divide(u32 *q, u32 *r, const u32 *a, size_t an, const u32 *b, size_t bn);

// The parts of bigint_mul for callers with scratch of their own: equal lengths, bigint_mul_scratch(n)
// limbs of scratch.
size_t bigint_mul_scratch(size_t n);
void bigint_mul_equal(u32 *r, const u32 *a, const u32 *b, size_t n, u32 *scratch);

// Text, base 2..36. Printing appends upper case digits, "0" for zero. Parsing reads n valid digits
// into r, which has room for bigint_parse_limbs(n, base), and zeroes the rest of it.
bool bigint_print(struct bytes *out, const u32 *a, size_t n, u32 base);
size_t bigint_parse_limbs(size_t digits, u32 base);
MUST_USE bool bigint_parse(u32 *r, const u8 *digits, size_t n, u32 base);
int bigint_digit(u8 c); // 0..35, or 36 for what is no digit in any base

#endif
