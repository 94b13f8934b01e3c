// SPDX-License-Identifier: Apache-2.0
// binary:match, matches, split and compile_pattern. A compiled pattern is {bm, Ref} (one pattern) or {ac, Ref}
// (several); Ref is a magic reference to the compiled form.
#include "base/alloc.h"
#include "bif/portion.h"
#include "gen/bifs.h"
#include "term/ref.h"
#include "term/search.h"

enum { BYTES_PER_REDUCTION = 256 };

// --- Patterns ----------------------------------------------------------------------------------------------

// The bytes of one pattern or of a list of patterns. tmps holds the copies of those that are not aligned.
struct pattern_list {
  struct pattern_bytes *items;
  u8 **tmps;
  u32 count, done;
};

static void pattern_list_free(struct pattern_list *l) {
  for (u32 i = 0; i < l->done; i++) mem_free(l->tmps[i], l->items[i].n, MEM_SYSTEM);
  mem_free(l->items, l->count * sizeof *l->items, MEM_SYSTEM);
  mem_free(l->tmps, l->count * sizeof *l->tmps, MEM_SYSTEM);
}

static bool pattern_list_add(struct pattern_list *l, term t) {
  struct pattern_bytes *p = &l->items[l->done];
  p->bytes = binary_bytes(t, &p->n, &l->tmps[l->done]);
  if (!p->bytes) return false;
  l->done++;
  return p->n > 0;
}

// Compiles a binary or a list of binaries. NULL: badarg or system_limit was raised.
static struct refc *compile(term t) {
  struct pattern_list l = {NULL, NULL, 1, 0};
  struct refc *r = NULL;
  bool listed = is_cons(t), good = true;
  if ((!listed && !is_bitstring(t)) || (listed && !bif_list_length(t, &l.count))) {
    bif_badarg();
    return NULL;
  }
  l.items = mem_alloc(l.count * sizeof *l.items, MEM_SYSTEM);
  l.tmps = mem_alloc(l.count * sizeof *l.tmps, MEM_SYSTEM);
  if (!l.items || !l.tmps) {
    bif_system_limit();
  } else {
    if (!listed) good = pattern_list_add(&l, t);
    for (; listed && good && is_cons(t); t = tl(t)) good = pattern_list_add(&l, hd(t));
    if (!good) bif_badarg();
    else if (!(r = search_compile(l.items, l.count))) bif_system_limit();
  }
  pattern_list_free(&l);
  return r;
}

// Takes over the caller's reference to r.
static term compiled_term(struct refc *r) {
  return tuple2(HEAP, r->type == SEARCH_ONE ? ATOM_bm : ATOM_ac, ref_magic(HEAP, r));
}

term bif_compile_pattern(struct process *p UNUSED, term *a) {
  struct refc *r = compile(a[0]);
  return r ? compiled_term(r) : NV;
}

// The compiled form of a pattern argument, with one reference for the caller. NULL: an exception was raised.
static struct refc *pattern_arg(term t) {
  if (!is_tuple_of(t, 2)) return compile(t);
  term *e = tuple_elements(t);
  struct refc *r = is_kind(e[1], KIND_MAGIC_REF) ? ref_resource(e[1]) : NULL;
  u32 type = e[0] == ATOM_bm ? SEARCH_ONE : e[0] == ATOM_ac ? SEARCH_MANY : 0;
  if (!r || type == 0 || r->type != type) {
    bif_badarg();
    return NULL;
  }
  refc_retain(r);
  return r;
}

// --- Searching ---------------------------------------------------------------------------------------------

struct search {
  const u8 *text;
  u8 *tmp;         // a copy of the text when it is not byte-aligned
  size_t n;        // bytes of text
  size_t from, to; // the part to search
  bool global, trim, trim_all;
  struct refc *pattern;
};

static void search_end(struct search *s) {
  mem_free(s->tmp, s->n, MEM_SYSTEM);
  if (s->pattern) refc_release(s->pattern);
  if (s->text) bif_bump((u32)min_u64((s->to - s->from) / BYTES_PER_REDUCTION, 1 << 20));
}

static bool scope_option(struct search *s, term scope) {
  if (!is_tuple_of(scope, 2)) return false;
  term *e = tuple_elements(scope);
  i64 from, count;
  if (!bif_small(e[0], 0, (i64)s->n, &from) || !bif_small(e[1], -(i64)s->n, (i64)s->n, &count)) return false;
  if (count < 0) {
    if (-count > from) return false;
    from += count;
    count = -count;
  }
  if (count > (i64)s->n - from) return false;
  s->from = (size_t)from;
  s->to = (size_t)(from + count);
  return true;
}

static bool option(struct search *s, term o, bool splits) {
  if (is_tuple_of(o, 2) && tuple_elements(o)[0] == ATOM_scope) return scope_option(s, tuple_elements(o)[1]);
  if (!splits) return false;
  if (o == ATOM_global) s->global = true;
  else if (o == ATOM_trim) s->trim = true;
  else if (o == ATOM_trim_all) s->trim = s->trim_all = true;
  else return false;
  return true;
}

// Reads the arguments of all three functions. False: an exception was raised, and nothing is held.
static bool search_begin(struct search *s, term text, term pattern, term options, bool splits) {
  memset(s, 0, sizeof *s);
  s->text = binary_bytes(text, &s->n, &s->tmp);
  bool good = s->text != NULL && (is_list(options));
  s->to = s->n;
  for (; good && is_cons(options); options = tl(options)) good = option(s, hd(options), splits);
  if (good) s->pattern = pattern_arg(pattern);
  else bif_badarg();
  if (!s->pattern) search_end(s);
  return s->pattern != NULL;
}

static term hit_term(const struct search_hit *hit) {
  return tuple2(HEAP, make_small((i64)hit->at), make_small((i64)hit->n));
}

// The number of bytes searched in one portion. A match that begins within it ends behind it by no more than the length
// of a pattern, and a compiled pattern is at least as large as its longest pattern.
enum { MATCH_PORTION = 2 << 20 };

static term match(term *a, term options) {
  struct search s;
  struct search_hit hit;
  struct portion w;
  portion_open(&w, a[0]);
  if (!search_begin(&s, w.original, a[1], options, false)) return NV;
  if (w.so_far != NV) s.from = (size_t)small_val(w.rest);
  size_t left = s.to - s.from, part = s.tmp ? left : (size_t)min_u64(left, MATCH_PORTION);
  size_t end = s.from + part, overlap = (size_t)min_u64(s.to - end, s.pattern->cap);
  bool last = end == s.to;
  bool found = search_next(s.pattern, s.text, s.from, end + overlap, &hit) && (last || hit.at < end);
  s.to = found ? hit.at + hit.n : end; // the end of what was searched, for the reductions
  if (!found && !last) {
    a[1] = compiled_term(s.pattern);
    s.pattern = NULL;
    w.rest = make_small((i64)end);
    w.so_far = ATOM_nomatch;
  }
  search_end(&s);
  if (found) return hit_term(&hit);
  return last ? ATOM_nomatch : portion_pause(&w, a);
}

term bif_match_2(struct process *p UNUSED, term *a) { return match(a, NIL); }
term bif_match_3(struct process *p UNUSED, term *a) { return match(a, a[2]); }

// --- All of them -------------------------------------------------------------------------------------------

// Matches are collected in portions, the last one first; a portion takes a millisecond or two.
enum { HITS_AT_A_TIME = 20000 };
// Where the search goes on; for split, where the present part begins.
struct collected {
  term list;
  size_t from, part;
};

static void collect_part(struct collected *c, const struct search *s, term text, size_t end) {
  if (end > c->part || !s->trim_all)
    c->list = cons(HEAP, binary_sub(HEAP, text, (u64)c->part * 8, (u64)(end - c->part) * 8), c->list);
}

// Returns whether all matches were found.
static bool collect(struct collected *c, const struct search *s, term text, bool splits) {
  struct search_hit hit;
  for (u32 n = 0; search_next(s->pattern, s->text, c->from, s->to, &hit); n++) {
    if (n == HITS_AT_A_TIME && !s->tmp) return false;
    if (splits) collect_part(c, s, text, hit.at);
    else c->list = cons(HEAP, hit_term(&hit), c->list);
    c->from = c->part = hit.at + hit.n;
    bif_bump(1);
    if (splits && !s->global) break;
  }
  if (splits) collect_part(c, s, text, s->n);
  return true;
}

// Reverses a list in place: its cells are referred to by nothing else, and no collection has seen them.
static term turned(term list) {
  term done = NIL;
  while (is_cons(list)) {
    term rest = tl(list);
    cons_ptr(list)[1] = done;
    done = list;
    list = rest;
  }
  return done;
}

static bool is_empty(term part) { return bit_size_of(part) == 0; }

static term search_all(term *a, term options, bool splits) {
  struct search s;
  struct portion w;
  portion_open(&w, a[0]);
  if (!search_begin(&s, w.original, a[1], options, splits)) return NV;
  bool fresh = w.so_far == NV;
  struct collected c = {.list = fresh ? NIL : w.so_far, .from = s.from};
  if (!fresh) c.from = c.part = s.from = (size_t)small_val(w.rest);
  bool all = collect(&c, &s, w.original, splits);
  if (!all) {
    s.to = c.from; // the end of what was searched, for the reductions
    a[1] = compiled_term(s.pattern);
    s.pattern = NULL;
    w.rest = make_small((i64)c.from);
    w.so_far = c.list;
  }
  search_end(&s);
  if (!all) return portion_pause(&w, a);
  while (s.trim && is_cons(c.list) && is_empty(hd(c.list))) c.list = tl(c.list);
  return fresh ? turned(c.list) : bif_trap_mfa(ATOM_lists, ATOM_reverse, 2, c.list, NIL);
}

term bif_matches_2(struct process *p UNUSED, term *a) { return search_all(a, NIL, false); }
term bif_matches_3(struct process *p UNUSED, term *a) { return search_all(a, a[2], false); }
term bif_split_2(struct process *p UNUSED, term *a) { return search_all(a, NIL, true); }
term bif_split_3(struct process *p UNUSED, term *a) { return search_all(a, a[2], true); }
