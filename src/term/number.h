// SPDX-License-Identifier: Apache-2.0
// Integers of any size and floats as Erlang defines them (reference manual, "Expressions"). Every function that can
// fail returns NV; for the operators this means badarith.
#ifndef TERM_NUMBER_H
#define TERM_NUMBER_H

#include "base/bytes.h"
#include "term/heap.h"

term int_from_i64(struct heap *h, i64 v);
term int_from_u64(struct heap *h, u64 v);
bool int_to_i64(term t, i64 *out); // false when not an integer or out of range
bool int_to_u64(term t, u64 *out);
// Little-endian or big-endian bytes to an integer and back, for the bit syntax, the external term format and
// binary:decode_unsigned.
term int_from_bytes(struct heap *h, const u8 *bytes, size_t n, bool little, bool is_signed);
size_t int_byte_size(term t); // length of the magnitude in bytes
INLINE bool int_is_negative(term t) {
  return is_small(t) ? small_val(t) < 0 : header_kind(boxed_header(t)) == KIND_BIG_NEG;
}
// The little-endian magnitude, padded with zeros or truncated to n bytes.
void int_magnitude_bytes(term t, u8 *out, size_t n);
void int_twos_complement(term t, u8 *out, size_t n); // little-endian two's complement, truncated to n bytes
double int_to_double(term t, bool *overflow);

term float_make(struct heap *h, double d);
term float_checked(struct heap *h, double d); // NV (badarith) for infinities and NaN

// Operators. The arguments are any terms. NV: badarith, or system_limit when num_limit_hit() returns true.
term num_add(struct heap *h, term a, term b);
term num_sub(struct heap *h, term a, term b);
term num_mul(struct heap *h, term a, term b);
term num_divide(struct heap *h, term a, term b); // '/'
term num_div(struct heap *h, term a, term b);
term num_rem(struct heap *h, term a, term b);
term num_band(struct heap *h, term a, term b);
term num_bor(struct heap *h, term a, term b);
term num_bxor(struct heap *h, term a, term b);
term num_bnot(struct heap *h, term a);
term num_bsl(struct heap *h, term a, term b);
term num_bsr(struct heap *h, term a, term b);
term num_neg(struct heap *h, term a);
term num_abs(struct heap *h, term a); // NV (badarg) when a is no number
term num_trunc(struct heap *h, term a);
term num_round(struct heap *h, term a);
term num_floor(struct heap *h, term a);
term num_ceil(struct heap *h, term a);
bool num_limit_hit(void); // whether the last NV meant system_limit; resets the answer

int num_compare(term a, term b); // -1, 0 or 1 by value; integers and floats are compared exactly
int int_compare(term a, term b);

// Text.
void num_print_int(struct bytes *out, term t, u32 base); // base 2 to 36, upper case digits
void num_print_float(struct bytes *out, double d);       // the shortest text, as float_to_list(F, [short]) gives
void num_print_float_scientific(struct bytes *out, double d, int decimals); // as float_to_list(F, [{scientific, N}])
bool num_print_float_decimals(struct bytes *out, double d, int decimals, bool compact);
term num_parse_int(struct heap *h, const u8 *text, size_t n, u32 base); // a sign is allowed; NV when malformed
bool num_parse_float(const u8 *text, size_t n, double *out);            // Erlang float syntax

#endif
