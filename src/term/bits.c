// SPDX-License-Identifier: Apache-2.0
// Bits at any alignment: copying, comparing, integer fields, half floats. Invariant: only bytes that hold the named
// bits are read or written, and neighbouring bits in shared bytes are kept. Called by everything that handles
// bitstrings.
#include "term/bits.h"

#include "base/alloc.h"
#include "term/bs_match.h"
#include "term/number.h"

// k (1..8) bits at bit offset sb (0..7) of p, right-aligned.
INLINE u32 take_bits(const u8 *p, u32 sb, u32 k) {
  u32 v = (u32)p[0] << 8;
  if (sb + k > 8) v |= p[1];
  return (v >> (16 - sb - k)) & (0xFFu >> (8 - k));
}

// Puts the low k bits of v at bit offset db of *p; db + k <= 8.
INLINE void place_bits(u8 *p, u32 db, u32 k, u32 v) {
  u32 shift = 8 - db - k, mask = (0xFFu >> (8 - k)) << shift;
  *p = (u8)((*p & ~mask) | (v << shift & mask));
}

void bits_copy(u8 *dst, u64 dst_bit, const u8 *src, u64 src_bit, u64 nbits) {
  dst += dst_bit >> 3;
  src += src_bit >> 3;
  u32 db = (u32)dst_bit & 7, sb = (u32)src_bit & 7;
  if (nbits == 0) return;
  if (db != 0) {
    u32 k = (u32)min_u64(8 - db, nbits);
    place_bits(dst, db, k, take_bits(src, sb, k));
    nbits -= k;
    sb += k;
    src += sb >> 3;
    sb &= 7;
    dst++;
  }
  size_t whole = (size_t)(nbits >> 3);
  u32 rest = (u32)nbits & 7;
  if (sb == 0) {
    if (whole > 0) memcpy(dst, src, whole);
  } else {
    u32 carry = whole > 0 ? src[0] : 0;
    for (size_t i = 0; i < whole; i++) {
      u32 next = src[i + 1];
      dst[i] = (u8)(carry << sb | next >> (8 - sb));
      carry = next;
    }
  }
  if (rest > 0) place_bits(dst + whole, 0, rest, take_bits(src + whole, sb, rest));
}

bool bits_equal(const u8 *a, u64 a_bit, const u8 *b, u64 b_bit, u64 nbits) {
  a += a_bit >> 3;
  b += b_bit >> 3;
  u32 ao = (u32)a_bit & 7, bo = (u32)b_bit & 7, rest = (u32)nbits & 7;
  size_t whole = (size_t)(nbits >> 3);
  if (ao == 0 && bo == 0) {
    if (whole > 0 && memcmp(a, b, whole) != 0) return false;
  } else {
    for (size_t i = 0; i < whole; i++)
      if (take_bits(a + i, ao, 8) != take_bits(b + i, bo, 8)) return false;
  }
  return rest == 0 || take_bits(a + whole, ao, rest) == take_bits(b + whole, bo, rest);
}

int bits_compare(const struct bits *a, const struct bits *b) {
  u64 common = min_u64(a->size, b->size);
  size_t whole = (size_t)(common >> 3);
  u32 rest = (u32)common & 7;
  if (a->offset == 0 && b->offset == 0) {
    int c = whole > 0 ? memcmp(a->data, b->data, whole) : 0;
    if (c != 0) return c < 0 ? -1 : 1;
  } else {
    for (size_t i = 0; i < whole; i++) {
      int d = (int)take_bits(a->data + i, a->offset, 8) - (int)take_bits(b->data + i, b->offset, 8);
      if (d != 0) return d < 0 ? -1 : 1;
    }
  }
  if (rest > 0) {
    int d = (int)take_bits(a->data + whole, a->offset, rest) - (int)take_bits(b->data + whole, b->offset, rest);
    if (d != 0) return d < 0 ? -1 : 1;
  }
  return a->size == b->size ? 0 : a->size < b->size ? -1 : 1;
}

// --- Integers ----------------------------------------------------------------------------------------
// A field of n bytes whose last byte may be partial. Big-endian: the most significant bits come first.
// Little-endian: the least significant byte comes first; the partial byte comes last and holds the most
// significant bits.

static term get_short(struct heap *h, const u8 *p, u32 nbits, u32 flags) {
  u32 n = (nbits + 7) / 8, pad = n * 8 - nbits;
  u64 v = 0;
  if (flags & BS_LITTLE) {
    for (u32 i = 0; i < n; i++) v |= (u64)(i + 1 == n ? p[i] >> pad : p[i]) << 8 * i;
  } else {
    for (u32 i = 0; i < n; i++) v = v << 8 | p[i];
    v >>= pad;
  }
  if (flags & BS_SIGNED) {
    i64 s = (i64)(v << (64 - nbits)) >> (64 - nbits);
    return fits_small(s) ? make_small(s) : int_from_i64(h, s);
  }
  return v <= (u64)SMALL_MAX ? make_small((i64)v) : int_from_u64(h, v);
}

term bits_get_integer(struct heap *h, const u8 *data, u64 bit, u64 nbits, u32 flags) {
  if (nbits == 0) return make_small(0);
  if (flags & BS_NATIVE) flags |= BS_LITTLE;
  data += bit >> 3;
  u32 offset = (u32)bit & 7;
  if (nbits <= 64) {
    u8 aligned[8];
    if (offset == 0) return get_short(h, data, (u32)nbits, flags);
    bits_copy(aligned, 0, data, offset, nbits);
    return get_short(h, aligned, (u32)nbits, flags);
  }
  u32 rest = (u32)nbits & 7;
  size_t n = (size_t)((nbits + 7) >> 3);
  if (offset == 0 && rest == 0) return int_from_bytes(h, data, n, (flags & BS_LITTLE) != 0, (flags & BS_SIGNED) != 0);
  u8 *tmp = mem_alloc(n, MEM_SYSTEM);
  if (!tmp) return NV;
  if (flags & BS_LITTLE) {
    bits_copy(tmp, 0, data, offset, nbits);
    if (rest > 0) {
      u8 top = (u8)(tmp[n - 1] >> (8 - rest));
      if (flags & BS_SIGNED && top >> (rest - 1) & 1) top |= (u8)(0xFFu << rest);
      tmp[n - 1] = top;
    }
  } else {
    // The bits are right-aligned, so that the partial byte comes first; the sign fills the rest of that byte.
    u32 pad = rest == 0 ? 0 : 8 - rest;
    tmp[0] = flags & BS_SIGNED && data[0] >> (7 - offset) & 1 ? 0xFF : 0;
    bits_copy(tmp, pad, data, offset, nbits);
  }
  term t = int_from_bytes(h, tmp, n, (flags & BS_LITTLE) != 0, (flags & BS_SIGNED) != 0);
  mem_free(tmp, n, MEM_SYSTEM);
  return t;
}

bool bits_put_integer(u8 *data, u64 bit, u64 nbits, u32 flags, term value) {
  if (nbits == 0) return true;
  if (flags & BS_NATIVE) flags |= BS_LITTLE;
  size_t n = (size_t)((nbits + 7) >> 3);
  u32 rest = (u32)nbits & 7;
  u8 small_bytes[64], *le = small_bytes;
  if (n > sizeof small_bytes) {
    le = mem_alloc(n, MEM_SYSTEM);
    if (!le) return false;
  }
  if (is_small(value) && n <= 8) {
    i64 v = small_val(value);
    for (size_t i = 0; i < n; i++, v >>= 8) le[i] = (u8)v;
  } else {
    int_twos_complement(value, le, n);
  }
  if (flags & BS_LITTLE) {
    if (rest > 0) le[n - 1] = (u8)(le[n - 1] << (8 - rest));
    bits_copy(data, bit, le, 0, nbits);
  } else {
    for (size_t i = 0; i < n / 2; i++) {
      u8 b = le[i];
      le[i] = le[n - 1 - i];
      le[n - 1 - i] = b;
    }
    bits_copy(data, bit, le, rest == 0 ? 0 : 8 - rest, nbits);
  }
  if (le != small_bytes) mem_free(le, n, MEM_SYSTEM);
  return true;
}

// --- Half floats ---------------------------------------------------------------------------------------

double half_to_double(u16 half) {
  u64 sign = (u64)(half >> 15) << 63, exponent = half >> 10 & 31, fraction = half & 0x3FF, out;
  if (exponent == 31) {
    out = sign | (u64)0x7FF << 52 | fraction << 42;
  } else if (exponent != 0) {
    out = sign | (exponent + 1023 - 15) << 52 | fraction << 42;
  } else {
    double d = (double)fraction / 16777216.0; // fraction * 2^-24
    return sign ? -d : d;
  }
  double d;
  memcpy(&d, &out, 8);
  return d;
}

u16 double_to_half(double d) {
  u64 in;
  memcpy(&in, &d, 8);
  u32 sign = (u32)(in >> 48) & 0x8000;
  int exponent = (int)(in >> 52 & 0x7FF) - 1023;
  u64 fraction = in & (((u64)1 << 52) - 1);
  if (exponent == 1024) return (u16)(sign | 0x7C00 | (fraction != 0 ? 0x200 : 0));
  if (exponent > 15) return (u16)(sign | 0x7C00);
  if (exponent < -25) return (u16)sign;
  // The significand with its hidden bit; 10 bits of the fraction are kept of it, fewer when the result is denormal.
  u64 significand = fraction | (u64)1 << 52;
  u32 drop = exponent >= -14 ? 42 : (u32)(42 + (-14 - exponent));
  u64 kept = significand >> drop, lost = significand & (((u64)1 << drop) - 1), tie = (u64)1 << (drop - 1);
  if (lost > tie || (lost == tie && (kept & 1))) kept++;
  // A carry out of the fraction increments the exponent, as it should.
  u32 base = exponent >= -14 ? (u32)(exponent + 14) << 10 : 0;
  return (u16)(sign | (base + (u32)kept));
}
