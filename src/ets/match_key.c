// SPDX-License-Identifier: Apache-2.0
// What a match specification says about keys: whether it can match only certain keys, or only a range of an ordered
// set; and whether the bodies of select_replace keep the key. Called by the bif room before a traversal.
#include "base/alloc.h"
#include "ets/match.h"
#include "term/atom.h"
#include "term/compare.h"
#include "term/map.h"

enum { NEST_LIMIT = 64 };

// Whether t is a pattern that matches exactly one term. A map pattern matches bigger maps too, so it is none.
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

// --- Keys that are given whole ----------------------------------------------------------------------

static bool add_key(struct match_range *r, term key) {
  if (r->key_count == r->key_cap) {
    u32 cap = r->key_cap ? r->key_cap * 2 : 2;
    term *bigger = mem_realloc(r->keys, r->key_cap * sizeof(term), cap * sizeof(term), MEM_BINARY);
    if (!bigger) return false;
    r->keys = bigger;
    r->key_cap = cap;
  }
  r->keys[r->key_count++] = key;
  return true;
}

struct numbered {
  term key;
  u32 n;
};

static int compare_numbered(const struct numbered *a, const struct numbered *b, bool ordered) {
  int c = ordered ? term_compare(a->key, b->key) : term_compare_exact(a->key, b->key);
  return c ? c : (int)(a->n > b->n) - (int)(a->n < b->n);
}

// Sorts by key, and equal keys by their number: merges longer and longer runs. Answers which of the two arrays has
// the result.
static struct numbered *sort_numbered(struct numbered *from, struct numbered *to, u32 n, bool ordered) {
  for (u32 run = 1; run < n; run *= 2) {
    for (u32 at = 0; at < n; at += 2 * run) {
      u32 i = at, i_end = (u32)min_u64((u64)at + run, n), j = i_end, j_end = (u32)min_u64((u64)at + 2 * (u64)run, n);
      for (u32 k = at; k < j_end; k++)
        to[k] = j == j_end || (i < i_end && compare_numbered(&from[i], &from[j], ordered) < 0) ? from[i++] : from[j++];
    }
    struct numbered *swap = from;
    from = to;
    to = swap;
  }
  return from;
}

// Drops keys that occur again. The rest is in ascending order for an ordered set, else in the given order. False: no
// memory.
static bool distinct_keys(struct match_range *r, bool ordered) {
  u32 n = r->key_count, kept = 0;
  if (n < 2) return true;
  struct numbered *all = mem_alloc(2 * (size_t)n * sizeof *all, MEM_SYSTEM);
  if (!all) return false;
  for (u32 i = 0; i < n; i++) all[i] = (struct numbered){r->keys[i], i};
  struct numbered *sorted = sort_numbered(all, all + n, n, ordered);
  if (ordered) {
    for (u32 i = 0; i < n; i++)
      if (i == 0 || term_compare(sorted[i - 1].key, sorted[i].key) != 0) r->keys[kept++] = sorted[i].key;
  } else {
    for (u32 i = 1; i < n; i++)
      if (term_same(sorted[i - 1].key, sorted[i].key)) r->keys[sorted[i].n] = NV;
    for (u32 i = 0; i < n; i++)
      if (r->keys[i] != NV) r->keys[kept++] = r->keys[i];
  }
  r->key_count = kept;
  mem_free(all, 2 * (size_t)n * sizeof *all, MEM_SYSTEM);
  return true;
}

void match_range_free(struct match_range *r) {
  mem_free(r->keys, r->key_cap * sizeof(term), MEM_BINARY);
  memset(r, 0, sizeof *r);
}

// --- The span of patterns in an ordered set ---------------------------------------------------------

static bool is_variable(term t) { return is_atom(t) && (t == ATOM_underscore || match_variable(t) >= 0); }

// Compares two patterns up to the place where one of them has a variable. There the one with the variable begins
// before the other and ends behind it.
enum { FIRST_OPEN = 2, SECOND_OPEN };

static int pattern_order(term a, term b, u32 depth) {
  if (depth > NEST_LIMIT) return FIRST_OPEN;
  while (is_cons(a) && is_cons(b)) {
    int c = pattern_order(hd(a), hd(b), depth + 1);
    if (c) return c;
    a = tl(a);
    b = tl(b);
  }
  if (is_variable(a)) return FIRST_OPEN;
  if (is_variable(b)) return SECOND_OPEN;
  if (is_map(a) && is_map(b)) return FIRST_OPEN; // they may match any map
  if (!is_tuple(a) || !is_tuple(b) || tuple_arity(a) != tuple_arity(b)) return term_compare(a, b);
  for (u32 i = 0; i < tuple_arity(a); i++) {
    int c = pattern_order(tuple_elements(a)[i], tuple_elements(b)[i], depth + 1);
    if (c) return c;
  }
  return 0;
}

static void widen(struct match_range *r, term key) {
  int c = pattern_order(r->first, key, 0);
  if (c == SECOND_OPEN || (c != FIRST_OPEN && c > 0)) r->first = key;
  c = pattern_order(r->last, key, 0);
  if (c == SECOND_OPEN || c < 0) r->last = key;
}

// ---------------------------------------------------------------------------------------------------

bool match_range_of(const struct match_program *m, const struct ets_table *t, struct match_range *r) {
  memset(r, 0, sizeof *r);
  bool ordered = t->type == ETS_ORDERED_SET;
  r->scope = SCOPE_NONE;
  for (u32 i = 0; i < m->clause_count; i++) {
    term head = m->clauses[i].head;
    bool any = is_variable(head);
    if (!any && (!is_tuple(head) || tuple_arity(head) <= t->key)) continue; // it matches no row
    term key = any ? ATOM_underscore : tuple_elements(head)[t->key];
    bool whole = !any && ground(key, 0);
    if (is_variable(key) || is_map(key) || (!whole && !ordered)) {
      match_range_free(r);
      r->scope = SCOPE_ALL;
      return true;
    }
    if (r->scope == SCOPE_NONE) r->first = r->last = key;
    else if (ordered) widen(r, key);
    if (!whole) r->scope = SCOPE_SPAN;
    else if (r->scope == SCOPE_NONE) r->scope = SCOPE_KEYS;
    if (whole && !add_key(r, key)) return false;
  }
  return r->scope != SCOPE_KEYS || distinct_keys(r, ordered);
}

// Compares a term with a pattern as far as that is known. UNKNOWN: a variable comes before the first difference.
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
  if (is_variable(pattern)) return UNKNOWN;
  if (is_tuple(pattern)) return partial_tuple(t, pattern, depth);
  if (is_map(pattern) && is_map(t)) return UNKNOWN;
  return term_compare(t, pattern);
}

int match_span_compare(term key, const void *pattern) {
  int c = partial(key, *(const term *)pattern, 0);
  return c == UNKNOWN ? 0 : c;
}

// --- select_replace -------------------------------------------------------------------------------

// Whether a body expression builds the same term that the head pattern has matched.
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
  // These stand for the whole row, and are no atoms.
  if (body == ATOM_dollar_underscore || body == ATOM_dollar_dollar) return false;
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
    return is_tuple(constant) && tuple_arity(constant) > key && ground(pattern, 0) &&
           term_same(pattern, tuple_elements(constant)[key]);
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
