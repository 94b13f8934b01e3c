// SPDX-License-Identifier: Apache-2.0
// Maps. A map of up to MAP_FLAT_MAX pairs is flat: a tuple of keys in map key order, which versions of the map with the
// same keys share, and the values beside it. Larger maps are hash tries (map_hash.c). Invariant: the number of pairs
// alone decides the form. Called by the interpreter, BIFs and the external term format.
#include "term/map.h"

#include "base/alloc.h"
#include "term/compare.h"
#include "term/map_node.h"

INLINE bool is_flat(term map) { return header_kind(boxed_header(map)) == KIND_MAP_FLAT; }
INLINE u32 flat_size(term map) { return header_size(boxed_header(map)) - 1; }
INLINE const term *flat_keys(term map) { return tuple_elements(boxed_ptr(map)[1]); }
INLINE const term *flat_values(term map) { return boxed_ptr(map) + 2; }

size_t map_size(term map) { return is_flat(map) ? flat_size(map) : (size_t)small_val(boxed_ptr(map)[1]); }

// The index of the key, or n when it is absent.
INLINE u32 find_key(const term *keys, u32 n, term key) {
  for (u32 i = 0; i < n; i++)
    if (keys[i] == key) return i;
  if (is_immediate(key)) return n;
  for (u32 i = 0; i < n; i++)
    if (is_pointer(keys[i]) && term_same_slow(keys[i], key)) return i;
  return n;
}

term map_get(term map, term key) {
  const term *p = boxed_ptr(map);
  if (header_kind(p[0]) != KIND_MAP_FLAT) return map_hash_get(map, key);
  u32 n = header_size(p[0]) - 1, i = find_key(tuple_elements(p[1]), n, key);
  return i < n ? p[2 + i] : NV;
}

static term *new_flat(struct heap *h, u32 n, term keys, term *map) {
  term *p = heap_alloc(h, n + 2);
  p[0] = MAKE_HEADER(KIND_MAP_FLAT, n + 1);
  p[1] = keys;
  *map = make_boxed(p);
  return p + 2;
}

term map_empty(struct heap *h) {
  term keys, map;
  heap_tuple(h, 0, &keys);
  new_flat(h, 0, keys, &map);
  return map;
}

// A flat map of sorted keys and their values.
static term flat_of(struct heap *h, const term *keys, const term *values, u32 n) {
  term tuple, map;
  term *k = heap_tuple(h, n, &tuple);
  memcpy(k, keys, n * sizeof *k);
  memcpy(new_flat(h, n, tuple, &map), values, n * sizeof *k);
  return map;
}

// A flat map of n <= MAP_FLAT_MAX pairs of distinct keys in any order.
static term flat_of_pairs(struct heap *h, term *pairs, size_t n) {
  term spare[2 * MAP_FLAT_MAX], keys[MAP_FLAT_MAX], values[MAP_FLAT_MAX];
  term_sort_pairs(pairs, spare, n);
  for (size_t i = 0; i < n; i++) keys[i] = pairs[2 * i], values[i] = pairs[2 * i + 1];
  return flat_of(h, keys, values, (u32)n);
}

// The index of a key among n sorted keys, or the index where it belongs.
static u32 search_key(const term *keys, u32 n, term key, bool *found) {
  u32 lo = 0, hi = n;
  while (lo < hi) {
    u32 mid = (lo + hi) / 2;
    int c = term_compare_exact(keys[mid], key);
    if (c == 0) {
      *found = true;
      return mid;
    }
    if (c < 0) lo = mid + 1;
    else hi = mid;
  }
  *found = false;
  return lo;
}

static term flat_set(struct heap *h, term map, u32 at, term value) {
  if (flat_values(map)[at] == value) return map;
  u32 n = flat_size(map);
  term result, *values = new_flat(h, n, boxed_ptr(map)[1], &result);
  memcpy(values, flat_values(map), n * sizeof *values);
  values[at] = value;
  return result;
}

static term flat_insert(struct heap *h, term map, term key, term value) {
  u32 n = flat_size(map);
  const term *keys = flat_keys(map), *values = flat_values(map);
  if (n == MAP_FLAT_MAX) {
    term pairs[2 * (MAP_FLAT_MAX + 1)];
    for (u32 i = 0; i < n; i++) pairs[2 * i] = keys[i], pairs[2 * i + 1] = values[i];
    pairs[2 * n] = key, pairs[2 * n + 1] = value;
    return map_from_pairs(h, pairs, n + 1);
  }
  bool found;
  u32 at = search_key(keys, n, key, &found);
  term tuple, result;
  term *k = heap_tuple(h, n + 1, &tuple), *v = new_flat(h, n + 1, tuple, &result);
  memcpy(k, keys, at * sizeof *k);
  memcpy(v, values, at * sizeof *v);
  k[at] = key, v[at] = value;
  memcpy(k + at + 1, keys + at, (n - at) * sizeof *k);
  memcpy(v + at + 1, values + at, (n - at) * sizeof *v);
  return result;
}

term map_put(struct heap *h, term map, term key, term value) {
  if (!is_flat(map)) return map_hash_put(h, map, key, value, PUT_ALWAYS);
  u32 n = flat_size(map), i = find_key(flat_keys(map), n, key);
  return i < n ? flat_set(h, map, i, value) : flat_insert(h, map, key, value);
}

term map_update(struct heap *h, term map, term key, term value) {
  if (!is_flat(map)) return map_hash_put(h, map, key, value, PUT_IF_PRESENT);
  u32 n = flat_size(map), i = find_key(flat_keys(map), n, key);
  return i < n ? flat_set(h, map, i, value) : NV;
}

static term flat_of_small_hash(struct heap *h, term map) {
  term pairs[2 * MAP_FLAT_MAX];
  struct map_iter it;
  size_t n = 0;
  map_iter_init(&it, map);
  while (n < MAP_FLAT_MAX && map_iter_next(&it, &pairs[2 * n], &pairs[2 * n + 1])) n++;
  return flat_of_pairs(h, pairs, n);
}

term map_remove(struct heap *h, term map, term key, term *old) {
  if (!is_flat(map)) {
    term rest = map_hash_remove(h, map, key, old);
    return map_size(rest) <= MAP_FLAT_MAX ? flat_of_small_hash(h, rest) : rest;
  }
  u32 n = flat_size(map), at = find_key(flat_keys(map), n, key);
  *old = NV;
  if (at == n) return map;
  *old = flat_values(map)[at];
  term keys[MAP_FLAT_MAX], values[MAP_FLAT_MAX];
  const term *k = flat_keys(map), *v = flat_values(map);
  memcpy(keys, k, at * sizeof *k);
  memcpy(values, v, at * sizeof *v);
  memcpy(keys + at, k + at + 1, (n - 1 - at) * sizeof *k);
  memcpy(values + at, v + at + 1, (n - 1 - at) * sizeof *v);
  return flat_of(h, keys, values, n - 1);
}

// --- Building from many pairs ------------------------------------------------------------------

// Sorts by the upper 32 bits, the least significant byte first; the sort is stable. Returns the array that has the
// result.
static u64 *radix_sort(u64 *from, u64 *to, size_t n) {
  for (u32 shift = 32; shift < 64; shift += 8) {
    u32 start[257] = {0};
    for (size_t i = 0; i < n; i++) start[(from[i] >> shift & 255) + 1]++;
    for (u32 i = 0; i < 256; i++) start[i + 1] += start[i];
    for (size_t i = 0; i < n; i++) to[start[from[i] >> shift & 255]++] = from[i];
    u64 *swap = from;
    from = to;
    to = swap;
  }
  return from;
}

// Drops all but the last of equal keys. Equal keys stand together because their hashes are equal. The pairs that stay
// are gathered at the end of each run of equal hashes, so a key that is repeated a million times costs a million
// comparisons, not their square.
static size_t drop_duplicates(const term *pairs, u64 *order, size_t n) {
  size_t out = 0;
  for (size_t from = 0, to; from < n; from = to) {
    for (to = from + 1; to < n && order[to] >> 32 == order[from] >> 32;) to++;
    size_t kept = to;
    for (size_t i = to; i-- > from;) {
      term key = pairs[2 * (size_t)(u32)order[i]];
      size_t j = kept;
      while (j < to && !term_same(pairs[2 * (size_t)(u32)order[j]], key)) j++;
      if (j == to) order[--kept] = order[i];
    }
    memmove(order + out, order + kept, (to - kept) * sizeof *order);
    out += to - kept;
  }
  return out;
}

static term large_from_pairs(struct heap *h, const term *pairs, size_t n) {
  if (n > UINT32_MAX / 2) return NV;
  u64 *order = mem_alloc(2 * n * sizeof *order, MEM_SYSTEM);
  if (!order) return NV;
  for (size_t i = 0; i < n; i++) order[i] = (u64)hash_term(pairs[2 * i]) << 32 | i;
  u64 *sorted = radix_sort(order, order + n, n);
  size_t distinct = drop_duplicates(pairs, sorted, n);
  term map;
  if (distinct > MAP_FLAT_MAX) {
    map = map_hash_build(h, pairs, sorted, distinct);
  } else {
    term few[2 * MAP_FLAT_MAX];
    for (size_t i = 0; i < distinct; i++) memcpy(few + 2 * i, pairs + 2 * (size_t)(u32)sorted[i], 2 * sizeof *few);
    map = flat_of_pairs(h, few, distinct);
  }
  mem_free(order, 2 * n * sizeof *order, MEM_SYSTEM);
  return map;
}

// Inserts pairs into sorted arrays that have room for them; returns the new number of pairs.
static u32 insert_pairs(term *keys, term *values, u32 n, const term *kv, size_t count) {
  for (size_t i = 0; i < count; i++, kv += 2) {
    u32 at = n;
    // Input is mostly sorted already: compare with the last key first.
    if (n > 0 && term_compare_exact(keys[n - 1], kv[0]) >= 0) {
      bool found;
      at = search_key(keys, n, kv[0], &found);
      if (found) {
        values[at] = kv[1];
        continue;
      }
      memmove(keys + at + 1, keys + at, (n - at) * sizeof *keys);
      memmove(values + at + 1, values + at, (n - at) * sizeof *values);
    }
    keys[at] = kv[0], values[at] = kv[1];
    n++;
  }
  return n;
}

term map_from_pairs(struct heap *h, const term *pairs, size_t n) {
  if (n > MAP_FLAT_MAX) return large_from_pairs(h, pairs, n);
  term keys[MAP_FLAT_MAX], values[MAP_FLAT_MAX];
  return flat_of(h, keys, values, insert_pairs(keys, values, 0, pairs, n));
}

// Sets the values of keys that the map has. False: a key is absent.
static bool flat_set_many(struct heap *h, term map, const term *kv, size_t n, term *result) {
  u32 size = flat_size(map);
  u32 at[MAP_FLAT_MAX];
  if (n > MAP_FLAT_MAX) return false;
  bool differ = false;
  for (size_t i = 0; i < n; i++) {
    if ((at[i] = find_key(flat_keys(map), size, kv[2 * i])) == size) return false;
    differ |= flat_values(map)[at[i]] != kv[2 * i + 1];
  }
  *result = map;
  if (!differ) return true; // nothing changes: return the same map
  term *values = new_flat(h, size, boxed_ptr(map)[1], result);
  memcpy(values, flat_values(map), size * sizeof *values);
  for (size_t i = 0; i < n; i++) values[at[i]] = kv[2 * i + 1];
  return true;
}

term map_put_many(struct heap *h, term map, const term *kv, size_t n, bool exact) {
  if (is_flat(map)) {
    u32 size = flat_size(map);
    term result;
    if (size > 0 && flat_set_many(h, map, kv, n, &result)) return result;
    if (exact && n <= MAP_FLAT_MAX) return NV;
    if (!exact && size + n <= MAP_FLAT_MAX) {
      term keys[MAP_FLAT_MAX], values[MAP_FLAT_MAX];
      memcpy(keys, flat_keys(map), size * sizeof *keys);
      memcpy(values, flat_values(map), size * sizeof *values);
      return flat_of(h, keys, values, insert_pairs(keys, values, size, kv, n));
    }
  }
  for (size_t i = 0; i < n && map != NV; i++, kv += 2)
    map = exact ? map_update(h, map, kv[0], kv[1]) : map_put(h, map, kv[0], kv[1]);
  return map;
}

// --- Merge -------------------------------------------------------------------------------------

static term merge_flat(struct heap *h, term a, term b) {
  const term *ak = flat_keys(a), *av = flat_values(a), *bk = flat_keys(b), *bv = flat_values(b);
  u32 n = flat_size(a), m = flat_size(b), i = 0, j = 0, count = 0;
  if (boxed_ptr(a)[1] == boxed_ptr(b)[1] || n == 0) return b;
  if (m == 0) return a;
  term keys[2 * MAP_FLAT_MAX], values[2 * MAP_FLAT_MAX];
  while (i < n || j < m) {
    int c = i == n ? 1 : j == m ? -1 : term_compare_exact(ak[i], bk[j]);
    keys[count] = c < 0 ? ak[i] : bk[j];
    values[count++] = c < 0 ? av[i] : bv[j];
    i += c <= 0;
    j += c >= 0;
  }
  if (count <= MAP_FLAT_MAX) return flat_of(h, keys, values, count);
  term pairs[4 * MAP_FLAT_MAX];
  for (i = 0; i < count; i++) pairs[2 * i] = keys[i], pairs[2 * i + 1] = values[i];
  return map_from_pairs(h, pairs, count);
}

static term merge_into_hash(struct heap *h, term hash, term flat, enum map_put_mode mode) {
  for (u32 i = 0; i < flat_size(flat); i++)
    hash = map_hash_put(h, hash, flat_keys(flat)[i], flat_values(flat)[i], mode);
  return hash;
}

term map_merge(struct heap *h, term a, term b) {
  if (a == b) return a;
  if (is_flat(a)) return is_flat(b) ? merge_flat(h, a, b) : merge_into_hash(h, b, a, PUT_IF_ABSENT);
  return is_flat(b) ? merge_into_hash(h, a, b, PUT_ALWAYS) : map_hash_merge(h, a, b);
}

// --- Iteration ---------------------------------------------------------------------------------

void map_iter_init(struct map_iter *it, term map) {
  it->map = map;
  it->index = 0;
  it->depth = 0;
  if (is_flat(map)) return;
  it->depth = 1;
  it->stack[0].node = map;
  it->stack[0].next = 2;
}

bool map_iter_next(struct map_iter *it, term *key, term *value) {
  if (is_flat(it->map)) {
    if (it->index >= flat_size(it->map)) return false;
    *key = flat_keys(it->map)[it->index];
    *value = flat_values(it->map)[it->index++];
    return true;
  }
  while (it->depth > 0) {
    const term *p = boxed_ptr(it->stack[it->depth - 1].node);
    if (it->stack[it->depth - 1].next > header_size(p[0])) {
      it->depth--;
      continue;
    }
    term child = p[it->stack[it->depth - 1].next++];
    if (is_cons(child)) {
      *key = hd(child);
      *value = tl(child);
      return true;
    }
    it->stack[it->depth].node = child;
    it->stack[it->depth++].next = 1;
  }
  return false;
}

void map_iter_seek(struct map_iter *it, term map, u32 position) {
  map_iter_init(it, map);
  if (is_flat(map)) {
    it->index = position;
    return;
  }
  term node = map;
  u32 skip = 2;
  for (u32 depth = 0; depth < TRIE_DEPTH; depth++) {
    const term *p = boxed_ptr(node);
    u32 bitmap = header_aux(p[0]), bit = trie_bit(position, depth), at = skip + trie_position(bitmap, bit);
    it->stack[it->depth - 1].next = at;
    if (!(bitmap & bit) || is_cons(p[at])) return;
    it->stack[it->depth - 1].next++;
    it->stack[it->depth].node = node = p[at];
    it->stack[it->depth++].next = skip = 1;
  }
}

u32 map_iter_position(term map, u32 index, term key) { return is_flat(map) ? index : hash_term(key); }
