// SPDX-License-Identifier: Apache-2.0
// Large maps as hash tries; map_node.h has the invariant. An update copies the path to the leaf and shares the rest.
// Recursion follows the trie, so it is at most TRIE_DEPTH + 1 deep. Called by map.c.
#include "base/alloc.h"
#include "term/compare.h"
#include "term/map_node.h"

enum { ROOT_SKIP = 2, NODE_SKIP = 1 }; // words before the children

INLINE u32 hash_key(term key) { return is_immediate(key) ? hash_u64(key) : hash_term(key); }

term map_hash_get(term map, term key) {
  u32 hash = hash_key(key);
  const term *p = boxed_ptr(map), *children = p + ROOT_SKIP;
  for (u32 depth = 0; depth < TRIE_DEPTH; depth++) {
    u32 bitmap = header_aux(p[0]), bit = trie_bit(hash, depth);
    if (!(bitmap & bit)) return NV;
    term child = children[trie_position(bitmap, bit)];
    if (is_cons(child)) return term_same(hd(child), key) ? tl(child) : NV;
    p = boxed_ptr(child);
    children = p + NODE_SKIP;
  }
  for (u32 i = 0; i < header_size(p[0]); i++)
    if (term_same(hd(children[i]), key)) return tl(children[i]);
  return NV;
}

// --- Copies of nodes ---------------------------------------------------------------------------

static term *copy_node(struct heap *h, const term *p) {
  u32 words = header_size(p[0]) + 1;
  term *q = heap_alloc(h, words);
  memcpy(q, p, words * sizeof *q);
  return q;
}

static term with_child(struct heap *h, const term *p, u32 at, term child) {
  term *q = copy_node(h, p);
  q[at] = child;
  return make_boxed(q);
}

// Copies the node p with a new child; at is the index of the word where the child goes.
static term with_new_child(struct heap *h, const term *p, u32 at, u32 bit, term child) {
  u32 size = header_size(p[0]);
  term *q = heap_alloc(h, size + 2);
  memcpy(q, p, at * sizeof *q);
  q[0] = MAKE_HEADER_AUX(header_kind(p[0]), size + 1, header_aux(p[0]) | bit);
  q[at] = child;
  memcpy(q + at + 1, p + at, (size + 1 - at) * sizeof *q);
  return make_boxed(q);
}

static term without_child(struct heap *h, const term *p, u32 at, u32 bit) {
  u32 size = header_size(p[0]);
  term *q = heap_alloc(h, size);
  memcpy(q, p, at * sizeof *q);
  q[0] = MAKE_HEADER_AUX(header_kind(p[0]), size - 1, header_aux(p[0]) & ~bit);
  memcpy(q + at, p + at + 1, (size - at) * sizeof *q);
  return make_boxed(q);
}

static term node_of_two(struct heap *h, u32 bitmap, term first, term second) {
  term *q = heap_alloc(h, 3);
  q[0] = MAKE_HEADER_AUX(KIND_MAP_NODE, 2, bitmap);
  q[1] = first;
  q[2] = second;
  return make_boxed(q);
}

// Makes the subtree at this depth that holds two leaves of different keys.
static term split(struct heap *h, u32 depth, term a, u32 hash_a, term b, u32 hash_b) {
  u32 d = depth;
  while (d < TRIE_DEPTH && trie_bit(hash_a, d) == trie_bit(hash_b, d)) d++;
  term t;
  if (d == TRIE_DEPTH) {
    t = node_of_two(h, COLLISION_AUX, a, b);
  } else {
    u32 bits = trie_bit(hash_a, d) | trie_bit(hash_b, d);
    t = hash_a < hash_b ? node_of_two(h, bits, a, b) : node_of_two(h, bits, b, a);
  }
  while (d > depth) {
    d--;
    term *q = heap_alloc(h, 2);
    q[0] = MAKE_HEADER_AUX(KIND_MAP_NODE, 1, trie_bit(hash_a, d));
    q[1] = t;
    t = make_boxed(q);
  }
  return t;
}

// --- Put ---------------------------------------------------------------------------------------

struct insertion {
  struct heap *h;
  term key, value;
  u32 hash;
  enum map_put_mode mode;
  bool existed;
};

// Returns the leaf that replaces a leaf of the same key.
static term replace_leaf(struct insertion *in, term leaf) {
  in->existed = true;
  if (in->mode == PUT_IF_ABSENT || tl(leaf) == in->value) return leaf;
  return cons(in->h, hd(leaf), in->value);
}

static term put_collision(struct insertion *in, term child) {
  const term *p = boxed_ptr(child);
  for (u32 i = 1; i <= header_size(p[0]); i++) {
    if (!term_same(hd(p[i]), in->key)) continue;
    term leaf = replace_leaf(in, p[i]);
    return leaf == p[i] ? child : with_child(in->h, p, i, leaf);
  }
  if (in->mode == PUT_IF_PRESENT) return NV;
  return with_new_child(in->h, p, header_size(p[0]) + 1, 0, cons(in->h, in->key, in->value));
}

static term put_node(struct insertion *in, term node, u32 skip, u32 depth);

// Returns the subtree at this depth with the pair inserted. NV: in->mode does not allow it.
static term put_child(struct insertion *in, term child, u32 depth) {
  if (is_cons(child)) {
    if (term_same(hd(child), in->key)) return replace_leaf(in, child);
    if (in->mode == PUT_IF_PRESENT) return NV;
    return split(in->h, depth, child, hash_key(hd(child)), cons(in->h, in->key, in->value), in->hash);
  }
  return depth == TRIE_DEPTH ? put_collision(in, child) : put_node(in, child, NODE_SKIP, depth);
}

static term put_node(struct insertion *in, term node, u32 skip, u32 depth) {
  const term *p = boxed_ptr(node);
  u32 bitmap = header_aux(p[0]), bit = trie_bit(in->hash, depth), at = skip + trie_position(bitmap, bit);
  if (!(bitmap & bit)) {
    if (in->mode == PUT_IF_PRESENT) return NV;
    return with_new_child(in->h, p, at, bit, cons(in->h, in->key, in->value));
  }
  term child = put_child(in, p[at], depth + 1);
  if (child == NV) return NV;
  return child == p[at] ? node : with_child(in->h, p, at, child);
}

term map_hash_put(struct heap *h, term map, term key, term value, enum map_put_mode mode) {
  struct insertion in = {h, key, value, hash_key(key), mode, false};
  term t = put_node(&in, map, ROOT_SKIP, 0);
  if (t != NV && !in.existed) boxed_ptr(t)[1] += make_small(1); // t is a new root then
  return t;
}

// --- Remove ------------------------------------------------------------------------------------

// Returns the subtree without the key; NV: it is empty now. *old stays NV when the key is absent.
static term remove_child(struct heap *h, term child, u32 depth, term key, u32 hash, term *old) {
  if (is_cons(child)) {
    if (!term_same(hd(child), key)) return child;
    *old = tl(child);
    return NV;
  }
  const term *p = boxed_ptr(child);
  u32 at = 1, bit = 0, size = header_size(p[0]);
  if (depth == TRIE_DEPTH) {
    while (at <= size && !term_same(hd(p[at]), key)) at++;
    if (at > size) return child;
    *old = tl(p[at]);
  } else {
    u32 bitmap = header_aux(p[0]);
    bit = trie_bit(hash, depth);
    if (!(bitmap & bit)) return child;
    at += trie_position(bitmap, bit);
    term rest = remove_child(h, p[at], depth + 1, key, hash, old);
    if (*old == NV) return child;
    if (rest != NV) return size == 1 && is_cons(rest) ? rest : with_child(h, p, at, rest);
  }
  if (size == 1) return NV;
  if (size == 2 && is_cons(p[3 - at])) return p[3 - at];
  return without_child(h, p, at, bit);
}

term map_hash_remove(struct heap *h, term map, term key, term *old) {
  u32 hash = hash_key(key), bit = trie_bit(hash, 0);
  const term *p = boxed_ptr(map);
  u32 bitmap = header_aux(p[0]), at = ROOT_SKIP + trie_position(bitmap, bit);
  *old = NV;
  if (!(bitmap & bit)) return map;
  term rest = remove_child(h, p[at], 1, key, hash, old);
  if (*old == NV) return map;
  term t = rest == NV ? without_child(h, p, at, bit) : with_child(h, p, at, rest);
  boxed_ptr(t)[1] -= make_small(1);
  return t;
}

// --- Building at once --------------------------------------------------------------------------

struct build {
  struct heap *h;
  const u64 *order;
  const term *leaves; // the cell at index i belongs to order[i]
};

static term build_range(const struct build *b, size_t from, size_t to, u32 depth) {
  if (to - from == 1) return make_cons(b->leaves + 2 * from);
  term children[16];
  u32 n = 0, bitmap = 0;
  if (depth == TRIE_DEPTH) {
    size_t count = to - from;
    term *p = count < MAX_BOXED_SIZE ? heap_alloc(b->h, count + 1) : NULL;
    if (!p) return NIL; // the caller checks exhausted
    p[0] = MAKE_HEADER_AUX(KIND_MAP_NODE, count, COLLISION_AUX);
    for (size_t i = 0; i < count; i++) p[1 + i] = make_cons(b->leaves + 2 * (from + i));
    return make_boxed(p);
  }
  while (from < to && !b->h->exhausted) {
    u32 bit = trie_bit((u32)(b->order[from] >> 32), depth);
    size_t end = from + 1;
    while (end < to && trie_bit((u32)(b->order[end] >> 32), depth) == bit) end++;
    children[n++] = build_range(b, from, end, depth + 1);
    bitmap |= bit;
    from = end;
  }
  u32 skip = depth == 0 ? ROOT_SKIP : NODE_SKIP;
  term *p = heap_alloc(b->h, skip + n);
  p[0] = MAKE_HEADER_AUX(depth == 0 ? KIND_MAP_HASH : KIND_MAP_NODE, skip + n - 1, bitmap);
  memcpy(p + skip, children, n * sizeof *p);
  return make_boxed(p);
}

term map_hash_build(struct heap *h, const term *pairs, const u64 *order, size_t n) {
  if (h->exhausted) return NV;
  term *leaves = heap_alloc(h, 2 * n);
  if (!leaves || h->exhausted) return NV;
  for (size_t i = 0; i < n; i++) {
    const term *pair = pairs + 2 * (size_t)(u32)order[i];
    leaves[2 * i] = pair[0];
    leaves[2 * i + 1] = pair[1];
  }
  struct build b = {h, order, leaves};
  term t = build_range(&b, 0, n, 0);
  if (h->exhausted) return NV;
  boxed_ptr(t)[1] = make_small((i64)n);
  return t;
}

// --- Merge -------------------------------------------------------------------------------------

struct merge {
  struct heap *h;
  u64 shared; // number of keys found in both maps
  u64 steps;  // number of children visited so far
};

static u64 count_leaves(struct merge *m, term child) {
  if (is_cons(child)) return 1;
  const term *p = boxed_ptr(child);
  u64 n = 0;
  m->steps += header_size(p[0]);
  for (u32 i = 1; i <= header_size(p[0]); i++) n += count_leaves(m, p[i]);
  return n;
}

static term merge_leaf(struct merge *m, term child, term leaf, u32 depth, enum map_put_mode mode) {
  struct insertion in = {m->h, hd(leaf), tl(leaf), hash_key(hd(leaf)), mode, false};
  term t = put_child(&in, child, depth);
  m->shared += in.existed;
  return t;
}

static term merge_nodes(struct merge *m, const term *p, const term *q, u32 skip, u32 depth);

static term merge_child(struct merge *m, term a, term b, u32 depth) {
  if (a == b) {
    m->shared += count_leaves(m, a);
    return a;
  }
  if (is_cons(b)) return merge_leaf(m, a, b, depth, PUT_ALWAYS);
  if (is_cons(a)) return merge_leaf(m, b, a, depth, PUT_IF_ABSENT);
  if (depth < TRIE_DEPTH) return merge_nodes(m, boxed_ptr(a), boxed_ptr(b), NODE_SKIP, depth);
  const term *q = boxed_ptr(b);
  for (u32 i = 1; i <= header_size(q[0]); i++) a = merge_leaf(m, a, q[i], depth, PUT_ALWAYS);
  return a;
}

// Two nodes at the same place of two tries, which are being merged; their children are in the order of their bits.
struct merge_level {
  const term *p, *q, *pc, *qc; // the nodes and their next children
  u32 skip, bit, n;
  term children[16];
};

static void level_open(struct merge_level *l, const term *p, const term *q, u32 skip) {
  *l = (struct merge_level){.p = p, .q = q, .pc = p + skip, .qc = q + skip, .skip = skip, .bit = 1};
}

// Copies the children that only one of the nodes has. True: *pc and *qc must be merged next; false: all children are
// done.
static bool level_next(struct merge_level *l) {
  u32 pb = header_aux(l->p[0]), qb = header_aux(l->q[0]);
  for (; l->bit <= (pb | qb); l->bit <<= 1) {
    if ((pb & l->bit) && (qb & l->bit)) return true;
    if (pb & l->bit) l->children[l->n++] = *l->pc++;
    else if (qb & l->bit) l->children[l->n++] = *l->qc++;
  }
  return false;
}

static void level_put(struct merge_level *l, term child) {
  l->children[l->n++] = child;
  l->pc++, l->qc++;
  l->bit <<= 1;
}

static term level_close(struct merge *m, const struct merge_level *l) {
  term *r = heap_alloc(m->h, l->skip + l->n);
  r[0] = MAKE_HEADER_AUX(header_kind(l->p[0]), l->skip + l->n - 1, header_aux(l->p[0]) | header_aux(l->q[0]));
  memcpy(r + l->skip, l->children, l->n * sizeof *r);
  m->steps += l->n;
  return make_boxed(r);
}

static term merge_nodes(struct merge *m, const term *p, const term *q, u32 skip, u32 depth) {
  struct merge_level l;
  level_open(&l, p, q, skip);
  while (level_next(&l)) level_put(&l, m->h->exhausted ? *l.qc : merge_child(m, *l.pc, *l.qc, depth + 1));
  return level_close(m, &l);
}

static term with_size(term t, term a, term b, u64 shared) {
  boxed_ptr(t)[1] = make_small(small_val(boxed_ptr(a)[1]) + small_val(boxed_ptr(b)[1]) - (i64)shared);
  return t;
}

term map_hash_merge(struct heap *h, term a, term b) {
  struct merge m = {h, 0, 0};
  term t = merge_nodes(&m, boxed_ptr(a), boxed_ptr(b), ROOT_SKIP, 0); // also counts m.shared
  return with_size(t, a, b, m.shared);
}

// --- Merge in portions -------------------------------------------------------------------------

// A merge can pause between the nodes of this many topmost levels.
enum { MERGE_LEVELS = 4 };
struct map_merger {
  struct merge m;
  term a, b, result;
  u32 depth; // the level that is being merged
  struct merge_level levels[MERGE_LEVELS];
};

struct map_merger *map_merger_new(struct heap *h, term a, term b) {
  struct map_merger *w = mem_alloc(sizeof *w, MEM_PROCESS);
  if (!w) return NULL;
  *w = (struct map_merger){.m = {h, 0, 0}, .a = a, .b = b, .result = NV};
  level_open(&w->levels[0], boxed_ptr(a), boxed_ptr(b), ROOT_SKIP);
  return w;
}

bool map_merger_go(struct map_merger *w, u64 steps) {
  for (u64 end = w->m.steps + steps; w->m.steps < end && !w->m.h->exhausted;) {
    struct merge_level *l = &w->levels[w->depth];
    if (!level_next(l)) {
      term node = level_close(&w->m, l);
      if (w->depth == 0) {
        w->result = with_size(node, w->a, w->b, w->m.shared);
        return true;
      }
      level_put(&w->levels[--w->depth], node);
    } else if (w->depth + 1 == MERGE_LEVELS || *l->pc == *l->qc || is_cons(*l->pc) || is_cons(*l->qc)) {
      level_put(l, merge_child(&w->m, *l->pc, *l->qc, w->depth + 1));
      w->m.steps++;
    } else {
      level_open(&w->levels[++w->depth], boxed_ptr(*l->pc), boxed_ptr(*l->qc), NODE_SKIP);
    }
  }
  return w->m.h->exhausted;
}

term map_merger_result(const struct map_merger *w) { return w->m.h->exhausted ? NV : w->result; }
void map_merger_free(struct map_merger *w) { mem_free(w, sizeof *w, MEM_PROCESS); }
