// SPDX-License-Identifier: Apache-2.0
// Bit operations on integers, which behave as two's complement of unlimited width. Limbs of negative operands are
// complemented while they are read, limbs of a negative result while they are written. Called by the interpreter and
// BIFs.

#include "term/integer.h"

enum op { OP_AND, OP_OR, OP_XOR };

// Reads v as two's complement, one limb at a time, the lowest first.
struct reader {
  const struct integer *v;
  size_t next;
  u64 carry;
};
static u32 read_limb(struct reader *r) {
  u32 limb = r->next < r->v->n ? r->v->limb[r->next] : 0;
  r->next++;
  if (!r->v->negative) return limb;
  r->carry += (u32)~limb;
  limb = (u32)r->carry;
  r->carry >>= 32;
  return limb;
}

static u32 apply(enum op op, u32 x, u32 y) { return op == OP_AND ? x & y : op == OP_OR ? x | y : x ^ y; }

static term combine(struct heap *h, term a, term b, enum op op) {
  if (!is_integer(a) || !is_integer(b)) return NV;
  struct integer x, y;
  integer_view(&x, a);
  integer_view(&y, b);
  bool negative = apply(op, x.negative, y.negative);
  struct integer_build r;
  if (!integer_begin(&r, h, (x.n > y.n ? x.n : y.n) + negative)) return NV;
  struct reader rx = {&x, 0, 1}, ry = {&y, 0, 1};
  u64 carry = negative;
  u32 flip = negative ? 0xFFFFFFFFu : 0;
  for (size_t i = 0; i < r.room; i++) {
    u32 limb = read_limb(&rx);
    carry += apply(op, limb, read_limb(&ry)) ^ flip;
    r.limb[i] = (u32)carry;
    carry >>= 32;
  }
  return integer_end(&r, h, negative);
}

term num_band(struct heap *h, term a, term b) { return LIKELY(both_small(a, b)) ? a & b : combine(h, a, b, OP_AND); }
term num_bor(struct heap *h, term a, term b) { return LIKELY(both_small(a, b)) ? (a | b) : combine(h, a, b, OP_OR); }
term num_bxor(struct heap *h, term a, term b) { return LIKELY(both_small(a, b)) ? a ^ b : combine(h, a, b, OP_XOR); }

term num_bnot(struct heap *h, term a) { // -a - 1
  if (is_small(a)) return make_small(~small_val(a));
  return is_big(a) ? num_sub(h, make_small(-1), a) : NV;
}

static term shift_left(struct heap *h, term a, u64 count) {
  if (is_small(a)) {
    i64 v = small_val(a), moved = (i64)((u64)v << (count & 63));
    if (!v) return a;
    if (count < 60 && moved >> count == v) return int_from_i64(h, moved);
  }
  struct integer x;
  integer_view(&x, a);
  u64 whole = count / 32;
  if (whole + x.n > INTEGER_MAX_LIMBS + 1) return integer_limit();
  size_t low = (size_t)whole, n = low + x.n;
  struct integer_build r;
  if (!integer_begin(&r, h, n + 1)) return NV;
  memset(r.limb, 0, low * 4);
  r.limb[n] = bigint_shl(r.limb + low, x.limb, x.n, count % 32);
  for (n++; n < r.room; n++) r.limb[n] = 0;
  return integer_end(&r, h, x.negative);
}

// Rounds towards minus infinity.
static term shift_right(struct heap *h, term a, u64 count) {
  if (is_small(a)) return make_small(small_val(a) >> (count < 63 ? count : 63));
  struct integer x;
  integer_view(&x, a);
  u64 whole = count / 32;
  if (whole >= x.n) return make_small(x.negative ? -1 : 0);
  size_t low = (size_t)whole, n = x.n - low;
  struct integer_build r;
  if (!integer_begin(&r, h, n + 1)) return NV;
  u32 lost = bigint_shr(r.limb, x.limb + low, n, count % 32);
  for (size_t i = n; i < r.room; i++) r.limb[i] = 0;
  if (x.negative) {
    for (size_t i = 0; i < low && !lost; i++) lost = x.limb[i];
    static const u32 one = 1;
    if (lost) bigint_add(r.limb, r.limb, r.room, &one, 1);
  }
  return integer_end(&r, h, x.negative);
}

static term shift(struct heap *h, term a, term count, bool left) {
  if (!is_integer(a) || !is_integer(count)) return NV;
  bool negative = int_is_negative(count);
  u64 distance = UINT64_MAX; // for a bignum: further than any integer is long
  if (is_small(count)) distance = negative ? -(u64)small_val(count) : (u64)small_val(count);
  return left != negative ? shift_left(h, a, distance) : shift_right(h, a, distance);
}

term num_bsl(struct heap *h, term a, term b) { return shift(h, a, b, true); }
term num_bsr(struct heap *h, term a, term b) { return shift(h, a, b, false); }
