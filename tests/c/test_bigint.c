// SPDX-License-Identifier: Apache-2.0
// Compares magnitudes and integer terms with identities and slow reference methods. The operands are random, with many
// limbs of all zeros or all ones, where carries are most likely to go wrong.

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/alloc.h"
#include "term/bigint.h"
#include "term/bigint_work.h"
#include "term/number.h"

static unsigned passed, failed;
static void check(bool ok, const char *what, size_t a, size_t b) {
  if (ok) {
    passed++;
  } else if (failed++ < 20) {
    printf("FAILED %s (%zu, %zu)\n", what, a, b);
  }
}

static u64 state = 88172645463325252ull;
static u32 random32(void) {
  state ^= state << 13, state ^= state >> 7, state ^= state << 17;
  return (u32)(state >> 16);
}
static u32 random_limb(void) {
  u32 kind = random32() % 4;
  return kind == 0 ? 0 : kind == 1 ? 0xFFFFFFFFu : random32();
}
static u32 *random_limbs(size_t n) { // the top limb is not zero
  u32 *a = malloc((n + 1) * 4);
  for (size_t i = 0; i < n; i++) a[i] = random_limb();
  if (n && !a[n - 1]) a[n - 1] = 1 + random32() % 5;
  return a;
}
static u32 *zeros(size_t n) { return calloc(n + 1, 4); }

static void slow_mul(u32 *r, const u32 *a, size_t an, const u32 *b, size_t bn) {
  memset(r, 0, (an + bn) * 4);
  for (size_t i = 0; i < bn; i++) {
    u64 t = 0;
    for (size_t j = 0; j < an; j++) {
      t += (u64)a[j] * b[i] + r[i + j];
      r[i + j] = (u32)t;
      t >>= 32;
    }
    r[i + an] = (u32)t;
  }
}

static void test_mul(size_t an, size_t bn) {
  u32 *a = random_limbs(an), *b = random_limbs(bn), *r = zeros(an + bn), *want = zeros(an + bn);
  bool done = bigint_mul(r, a, an, b, bn);
  slow_mul(want, a, an, b, bn);
  check(done && !memcmp(r, want, (an + bn) * 4), "product", an, bn);
  free(a), free(b), free(r), free(want);
}

// Checks q*b + r == a and r < b.
static void test_divide(size_t an, size_t bn) {
  u32 *a = random_limbs(an), *b = random_limbs(bn);
  if (an > bn && random32() % 3 == 0) memcpy(a + an - bn, b, bn * 4); // makes quotient digits of all ones
  size_t qn = an - bn + 1;
  u32 *q = zeros(qn), *r = zeros(bn), *back = zeros(qn + bn);
  bool done = bigint_divide(q, r, a, an, b, bn);
  size_t rn = bigint_trim(r, bn);
  check(done && bigint_compare(r, rn, b, bn) < 0, "remainder below divisor", an, bn);
  slow_mul(back, q, qn, b, bn);
  bigint_add(back, back, qn + bn, r, bn);
  check(bigint_trim(back, qn + bn) == an && !memcmp(back, a, an * 4), "quotient * divisor + remainder", an, bn);
  free(a), free(b), free(q), free(r), free(back);
}

static void test_exact(size_t an, size_t bn) { // checks (a*b)/b == a with remainder 0
  u32 *a = random_limbs(an), *b = random_limbs(bn), *ab = zeros(an + bn), *q = zeros(an + 1), *r = zeros(bn);
  bool done = bigint_mul(ab, a, an, b, bn);
  size_t n = bigint_trim(ab, an + bn);
  done = done && bigint_divide(q, r, ab, n, b, bn);
  check(done && !memcmp(q, a, an * 4) && !bigint_trim(r, bn), "(a*b)/b", an, bn);
  free(a), free(b), free(ab), free(q), free(r);
}

static void test_shift(size_t n, u32 bits) {
  u32 *a = random_limbs(n), *r = zeros(n + 1), *back = zeros(n + 1);
  r[n] = bigint_shl(r, a, n, bits);
  u32 lost = bigint_shr(back, r, n + 1, bits);
  check(!lost && !memcmp(a, back, n * 4), "shift left and right", n, bits);
  free(a), free(r), free(back);
}

static void test_text(size_t n, u32 base) {
  u32 *a = random_limbs(n);
  struct bytes text;
  bytes_init(&text);
  bool done = bigint_print(&text, a, n, base);
  size_t rn = bigint_parse_limbs(text.len, base);
  u32 *r = zeros(rn);
  done = done && bigint_parse(r, text.data, text.len, base);
  check(done && bigint_trim(r, rn) == n && !memcmp(a, r, n * 4), "text and back", n, base);
  if (n <= 60 && done) { // digit by digit
    u32 *rest = zeros(n);
    memcpy(rest, a, n * 4);
    bool same = true;
    for (size_t i = text.len; i-- > 0;)
      same &= (u32)bigint_digit(text.data[i]) == bigint_div_small(rest, rest, n, base);
    check(same && !bigint_trim(rest, n) && text.data[0] != '0', "digits", n, base);
    free(rest);
  }
  bytes_free(&text);
  free(a), free(r);
}

// --- Terms

static term block[1 << 20];
static struct heap heap;
static void fresh_heap(void) { heap = (struct heap){.top = block, .lim = block + (1 << 20)}; }

static term random_int(void) {
  u32 n = random32() % 6;
  if (n < 2) return int_from_i64(&heap, (i64)((u64)random_limb() << 32 | random_limb()) >> random32() % 64);
  u8 bytes[48];
  for (u32 i = 0; i < n * 4; i += 4) {
    u32 limb = random_limb();
    memcpy(bytes + i, &limb, 4);
  }
  return int_from_bytes(&heap, bytes, n * 4 + random32() % 4 - 3, true, true);
}
static bool same(term a, term b) { return int_compare(a, b) == 0 && is_small(a) == is_small(b); }

static void test_terms(unsigned round) {
  fresh_heap();
  struct heap *h = &heap;
  term a = random_int(), b = random_int(), c = random_int();
  check(same(num_sub(h, num_add(h, a, b), b), a), "a+b-b", round, 0);
  check(same(num_add(h, a, num_neg(h, a)), make_small(0)), "a+-a", round, 0);
  check(same(num_mul(h, a, num_add(h, b, c)), num_add(h, num_mul(h, a, b), num_mul(h, a, c))), "a*(b+c)", round, 0);
  check(same(num_bxor(h, num_bxor(h, a, b), b), a), "a bxor b bxor b", round, 0);
  check(same(num_add(h, num_band(h, a, b), num_bor(h, a, b)), num_add(h, a, b)), "band + bor", round, 0);
  check(same(num_bnot(h, num_band(h, a, b)), num_bor(h, num_bnot(h, a), num_bnot(h, b))), "De Morgan", round, 0);
  if (b != make_small(0)) {
    term q = num_div(h, a, b), r = num_rem(h, a, b);
    check(same(num_add(h, num_mul(h, q, b), r), a), "q*b+r", round, 0);
    check(r == make_small(0) || int_is_negative(r) == int_is_negative(a), "sign of rem", round, 0);
  }
  term n = make_small(random32() % 200), power = num_bsl(h, make_small(1), n);
  check(same(num_bsl(h, a, n), num_mul(h, a, power)), "bsl", round, 0);
  term floored = num_div(h, a, power);
  if (int_is_negative(a) && num_rem(h, a, power) != make_small(0)) floored = num_sub(h, floored, make_small(1));
  check(same(num_bsr(h, a, n), floored), "bsr", round, 0);
  u8 bytes[64];
  for (int little = 0; little < 2; little++) {
    int_twos_complement(a, bytes, sizeof bytes);
    if (!little) {
      for (int i = 0; i < 32; i++) {
        u8 t = bytes[i];
        bytes[i] = bytes[63 - i], bytes[63 - i] = t;
      }
    }
    check(same(int_from_bytes(h, bytes, sizeof bytes, little, true), a), "bytes", round, (size_t)little);
  }
  i64 i;
  if (int_to_i64(a, &i)) check(same(int_from_i64(h, i), a), "i64", round, 0);
  bool overflow;
  double d = int_to_double(a, &overflow);
  term whole = num_trunc(h, float_make(h, d));
  check(num_compare(float_make(h, d), whole) == 0, "float to integer and back", round, 0);
  check(num_compare(a, float_make(h, d)) == int_compare(a, whole), "exact comparison", round, 0);
}

static void test_no_memory(void) {
  u32 *a = random_limbs(3000), *r = zeros(6000), *q = zeros(3000);
  for (i64 n = 0; n < 3; n++) {
    mem_fail_at(n);
    bool done = bigint_mul(r, a, 3000, a + 1, 2900);
    mem_fail_at(-1);
    if (!done) check(true, "multiplication without memory", 0, 0);
    mem_fail_at(n);
    done = bigint_divide(q, NULL, a, 3000, a + 1500, 1500);
    mem_fail_at(-1);
    if (!done) check(true, "division without memory", 0, 0);
  }
  for (i64 n = 0; n < 40; n++) {
    struct bytes text;
    bytes_init(&text);
    mem_fail_at(n);
    bool done = bigint_print(&text, a, 3000, 10);
    mem_fail_at(-1);
    check(done || text.failed, "printing without memory", (size_t)n, 0);
    bytes_free(&text);
  }
  free(a), free(r), free(q);
}

static double milliseconds(void) { return (double)clock() * 1000 / CLOCKS_PER_SEC; }
static void timing(void) {
  fresh_heap();
  struct bytes text;
  bytes_init(&text);
  double t = milliseconds();
  term f = make_small(1);
  struct heap other;
  static term two[2][30000];
  for (int i = 2; i <= 10000; i++) {
    other = (struct heap){.top = two[i & 1], .lim = two[i & 1] + 30000};
    f = num_mul(&other, f, make_small(i));
  }
  printf("10000!: %.1f ms", milliseconds() - t);
  t = milliseconds();
  num_print_int(&text, f, 10);
  printf(", printed in %.1f ms (%zu digits)\n", milliseconds() - t, text.len);
  check(text.len == 35660, "digits of 10000!", text.len, 0);
  t = milliseconds();
  term back = num_parse_int(&heap, text.data, text.len, 10);
  check(int_compare(back, f) == 0, "10000! parsed", 0, 0);
  printf("parsed in %.1f ms\n", milliseconds() - t);
  t = milliseconds();
  text.len = 0;
  num_print_int(&text, num_bsl(&heap, make_small(1), make_small(4194303)), 10);
  printf("2^4194303 printed in %.1f ms\n", milliseconds() - t);
  t = milliseconds();
  num_parse_int(&heap, text.data, text.len, 10);
  printf("and parsed in %.1f ms\n", milliseconds() - t);
  bytes_free(&text);
}

// --- In portions: the same results, wherever the operation pauses ---------------------------------------

static u32 pauses;
#define IN_PORTIONS(operation) \
  do { \
    struct bigint_work work = {.budget = 0}; \
    do { \
      pauses++; \
      bigint_work_enter(&work, random32() % 2 ? 0 : random32() % 200000); \
      check(operation, #operation, an, bn); \
    } while (bigint_work_leave()); \
    bigint_work_free(&work); \
  } while (0)

static void test_portions(size_t an, size_t bn) {
  u32 *a = random_limbs(an), *b = random_limbs(bn), *p = zeros(an + bn), *p2 = zeros(an + bn);
  size_t qn = an - bn + 1;
  u32 *q = zeros(qn), *q2 = zeros(qn), *r = zeros(bn), *r2 = zeros(bn);
  bool done = bigint_mul(p, a, an, b, bn) && bigint_divide(q, r, a, an, b, bn);
  IN_PORTIONS(bigint_mul(p2, a, an, b, bn));
  IN_PORTIONS(bigint_divide(q2, r2, a, an, b, bn));
  check(done && !memcmp(p, p2, (an + bn) * 4), "product in portions", an, bn);
  check(!memcmp(q, q2, qn * 4) && !memcmp(r, r2, bn * 4), "quotient in portions", an, bn);
  free(a), free(b), free(p), free(p2), free(q), free(q2), free(r), free(r2);
}

static void test_text_portions(size_t an, u32 base) {
  size_t bn = base;
  u32 *a = random_limbs(an);
  struct bytes text, text2;
  bytes_init(&text), bytes_init(&text2);
  bool done = bigint_print(&text, a, an, base);
  IN_PORTIONS(bigint_print(&text2, a, an, base));
  check(done && text.len == text2.len && !memcmp(text.data, text2.data, text.len), "text in portions", an, base);
  size_t rn = bigint_parse_limbs(text.len, base);
  u32 *r = zeros(rn);
  IN_PORTIONS(bigint_parse(r, text.data, text.len, base));
  check(bigint_trim(r, rn) == an && !memcmp(r, a, an * 4), "parsed in portions", an, base);
  free(a), free(r);
  bytes_free(&text), bytes_free(&text2);
}

static void test_all_portions(void) {
  for (int i = 0; i < 150; i++) {
    size_t an = 1 + random32() % (i % 10 ? 2000 : 7000), least = i % 3 ? an : an < 100 ? an : 100;
    test_portions(an, 1 + random32() % least);
  }
  for (u32 base = 2; base <= 36; base++) test_text_portions(600 + random32() % 3000, base);
  check(pauses > 1000, "it pauses", pauses, 0);
}

int main(int argc, char **argv) {
  (void)argv;
  test_all_portions();
  for (int i = 0; i < 400; i++) test_mul(1 + random32() % 400, 1 + random32() % 400);
  for (size_t n = 1; n < 200; n++) test_mul(n, n);
  test_mul(1500, 1500), test_mul(2000, 130), test_mul(999, 333);
  for (int i = 0; i < 2000; i++) {
    size_t bn = 1 + random32() % (i % 10 ? 20 : 600);
    test_divide(bn + random32() % (i % 10 ? 20 : 600), bn);
  }
  test_divide(3000, 1500), test_divide(4000, 81), test_divide(2000, 1999);
  for (int i = 0; i < 200; i++) test_exact(1 + random32() % 500, 1 + random32() % 500);
  for (size_t n = 1; n < 40; n++) {
    for (u32 bits = 0; bits < 32; bits++) test_shift(n, bits);
  }
  for (u32 base = 2; base <= 36; base++) {
    for (size_t n = 1; n < 60; n++) test_text(n, base);
    test_text(700, base), test_text(1 + random32() % 3000, base);
  }
  for (unsigned i = 0; i < 20000; i++) test_terms(i);
  test_no_memory();
  if (argc > 1) timing();
  check(mem_live_blocks() == 0, "nothing leaked", (size_t)mem_live_blocks(), 0);
  printf("%u passed, %u failed\n", passed, failed);
  return failed != 0;
}
