// SPDX-License-Identifier: Apache-2.0
// What a match specification says about keys: whether only certain keys, or only a range of an ordered
// set, can match; and whether select_replace's bodies keep the key. Called by the bif room before a
// traversal.
#include "base/alloc.h"
#include "ets/match.h"
#include "term/atom.h"
#include "term/compare.h"
#include "term/map.h"

enum { NEST_LIMIT = 64, MANY_KEYS = 64 };

// Whether t is a ground pattern: matches exactly one term. Maps match bigger maps, so they are not.
static bool ground(term t, u32 depth) {
  if (depth > NEST_LIMIT) return false;
  while (is_cons(t)) {
    if (!ground(hd(t), depth + 1)) return false;
    t = tl(t);
  }
  if (is_atom(t)) return t != ATOM_underscore && match_variable(t) < 0;
  if (is_map(t)) return false;
  if (!is_tuple(t)) return true;
  for (u32 i = 0; i < tuple_arity(t); i++)
    if (!ground(tuple_elements(t)[i], depth + 1)) return false;
  return true;
}

static bool add_key(struct match_range *r, term key, bool ordered) {
  u32 at = 0;
  for (; at < r->key_count; at++) {
    if (!ordered) {
      if (term_same(r->keys[at], key)) return true;
      continue;
    }
    int c = term_compare(key, r->keys[at]);
    if (c == 0) return true;
    if (c < 0) break;
  }
  if (r->key_count == r->key_cap) {
    u32 cap = r->key_cap ? r->key_cap * 2 : 2;
    term *bigger = mem_realloc(r->keys, r->key_cap * sizeof(term), cap * sizeof(term), MEM_BINARY);
    if (!bigger) return false;
    r->keys = bigger;
    r->key_cap = cap;
  }
  memmove(r->keys + at + 1, r->keys + at, (r->key_count - at) * sizeof(term));
  r->keys[at] = key;
  r->key_count++;
  return true;
}

void match_range_free(struct match_range *r) {
  mem_free(r->keys, r->key_cap * sizeof(term), MEM_BINARY);
  memset(r, 0, sizeof *r);
}

bool match_range_of(const struct match_program *m, const struct ets_table *t, struct match_range *r) {
  memset(r, 0, sizeof *r);
  bool ordered = t->type == ETS_ORDERED_SET;
  r->scope = SCOPE_NONE;
  for (u32 i = 0; i < m->clause_count; i++) {
    term head = m->clauses[i].head;
    bool any = head == ATOM_underscore || (is_atom(head) && match_variable(head) >= 0);
    if (!any && (!is_tuple(head) || tuple_arity(head) <= t->key)) continue; // matches no row
    term key = any ? ATOM_underscore : tuple_elements(head)[t->key];
    if (!any && ground(key, 0) && r->scope != SCOPE_PREFIX && r->key_count < MANY_KEYS) {
      if (!add_key(r, key, ordered)) return false;
      r->scope = SCOPE_KEYS;
      continue;
    }
    if (ordered && m->clause_count == 1 && (is_tuple(key) || is_cons(key))) {
      r->scope = SCOPE_PREFIX;
      r->prefix = key;
      continue;
    }
    match_range_free(r);
    r->scope = SCOPE_ALL;
    break;
  }
  return true;
}

// Order of a term against a pattern, as far as the pattern is known: UNKNOWN from the first variable on.
enum { UNKNOWN = 2 };

static int partial(term t, term pattern, u32 depth);

static int partial_tuple(term t, term pattern, u32 depth) {
  if (!is_tuple(t) || tuple_arity(t) != tuple_arity(pattern)) return term_compare(t, pattern);
  for (u32 i = 0; i < tuple_arity(t); i++) {
    int c = partial(tuple_elements(t)[i], tuple_elements(pattern)[i], depth + 1);
    if (c) return c;
  }
  return 0;
}

static int partial(term t, term pattern, u32 depth) {
  if (depth > NEST_LIMIT) return UNKNOWN;
  while (is_cons(pattern)) {
    if (!is_cons(t)) return term_compare(t, pattern);
    int c = partial(hd(t), hd(pattern), depth + 1);
    if (c) return c;
    t = tl(t);
    pattern = tl(pattern);
  }
  if (is_atom(pattern) && (pattern == ATOM_underscore || match_variable(pattern) >= 0)) return UNKNOWN;
  if (is_tuple(pattern)) return partial_tuple(t, pattern, depth);
  if (is_map(pattern) && is_map(t)) return UNKNOWN;
  return term_compare(t, pattern);
}

int match_prefix_compare(term key, const void *pattern) {
  int c = partial(key, *(const term *)pattern, 0);
  return c == UNKNOWN ? 0 : c;
}

// --- select_replace -------------------------------------------------------------------------------

// Whether a body expression gives back what the head pattern has matched.
static bool rebuilds(term pattern, term body, u32 depth) {
  if (depth > NEST_LIMIT) return false;
  while (is_cons(pattern) && is_cons(body)) {
    if (!rebuilds(hd(pattern), hd(body), depth + 1)) return false;
    pattern = tl(pattern);
    body = tl(body);
  }
  if (is_tuple_of(body, 2) && tuple_elements(body)[0] == ATOM_const)
    return ground(pattern, depth) && term_same(pattern, tuple_elements(body)[1]);
  if (is_tuple(pattern)) {
    if (!is_tuple_of(body, 1) || !is_tuple(tuple_elements(body)[0])) return false;
    term inner = tuple_elements(body)[0];
    if (tuple_arity(inner) != tuple_arity(pattern)) return false;
    for (u32 i = 0; i < tuple_arity(pattern); i++)
      if (!rebuilds(tuple_elements(pattern)[i], tuple_elements(inner)[i], depth + 1)) return false;
    return true;
  }
  if (is_atom(pattern) && match_variable(pattern) >= 0) return pattern == body;
  if (body == ATOM_dollar_underscore || body == ATOM_dollar_dollar) return false; // the row, not an atom
  return pattern != ATOM_underscore && !is_map(pattern) && !is_cons(pattern) && term_same(pattern, body);
}

static bool clause_keeps(term clause, u32 key) {
  term head = tuple_elements(clause)[0], body = tuple_elements(clause)[2];
  if (!is_cons(body) || tl(body) != NIL) return false;
  body = hd(body);
  if (body == ATOM_dollar_underscore) return true;
  term pattern = is_tuple(head) && tuple_arity(head) > key ? tuple_elements(head)[key] : ATOM_underscore;
  if (is_tuple_of(body, 2) && tuple_elements(body)[0] == ATOM_const) {
    term constant = tuple_elements(body)[1];
    return is_tuple(constant) && tuple_arity(constant) > key && ground(pattern, 0) && term_same(pattern, tuple_elements(constant)[key]);
  }
  if (!is_tuple_of(body, 1) || !is_tuple(tuple_elements(body)[0])) return false;
  term row = tuple_elements(body)[0];
  if (tuple_arity(row) <= key) return false;
  term kept = tuple_elements(row)[key];
  if (is_tuple_of(kept, 3)) {
    const term *e = tuple_elements(kept);
    if (e[0] == ATOM_element && e[1] == make_small((i64)key + 1) && e[2] == ATOM_dollar_underscore) return true;
  }
  return rebuilds(pattern, kept, 0);
}

bool match_keeps_key(const struct match_program *m, u32 key) {
  for (term l = m->spec.value; is_cons(l); l = tl(l))
    if (!clause_keeps(hd(l), key)) return false;
  return true;
}
