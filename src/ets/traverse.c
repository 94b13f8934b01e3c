// SPDX-License-Identifier: Apache-2.0
// The passes of traverse.h. A hash is visited slot by slot, a tree row by row; when a program names its keys, only
// these are looked up. Called by the bif room.
#include "ets/traverse.h"

#include "base/alloc.h"
#include "ets/ets_hash.h"
#include "ets/ets_tree.h"
#include "term/atom.h"
#include "term/binary.h"
#include "term/compare.h"
#include "term/hash.h"

enum outcome { KEEP, REMOVE, NO_MEMORY };

struct pass {
  struct traversal *tr;
  struct ets_table *t;
  struct match_program *m;
  struct heap *h;
  term *list;
  u32 *budget;
  struct ets_row *now; // the row after it was replaced
};

static void charge(struct pass *p, u64 units) { *p->budget -= (u32)min_u64(units, *p->budget); }

static enum outcome keep_result(struct pass *p, term result) {
  const term *before = p->h->top;
  u32 fragments = p->h->frag_words;
  const struct ets_row *r = p->now;
  term copy = result == row_tuple(r) ? copy_block(p->h, r->data, r->words, result) : copy_term(p->h, result);
  if (copy == NV) return NO_MEMORY;
  *p->list = cons(p->h, copy, *p->list);
  p->tr->got++;
  u64 words = (u64)(p->h->top - before) + (p->h->frag_words - fragments);
  charge(p, words / 32);
  return KEEP;
}

static enum outcome replace(struct pass *p, struct ets_row *r, term result) {
  if (!is_tuple(result) || tuple_arity(result) <= p->t->key) return KEEP;
  if (!term_same(tuple_elements(result)[p->t->key], ets_key(p->t, r))) return KEEP;
  struct ets_row *fresh = ets_row_new(result);
  if (!fresh || !ets_replace(p->t, r, fresh)) return NO_MEMORY;
  p->now = fresh;
  p->tr->count++;
  charge(p, fresh->words / 32);
  return KEEP;
}

static enum outcome visit(struct pass *p, struct ets_row *r) {
  p->now = r;
  charge(p, 1 + p->m->clause_count / 16);
  term result = match_run(p->m, row_tuple(r), NULL);
  if (result == NV) return KEEP;
  switch (p->tr->kind) {
    case TRAVERSE_SELECT: return keep_result(p, result);
    case TRAVERSE_REPLACE: return replace(p, r, result);
    default: break;
  }
  if (result != ATOM_true) return KEEP;
  p->tr->count++;
  return p->tr->kind == TRAVERSE_DELETE ? REMOVE : KEEP;
}

static bool limit_reached(const struct traversal *tr) { return tr->limit && tr->got >= tr->limit; }

// --- Hash -----------------------------------------------------------------------------------------

// Visits the rows of one chain: all of them, or those with this key.
static bool visit_chain(struct pass *p, struct ets_row **link, term key, u32 hash) {
  while (*link) {
    struct ets_row *r = *link;
    if (!r->dead && (key == NV || (r->hash == hash && term_same(ets_key(p->t, r), key)))) {
      enum outcome o = visit(p, r);
      if (o == NO_MEMORY) return false;
      if (o == REMOVE && ets_hash_remove_at(p->t, link)) continue;
    }
    link = &(*link)->next;
  }
  return true;
}

enum { SHRINK_AT_ONCE = 2000 };

static enum traverse_status hash_end(struct pass *p) {
  if (p->tr->kind != TRAVERSE_DELETE || p->tr->holding) return TRAVERSE_END;
  for (u32 i = 0; i < SHRINK_AT_ONCE; i++) ets_hash_shrink(p->t);
  return TRAVERSE_END;
}

static enum traverse_status pass_hash(struct pass *p) {
  struct traversal *tr = p->tr;
  for (;;) {
    struct ets_row **link = ets_hash_slot_link(p->t, tr->slot);
    if (!link) return hash_end(p);
    if (*p->budget == 0) return TRAVERSE_MORE;
    if (tr->slot++ % 16 == 0) charge(p, 1);
    if (*link && !visit_chain(p, link, NV, 0)) return TRAVERSE_NO_MEMORY;
    if (limit_reached(tr)) return tr->slot < p->t->store->hash.active ? TRAVERSE_LIMIT : TRAVERSE_END;
  }
}

static enum traverse_status pass_hash_keys(struct pass *p) {
  struct traversal *tr = p->tr;
  while (tr->slot < tr->range.key_count && p->t->store->hash.active) {
    if (*p->budget == 0) return TRAVERSE_MORE;
    term key = tr->range.keys[tr->slot++];
    u32 hash = hash_term(key);
    struct ets_row **link = ets_hash_slot_link(p->t, ets_hash_index(&p->t->store->hash, hash));
    if (!visit_chain(p, link, key, hash)) return TRAVERSE_NO_MEMORY;
    if (limit_reached(tr)) return tr->slot < tr->range.key_count ? TRAVERSE_LIMIT : TRAVERSE_END;
  }
  return TRAVERSE_END;
}

// --- Tree -----------------------------------------------------------------------------------------

static bool remember(struct traversal *tr, term key) {
  ets_box_clear(&tr->last);
  tr->started = true;
  return ets_box_set(&tr->last, key);
}

// Ends the portion after the row with this key (not NV).
static enum traverse_status stop(struct pass *p, term key, enum traverse_status status) {
  return remember(p->tr, key) ? status : TRAVERSE_NO_MEMORY;
}

static void tree_remove(struct pass *p, struct ets_row *r, struct ets_cursor *c) {
  struct ets_row *gone = ets_tree_remove(p->t, ets_key(p->t, r));
  if (c) ets_cursor_start(c, p->t, p->tr->backwards, ets_key(p->t, gone));
  ets_row_free(gone);
}

static void tree_start(struct pass *p, struct ets_cursor *c) {
  struct traversal *tr = p->tr;
  if (tr->started) ets_cursor_start(c, p->t, tr->backwards, tr->last.value);
  else if (tr->range.scope == SCOPE_SPAN)
    ets_cursor_seek(c, p->t, tr->backwards, match_span_compare, tr->backwards ? &tr->range.last : &tr->range.first);
  else ets_cursor_start(c, p->t, tr->backwards, NV);
}

static bool beyond_span(const struct traversal *tr, term key) {
  if (tr->range.scope != SCOPE_SPAN) return false;
  return tr->backwards ? match_span_compare(key, &tr->range.first) < 0 : match_span_compare(key, &tr->range.last) > 0;
}

static enum traverse_status pass_tree(struct pass *p) {
  struct ets_cursor c;
  tree_start(p, &c);
  for (struct ets_row *r; (r = ets_cursor_row(&c));) {
    term key = ets_key(p->t, r);
    if (beyond_span(p->tr, key)) break;
    enum outcome o = visit(p, r);
    if (o == NO_MEMORY) return TRAVERSE_NO_MEMORY;
    key = ets_key(p->t, p->now);
    if (limit_reached(p->tr)) return stop(p, key, TRAVERSE_LIMIT);
    bool pause = *p->budget == 0;
    if (pause && !remember(p->tr, key)) return TRAVERSE_NO_MEMORY;
    if (o == REMOVE) {
      tree_remove(p, r, pause ? NULL : &c);
    } else {
      c.path[c.depth - 1] = p->now;
      ets_cursor_step(&c);
    }
    if (pause) return TRAVERSE_MORE;
  }
  return TRAVERSE_END;
}

static enum traverse_status pass_tree_keys(struct pass *p) {
  struct traversal *tr = p->tr;
  for (; tr->slot < tr->range.key_count; tr->slot++) {
    term key = tr->range.keys[tr->backwards ? tr->range.key_count - 1 - tr->slot : tr->slot];
    if (tr->started) {
      int order = term_compare(key, tr->last.value);
      if (tr->backwards ? order >= 0 : order <= 0) continue;
    }
    struct ets_row *r = ets_tree_find(p->t, key);
    if (!r) continue;
    enum outcome o = visit(p, r);
    if (o == NO_MEMORY) return TRAVERSE_NO_MEMORY;
    if (o == REMOVE) tree_remove(p, r, NULL);
    if (limit_reached(tr) && tr->slot + 1 < tr->range.key_count) return stop(p, key, TRAVERSE_LIMIT);
  }
  return TRAVERSE_END;
}

enum traverse_status traverse(struct traversal *tr, struct ets_table *t, struct heap *h, term *list, u32 *budget) {
  struct pass p = {tr, t, match_of_resource(tr->program), h, list, budget, NULL};
  bool tree = t->type == ETS_ORDERED_SET;
  enum traverse_status status;
  if (limit_reached(tr)) status = TRAVERSE_LIMIT;
  else if (tr->range.scope == SCOPE_NONE) status = TRAVERSE_END;
  else if (tr->range.scope == SCOPE_KEYS) status = tree ? pass_tree_keys(&p) : pass_hash_keys(&p);
  else status = tree ? pass_tree(&p) : pass_hash(&p);
  match_done();
  return status;
}

void traverse_hold(struct traversal *tr, struct ets_table *t) {
  if (tr->holding || t->type == ETS_ORDERED_SET) return;
  tr->holding = true;
  t->hold_count++;
}

void traverse_free(struct traversal *tr) {
  if (tr->holding) {
    struct ets_table *t = ets_by_id(tr->table);
    if (t) t->hold_count--;
    tr->holding = false;
  }
  match_range_free(&tr->range);
  ets_box_clear(&tr->last);
  if (tr->program) refc_release(tr->program);
  tr->program = NULL;
}
