// SPDX-License-Identifier: Apache-2.0
// Division of magnitudes: Knuth's algorithm D for short operands; for longer ones Burnikel and Ziegler's recursive
// division, which costs a few multiplications. All work happens in place on a copy of the dividend; both operands are
// shifted so that the divisor has its top bit set. Called through bigint.h.

#include "term/bigint.h"

#include "base/alloc.h"
#include "term/bigint_work.h"

enum { RECURSIVE_MIN = 80 }; // limbs of the divisor

// One digit of the quotient of a (bn + 1 limbs) by b, whose top bit is set; leaves the remainder in a.
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

// Digits from..to of the quotient of a by b; leaves the remainder in a.
static u32 knuth_digits(u32 *q, u32 *a, size_t from, size_t to, const u32 *b, size_t bn) {
  for (size_t j = to; j-- > from;) q[j] = knuth_digit(a + j, b, bn);
  return 0;
}
static void knuth(u32 *q, u32 *a, size_t an, const u32 *b, size_t bn) {
  size_t part = bigint_work ? BIGINT_STEP_PRODUCTS / bn + 1 : an - bn;
  for (size_t to = an - bn; to > 0 && !bigint_paused();) {
    size_t from = to > part ? to - part : 0;
    (void)BIGINT_STEP((to - from) * bn, knuth_digits(q, a, from, to, b, bn));
    to = from;
  }
}

static void divide_2_by_1(u32 *q, u32 *a, const u32 *b, size_t n, u32 *scratch);

// When the heads are equal, the digit is the largest there is.
static u32 largest_digit(u32 *q, u32 *a, const u32 *b, size_t h) {
  memset(q, 0xFF, h * 4);
  memset(a + 2 * h, 0, h * 4);
  a[2 * h] = bigint_add(a + h, a + h, h, b + h, h);
  return 0;
}

// Makes the quotient one less. Returns what is carried out of the remainder.
static u32 one_less(u32 *q, u32 *a, const u32 *b, size_t h) {
  static const u32 one = 1;
  bigint_sub(q, q, h, &one, 1);
  return bigint_add(a, a, 3 * h, b, 2 * h);
}

// Divides a (3h limbs, the top 2h of them below b) by b (2h limbs): q gets h limbs, the remainder is left in a.
static void divide_3_by_2(u32 *q, u32 *a, const u32 *b, size_t h, u32 *scratch) {
  if (BIGINT_STEP(1, bigint_compare(a + 2 * h, h, b + h, h) < 0)) {
    divide_2_by_1(q, a + h, b + h, h, scratch);
  } else {
    (void)BIGINT_STEP(h, largest_digit(q, a, b, h));
  }
  if (bigint_paused()) return;
  bigint_mul_equal(scratch, q, b, h, scratch + 2 * h);
  u32 below = BIGINT_STEP(3 * h, bigint_sub(a, a, 3 * h, scratch, 2 * h));
  while (below && !bigint_paused()) below -= BIGINT_STEP(3 * h, one_less(q, a, b, h)); // at most twice
}

static u32 divide_halves(u32 *q, u32 *a, const u32 *b, size_t n, u32 *scratch) {
  size_t h = n / 2;
  divide_3_by_2(q + h, a + h, b, h, scratch);
  if (!bigint_paused()) divide_3_by_2(q, a, b, h, scratch);
  return 0;
}

// Divides a (2n limbs, the top n of them below b) by b (n limbs): q gets n limbs, the remainder is left in a.
static void divide_2_by_1(u32 *q, u32 *a, const u32 *b, size_t n, u32 *scratch) {
  if (n % 2 || n < RECURSIVE_MIN) {
    knuth(q, a, 2 * n, b, n);
  } else if (bigint_work && n <= BIGINT_STEP_LIMBS) {
    (void)BIGINT_STEP(n * RECURSIVE_MIN * 4, divide_halves(q, a, b, n, scratch));
  } else {
    (void)divide_halves(q, a, b, n, scratch);
  }
}

// The plan of a division: the divisor gets zero limbs below until it has `length` limbs, which is a small number times
// a power of two, so that it can be halved evenly.
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
  for (size_t i = blocks - 1; i-- > 0 && !bigint_paused();) divide_2_by_1(q + i * n, a + i * n, b, n, scratch);
}

static u32 divide_small(u32 *q, u32 *r, const u32 *a, size_t an, u32 divisor) {
  u32 rest = bigint_div_small(q, a, an, divisor);
  if (r) r[0] = rest;
  return 0;
}

// Copies dividend and divisor, shifted so that the divisor has its top bit set.
static u32 prepare(u32 *copy, const u32 *a, size_t an, u32 *divisor, const u32 *b, size_t bn, u32 bits) {
  copy[an] = bigint_shl(copy, a, an, bits);
  bigint_shl(divisor, b, bn, bits);
  return 0;
}

// Copies the lowest `wanted` digits of a quotient that has `have` digits.
static u32 take_digits(u32 *q, size_t wanted, const u32 *digits, size_t have) {
  if (have > wanted) have = wanted;
  memcpy(q, digits, have * 4);
  memset(q + have, 0, (wanted - have) * 4);
  return 0;
}

bool bigint_divide(u32 *q, u32 *r, const u32 *a, size_t an, const u32 *b, size_t bn) {
  if (bn == 1) {
    (void)BIGINT_STEP(4 * an, divide_small(q, r, a, an, b[0]));
    return true;
  }
  struct plan plan = make_plan(an, bn);
  u32 bits = BIGINT_STEP(1, __builtin_clz(b[bn - 1]));
  size_t n = plan.length, blocks = (an + plan.pad + 1) / n + 1;
  size_t dividend = plan.recursive ? blocks * n : an + 1, quotient = dividend - n;
  size_t scratch = plan.recursive ? n + bigint_mul_scratch(n / 2) : 0;
  size_t total = dividend + n + quotient + scratch;
  u32 short_memory[256]; // the usual case needs no allocation
  bool is_short = total <= COUNT_OF(short_memory) && !bigint_work;
  u32 *memory = is_short ? short_memory : bigint_block(total);
  if (!memory) return false;
  u32 *copy = memory, *divisor = copy + dividend, *digits = divisor + n;
  (void)BIGINT_STEP(an, (memset(memory, 0, (dividend + n) * 4), 0));
  (void)BIGINT_STEP(an + bn, prepare(copy + plan.pad, a, an, divisor + plan.pad, b, bn, bits));
  if (plan.recursive) {
    divide_blocks(digits, copy, blocks, divisor, n, digits + quotient);
  } else {
    knuth(digits, copy, dividend, divisor, n);
  }
  if (q) (void)BIGINT_STEP(an, take_digits(q, an - bn + 1, digits, quotient));
  if (r) (void)BIGINT_STEP(bn, bigint_shr(r, copy + plan.pad, bn, bits));
  if (!is_short) bigint_block_free(memory, total);
  return true;
}
