// SPDX-License-Identifier: Apache-2.0
// The getters of bs_match.h. Invariant: a failed match leaves the position as it was.
#include "term/bs_match.h"

#include "term/number.h"

term bs_start_match(struct heap *h, term t) {
  if (is_match_context(t)) return t;
  if (!is_bitstring(t)) return NV;
  u64 start, end;
  term whole = whole_of(t, &start, &end);
  term *p = heap_alloc(h, BS_CONTEXT_WORDS);
  p[0] = MAKE_HEADER(KIND_MATCH, BS_CONTEXT_WORDS - 1);
  p[1] = whole;
  p[2] = make_small((i64)start);
  p[3] = make_small((i64)end);
  return make_boxed(p);
}

term bs_get_integer(struct heap *h, term context, u64 bits, u32 flags) {
  if (bs_remaining_bits(context) < bits) return NV;
  term t = bits_get_integer(h, bs_data(context), bs_position_bits(context), bits, flags);
  if (t != NV) bs_advance(context, bits);
  return t;
}

// Copies the next n (at most 8) bytes, ordered so that the most significant one comes first; flags say how they lie.
static void get_bytes(term context, u8 *out, u32 n, u32 flags) {
  bits_copy(out, 0, bs_data(context), bs_position_bits(context), n * 8);
  if (!(flags & (BS_LITTLE | BS_NATIVE))) return;
  for (u32 i = 0; i < n / 2; i++) {
    u8 b = out[i];
    out[i] = out[n - 1 - i];
    out[n - 1 - i] = b;
  }
}

static u64 get_unsigned(term context, u32 n, u32 flags) {
  u8 bytes[8];
  u64 v = 0;
  get_bytes(context, bytes, n, flags);
  for (u32 i = 0; i < n; i++) v = v << 8 | bytes[i];
  return v;
}

term bs_get_float(struct heap *h, term context, u64 bits, u32 flags) {
  if (bits == 0) return float_make(h, 0.0);
  if ((bits != 16 && bits != 32 && bits != 64) || bs_remaining_bits(context) < bits) return NV;
  u64 v = get_unsigned(context, (u32)bits / 8, flags);
  double d;
  if (bits == 64) {
    memcpy(&d, &v, 8);
  } else if (bits == 32) {
    u32 w = (u32)v;
    float f;
    memcpy(&f, &w, 4);
    d = f;
  } else {
    d = half_to_double((u16)v);
  }
  if (d - d != 0) return NV; // infinity or NaN
  bs_advance(context, bits);
  return float_make(h, d);
}

static term view(struct heap *h, term context, u64 bits) {
  return binary_sub(h, boxed_ptr(context)[1], bs_position_bits(context), bits);
}

term bs_get_binary(struct heap *h, term context, u64 bits) {
  if (bs_remaining_bits(context) < bits) return NV;
  term t = view(h, context, bits);
  if (t != NV) bs_advance(context, bits);
  return t;
}

term bs_get_tail(struct heap *h, term context) { return view(h, context, bs_remaining_bits(context)); }

bool bs_match_string(term context, const u8 *bytes, u64 bits) {
  if (bs_remaining_bits(context) < bits || !bits_equal(bs_data(context), bs_position_bits(context), bytes, 0, bits))
    return false;
  bs_advance(context, bits);
  return true;
}

bool bs_match_value(term context, u32 bits, u64 value) {
  if (bs_remaining_bits(context) < bits) return false;
  u64 v;
  if (bits <= 57) {
    v = bs_peek(context, bits);
  } else {
    u8 bytes[8] = {0};
    bits_copy(bytes, 64 - bits, bs_data(context), bs_position_bits(context), bits);
    v = 0;
    for (u32 i = 0; i < 8; i++) v = v << 8 | bytes[i];
  }
  if (v != value) return false;
  bs_advance(context, bits);
  return true;
}

// --- UTF -----------------------------------------------------------------------------------------------

static bool is_character(u32 c) { return c <= 0x10FFFF && !(c >= 0xD800 && c <= 0xDFFF); }

term bs_get_utf8(term context) {
  u64 remaining = bs_remaining_bits(context), position = bs_position_bits(context);
  if (remaining < 8) return NV;
  u32 n = (u32)min_u64(remaining / 8, 4), c;
  u8 copied[4];
  const u8 *p = bs_data(context);
  if ((position & 7) == 0) {
    p += position >> 3;
  } else {
    bits_copy(copied, 0, p, position, n * 8);
    p = copied;
  }
  int used = utf8_decode(p, p + n, &c);
  if (used == 0) return NV;
  bs_advance(context, (u64)used * 8);
  return make_small(c);
}

term bs_get_utf16(term context, u32 flags) {
  if (bs_remaining_bits(context) < 16) return NV;
  u32 c = (u32)get_unsigned(context, 2, flags);
  if (is_character(c)) {
    bs_advance(context, 16);
    return make_small(c);
  }
  if (c >= 0xDC00 || bs_remaining_bits(context) < 32) return NV;
  bs_advance(context, 16);
  u32 low = (u32)get_unsigned(context, 2, flags);
  if (low < 0xDC00 || low > 0xDFFF) {
    bs_advance(context, (u64)-16);
    return NV;
  }
  bs_advance(context, 16);
  return make_small(0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00));
}

term bs_get_utf32(term context, u32 flags) {
  if (bs_remaining_bits(context) < 32) return NV;
  u32 c = (u32)get_unsigned(context, 4, flags);
  if (!is_character(c)) return NV;
  bs_advance(context, 32);
  return make_small(c);
}

bool bs_skip_utf8(term context) { return bs_get_utf8(context) != NV; }
bool bs_skip_utf16(term context, u32 flags) { return bs_get_utf16(context, flags) != NV; }
bool bs_skip_utf32(term context, u32 flags) { return bs_get_utf32(context, flags) != NV; }
