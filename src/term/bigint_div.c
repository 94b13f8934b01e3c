// SPDX-License-Identifier: Apache-2.0
// Division of magnitudes: Knuth's algorithm D for short operands, Burnikel and Ziegler's recursive
// division above, which costs a few multiplications. All work happens in place on a shifted copy of
// the dividend, whose divisor has its top bit set. Called through bigint.h.

#include "term/bigint.h"

#include "base/alloc.h"

enum { RECURSIVE_MIN = 80 }; // limbs of the divisor

// One digit of the quotient of a (bn + 1 limbs) by b, whose top bit is set; a becomes the rest.
static u32 knuth_digit(u32 *a, const u32 *b, size_t bn) {
  u64 head = (u64)a[bn] << 32 | a[bn - 1], digit, rest;
  if (a[bn] >= b[bn - 1]) {
    digit = 0xFFFFFFFFu;
    rest = head - digit * b[bn - 1];
  } else {
    digit = head / b[bn - 1];
    rest = head - digit * b[bn - 1];
  }
  while (rest <= 0xFFFFFFFFu && digit * b[bn - 2] > (rest << 32 | a[bn - 2])) {
    digit--;
    rest += b[bn - 1];
  }
  u64 carry = 0, borrow = 0;
  for (size_t i = 0; i < bn; i++) {
    carry += digit * b[i];
    u64 d = (u64)a[i] - (u32)carry - borrow;
    a[i] = (u32)d;
    borrow = d >> 63;
    carry >>= 32;
  }
  u64 d = (u64)a[bn] - carry - borrow;
  a[bn] = (u32)d;
  if (d >> 63) { // one too large, rarely
    digit--;
    a[bn] += bigint_add(a, a, bn, b, bn);
  }
  return (u32)digit;
}

// a (an limbs, its top bn ones below b) divided by b: q gets an - bn limbs, the rest is left in a.
static void knuth(u32 *q, u32 *a, size_t an, const u32 *b, size_t bn) {
  for (size_t j = an - bn; j-- > 0;) q[j] = knuth_digit(a + j, b, bn);
}

static void divide_2_by_1(u32 *q, u32 *a, const u32 *b, size_t n, u32 *scratch);

// a (3h limbs, its top 2h below b) by b (2h limbs); q gets h limbs, the rest is left in a.
static void divide_3_by_2(u32 *q, u32 *a, const u32 *b, size_t h, u32 *scratch) {
  if (bigint_compare(a + 2 * h, h, b + h, h) < 0) {
    divide_2_by_1(q, a + h, b + h, h, scratch);
  } else { // equal heads: the digit is the largest there is
    memset(q, 0xFF, h * 4);
    memset(a + 2 * h, 0, h * 4);
    a[2 * h] = bigint_add(a + h, a + h, h, b + h, h);
  }
  bigint_mul_equal(scratch, q, b, h, scratch + 2 * h);
  u32 below = bigint_sub(a, a, 3 * h, scratch, 2 * h);
  static const u32 one = 1;
  while (below) { // at most twice
    bigint_sub(q, q, h, &one, 1);
    below -= bigint_add(a, a, 3 * h, b, 2 * h);
  }
}

// a (2n limbs, its top n below b) by b (n limbs); q gets n limbs, the rest is left in a.
static void divide_2_by_1(u32 *q, u32 *a, const u32 *b, size_t n, u32 *scratch) {
  if (n % 2 || n < RECURSIVE_MIN) {
    knuth(q, a, 2 * n, b, n);
    return;
  }
  size_t h = n / 2;
  divide_3_by_2(q + h, a + h, b, h, scratch);
  divide_3_by_2(q, a, b, h, scratch);
}

// The plan of a division: the divisor is padded below with zero limbs to `length` limbs, a small
// number times a power of two, so that it halves evenly.
struct plan {
  size_t length, pad;
  bool recursive;
};
static struct plan make_plan(size_t an, size_t bn) {
  struct plan p = {bn, 0, bn >= RECURSIVE_MIN && an - bn >= RECURSIVE_MIN / 2};
  if (!p.recursive) return p;
  size_t unit = 1;
  while (bn / unit >= RECURSIVE_MIN) unit *= 2;
  p.length = (bn + unit - 1) / unit * unit;
  p.pad = p.length - bn;
  return p;
}

static void divide_blocks(u32 *q, u32 *a, size_t blocks, const u32 *b, size_t n, u32 *scratch) {
  for (size_t i = blocks - 1; i-- > 0;) divide_2_by_1(q + i * n, a + i * n, b, n, scratch);
}

bool bigint_divide(u32 *q, u32 *r, const u32 *a, size_t an, const u32 *b, size_t bn) {
  if (bn == 1) {
    u32 rest = bigint_div_small(q, a, an, b[0]);
    if (r) r[0] = rest;
    return true;
  }
  struct plan plan = make_plan(an, bn);
  u32 bits = (u32)__builtin_clz(b[bn - 1]);
  size_t n = plan.length, blocks = (an + plan.pad + 1) / n + 1;
  size_t dividend = plan.recursive ? blocks * n : an + 1, quotient = dividend - n;
  size_t scratch = plan.recursive ? n + bigint_mul_scratch(n / 2) : 0;
  size_t total = dividend + n + quotient + scratch;
  u32 short_memory[256]; // the usual case needs no allocation
  u32 *memory = short_memory;
  if (total > COUNT_OF(short_memory) && !(memory = mem_alloc(total * 4, MEM_SYSTEM))) return false;
  u32 *copy = memory, *divisor = copy + dividend, *digits = divisor + n;
  memset(memory, 0, (dividend + n) * 4);
  copy[plan.pad + an] = bigint_shl(copy + plan.pad, a, an, bits);
  bigint_shl(divisor + plan.pad, b, bn, bits);
  if (plan.recursive) {
    divide_blocks(digits, copy, blocks, divisor, n, digits + quotient);
  } else {
    knuth(digits, copy, dividend, divisor, n);
  }
  if (q) {
    size_t wanted = an - bn + 1, have = wanted < quotient ? wanted : quotient;
    memcpy(q, digits, have * 4);
    memset(q + have, 0, (wanted - have) * 4);
  }
  if (r) bigint_shr(r, copy + plan.pad, bn, bits);
  if (memory != short_memory) mem_free(memory, total * 4, MEM_SYSTEM);
  return true;
}
