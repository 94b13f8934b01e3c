// SPDX-License-Identifier: Apache-2.0
// Compares maps with a model (an array of pairs): random puts, updates, removals, merges and bulk building over key
// sets of several sizes and kinds, including keys with colliding hashes; checks form, order and iteration.
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "memory/copy.h"
#include "term/atom.h"
#include "term/compare.h"
#include "term/hash.h"
#include "term/map.h"
#include "term/map_node.h"
#include "term/number.h"

static int passed, failed;
static void check(bool ok, const char *what, long n) {
  if (ok) passed++;
  else if (failed++ < 20) printf("%s (%ld)\n", what, n);
}

static u64 seed = 88172645463325252ull;
static u32 draw(u32 n) {
  seed ^= seed << 13;
  seed ^= seed >> 7;
  seed ^= seed << 17;
  return (u32)(seed >> 11) % n;
}

enum { MAX = 3000 };
struct model {
  term keys[MAX], values[MAX];
  u32 n;
};
static struct heap h;

static u32 model_find(const struct model *m, term key) {
  u32 i = 0;
  while (i < m->n && !term_same(m->keys[i], key)) i++;
  return i;
}
static void model_put(struct model *m, term key, term value) {
  u32 i = model_find(m, key);
  m->keys[i] = key;
  m->values[i] = value;
  if (i == m->n) m->n++;
}
static void model_remove(struct model *m, term key) {
  u32 i = model_find(m, key);
  if (i == m->n) return;
  m->n--;
  m->keys[i] = m->keys[m->n];
  m->values[i] = m->values[m->n];
}

// Kind 0: small integers; 1: keys of several types, built anew each time; 2: small integers whose hashes collide.
static term collisions[64];
static term key_of(int kind, u32 i) {
  if (kind == 0) return make_small(i);
  if (kind == 2) return collisions[i % 64];
  switch (i % 5) {
    case 0: return tuple2(&h, make_small(i), NIL);
    case 1: return cons(&h, make_small(i), NIL);
    case 2: return float_make(&h, i);
    case 3: return int_from_u64(&h, (u64)1 << 62 | i);
    default: return make_small(i);
  }
}

// Searches for small integers with equal hashes: pairs appear after about 2^17 tries.
static void find_collisions(void) {
  enum { TABLE = 1 << 20 };
  u32 *seen = calloc(TABLE, sizeof *seen), found = 0;
  for (u32 i = 1; found < 64; i++) {
    u32 slot = hash_term(make_small(i)) & (TABLE - 1);
    if (seen[slot] && hash_term(make_small(seen[slot])) == hash_term(make_small(i))) {
      collisions[found++] = make_small(seen[slot]);
      collisions[found++] = make_small(i);
    }
    seen[slot] = i;
    if (i == 40000000) {
      for (; found < 64; found++) collisions[found] = make_small(found);
    }
  }
  free(seen);
}

static void check_form(term map, const struct model *m, long n) {
  check(map_size(map) == m->n, "size", n);
  check(is_kind(map, m->n <= MAP_FLAT_MAX ? KIND_MAP_FLAT : KIND_MAP_HASH), "form", n);
}

static void check_same(term map, const struct model *m, long n) {
  check_form(map, m, n);
  struct map_iter it;
  map_iter_init(&it, map);
  term k, v, last = NV;
  u32 count = 0;
  for (; map_iter_next(&it, &k, &v); count++) {
    u32 i = model_find(m, k);
    check(i < m->n && m->values[i] == v, "pair", n);
    if (m->n <= MAP_FLAT_MAX) check(last == NV || term_compare_exact(last, k) < 0, "flat keys ascend", n);
    else check(last == NV || hash_term(last) <= hash_term(k), "hashes ascend", n);
    last = k;
  }
  check(count == m->n, "iterates all", n);
  for (u32 i = 0; i < m->n; i++) check(map_get(map, m->keys[i]) == m->values[i], "get", n);
}

// The same map, built in another way, must be equal and have the same order.
static void check_rebuilt(term map, const struct model *m, long n) {
  term *pairs = malloc((2 * m->n + 2) * 2 * sizeof *pairs);
  u32 shift = m->n ? draw(m->n) : 0;
  for (u32 i = 0; i < m->n; i++) { // an early value, which a later one overrides
    pairs[2 * i] = m->keys[i];
    pairs[2 * i + 1] = NIL;
    pairs[2 * (m->n + i)] = m->keys[(i + shift) % m->n];
    pairs[2 * (m->n + i) + 1] = m->values[(i + shift) % m->n];
  }
  term other = map_from_pairs(&h, pairs, 2 * m->n);
  check(other != NV && map_size(other) == m->n, "rebuilt", n);
  check(term_same(map, other) && term_equal(map, other), "rebuilt is the same", n);
  check(term_compare(map, other) == 0, "rebuilt orders the same", n);
  check(hash_term(map) == hash_term(other), "rebuilt hashes the same", n);
  check(hash_phash2(map) == hash_phash2(other), "phash2 of rebuilt", n);
  if (m->n > 0) {
    term changed = map_put(&h, other, m->keys[shift], ATOM_true);
    check(term_same(map, changed) == (m->values[shift] == ATOM_true), "changed differs", n);
    check(term_compare(map, changed) == -term_compare(changed, map), "order is antisymmetric", n);
  }
  free(pairs);
}

static void check_seek(term map, long n) {
  struct map_iter a, b;
  term k, v, k2, v2;
  map_iter_init(&a, map);
  for (u32 i = 0;; i++) {
    struct map_iter here = a;
    if (!map_iter_next(&a, &k, &v)) break;
    u32 position = map_iter_position(map, here.index, k);
    map_iter_seek(&b, map, position);
    check(map_iter_next(&b, &k2, &v2) && map_iter_position(map, i, k2) == position, "seek", n);
  }
}

static void clear_heap(void) {
  while (h.frags) {
    struct frag *next = h.frags->next;
    frag_free(h.frags);
    h.frags = next;
  }
  memset(&h, 0, sizeof h);
}

static void run(int kind, u32 keys, u32 steps, long n) {
  static struct model m;
  m.n = 0;
  term map = map_empty(&h), old;
  for (u32 s = 0; s < steps; s++) {
    term key = key_of(kind, draw(keys)), value = make_small(draw(1000));
    bool there = model_find(&m, key) < m.n;
    switch (draw(8)) {
      case 0:
      case 1:
      case 2:
        map = map_put(&h, map, key, value);
        model_put(&m, key, value);
        break;
      case 3: {
        term r = map_update(&h, map, key, value);
        check((r != NV) == there, "update", n);
        if (there) map = r, model_put(&m, key, value);
        break;
      }
      case 4:
      case 5: {
        term want = there ? m.values[model_find(&m, key)] : NV;
        map = map_remove(&h, map, key, &old);
        check(old == want, "remove gives the old value", n);
        model_remove(&m, key);
        break;
      }
      case 6: {
        term kv[6];
        for (u32 i = 0; i < 3; i++) {
          kv[2 * i] = key_of(kind, draw(keys));
          kv[2 * i + 1] = make_small(draw(1000));
          model_put(&m, kv[2 * i], kv[2 * i + 1]);
        }
        map = map_put_many(&h, map, kv, 3, false);
        term again = map_put_many(&h, map, kv, 3, true);
        check(again != NV && map_size(again) == m.n, "exact", n);
        break;
      }
      default: {
        term other = map_empty(&h);
        for (u32 i = draw(keys); i-- > 0;) {
          term k = key_of(kind, draw(keys)), v = make_small(draw(1000));
          if (draw(4)) continue;
          other = map_put(&h, other, k, v);
        }
        map = map_merge(&h, map, other);
        struct map_iter it;
        term k, v;
        for (map_iter_init(&it, other); map_iter_next(&it, &k, &v);) model_put(&m, k, v);
      }
    }
    check_form(map, &m, n);
    if (s % 64 == 63) check_same(map, &m, n);
  }
  check_same(map, &m, n);
  check_rebuilt(map, &m, n);
  check_seek(map, n);
  while (m.n > 0) { // down to nothing
    term key = m.keys[draw(m.n)];
    map = map_remove(&h, map, key, &old);
    model_remove(&m, key);
    if (m.n % 16 == 0 || m.n < 40) check_form(map, &m, n);
    if (m.n == MAP_FLAT_MAX || m.n == MAP_FLAT_MAX + 1) check_rebuilt(map, &m, n);
  }
  clear_heap();
}

int main(void) {
  atom_init();
  find_collisions();
  long n = 0;
  for (int kind = 0; kind < 3; kind++)
    for (u32 keys = 4; keys <= 1200; keys *= 3)
      for (int i = 0; i < (keys < 200 ? 12 : 2); i++) run(kind, keys, keys < 200 ? 400 : 1500, n++);
  atom_destroy();
  check(mem_live_blocks() == 0, "no leak", 0);
  printf("%d passed, %d failed\n", passed, failed);
  return failed != 0;
}
