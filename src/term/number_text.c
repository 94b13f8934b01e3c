// SPDX-License-Identifier: Apache-2.0
// Text of integers; float_text.c has that of floats. Called by BIFs and print.c.

#include "base/alloc.h"
#include "term/bigint_work.h"
#include "term/integer.h"

void num_print_int(struct bytes *out, term t, u32 base) {
  if (base == 10 && is_small(t)) {
    bytes_signed(out, small_val(t));
    return;
  }
  struct integer v;
  integer_view(&v, t);
  if (v.negative) (void)BIGINT_STEP(1, (bytes_put(out, '-'), 0));
  bigint_print(out, v.limb, v.n, base);
}

static bool valid_digits(const u8 *text, size_t n, u32 base) {
  for (size_t i = 0; i < n; i++) {
    if ((u32)bigint_digit(text[i]) >= base) return false;
  }
  return n > 0;
}

static size_t zeros_before(const u8 *text, size_t n) {
  size_t zeros = 0;
  while (zeros + 1 < n && text[zeros] == '0') zeros++;
  return zeros;
}

term num_parse_int(struct heap *h, const u8 *text, size_t n, u32 base) {
  bool negative = n && text[0] == '-';
  if (negative || (n && text[0] == '+')) text++, n--;
  if (!BIGINT_STEP(n, valid_digits(text, n, base))) return NV;
  if (n <= (base <= 10 ? 17u : 11u)) { // the value is below 2^59
    i64 value = 0;
    for (size_t i = 0; i < n; i++) value = value * (i64)base + bigint_digit(text[i]);
    return make_small(negative ? -value : value);
  }
  size_t zeros = BIGINT_STEP(n, zeros_before(text, n));
  text += zeros, n -= zeros;
  if (n > (u64)INTEGER_MAX_LIMBS * 32) return integer_limit(); // too long even in base 2
  size_t room = bigint_parse_limbs(n, base), limbs = room;     // up to 16 % too many
  u32 few[16], *limb = limbs <= COUNT_OF(few) ? few : bigint_block(limbs);
  if (!limb || !bigint_parse(limb, text, n, base)) limbs = SIZE_MAX;
  else if (bigint_paused()) return NV;
  term result = limbs == SIZE_MAX ? integer_limit() : integer_from_limbs(h, limb, bigint_trim(limb, limbs), negative);
  if (limb && limb != few) bigint_block_free(limb, room);
  return result;
}
