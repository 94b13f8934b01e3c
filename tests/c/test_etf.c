// SPDX-License-Identifier: Apache-2.0
// The external term format against bad input: every prefix and thousands of mutations of valid encodings, wrong
// lengths, nesting a million levels deep, duplicate keys. Nothing may crash, leak or take much memory.
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "memory/copy.h"
#include "term/atom.h"
#include "term/compare.h"
#include "term/etf.h"
#include "term/hash.h"
#include "term/print.h"

static int passed, failed;
static void check(bool ok, const char *what, long n) {
  if (ok) passed++;
  else if (failed++ < 20) printf("%s (%ld)\n", what, n);
}

static u64 seed = 1234567890123ull;
static u32 draw(u32 n) {
  seed ^= seed << 13;
  seed ^= seed >> 7;
  seed ^= seed << 17;
  return (u32)(seed >> 11) % n;
}

static void release(struct heap *h) {
  offheap_release(h->offheap);
  while (h->frags) {
    struct frag *next = h->frags->next;
    frag_free(h->frags);
    h->frags = next;
  }
  memset(h, 0, sizeof *h);
}

// Decodes bytes. A term that decodes must also encode again, print, hash and compare.
static bool try_bytes(const u8 *data, size_t n, int flags, long id) {
  struct heap h;
  memset(&h, 0, sizeof h);
  size_t used;
  struct etf_error e;
  term t = etf_decode(&h, data, n, flags, &used, &e);
  if (t == NV) {
    check(e.what != NULL && e.offset <= n, "says what is wrong", id);
  } else {
    struct bytes b;
    bytes_init(&b);
    struct etf_options o = {.minor_version = 1};
    check(etf_encode(&b, t, &o), "encodes again", id);
    term u = etf_decode(&h, b.data, b.len, 0, &used, &e);
    check(u != NV && term_same(t, u) && hash_term(t) == hash_term(u) && hash_phash2(t) == hash_phash2(u) &&
              hash_phash(t) == hash_phash(u),
          "round trip", id);
    b.len = 0;
    print_term(&b, t, 1000);
    b.len = 0;
    print_display(&b, t);
    bytes_free(&b);
  }
  release(&h);
  return t != NV;
}

#define BYTES(...) \
  { (const u8[]){__VA_ARGS__}, sizeof((const u8[]){__VA_ARGS__}) }
struct sample {
  const u8 *p;
  size_t n;
};
static const struct sample good[] = {
    BYTES(131, 97, 7),
    BYTES(131, 98, 255, 255, 255, 0),
    BYTES(131, 70, 63, 248, 0, 0, 0, 0, 0, 0),
    BYTES(131, 99, 49, 46, 53, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 101, 43, 48,
          48, 0, 0, 0, 0, 0),
    BYTES(131, 100, 0, 2, 'o', 'k'),
    BYTES(131, 115, 2, 'o', 'k'),
    BYTES(131, 119, 2, 195, 169),
    BYTES(131, 118, 0, 3, 230, 151, 165),
    BYTES(131, 104, 3, 97, 1, 106, 107, 0, 3, 'a', 'b', 'c'),
    BYTES(131, 105, 0, 0, 0, 1, 97, 1),
    BYTES(131, 108, 0, 0, 0, 2, 97, 1, 104, 0, 97, 3),
    BYTES(131, 108, 0, 0, 0, 0, 97, 3),
    BYTES(131, 109, 0, 0, 0, 3, 1, 2, 3),
    BYTES(131, 77, 0, 0, 0, 2, 3, 255, 224),
    BYTES(131, 110, 9, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    BYTES(131, 111, 0, 0, 0, 2, 0, 1, 1),
    BYTES(131, 116, 0, 0, 0, 2, 97, 1, 97, 2, 97, 3, 116, 0, 0, 0, 1, 106, 106),
    BYTES(131, 88, 100, 0, 3, 'a', '@', 'b', 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3),
    BYTES(131, 103, 100, 0, 3, 'a', '@', 'b', 0, 0, 0, 1, 0, 0, 0, 2, 3),
    BYTES(131, 120, 100, 0, 3, 'a', '@', 'b', 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3),
    BYTES(131, 89, 100, 0, 3, 'a', '@', 'b', 0, 0, 0, 1, 0, 0, 0, 3),
    BYTES(131, 102, 100, 0, 3, 'a', '@', 'b', 0, 0, 0, 1, 3),
    BYTES(131, 90, 0, 3, 100, 0, 3, 'a', '@', 'b', 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3),
    BYTES(131, 90, 0, 5, 100, 0, 3, 'a', '@', 'b', 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0,
          9),
    BYTES(131, 114, 0, 2, 100, 0, 3, 'a', '@', 'b', 1, 0, 0, 0, 1, 0, 0, 0, 2),
    BYTES(131, 101, 100, 0, 3, 'a', '@', 'b', 0, 0, 0, 1, 1),
};
static const struct sample bad[] = {
    BYTES(0),
    BYTES(131),
    BYTES(130, 97, 1),
    BYTES(131, 1),
    BYTES(131, 82, 0),
    BYTES(131, 108, 255, 255, 255, 255, 97, 1),
    BYTES(131, 105, 255, 255, 255, 255),
    BYTES(131, 105, 1, 0, 0, 0, 97),
    BYTES(131, 116, 255, 255, 255, 255),
    BYTES(131, 109, 255, 255, 255, 255, 1),
    BYTES(131, 111, 255, 255, 255, 255, 0, 1),
    BYTES(131, 77, 0, 0, 0, 1, 0, 255),
    BYTES(131, 77, 0, 0, 0, 1, 9, 255),
    BYTES(131, 77, 0, 0, 0, 0, 3),
    BYTES(131, 70, 127, 240, 0, 0, 0, 0, 0, 0),
    BYTES(131, 70, 127, 248, 0, 0, 0, 0, 0, 1),
    BYTES(131, 119, 1, 255),
    BYTES(131, 116, 0, 0, 0, 2, 97, 1, 97, 2, 97, 1, 97, 3), // the same key twice
    BYTES(131, 90, 0, 6, 100, 0, 1, 'a', 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 5, 0, 0,
          0, 6),
    BYTES(131, 90, 0, 0, 100, 0, 1, 'a', 0, 0, 0, 1),
    BYTES(131, 113, 97, 1, 97, 1, 97, 1),
    BYTES(131, 80, 0, 0, 0, 9, 1, 2, 3),
    BYTES(131, 80, 255, 255, 255, 255, 120, 156),
    BYTES(131, 99, 'x', '.', '5', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
};

static void mutate(const struct sample *s, long id) {
  u8 copy[128];
  for (size_t n = 0; n < s->n; n++) check(!try_bytes(s->p, n, 0, id), "a prefix is no term", id);
  for (int i = 0; i < 3000; i++) {
    memcpy(copy, s->p, s->n);
    for (u32 k = draw(3) + 1; k-- > 0;) copy[1 + draw((u32)s->n - 1)] = draw(3) ? (u8)draw(256) : (u8)(97 + draw(24));
    try_bytes(copy, s->n, (int)draw(2), id);
  }
}

// Nested containers: tuples, lists (in head and tail), maps.
static void nest(const u8 *open, size_t n, size_t depth, const u8 *close, size_t n_close, bool ok, long id) {
  size_t len = 1 + depth * (n + n_close) + 1;
  u8 *data = malloc(len), *p = data;
  *p++ = 131;
  for (size_t i = 0; i < depth; i++, p += n) memcpy(p, open, n);
  *p++ = 106;
  for (size_t i = 0; n_close && i < depth; i++, p += n_close) memcpy(p, close, n_close);
  u64 before = mem_live_total();
  check(try_bytes(data, len, 0, id) == ok, "nested", id);
  check(mem_live_total() == before, "nothing is left", id);
  free(data);
}

static void nested(void) {
  static const u8 tuple[] = {104, 1}, wide[] = {105, 0, 255, 255, 255}, list[] = {108, 0, 0, 0, 1},
                  map[] = {116, 0, 0, 0, 1, 106}, key[] = {116, 0, 0, 0, 1};
  static const u8 nil[] = {106};
  nest(tuple, sizeof tuple, 300000, NULL, 0, true, 1);
  nest(list, sizeof list, 300000, nil, 1, true, 2);
  nest(map, sizeof map, 100000, NULL, 0, true, 3);
  nest(key, sizeof key, 20000, nil, 1, true, 4);
  // Each of 100,000 nested tuples claims to have 16 million elements.
  nest(wide, sizeof wide, 100000, NULL, 0, false, 5);
}

// A large map that repeats one key is refused quickly; one with many keys is read.
static void large_maps(void) {
  enum { N = 200000 };
  size_t len = 6 + N * 7;
  u8 *data = malloc(len), *p = data;
  for (int repeat = 0; repeat < 2; repeat++) {
    p = data;
    memcpy(p, (const u8[]){131, 116, 0, N >> 16, N >> 8 & 255, N & 255}, 6);
    p += 6;
    for (u32 i = 0; i < N; i++, p += 7) {
      u32 v = repeat ? 5 : i;
      memcpy(p, (const u8[]){98, 0, (u8)(v >> 16), (u8)(v >> 8), (u8)v, 97, 1}, 7);
    }
    check(try_bytes(data, len, 0, repeat) == !repeat, "large map", repeat);
  }
  free(data);
}

static void out_of_memory(const struct sample *s, long id) {
  for (i64 n = 0; n < 12; n++) {
    struct heap h;
    memset(&h, 0, sizeof h);
    size_t used;
    struct etf_error e;
    mem_fail_at(n);
    etf_decode(&h, s->p, s->n, 0, &used, &e);
    mem_fail_at(-1);
    release(&h);
  }
  check(true, "survives", id);
}

int main(void) {
  atom_init();
  etf_node_name = ATOM_nonode_nohost;
  for (size_t i = 0; i < COUNT_OF(good); i++) check(try_bytes(good[i].p, good[i].n, 0, (long)i), "good", (long)i);
  for (size_t i = 0; i < COUNT_OF(bad); i++) check(!try_bytes(bad[i].p, bad[i].n, 0, (long)i), "bad", (long)i);
  for (size_t i = 0; i < COUNT_OF(good); i++) mutate(&good[i], (long)i);
  for (size_t i = 0; i < COUNT_OF(good); i++) out_of_memory(&good[i], (long)i);
  nested();
  large_maps();
  static const u8 unknown[] = {131, 119, 9, 'n', 'e', 'v', 'e', 'r', ' ', 's', 'e', 'n'};
  check(!try_bytes(unknown, sizeof unknown, ETF_SAFE, 0) && try_bytes(unknown, sizeof unknown, 0, 0), "safe", 0);
  check(try_bytes(unknown, sizeof unknown, ETF_SAFE, 0), "safe, once it exists", 0);
  atom_destroy();
  check(mem_live_blocks() == 0, "no leak", (long)mem_live_blocks());
  printf("%d passed, %d failed\n", passed, failed);
  return failed != 0;
}
