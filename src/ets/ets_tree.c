// SPDX-License-Identifier: Apache-2.0
// Weight-balanced trees (Adams), with the balance parameters 3 and 2 that Hirai and Yamamoto have proved sound.
// Invariant: for siblings a and b, size(a)+1 <= 3*(size(b)+1). All walks are loops over a path of bounded length.
// Called by ets.c.
#include "ets/ets_tree.h"

#include "term/compare.h"

// Compares two keys; small integers without a call.
INLINE int order_of(term a, term b) {
  if (LIKELY(both_small(a, b))) return ((i64)a > (i64)b) - ((i64)a < (i64)b);
  return term_compare(a, b);
}
INLINE u32 size_of(const struct ets_row *r) { return r ? r->size : 0; }
INLINE void resize(struct ets_row *r) { r->size = 1 + size_of(r->left) + size_of(r->right); }
INLINE bool too_heavy(const struct ets_row *a, const struct ets_row *b) { // whether a is too heavy for its sibling b
  return (u64)size_of(a) + 1 > 3 * ((u64)size_of(b) + 1);
}
INLINE bool single(const struct ets_row *inner, const struct ets_row *outer) {
  return (u64)size_of(inner) + 1 < 2 * ((u64)size_of(outer) + 1);
}

static struct ets_row *rotate_left(struct ets_row *r) {
  struct ets_row *top = r->right;
  r->right = top->left;
  top->left = r;
  resize(r);
  resize(top);
  return top;
}

static struct ets_row *rotate_right(struct ets_row *r) {
  struct ets_row *top = r->left;
  r->left = top->right;
  top->right = r;
  resize(r);
  resize(top);
  return top;
}

static void rebalance(struct ets_row **link) {
  struct ets_row *r = *link;
  resize(r);
  if (too_heavy(r->right, r->left)) {
    if (!single(r->right->left, r->right->right)) r->right = rotate_right(r->right);
    *link = rotate_left(r);
  } else if (too_heavy(r->left, r->right)) {
    if (!single(r->left->right, r->left->left)) r->left = rotate_left(r->left);
    *link = rotate_right(r);
  }
}

static void rebalance_path(struct ets_row ***path, u32 depth) {
  while (depth--) rebalance(path[depth]);
}

// Fills path with the links from the root to the row with the key, or to the place where it belongs. Answers depth:
// the last link is path[depth].
static u32 descend(const struct ets_table *t, term key, struct ets_row ***path) {
  u32 depth = 0;
  struct ets_row **link = &t->store->root;
  for (;;) {
    path[depth] = link;
    struct ets_row *r = *link;
    if (!r) return depth;
    int c = order_of(key, ets_key(t, r));
    if (c == 0) return depth;
    ASSERT(depth + 1 < ETS_TREE_DEPTH);
    depth++;
    link = c < 0 ? &r->left : &r->right;
  }
}

static void take_place(struct ets_table *t, struct ets_row **link, struct ets_row *r) {
  struct ets_row *old = *link;
  r->left = old->left;
  r->right = old->right;
  r->size = old->size;
  *link = r;
  t->store->bytes += ets_row_bytes(r);
  t->store->bytes -= ets_row_bytes(old);
  ets_row_free(old);
}

void ets_tree_put(struct ets_table *t, struct ets_row *r) {
  struct ets_row **path[ETS_TREE_DEPTH];
  u32 depth = descend(t, ets_key(t, r), path);
  if (*path[depth]) {
    take_place(t, path[depth], r);
    return;
  }
  r->left = r->right = NULL;
  r->size = 1;
  *path[depth] = r;
  t->store->size++;
  t->store->bytes += ets_row_bytes(r);
  rebalance_path(path, depth);
}

void ets_tree_replace(struct ets_table *t, struct ets_row *old, struct ets_row *new_row) {
  struct ets_row **path[ETS_TREE_DEPTH];
  u32 depth = descend(t, ets_key(t, old), path);
  ASSERT(*path[depth] == old);
  take_place(t, path[depth], new_row);
}

struct ets_row *ets_tree_find(const struct ets_table *t, term key) {
  struct ets_row *r = t->store->root;
  while (r) {
    int c = order_of(key, ets_key(t, r));
    if (c == 0) return r;
    r = c < 0 ? r->left : r->right;
  }
  return NULL;
}

struct ets_row *ets_tree_remove(struct ets_table *t, term key) {
  struct ets_row **path[ETS_TREE_DEPTH];
  u32 at = descend(t, key, path), depth = at;
  struct ets_row *gone = *path[at];
  if (!gone) return NULL;
  if (!gone->left || !gone->right) {
    *path[at] = gone->left ? gone->left : gone->right;
  } else {
    // The row behind it takes its place.
    struct ets_row **link = &gone->right;
    path[++depth] = link;
    while ((*link)->left) {
      link = &(*link)->left;
      path[++depth] = link;
    }
    struct ets_row *next = *link;
    *link = next->right;
    next->left = gone->left;
    next->right = gone->right;
    *path[at] = next;
    path[at + 1] = &next->right;
  }
  t->store->size--;
  t->store->bytes -= ets_row_bytes(gone);
  rebalance_path(path, depth);
  return gone;
}

struct ets_row *ets_tree_edge(const struct ets_table *t, bool last) {
  struct ets_row *r = t->store->root;
  while (r && (last ? r->right : r->left)) r = last ? r->right : r->left;
  return r;
}

struct ets_row *ets_tree_after(const struct ets_table *t, term key, bool backwards) {
  struct ets_row *r = t->store->root, *best = NULL;
  while (r) {
    int c = order_of(key, ets_key(t, r));
    if (backwards) c = -c;
    // In the direction of the walk: when c < 0, the row lies behind the key.
    if (c < 0) best = r;
    bool go_back = (c < 0) != backwards;
    r = go_back ? r->left : r->right;
  }
  return best;
}

struct ets_row *ets_tree_nth(const struct ets_table *t, u32 n) {
  struct ets_row *r = t->store->root;
  while (r) {
    u32 before = size_of(r->left);
    if (n == before) return r;
    if (n < before) {
      r = r->left;
    } else {
      n -= before + 1;
      r = r->right;
    }
  }
  return NULL;
}

// Frees the rows while it turns the tree into a list by rotations: this needs no stack, and constant work for each
// row.
bool ets_tree_free(struct ets_store *s, u32 *units) {
  struct ets_row *r = s->root;
  while (r) {
    if (*units == 0) break;
    struct ets_row *l = r->left;
    if (l) {
      r->left = l->right;
      l->right = r;
      r = l;
      continue;
    }
    struct ets_row *next = r->right;
    ets_row_free(r);
    --*units;
    r = next;
  }
  s->root = r;
  return r == NULL;
}

// --- Cursor ---------------------------------------------------------------------------------------

static void push_edge(struct ets_cursor *c, struct ets_row *r) {
  for (; r; r = c->backwards ? r->right : r->left) c->path[c->depth++] = r;
}

void ets_cursor_start(struct ets_cursor *c, const struct ets_table *t, bool backwards, term key) {
  c->depth = 0;
  c->backwards = backwards;
  if (key == NV) {
    push_edge(c, t->store->root);
    return;
  }
  struct ets_row *r = t->store->root;
  while (r) {
    int order = order_of(key, ets_key(t, r));
    if (backwards) order = -order;
    if (order < 0) c->path[c->depth++] = r;
    r = (order < 0) != backwards ? r->left : r->right;
  }
}

void ets_cursor_seek(struct ets_cursor *c, const struct ets_table *t, bool backwards,
                     int (*below)(term key, const void *arg), const void *arg) {
  c->depth = 0;
  c->backwards = backwards;
  struct ets_row *r = t->store->root;
  while (r) {
    int order = below(ets_key(t, r), arg);
    if (backwards) order = -order;
    if (order >= 0) c->path[c->depth++] = r;
    r = (order >= 0) != backwards ? r->left : r->right;
  }
}

struct ets_row *ets_cursor_row(const struct ets_cursor *c) {
  return c->depth ? c->path[c->depth - 1] : NULL;
}

void ets_cursor_step(struct ets_cursor *c) {
  struct ets_row *r = c->path[--c->depth];
  push_edge(c, c->backwards ? r->left : r->right);
}
