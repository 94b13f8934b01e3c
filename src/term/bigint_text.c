// SPDX-License-Identifier: Apache-2.0
// Digits of magnitudes in bases 2 to 36, both ways. For bases that are powers of two, bits are moved. For the others,
// numbers are divided into leaves of LEAF chunks (a chunk is the largest power of the base that fits a limb); printing
// halves numbers down to leaves, parsing pairs leaves up to numbers, level by level, with powers of the base that are
// squared from level to level. This is as fast as multiplication and needs no recursion. Called through bigint.h.

#include "term/bigint.h"

#include "base/alloc.h"
#include "term/bigint_work.h"

enum { LEAVES_AT_ONCE = 64, DIGITS_AT_ONCE = 1 << 16 }; // of one step
// A leaf is so many limbs; so many levels are enough for any address space.
enum { LEAF = 16, LEVELS = 40 };

struct radix {
  u32 base;
  u32 chunk; // base^digits, the largest power that fits a limb
  u32 digits;
  u32 bits; // log2(base) when that is exact, else 0
};
static struct radix radix_of(u32 base) {
  struct radix x = {base, base, 1, 0};
  while ((u64)x.chunk * base <= 0xFFFFFFFFu) x.chunk *= base, x.digits++;
  if (!(base & (base - 1))) x.bits = (u32)__builtin_ctz(base);
  return x;
}

int bigint_digit(u8 c) {
  if (c >= '0' && c <= '9') return c - '0';
  c |= 0x20;
  return c >= 'a' && c <= 'z' ? c - 'a' + 10 : 36;
}

static u8 digit_char(u32 d) { return (u8)(d < 10 ? '0' + d : 'A' + d - 10); }

// Prints the digits from..to of count digits in all.
static u32 print_bits(u8 *out, size_t from, size_t to, size_t count, const u32 *a, size_t n, u32 bits) {
  u64 at = (u64)(count - to) * bits;
  for (size_t i = to; i-- > from; at += bits) {
    size_t limb = (size_t)(at / 32);
    u64 window = a[limb] | (limb + 1 < n ? (u64)a[limb + 1] << 32 : 0);
    out[i] = digit_char((u32)(window >> (at % 32)) & ((1u << bits) - 1));
  }
  return 0;
}

// Writes exactly width digits, with zeros in front; destroys a.
static void print_leaf(u8 *out, size_t width, u32 *a, size_t n, const struct radix *x) {
  while (width) {
    n = bigint_trim(a, n);
    u32 chunk = n ? bigint_div_small(a, a, n, x->chunk) : 0;
    for (u32 i = 0; i < x->digits && width; i++) {
      out[--width] = digit_char(chunk % x->base);
      chunk /= x->base;
    }
  }
}

// The powers base^(digits of a leaf * 2^i); each is the square of the one before.
struct powers {
  u32 *limb[LEVELS];
  size_t n[LEVELS], size[LEVELS];
  u32 count;
};
static void powers_free(struct powers *p) {
  while (p->count) {
    p->count--;
    bigint_block_free(p->limb[p->count], p->size[p->count]);
  }
}
static u32 first_power(u32 *limb, size_t size, const struct radix *x) {
  memset(limb, 0, size * 4);
  limb[0] = x->chunk;
  for (size_t n = 1; n < LEAF; n++) limb[n] = bigint_mul_small(limb, limb, n, x->chunk, 0);
  return 0;
}
static bool powers_extend(struct powers *p, const struct radix *x) {
  u32 i = p->count;
  size_t size = i ? 2 * p->n[i - 1] : LEAF;
  u32 *limb = bigint_block(size);
  if (!limb) return false;
  p->limb[i] = limb;
  p->size[i] = size;
  p->count++;
  if (i) {
    if (!bigint_mul(limb, p->limb[i - 1], p->n[i - 1], p->limb[i - 1], p->n[i - 1])) return false;
  } else {
    (void)BIGINT_STEP(LEAF, first_power(limb, size, x));
  }
  p->n[i] = BIGINT_STEP(1, bigint_trim(limb, size));
  return true;
}

static u32 copy_limbs(u32 *to, size_t size, const u32 *from, size_t n) {
  memcpy(to, from, n * 4);
  memset(to + n, 0, (size - n) * 4);
  return 0;
}

// Divides a block of 2s limbs by power: the quotient goes to the upper s limbs, the remainder to the lower s.
static bool split_block(u32 *low, const u32 *block, size_t s, const u32 *power, size_t pn, u32 *q) {
  size_t n = BIGINT_STEP(1, bigint_trim(block, 2 * s));
  if (BIGINT_STEP(1, bigint_compare(block, n, power, pn) < 0)) {
    (void)BIGINT_STEP(2 * s, copy_limbs(low, 2 * s, block, n));
    return true;
  }
  (void)BIGINT_STEP(2 * s, (memset(low, 0, 2 * s * 4), 0));
  if (bigint_paused()) return true;
  if (!bigint_divide(q, low, block, n, power, pn)) return false;
  size_t qn = n - pn + 1;
  (void)BIGINT_STEP(s, (memcpy(low + s, q, (qn < s ? qn : s) * 4), 0));
  return true;
}

// How many blocks of s limbs one step handles; 0: each block takes steps of its own.
static size_t blocks_at_once(size_t blocks, size_t s) {
  if (!bigint_work) return blocks;
  return s > BIGINT_STEP_LIMBS / 2 ? 0 : BIGINT_STEP_PRODUCTS / (s * s) + 1;
}

static bool split_some(u32 *to, const u32 *from, size_t i, size_t end, size_t s, const u32 *power, size_t pn, u32 *q) {
  bool done = true;
  for (; i < end && done; i++) done = split_block(to + i * 2 * s, from + i * 2 * s, s, power, pn, q);
  return done;
}

static bool split_blocks(u32 *to, const u32 *from, size_t blocks, size_t s, const u32 *power, size_t pn, u32 *q) {
  size_t at_once = blocks_at_once(blocks, s), n = at_once ? at_once : 1;
  for (size_t i = 0; i < blocks && !bigint_paused(); i += n) {
    size_t end = i + n < blocks ? i + n : blocks;
    bool done;
    if (at_once) done = BIGINT_STEP(n * s * s, split_some(to, from, i, end, s, power, pn, q));
    else done = split_some(to, from, i, end, s, power, pn, q);
    if (!done) return bigint_paused();
  }
  return true;
}

static u32 print_leaves(u8 *out, size_t i, size_t end, size_t blocks, size_t width, u32 *a, const struct radix *x) {
  for (; i < end; i++) print_leaf(out + (blocks - 1 - i) * width, width, a + i * LEAF, LEAF, x);
  return 0;
}

// Prints a as width digits. False: no memory.
static bool print_levels(u8 *out, size_t leaf_width, const u32 *a, size_t n, const struct radix *x, struct powers *p) {
  size_t total = (size_t)LEAF << p->count, size = 3 * total + 2;
  u32 *memory = bigint_block(size);
  if (!memory) return false;
  u32 *from = memory, *to = memory + total, *q = to + total;
  (void)BIGINT_STEP(total, copy_limbs(from, total, a, n));
  bool done = true;
  size_t blocks = 1;
  for (u32 level = p->count; level-- > 0 && done; blocks *= 2) {
    done = split_blocks(to, from, blocks, (size_t)LEAF << level, p->limb[level], p->n[level], q);
    u32 *t = from;
    from = to, to = t;
  }
  for (size_t i = 0; i < blocks && done && !bigint_paused(); i += LEAVES_AT_ONCE) {
    size_t end = i + LEAVES_AT_ONCE < blocks ? i + LEAVES_AT_ONCE : blocks;
    (void)BIGINT_STEP((end - i) * LEAF * LEAF * 4, print_leaves(out, i, end, blocks, leaf_width, from, x));
  }
  bigint_block_free(memory, size);
  return done;
}

// Moves the digits at out + start to their final place: without leading zeros, but with at least one digit.
static u32 drop_zeros(struct bytes *out, size_t start, size_t width) {
  u8 *text = out->data + start;
  size_t zeros = 0;
  while (zeros + 1 < width && text[zeros] == '0') zeros++;
  memmove(text, text + zeros, width - zeros);
  out->len = start + width - zeros;
  return 0;
}

bool bigint_print(struct bytes *out, const u32 *a, size_t n, u32 base) {
  struct radix x = radix_of(base);
  n = bigint_trim(a, n);
  size_t start = BIGINT_STEP(1, out->len), width;
  if (x.bits) {
    width = (size_t)((bigint_bits(a, n) + x.bits - 1) / x.bits);
    if (!BIGINT_STEP(1, bytes_reserve(out, width ? width : 1) != NULL)) return bigint_paused();
    u8 *text = out->data + start;
    if (!width) text[0] = '0';
    for (size_t from = 0; from < width && !bigint_paused(); from += DIGITS_AT_ONCE) {
      size_t to = from + DIGITS_AT_ONCE < width ? from + DIGITS_AT_ONCE : width;
      (void)BIGINT_STEP(4 * (to - from), print_bits(text, from, to, width, a, n, x.bits));
    }
    return true;
  }
  if (n <= LEAF) {
    u32 copy[LEAF];
    memcpy(copy, a, n * 4);
    width = x.digits * (n + 1) + n; // a chunk takes at least 27.5 of a limb's 32 bits
    u8 *text = bytes_reserve(out, width);
    if (!text) return false;
    print_leaf(text, width, copy, n, &x);
    drop_zeros(out, start, width);
    return true;
  }
  struct powers p = {.count = 0};
  bool done = true;
  // The number must be below the square of the last power, which is at least 2^(32 * (its limbs - 1)).
  while (done && !bigint_paused() && (!p.count || n + 2 > 2 * p.n[p.count - 1])) done = powers_extend(&p, &x);
  if (bigint_paused()) return true;
  size_t leaf_width = (size_t)x.digits * LEAF;
  width = leaf_width << p.count;
  done = done && BIGINT_STEP(1, bytes_reserve(out, width) != NULL);
  if (bigint_paused()) return true;
  done = done && print_levels(out->data + start, leaf_width, a, n, &x, &p);
  powers_free(&p);
  if (!done) {
    out->failed = true;
    return false;
  }
  (void)BIGINT_STEP(width, drop_zeros(out, start, width));
  return true;
}

size_t bigint_parse_limbs(size_t digits, u32 base) {
  struct radix x = radix_of(base);
  if (x.bits) return (size_t)(((u64)digits * x.bits + 31) / 32) + 1;
  return digits / x.digits + 1;
}

// Adds the digits from..to of n digits to r.
static u32 parse_bits(u32 *r, const u8 *digits, size_t from, size_t to, size_t n, u32 bits) {
  u64 at = (u64)(n - to) * bits;
  for (size_t i = to; i-- > from; at += bits) {
    u64 window = (u64)bigint_digit(digits[i]) << (at % 32);
    r[at / 32] |= (u32)window;
    if (window >> 32) r[at / 32 + 1] |= (u32)(window >> 32);
  }
  return 0;
}

// Parses n digits into exactly rn limbs.
static void parse_leaf(u32 *r, size_t rn, const u8 *digits, size_t n, const struct radix *x) {
  size_t used = 0;
  while (n) {
    u32 take = n % x->digits ? (u32)(n % x->digits) : x->digits, factor = 1, value = 0;
    for (u32 i = 0; i < take; i++) {
      value = value * x->base + (u32)bigint_digit(*digits++);
      factor *= x->base;
    }
    n -= take;
    u32 carry = bigint_mul_small(r, r, used, factor, value);
    if (carry) r[used++] = carry;
  }
  memset(r + used, 0, (rn - used) * 4);
}

// Joins two neighbouring blocks: the block of 2s limbs becomes high * power + low.
static bool join_block(u32 *block, const u32 *low, bool has_high, size_t s, const u32 *power, size_t pn) {
  const u32 *high = low + s;
  size_t hn = has_high ? BIGINT_STEP(1, bigint_trim(high, s)) : 0;
  (void)BIGINT_STEP(2 * s, (memset(block, 0, 2 * s * 4), 0));
  if (hn && !bigint_paused() && !bigint_mul(block, high, hn, power, pn)) return false;
  (void)BIGINT_STEP(s, bigint_add(block, block, 2 * s, low, s));
  return true;
}

static bool join_some(u32 *to, const u32 *from, size_t i, size_t end, size_t blocks, size_t s, const u32 *power,
                      size_t pn) {
  bool done = true;
  for (; i < end && done; i += 2) done = join_block(to + i * s, from + i * s, i + 1 < blocks, s, power, pn);
  return done;
}

static bool join_blocks(u32 *to, const u32 *from, size_t blocks, size_t s, const u32 *power, size_t pn) {
  size_t at_once = 2 * blocks_at_once(blocks, s), n = at_once ? at_once : 2;
  for (size_t i = 0; i < blocks && !bigint_paused(); i += n) {
    size_t end = i + n < blocks ? i + n : blocks;
    bool done;
    if (at_once) done = BIGINT_STEP(n * s * s, join_some(to, from, i, end, blocks, s, power, pn));
    else done = join_some(to, from, i, end, blocks, s, power, pn);
    if (!done) return bigint_paused();
  }
  return true;
}

static u32 parse_leaves(u32 *r, size_t i, size_t end, const u8 *digits, size_t n, const struct radix *x) {
  size_t leaf_width = (size_t)x->digits * LEAF;
  for (; i < end; i++) {
    size_t last = n - i * leaf_width, width = last < leaf_width ? last : leaf_width;
    parse_leaf(r + i * LEAF, LEAF, digits + last - width, width, x);
  }
  return 0;
}

static void parse_all_bits(u32 *r, size_t rn, const u8 *digits, size_t n, u32 bits) {
  (void)BIGINT_STEP(rn, (memset(r, 0, rn * 4), 0));
  for (size_t from = 0; from < n && !bigint_paused(); from += DIGITS_AT_ONCE) {
    size_t to = from + DIGITS_AT_ONCE < n ? from + DIGITS_AT_ONCE : n;
    (void)BIGINT_STEP(4 * (to - from), parse_bits(r, digits, from, to, n, bits));
  }
}

bool bigint_parse(u32 *r, const u8 *digits, size_t n, u32 base) {
  struct radix x = radix_of(base);
  size_t rn = bigint_parse_limbs(n, base), leaf_width = (size_t)x.digits * LEAF;
  if (x.bits) {
    parse_all_bits(r, rn, digits, n, x.bits);
    return true;
  }
  if (n <= leaf_width) {
    parse_leaf(r, rn, digits, n, &x);
    return true;
  }
  size_t blocks = (n + leaf_width - 1) / leaf_width, total = LEAF;
  while (total < blocks * LEAF) total *= 2;
  u32 *memory = bigint_block(2 * total);
  if (!memory) return false;
  u32 *from = memory, *to = memory + total;
  for (size_t i = 0; i < blocks && !bigint_paused(); i += LEAVES_AT_ONCE) {
    size_t end = i + LEAVES_AT_ONCE < blocks ? i + LEAVES_AT_ONCE : blocks;
    (void)BIGINT_STEP((end - i) * LEAF * LEAF, parse_leaves(from, i, end, digits, n, &x));
  }
  struct powers p = {.count = 0};
  bool done = true;
  for (size_t s = LEAF; blocks > 1 && done && !bigint_paused(); s *= 2) {
    done = powers_extend(&p, &x);
    if (bigint_paused()) break;
    done = done && join_blocks(to, from, blocks, s, p.limb[p.count - 1], p.n[p.count - 1]);
    blocks = (blocks + 1) / 2;
    u32 *t = from;
    from = to, to = t;
  }
  if (done) (void)BIGINT_STEP(rn, copy_limbs(r, rn, from, rn < total ? rn : total));
  powers_free(&p);
  bigint_block_free(memory, 2 * total);
  return done;
}
