// SPDX-License-Identifier: Apache-2.0
// Addition, shifts and multiplication of magnitudes. Multiplication is schoolbook for short factors and Karatsuba's for
// factors of KARATSUBA_MIN limbs and more; when the lengths differ, the longer factor is cut into pieces as long as the
// shorter one. Recursion is as deep as the logarithm of the length. Called through bigint.h.

#include "term/bigint.h"

#include "base/alloc.h"
#include "term/bigint_work.h"

enum { KARATSUBA_MIN = 40 }; // limbs; measured, natively and in wasm

size_t bigint_trim(const u32 *a, size_t n) {
  while (n && !a[n - 1]) n--;
  return n;
}

u64 bigint_bits(const u32 *a, size_t n) {
  n = bigint_trim(a, n);
  return n ? (u64)n * 32 - (u64)__builtin_clz(a[n - 1]) : 0;
}

int bigint_compare(const u32 *a, size_t an, const u32 *b, size_t bn) {
  if (an != bn) return an < bn ? -1 : 1;
  while (an--) {
    if (a[an] != b[an]) return a[an] < b[an] ? -1 : 1;
  }
  return 0;
}

u32 bigint_add(u32 *r, const u32 *a, size_t an, const u32 *b, size_t bn) {
  u64 carry = 0;
  size_t i = 0;
  for (; i < bn; i++) {
    carry += (u64)a[i] + b[i];
    r[i] = (u32)carry;
    carry >>= 32;
  }
  for (; i < an && carry; i++) {
    carry += a[i];
    r[i] = (u32)carry;
    carry >>= 32;
  }
  if (i < an && r != a) memmove(r + i, a + i, (an - i) * 4);
  return (u32)carry;
}

u32 bigint_sub(u32 *r, const u32 *a, size_t an, const u32 *b, size_t bn) {
  u64 borrow = 0;
  size_t i = 0;
  for (; i < bn; i++) {
    u64 d = (u64)a[i] - b[i] - borrow;
    r[i] = (u32)d;
    borrow = d >> 63;
  }
  for (; i < an && borrow; i++) {
    u64 d = (u64)a[i] - borrow;
    r[i] = (u32)d;
    borrow = d >> 63;
  }
  if (i < an && r != a) memmove(r + i, a + i, (an - i) * 4);
  return (u32)borrow;
}

u32 bigint_mul_small(u32 *r, const u32 *a, size_t n, u32 factor, u32 carry) {
  u64 t = carry;
  for (size_t i = 0; i < n; i++) {
    t += (u64)a[i] * factor;
    r[i] = (u32)t;
    t >>= 32;
  }
  return (u32)t;
}

u32 bigint_div_small(u32 *q, const u32 *a, size_t n, u32 divisor) {
  u64 rest = 0;
  while (n--) {
    rest = rest << 32 | a[n];
    u64 digit = rest / divisor;
    if (q) q[n] = (u32)digit;
    rest -= digit * divisor;
  }
  return (u32)rest;
}

u32 bigint_shl(u32 *r, const u32 *a, size_t n, u32 bits) {
  if (!bits) {
    memmove(r, a, n * 4);
    return 0;
  }
  u32 out = 0;
  for (size_t i = n; i-- > 0;) {
    u32 limb = a[i];
    if (i + 1 == n) out = limb >> (32 - bits);
    r[i] = limb << bits | (i ? a[i - 1] >> (32 - bits) : 0);
  }
  return out;
}

u32 bigint_shr(u32 *r, const u32 *a, size_t n, u32 bits) {
  if (!bits) {
    memmove(r, a, n * 4);
    return 0;
  }
  u32 out = n ? a[0] << (32 - bits) : 0;
  for (size_t i = 0; i < n; i++) r[i] = a[i] >> bits | (i + 1 < n ? a[i + 1] << (32 - bits) : 0);
  return out;
}

static void mul_school(u32 *r, const u32 *a, size_t an, const u32 *b, size_t bn) {
  r[an] = bigint_mul_small(r, a, an, b[0], 0);
  for (size_t j = 1; j < bn; j++) {
    u64 factor = b[j], t = 0;
    u32 *row = r + j;
    for (size_t i = 0; i < an; i++) {
      t += a[i] * factor + row[i];
      row[i] = (u32)t;
      t >>= 32;
    }
    row[an] = (u32)t;
  }
}

// r = |a - b| over n limbs; b has bn <= n limbs. Returns whether a < b.
static bool difference(u32 *r, const u32 *a, size_t n, const u32 *b, size_t bn) {
  if (!bigint_sub(r, a, n, b, bn)) return false;
  u64 carry = 1; // the result went below zero: negate
  for (size_t i = 0; i < n; i++) {
    carry += (u32)~r[i];
    r[i] = (u32)carry;
    carry >>= 32;
  }
  return true;
}

size_t bigint_mul_scratch(size_t n) { return n < KARATSUBA_MIN ? 0 : 3 * n + 128; }

// r = a * b, from the products of the halves, which lie in r: the lower halves have h limbs. mixed is the product of
// the differences, with the sign `negative`; middle is scratch memory.
static u32 combine(u32 *r, size_t n, size_t h, bool negative, const u32 *mixed, u32 *middle) {
  size_t top = n - h;
  middle[2 * h] = bigint_add(middle, r, 2 * h, r + 2 * h, 2 * top);
  if (negative) {
    middle[2 * h] += bigint_add(middle, middle, 2 * h, mixed, 2 * h);
  } else {
    middle[2 * h] -= bigint_sub(middle, middle, 2 * h, mixed, 2 * h);
  }
  size_t room = 2 * n - h, length = bigint_trim(middle, 2 * h + 1);
  bigint_add(r + h, r + h, room, middle, length < room ? length : room);
  return 0;
}

static u32 mul_halves(u32 *r, const u32 *a, const u32 *b, size_t n, u32 *scratch);

// a*b = z2*B^2h + (z2 + z0 - (a1-a0)(b1-b0))*B^h + z0
void bigint_mul_equal(u32 *r, const u32 *a, const u32 *b, size_t n, u32 *scratch) {
  if (n < KARATSUBA_MIN) {
    if (!bigint_work) mul_school(r, a, n, b, n);
    else (void)BIGINT_STEP(n * n, (mul_school(r, a, n, b, n), 0));
  } else if (bigint_work && n <= BIGINT_STEP_LIMBS) {
    (void)BIGINT_STEP(n * KARATSUBA_MIN * 4, mul_halves(r, a, b, n, scratch));
  } else {
    (void)mul_halves(r, a, b, n, scratch);
  }
}

static u32 mul_halves(u32 *r, const u32 *a, const u32 *b, size_t n, u32 *scratch) {
  size_t h = (n + 1) / 2, top = n - h;
  u32 *mixed = scratch, *rest = scratch + 2 * h;
  bool negative = BIGINT_STEP(n, difference(r, a, h, a + h, top) != difference(r + h, b, h, b + h, top));
  bigint_mul_equal(mixed, r, r + h, h, rest);
  if (bigint_paused()) return 0;
  bigint_mul_equal(r, a, b, h, rest);
  if (bigint_paused()) return 0;
  bigint_mul_equal(r + 2 * h, a + h, b + h, top, rest);
  (void)BIGINT_STEP(4 * n, combine(r, n, h, negative, mixed, rest));
  return 0;
}

// Cuts a into pieces of bn limbs, multiplies each by b, and adds the products up.
static void mul_pieces(u32 *r, const u32 *a, size_t an, const u32 *b, size_t bn, u32 *scratch) {
  u32 *product = scratch, *rest = scratch + 2 * bn;
  (void)BIGINT_STEP(an, (memset(r, 0, (an + bn) * 4), 0));
  for (size_t i = 0; i < an && !bigint_paused(); i += bn) {
    size_t piece = an - i < bn ? an - i : bn;
    if (piece == bn) {
      bigint_mul_equal(product, a + i, b, bn, rest);
    } else {
      (void)BIGINT_STEP(bn * piece, (mul_school(product, b, bn, a + i, piece), 0));
    }
    (void)BIGINT_STEP(bn, bigint_add(r + i, r + i, an + bn - i, product, bn + piece));
  }
}

// Multiplies by a short factor b, a part of the long factor a at a time.
static u32 mul_part(u32 *r, const u32 *a, size_t an, const u32 *b, size_t bn, size_t room, u32 *product) {
  mul_school(product, a, an, b, bn);
  return bigint_add(r, r, room, product, an + bn);
}
static bool mul_short(u32 *r, const u32 *a, size_t an, const u32 *b, size_t bn) {
  if (!bigint_work) {
    mul_school(r, a, an, b, bn);
    return true;
  }
  size_t part = BIGINT_STEP_PRODUCTS / bn;
  u32 *product = bigint_block(part + bn);
  if (!product) return false;
  (void)BIGINT_STEP(an, (memset(r, 0, (an + bn) * 4), 0));
  for (size_t i = 0; i < an && !bigint_paused(); i += part) {
    size_t n = an - i < part ? an - i : part;
    (void)BIGINT_STEP(n * bn, mul_part(r + i, a + i, n, b, bn, an + bn - i, product));
  }
  bigint_block_free(product, part + bn);
  return true;
}

// Multiplies the odd piece at the end of a; its length differs from that of b again.
static bool mul_unequal(u32 *r, const u32 *a, size_t an, const u32 *b, size_t bn, u32 *scratch) {
  size_t tail = an % bn;
  if (tail < KARATSUBA_MIN) {
    mul_pieces(r, a, an, b, bn, scratch);
    return true;
  }
  u32 *last = bigint_block(bn + tail);
  bool done = last && bigint_mul(last, b, bn, a + (an - tail), tail);
  if (done) {
    mul_pieces(r, a, an - tail, b, bn, scratch);
    (void)BIGINT_STEP(tail, (memset(r + an + bn - tail, 0, tail * 4), 0));
    (void)BIGINT_STEP(bn, bigint_add(r + an - tail, r + an - tail, bn + tail, last, bn + tail));
  }
  bigint_block_free(last, bn + tail);
  return done;
}

bool bigint_mul(u32 *r, const u32 *a, size_t an, const u32 *b, size_t bn) {
  if (an < bn) {
    const u32 *t = a;
    a = b, b = t;
    size_t n = an;
    an = bn, bn = n;
  }
  if (bn < KARATSUBA_MIN) return mul_short(r, a, an, b, bn);
  size_t scratch_limbs = bigint_mul_scratch(bn) + (an == bn ? 0 : 2 * bn);
  u32 *scratch = bigint_block(scratch_limbs);
  if (!scratch) return false;
  bool done = true;
  if (an == bn) bigint_mul_equal(r, a, b, an, scratch);
  else done = mul_unequal(r, a, an, b, bn, scratch);
  bigint_block_free(scratch, scratch_limbs);
  return done;
}
