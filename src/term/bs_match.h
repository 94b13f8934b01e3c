// SPDX-License-Identifier: Apache-2.0
// Matching for the bit syntax. A match context (KIND_MATCH) refers to a whole binary and holds a position and an end,
// both in bits of that binary; only the position ever changes. A getter that succeeds takes its bits and moves the
// position; one that fails returns NV or false and leaves the position alone. Contexts hold no addresses, so they stay
// valid across collections. Called by the interpreter.
#ifndef TERM_BS_MATCH_H
#define TERM_BS_MATCH_H

#include "term/binary.h"
#include "term/bits.h"

// The numbers of BEAM files; all our hosts are little-endian.
enum bs_flags { BS_LITTLE = 2, BS_SIGNED = 4, BS_NATIVE = 16 };

// Makes a context at the start of a bitstring. Given a context, returns that context with its position unchanged. NV:
// the term is neither. Needs BS_CONTEXT_WORDS words.
enum { BS_CONTEXT_WORDS = 4 };
term bs_start_match(struct heap *h, term binary_or_ctx);

INLINE bool is_match_context(term t) { return is_kind(t, KIND_MATCH); }
INLINE u64 bs_position_bits(term context) { return (u64)small_val(boxed_ptr(context)[2]); }
INLINE u64 bs_end_bits(term context) { return (u64)small_val(boxed_ptr(context)[3]); }
INLINE u64 bs_remaining_bits(term context) { return (u64)((i64)(boxed_ptr(context)[3] - boxed_ptr(context)[2]) >> 4); }
INLINE void bs_advance(term context, u64 bits) { boxed_ptr(context)[2] += (term)(bits << 4); }
// The instructions bs_get_position and bs_set_position: a position is an opaque small integer.
INLINE term bs_get_position(term context) { return boxed_ptr(context)[2]; }
INLINE void bs_set_position(term context, term position) { boxed_ptr(context)[2] = position; }
INLINE const u8 *bs_data(term context) { return whole_bytes(boxed_ptr(context)[1]); }

INLINE bool bs_test_tail(term context, u64 bits) { return bs_remaining_bits(context) == bits; }
INLINE bool bs_test_unit(term context, u32 unit) { return bs_remaining_bits(context) % unit == 0; }
INLINE bool bs_skip(term context, u64 bits) {
  if (bs_remaining_bits(context) < bits) return false;
  bs_advance(context, bits);
  return true;
}

term bs_get_integer(struct heap *h, term context, u64 bits, u32 flags);
// 16, 32 or 64 bits; infinities and NaN do not match.
term bs_get_float(struct heap *h, term context, u64 bits, u32 flags);
term bs_get_binary(struct heap *h, term context, u64 bits);
term bs_get_tail(struct heap *h, term context);                // the rest; does not move the position
bool bs_match_string(term context, const u8 *bytes, u64 bits); // the instruction bs_match_string
// The command '=:=' of bs_match: the next bits (at most 64), big-endian and unsigned, are value.
bool bs_match_value(term context, u32 bits, u64 value);
term bs_get_utf8(term context); // a small
term bs_get_utf16(term context, u32 flags);
term bs_get_utf32(term context, u32 flags);
bool bs_skip_utf8(term context);
bool bs_skip_utf16(term context, u32 flags);
bool bs_skip_utf32(term context, u32 flags);

// Size * Unit in bits, for a segment whose size is evaluated. False: size is not a non-negative integer, or is larger
// than any binary, so that nothing can match.
INLINE bool bs_match_size(term size, u32 unit, u64 *bits) {
  if (!is_small(size) || (i64)size < 0 || small_val(size) > ((i64)1 << 40)) return false;
  *bits = (u64)small_val(size) * unit;
  return true;
}

// The next bits, at most 57, as an unsigned big-endian number. Checks nothing and does not move the position: the
// caller has made sure that the bits are there (ensure_* of bs_match). Reads only bytes that hold some of them.
INLINE u64 bs_peek(term context, u32 bits) {
  u64 position = bs_position_bits(context);
  const u8 *p = bs_data(context) + (position >> 3);
  u32 offset = (u32)position & 7, need = (offset + bits + 7) >> 3;
  u64 v = 0;
  for (u32 i = 0; i < need; i++) v = v << 8 | p[i];
  v >>= need * 8 - offset - bits;
  return bits == 0 ? 0 : v & (~(u64)0 >> (64 - bits));
}

// Unsigned big-endian integers of 8, 16 and 32 bits have functions of their own, because parsers read them most.
INLINE term bs_get_u8(term context) {
  if (UNLIKELY(bs_remaining_bits(context) < 8)) return NV;
  u64 position = bs_position_bits(context);
  const u8 *p = bs_data(context) + (position >> 3);
  u32 offset = (u32)position & 7;
  bs_advance(context, 8);
  if (LIKELY(offset == 0)) return make_small(p[0]);
  return make_small(((p[0] << 8 | p[1]) >> (8 - offset)) & 0xFF);
}
INLINE term bs_get_u16(term context) {
  if (UNLIKELY(bs_remaining_bits(context) < 16)) return NV;
  term v = make_small((i64)bs_peek(context, 16));
  bs_advance(context, 16);
  return v;
}
INLINE term bs_get_u32(term context) {
  if (UNLIKELY(bs_remaining_bits(context) < 32)) return NV;
  term v = make_small((i64)bs_peek(context, 32));
  bs_advance(context, 32);
  return v;
}

#endif
