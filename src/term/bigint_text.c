// SPDX-License-Identifier: Apache-2.0
// Digits of magnitudes in bases 2..36, both ways. Bases that are powers of two move bits; the others
// go by leaves of LEAF chunks (a chunk is the largest power of the base in a limb), halved or paired
// level by level with the powers of the base squared each time: as fast as multiplication, without
// recursion. Called through bigint.h.

#include "term/bigint.h"

#include "base/alloc.h"

enum { LEAF = 16, LEVELS = 40 }; // limbs of a leaf; levels enough for any address space

struct radix {
  u32 base;
  u32 chunk;  // base^digits, the largest that fits a limb
  u32 digits;
  u32 bits;   // log2(base) when that is exact, else 0
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

static void print_bits(u8 *out, size_t count, const u32 *a, size_t n, u32 bits) {
  u64 at = 0;
  for (size_t i = count; i-- > 0; at += bits) {
    size_t limb = (size_t)(at / 32);
    u64 window = a[limb] | (limb + 1 < n ? (u64)a[limb + 1] << 32 : 0);
    out[i] = digit_char((u32)(window >> (at % 32)) & ((1u << bits) - 1));
  }
}

// Writes exactly width digits, zeros in front; a is destroyed.
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

// The powers base^(digits of a leaf * 2^i), each by squaring the one before.
struct powers {
  u32 *limb[LEVELS];
  size_t n[LEVELS], size[LEVELS];
  u32 count;
};
static void powers_free(struct powers *p) {
  while (p->count) {
    p->count--;
    mem_free(p->limb[p->count], p->size[p->count] * 4, MEM_SYSTEM);
  }
}
static bool powers_extend(struct powers *p, const struct radix *x) {
  u32 i = p->count;
  size_t size = i ? 2 * p->n[i - 1] : LEAF;
  u32 *limb = mem_alloc(size * 4, MEM_SYSTEM);
  if (!limb) return false;
  p->limb[i] = limb;
  p->size[i] = size;
  p->count++;
  if (i) {
    if (!bigint_mul(limb, p->limb[i - 1], p->n[i - 1], p->limb[i - 1], p->n[i - 1])) return false;
  } else {
    memset(limb, 0, size * 4);
    limb[0] = x->chunk;
    for (size_t n = 1; n < LEAF; n++) limb[n] = bigint_mul_small(limb, limb, n, x->chunk, 0);
  }
  p->n[i] = bigint_trim(limb, size);
  return true;
}

// Splits each block of 2s limbs of from into quotient (upper s) and rest (lower s) by power.
static bool split_blocks(u32 *to, const u32 *from, size_t blocks, size_t s, const u32 *power, size_t pn, u32 *q) {
  for (size_t i = 0; i < blocks; i++) {
    const u32 *block = from + i * 2 * s;
    u32 *low = to + i * 2 * s;
    size_t n = bigint_trim(block, 2 * s);
    memset(low, 0, 2 * s * 4);
    if (bigint_compare(block, n, power, pn) < 0) {
      memcpy(low, block, n * 4);
      continue;
    }
    if (!bigint_divide(q, low, block, n, power, pn)) return false;
    size_t qn = n - pn + 1;
    memcpy(low + s, q, (qn < s ? qn : s) * 4);
  }
  return true;
}

// Prints a into width digits; false without memory.
static bool print_levels(u8 *out, size_t leaf_width, const u32 *a, size_t n, const struct radix *x, struct powers *p) {
  size_t total = (size_t)LEAF << p->count, bytes = (3 * total + 2) * 4;
  u32 *memory = mem_alloc(bytes, MEM_SYSTEM);
  if (!memory) return false;
  u32 *from = memory, *to = memory + total, *q = to + total;
  memcpy(from, a, n * 4);
  memset(from + n, 0, (total - n) * 4);
  bool done = true;
  size_t blocks = 1;
  for (u32 level = p->count; level-- > 0 && done; blocks *= 2) {
    done = split_blocks(to, from, blocks, (size_t)LEAF << level, p->limb[level], p->n[level], q);
    u32 *t = from;
    from = to, to = t;
  }
  for (size_t i = 0; i < blocks && done; i++) {
    print_leaf(out + (blocks - 1 - i) * leaf_width, leaf_width, from + i * LEAF, LEAF, x);
  }
  mem_free(memory, bytes, MEM_SYSTEM);
  return done;
}

// Gives the digits at out + start their final place: leading zeros away, at least one digit kept.
static void drop_zeros(struct bytes *out, size_t start, size_t width) {
  u8 *text = out->data + start;
  size_t zeros = 0;
  while (zeros + 1 < width && text[zeros] == '0') zeros++;
  memmove(text, text + zeros, width - zeros);
  out->len = start + width - zeros;
}

bool bigint_print(struct bytes *out, const u32 *a, size_t n, u32 base) {
  struct radix x = radix_of(base);
  n = bigint_trim(a, n);
  size_t start = out->len, width;
  if (x.bits) {
    width = (size_t)((bigint_bits(a, n) + x.bits - 1) / x.bits);
    u8 *text = bytes_reserve(out, width ? width : 1);
    if (!text) return false;
    if (!width) text[0] = '0';
    print_bits(text, width, a, n, x.bits);
    return true;
  }
  if (n <= LEAF) {
    u32 copy[LEAF];
    memcpy(copy, a, n * 4);
    width = x.digits * (n + 1) + n; // a chunk has at least 27.5 of the 32 bits of a limb
    u8 *text = bytes_reserve(out, width);
    if (!text) return false;
    print_leaf(text, width, copy, n, &x);
    drop_zeros(out, start, width);
    return true;
  }
  struct powers p = {.count = 0};
  bool done = true;
  // The number must be below the square of the last power, which is at least 2^(32 * (its limbs - 1)).
  while (done && (!p.count || n + 2 > 2 * p.n[p.count - 1])) done = powers_extend(&p, &x);
  size_t leaf_width = (size_t)x.digits * LEAF;
  width = leaf_width << p.count;
  u8 *text = done ? bytes_reserve(out, width) : NULL;
  done = text && print_levels(text, leaf_width, a, n, &x, &p);
  powers_free(&p);
  if (!done) {
    out->failed = true;
    return false;
  }
  drop_zeros(out, start, width);
  return true;
}

size_t bigint_parse_limbs(size_t digits, u32 base) {
  struct radix x = radix_of(base);
  if (x.bits) return (size_t)(((u64)digits * x.bits + 31) / 32) + 1;
  return digits / x.digits + 1;
}

static void parse_bits(u32 *r, size_t rn, const u8 *digits, size_t n, u32 bits) {
  memset(r, 0, rn * 4);
  u64 at = 0;
  for (size_t i = n; i-- > 0; at += bits) {
    u64 window = (u64)bigint_digit(digits[i]) << (at % 32);
    r[at / 32] |= (u32)window;
    if (window >> 32) r[at / 32 + 1] |= (u32)(window >> 32);
  }
}

// n digits into exactly rn limbs.
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

// Pairs neighbours: each block of 2s limbs of to becomes high * power + low.
static bool join_blocks(u32 *to, const u32 *from, size_t blocks, size_t s, const u32 *power, size_t pn) {
  for (size_t i = 0; i < blocks; i += 2) {
    const u32 *low = from + i * s, *high = low + s;
    u32 *block = to + i * s;
    size_t hn = i + 1 < blocks ? bigint_trim(high, s) : 0;
    memset(block, 0, 2 * s * 4);
    if (hn && !bigint_mul(block, high, hn, power, pn)) return false;
    bigint_add(block, block, 2 * s, low, s);
  }
  return true;
}

bool bigint_parse(u32 *r, const u8 *digits, size_t n, u32 base) {
  struct radix x = radix_of(base);
  size_t rn = bigint_parse_limbs(n, base), leaf_width = (size_t)x.digits * LEAF;
  if (x.bits) {
    parse_bits(r, rn, digits, n, x.bits);
    return true;
  }
  if (n <= leaf_width) {
    parse_leaf(r, rn, digits, n, &x);
    return true;
  }
  size_t blocks = (n + leaf_width - 1) / leaf_width, total = LEAF;
  while (total < blocks * LEAF) total *= 2;
  size_t bytes = 2 * total * 4;
  u32 *memory = mem_alloc(bytes, MEM_SYSTEM);
  if (!memory) return false;
  u32 *from = memory, *to = memory + total;
  for (size_t i = 0; i < blocks; i++) {
    size_t end = n - i * leaf_width, width = end < leaf_width ? end : leaf_width;
    parse_leaf(from + i * LEAF, LEAF, digits + end - width, width, &x);
  }
  struct powers p = {.count = 0};
  bool done = true;
  for (size_t s = LEAF; blocks > 1 && done; s *= 2) {
    done = powers_extend(&p, &x) && join_blocks(to, from, blocks, s, p.limb[p.count - 1], p.n[p.count - 1]);
    blocks = (blocks + 1) / 2;
    u32 *t = from;
    from = to, to = t;
  }
  if (done) {
    size_t used = rn < total ? rn : total;
    memcpy(r, from, used * 4);
    memset(r + used, 0, (rn - used) * 4);
  }
  powers_free(&p);
  mem_free(memory, bytes, MEM_SYSTEM);
  return done;
}
