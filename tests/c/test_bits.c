// SPDX-License-Identifier: Apache-2.0
// Compares bits, binaries, the bit syntax, pattern search, iodata and the allocator with simple models, on random cases
// from a fixed seed.
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/bytes.h"
#include "memory/copy.h"
#include "term/atom.h"
#include "term/bs_build.h"
#include "term/bs_match.h"
#include "term/iolist.h"
#include "term/number.h"
#include "term/search.h"

static int passed, failed;
static void check(bool ok, const char *what, long a, long b) {
  if (ok) {
    passed++;
    return;
  }
  if (++failed < 20) printf("FAILED %s (%ld, %ld)\n", what, a, b);
}

static u64 seed = 0x9E3779B97F4A7C15u;
static u64 rnd(u64 n) {
  seed ^= seed << 13;
  seed ^= seed >> 7;
  seed ^= seed << 17;
  return seed % n;
}
static void random_bytes(u8 *p, size_t n) {
  for (size_t i = 0; i < n; i++) p[i] = (u8)rnd(256);
}
static int bit_at(const u8 *p, u64 i) { return p[i >> 3] >> (7 - (i & 7)) & 1; }

static struct heap heap;
static struct frag *block;
static void heap_open(void) {
  block = frag_new(200000);
  frag_heap(&heap, block);
}
static void heap_close(void) {
  offheap_release(heap.offheap);
  while (heap.frags) {
    struct frag *f = heap.frags;
    heap.frags = f->next;
    frag_free(f);
  }
  frag_free(block);
}

static void test_bits_copy(void) {
  for (int round = 0; round < 20000; round++) {
    u8 src[40], dst[40], before[40];
    random_bytes(src, sizeof src);
    random_bytes(dst, sizeof dst);
    memcpy(before, dst, sizeof dst);
    u64 n = rnd(round % 2 ? 20 : 250), sb = rnd(320 - n), db = rnd(320 - n);
    bits_copy(dst, db, src, sb, n);
    bool ok = true;
    for (u64 i = 0; i < 320; i++)
      ok &= bit_at(dst, i) == (i >= db && i < db + n ? bit_at(src, sb + i - db) : bit_at(before, i));
    check(ok, "bits_copy", (long)n, (long)db);
    check(bits_equal(dst, db, src, sb, n), "bits_equal", (long)n, (long)db);
    if (n > 0) {
      u64 flip = db + rnd(n);
      dst[flip >> 3] ^= (u8)(0x80 >> (flip & 7));
      check(!bits_equal(dst, db, src, sb, n), "bits_equal differs", (long)n, (long)db);
      struct bits a = {dst + (db >> 3), (u32)db & 7, n}, b = {src + (sb >> 3), (u32)sb & 7, n};
      check(bits_compare(&a, &b) == (bit_at(dst, flip) ? 1 : -1), "bits_compare", (long)n, (long)db);
    }
  }
}

// Computes the value of a field by its definition, as sign and bytes, and compares it with what the field was made of.
static void test_integers(void) {
  for (int round = 0; round < 30000; round++) {
    u8 field[64], copy[64];
    u64 n = rnd(round % 3 == 0 ? 300 : 70), at = rnd(64 * 8 - n);
    u32 flags = (u32)(rnd(2) * BS_LITTLE + rnd(2) * BS_SIGNED);
    random_bytes(field, sizeof field);
    memcpy(copy, field, sizeof field);
    term t = bits_get_integer(&heap, field, at, n, flags);
    check(is_integer(t), "get integer", (long)n, flags);
    for (u64 i = at; i < at + n; i++) copy[i >> 3] ^= (u8)(0x80 >> (i & 7));
    check(bits_put_integer(copy, at, n, flags, t), "put integer", (long)n, flags);
    check(memcmp(copy, field, sizeof field) == 0, "integer round trip", (long)n, flags);
    if (n == 0 || n > 57) continue;
    u64 v = 0; // computed by the definition
    if (flags & BS_LITTLE) {
      for (u64 i = 0; i < n; i++) {
        u64 byte = i / 8, width = byte == n / 8 ? n % 8 : 8;
        v |= (u64)bit_at(field, at + i) << (byte * 8 + width - 1 - i % 8);
      }
    } else {
      for (u64 i = 0; i < n; i++) v = v << 1 | (u64)bit_at(field, at + i);
    }
    i64 s = flags & BS_SIGNED && v >> (n - 1) & 1 ? (i64)v - ((i64)1 << n) : (i64)v;
    check(t == make_small(s), "integer value", (long)n, flags);
  }
}

static void test_half(void) {
  for (u32 i = 0; i < 65536; i++) {
    double d = half_to_double((u16)i);
    if ((i >> 10 & 31) == 31 && (i & 0x3FF)) check(d != d, "half NaN", i, 0);
    else check(double_to_half(d) == i, "half", i, double_to_half(d));
  }
  check(double_to_half(65519.999) == 0x7BFF && double_to_half(65520.0) == 0x7C00, "half largest", 0, 0);
  check(double_to_half(2.98023223876953125e-8) == 0 && double_to_half(2.99e-8) == 1, "half smallest", 0, 0);
}

static bool has_bytes(term t, const u8 *bytes, u64 nbits) {
  struct bits b;
  return bits_of(t, &b) && b.size == nbits && bits_equal(b.data, b.offset, bytes, 0, nbits);
}

// Appends random segments repeatedly; older versions are kept and must not change.
static void test_append(void) {
  for (int round = 0; round < 300; round++) {
    u64 bits = 0, kept_bits[4] = {0};
    term kept[4] = {NV, NV, NV, NV};
    u8 *unused;
    term t = binary_new(&heap, 0, &unused);
    for (int step = 0; step < 100; step++) {
      struct bs_segment s[2] = {{.type = BS_APPEND, .unit = 1, .value = t, .size = ATOM_all},
                                {.type = BS_INTEGER, .unit = 1, .value = make_small((i64)rnd(1u << 30))}};
      struct bs_error error;
      u64 extra = round % 2 ? 8 * rnd(30) : rnd(200), from = rnd(4);
      s[1].size = make_small((i64)extra);
      if (kept[from] != NV && rnd(10) == 0) { // append to an older version
        t = kept[from];
        bits = kept_bits[from];
        s[0].value = t;
      }
      t = bs_create(&heap, s, 2, &error);
      check(t != NV, "append", round, step);
      struct bits b;
      bits_of(t, &b);
      u8 number[32];
      memset(number, 0, sizeof number);
      bits_put_integer(number, 0, extra, 0, s[1].value);
      check(b.size == bits + extra, "append size", round, step);
      struct bits old;
      bits_of(s[0].value, &old);
      check(old.size == bits && bits_equal(old.data, old.offset, b.data, b.offset, bits), "append prefix", round, step);
      check(bits_equal(b.data, b.offset + bits, number, 0, extra), "append value", round, step);
      bits += extra;
      u32 slot = (u32)rnd(4);
      kept[slot] = t;
      kept_bits[slot] = bits;
      for (int i = 0; i < 4; i++)
        check(kept[i] == NV || bit_size_of(kept[i]) == kept_bits[i], "kept size", round, step);
      if (bits > 16000) break;
    }
  }
  // Appends N single bytes: the content must be right, and the memory of payloads linear in N.
  u8 *unused;
  term t = binary_new(&heap, 0, &unused);
  enum { N = 20000 };
  for (int i = 0; i < N; i++) {
    struct bs_segment s[2] = {{.type = BS_PRIVATE_APPEND, .unit = 8, .value = t, .size = ATOM_all},
                              {.type = BS_INTEGER, .unit = 1, .value = make_small(i & 255), .size = make_small(8)}};
    struct bs_error error;
    t = bs_create(&heap, s, 2, &error);
  }
  struct bits b;
  bits_of(t, &b);
  bool ok = b.size == N * 8;
  for (int i = 0; ok && i < N; i++) ok = b.data[i] == (u8)i;
  check(ok, "accumulated", 0, 0);
  check(refc_of(boxed_ptr(t)[1])->cap < 4 * N, "capacity", 0, 0);
}

static void test_match(void) {
  for (int round = 0; round < 5000; round++) {
    u8 bytes[100];
    random_bytes(bytes, sizeof bytes);
    u64 from = rnd(9), n = rnd(700);
    struct bits view = {bytes + (from >> 3), (u32)from & 7, n};
    term whole = binary_from(&heap, bytes, sizeof bytes);
    term t = rnd(2) ? bitstring_from_bits(&heap, &view) : binary_sub(&heap, whole, from, n);
    term ctx = bs_start_match(&heap, t);
    u64 at = 0;
    for (int step = 0; step < 20; step++) {
      u64 k = rnd(65);
      term position = bs_get_position(ctx);
      check(bs_remaining_bits(ctx) == n - at, "remaining", (long)n, (long)at);
      switch (rnd(5)) {
        case 0: {
          term i = bs_get_integer(&heap, ctx, k, 0);
          check((i != NV) == (k <= n - at), "get", (long)k, (long)at);
          if (i == NV) break;
          u8 out[9] = {0}, want[9] = {0};
          bits_put_integer(out, 0, k, 0, i);
          bits_copy(want, 0, bytes, from + at, k);
          check(memcmp(out, want, 9) == 0, "got", (long)k, (long)at);
          if (rnd(4) == 0) bs_set_position(ctx, position);
          else at += k;
          break;
        }
        case 1:
          if (n - at < 8) break;
          check(bs_get_u8(ctx) == bits_get_integer(&heap, bytes, from + at, 8, 0), "u8", 0, (long)at);
          at += 8;
          break;
        case 2:
          if (n - at < 32) break;
          check(bs_get_u32(ctx) == bits_get_integer(&heap, bytes, from + at, 32, 0), "u32", 0, (long)at);
          at += 32;
          break;
        case 3: {
          term sub = bs_get_binary(&heap, ctx, k);
          u8 want[9];
          if (sub == NV) break;
          bits_copy(want, 0, bytes, from + at, k);
          check(has_bytes(sub, want, k), "binary", (long)k, (long)at);
          at += k;
          break;
        }
        default: {
          u8 want[9];
          if (k > n - at) break;
          bits_copy(want, 0, bytes, from + at, k);
          check(bs_match_string(ctx, want, k), "string", (long)k, (long)at);
          at += k;
        }
      }
      check(bs_remaining_bits(ctx) == n - at, "moved", (long)n, (long)at);
    }
  }
}

static bool naive_next(const struct pattern_bytes *p, size_t count, const u8 *text, size_t from, size_t to,
                       struct search_hit *hit) {
  for (size_t i = from; i < to; i++) {
    hit->n = 0;
    for (size_t k = 0; k < count; k++)
      if (p[k].n <= to - i && memcmp(text + i, p[k].bytes, p[k].n) == 0 && p[k].n > hit->n) hit->n = p[k].n;
    hit->at = i;
    if (hit->n > 0) return true;
  }
  return false;
}

static void test_search(void) {
  for (int round = 0; round < 4000; round++) {
    static u8 text[1500], patterns[8][12];
    struct pattern_bytes p[8];
    u64 alphabet = 1 + rnd(4), n = round % 4 ? rnd(60) : rnd(1500), count = 1 + rnd(round % 2 ? 1 : 8);
    for (u64 i = 0; i < n; i++) text[i] = (u8)('a' + rnd(alphabet));
    for (u64 k = 0; k < count; k++) {
      p[k].bytes = patterns[k];
      p[k].n = 1 + rnd(12);
      for (u64 i = 0; i < p[k].n; i++) patterns[k][i] = (u8)('a' + rnd(alphabet));
    }
    struct refc *r = search_compile(p, count);
    struct search_hit got, want;
    for (size_t from = 0;;) {
      bool a = search_next(r, text, from, n, &got), b = naive_next(p, count, text, from, n, &want);
      check(a == b && (!a || (got.at == want.at && got.n == want.n)), "search", round, (long)from);
      if (!a || !b) break;
      from = got.at + got.n;
    }
    refc_release(r);
  }
}

static void test_iolist(void) {
  term t = NIL;
  for (int i = 0; i < 50000; i++)
    t = cons(&heap, i % 2 ? t : cons(&heap, t, NIL), cons(&heap, make_small(i & 255), NIL));
  struct bytes out;
  u64 size;
  bytes_init(&out);
  check(iolist_size_of(t, &size) && size == 50000, "deep iolist size", (long)size, 0);
  check(iolist_append(&out, t), "deep iolist", 0, 0);
  bool ok = out.len == 50000;
  for (size_t i = 0; ok && i < out.len; i++) ok = out.data[i] == (u8)i;
  check(ok, "deep iolist bytes", (long)out.len, 0);
  check(!iolist_size_of(cons(&heap, make_small(256), NIL), &size), "iolist 256", 0, 0);
  check(!iolist_size_of(cons(&heap, make_small(1), make_small(1)), &size), "improper byte", 0, 0);
  bytes_free(&out);
}

static void test_utf8(void) {
  bool ok = true;
  for (u32 c = 0; c <= 0x110000; c++) {
    u8 out[4];
    u32 back = 0;
    int n = utf8_encode(out, c);
    bool character = c <= 0x10FFFF && !(c >= 0xD800 && c <= 0xDFFF);
    ok &= character ? n > 0 && utf8_decode(out, out + n, &back) == n && back == c &&
                          (n == 1 || utf8_decode(out, out + n - 1, &back) == 0)
                    : n == 0;
  }
  check(ok, "utf8", 0, 0);
}

static void test_alloc(void) {
  enum { N = 300 };
  u64 blocks = mem_live_blocks(), live = mem_live_total();
  static struct {
    u8 *p;
    size_t n;
    u8 fill;
  } held[N];
  for (int round = 0; round < 40000; round++) {
    u64 i = rnd(N);
    if (held[i].p && rnd(4) == 0) {
      size_t n = rnd(1200), common = n < held[i].n ? n : held[i].n;
      u8 *moved = mem_realloc(held[i].p, held[i].n, n, MEM_SYSTEM);
      bool ok = moved != NULL;
      for (size_t k = 0; ok && k < common; k++) ok = moved[k] == held[i].fill;
      check(ok, "realloc", (long)held[i].n, (long)n);
      memset(moved, held[i].fill, n);
      held[i].p = moved, held[i].n = n;
    } else if (held[i].p) {
      bool ok = true;
      for (size_t k = 0; k < held[i].n; k++) ok &= held[i].p[k] == held[i].fill;
      check(ok, "block kept", (long)held[i].n, 0);
      mem_free(held[i].p, held[i].n, MEM_SYSTEM);
      held[i].p = NULL;
    } else {
      held[i].n = rnd(round % 5 ? 100 : 1200);
      held[i].p = mem_alloc(held[i].n, MEM_SYSTEM);
      held[i].fill = (u8)round;
      memset(held[i].p, (u8)round, held[i].n);
    }
  }
  for (int i = 0; i < N; i++) { mem_free(held[i].p, held[i].n, MEM_SYSTEM); }
  check(mem_live_blocks() == blocks && mem_live_total() == live, "alloc counts", (long)mem_live_blocks(), (long)blocks);
  mem_fail_at(2);
  u8 *a = mem_alloc(8, MEM_SYSTEM), *b = mem_alloc(8, MEM_SYSTEM), *c = mem_alloc(8, MEM_SYSTEM);
  check(a && !b && c, "fail_at", 0, 0);
  mem_free(a, 8, MEM_SYSTEM);
  mem_free(c, 8, MEM_SYSTEM);
  mem_set_limit(mem_live_total() + 100);
  a = mem_alloc(60, MEM_SYSTEM);
  b = mem_alloc(60, MEM_SYSTEM);
  check(a && !b, "limit", 0, 0);
  mem_free(a, 60, MEM_SYSTEM);
  mem_set_limit(0);
}

static void test_literals(void) {
  enum { N = 60 };
  static struct {
    u8 *p;
    size_t n;
  } held[N];
  u64 blocks = mem_live_blocks();
  for (int round = 0; round < 5000; round++) {
    u64 i = rnd(N);
    if (held[i].p) {
      bool ok = literal_contains((uintptr_t)held[i].p) && literal_contains((uintptr_t)held[i].p + held[i].n - 1);
      for (size_t k = 0; ok && k < held[i].n; k += 97) ok = held[i].p[k] == (u8)i;
      check(ok, "literal kept", (long)held[i].n, 0);
      literal_free(held[i].p, held[i].n);
      held[i].p = NULL;
    } else {
      held[i].n = 1 + rnd(round % 10 ? 3000 : 300000);
      held[i].p = literal_alloc(held[i].n);
      memset(held[i].p, (int)i, held[i].n);
    }
  }
  for (int i = 0; i < N; i++) literal_free(held[i].p, held[i].n);
  check(mem_live_blocks() == blocks, "literal counts", 0, 0);
  u8 *heap_block = mem_alloc(100, MEM_SYSTEM);
  check(!literal_contains((uintptr_t)heap_block) && !literal_contains((uintptr_t)&blocks), "not a literal", 0, 0);
  mem_free(heap_block, 100, MEM_SYSTEM);
}

int main(void) {
  u64 blocks = mem_live_blocks();
  test_alloc();
  test_literals();
  test_utf8();
  test_bits_copy();
  test_half();
  test_search();
  heap_open();
  test_integers();
  test_match();
  test_append();
  test_iolist();
  heap_close();
  check(mem_live_blocks() == blocks, "leak", (long)mem_live_blocks(), (long)blocks);
  printf("%d passed, %d failed\n", passed, failed);
  return failed > 0;
}
