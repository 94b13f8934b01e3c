// SPDX-License-Identifier: Apache-2.0
// BIFs on maps: the native part of the module maps, the map guards, and the functions of erts_internal behind
// iterators. term/map.c does the work; arguments, errors and reductions are handled here.
#include "base/alloc.h"
#include "bif/portion.h"
#include "gen/bifs.h"
#include "process/held.h"

static term bad_map(term t) { return bif_error(tuple2(HEAP, ATOM_badmap, t)); }
static term bad_key(term t) { return bif_error(tuple2(HEAP, ATOM_badkey, t)); }
static term map_or_limit(term map) { return map == NV ? bif_system_limit() : map; }

term bif_map_size(struct process *p UNUSED, term *a) {
  return is_map(a[0]) ? make_small((i64)map_size(a[0])) : bad_map(a[0]);
}

term bif_is_map_key(struct process *p UNUSED, term *a) {
  return is_map(a[1]) ? make_bool(map_get(a[1], a[0]) != NV) : bad_map(a[1]);
}

term bif_map_get(struct process *p UNUSED, term *a) {
  if (!is_map(a[1])) return bad_map(a[1]);
  term v = map_get(a[1], a[0]);
  return v == NV ? bad_key(a[0]) : v;
}

term bif_maps_find(struct process *p UNUSED, term *a) {
  if (!is_map(a[1])) return bad_map(a[1]);
  term v = map_get(a[1], a[0]);
  return v == NV ? ATOM_error : tuple2(HEAP, ATOM_ok, v);
}

term bif_maps_put(struct process *p UNUSED, term *a) {
  return is_map(a[2]) ? map_or_limit(map_put(HEAP, a[2], a[0], a[1])) : bad_map(a[2]);
}

term bif_maps_update(struct process *p UNUSED, term *a) {
  if (!is_map(a[2])) return bad_map(a[2]);
  term map = map_update(HEAP, a[2], a[0], a[1]);
  return map == NV ? bad_key(a[0]) : map;
}

term bif_maps_remove(struct process *p UNUSED, term *a) {
  term old;
  return is_map(a[1]) ? map_remove(HEAP, a[1], a[0], &old) : bad_map(a[1]);
}

term bif_maps_take(struct process *p UNUSED, term *a) {
  term old;
  if (!is_map(a[1])) return bad_map(a[1]);
  term rest = map_remove(HEAP, a[1], a[0], &old);
  return old == NV ? ATOM_error : tuple2(HEAP, old, rest);
}

// --- Merge, in portions when both are large ----------------------------------------------------

enum { STEPS = 32768 }; // about so many pairs are merged in one portion
struct merging {
  struct work work;
  struct map_merger *merger;
};

static void drop_merging(struct work *w) {
  struct merging *m = (struct merging *)w;
  map_merger_free(m->merger);
  mem_free(m, sizeof *m, MEM_PROCESS);
}

static term merge_on(struct process *p, struct merging *m) {
  bif_bump(STEPS / 8);
  if (!map_merger_go(m->merger, STEPS)) {
    p->work = &m->work;
    return bif_yield();
  }
  term map = map_merger_result(m->merger);
  drop_merging(&m->work);
  return map_or_limit(map);
}

static struct merging *merging_new(term a, term b) {
  struct merging *m = mem_alloc(sizeof *m, MEM_PROCESS);
  if (!m) return NULL;
  *m = (struct merging){{drop_merging}, map_merger_new(HEAP, a, b)};
  if (m->merger) return m;
  mem_free(m, sizeof *m, MEM_PROCESS);
  return NULL;
}

term bif_maps_merge(struct process *p, term *a) {
  struct merging *m = (struct merging *)work_take(p);
  if (m) return merge_on(p, m);
  if (!is_map(a[0])) return bad_map(a[0]);
  if (!is_map(a[1])) return bad_map(a[1]);
  size_t n0 = map_size(a[0]), n1 = map_size(a[1]);
  if (a[0] != a[1] && n0 > MAP_FLAT_MAX && n1 > MAP_FLAT_MAX && n0 + n1 > STEPS)
    return (m = merging_new(a[0], a[1])) ? merge_on(p, m) : bif_system_limit();
  bif_bump((u32)(n0 + n1) / 8);
  return map_or_limit(map_merge(HEAP, a[0], a[1]));
}

// --- Keys and values, in portions as well ------------------------------------------------------

struct listing {
  struct work work;
  struct map_iter at;
  bool keys;
  term *cells, *end; // cells that are still to be filled
  term list;
};

static void drop_listing(struct work *w) { mem_free(w, sizeof(struct listing), MEM_PROCESS); }

// Makes a list of the keys or the values, in the map's order. False: there is more to do.
static bool list_fill(struct listing *l, size_t steps) {
  term *stop = (size_t)(l->end - l->cells) / 2 > steps ? l->cells + 2 * steps : l->end;
  bif_bump((u32)((stop - l->cells) / 32));
  for (term k, v; l->cells < stop; l->cells += 2) {
    map_iter_next(&l->at, &k, &v);
    l->cells[0] = l->keys ? k : v;
    l->cells[1] = l->cells + 2 < l->end ? make_cons(l->cells + 2) : NIL;
  }
  return stop == l->end;
}

static bool listing_open(struct listing *l, term map, bool keys) {
  size_t n = map_size(map);
  term *cells = heap_alloc(HEAP, 2 * n);
  if (!cells) return false;
  *l = (struct listing){
      .work = {drop_listing}, .keys = keys, .cells = cells, .end = cells + 2 * n, .list = make_cons(cells)};
  map_iter_init(&l->at, map);
  return true;
}

static term listing_go_on(struct process *p, struct listing *l) {
  if (!list_fill(l, STEPS)) {
    p->work = &l->work;
    return bif_yield();
  }
  term list = l->list;
  drop_listing(&l->work);
  return list;
}

static term list_of(struct process *p, term map, bool keys) {
  struct listing *paused = (struct listing *)work_take(p), l;
  if (paused) return listing_go_on(p, paused);
  if (!is_map(map)) return bad_map(map);
  size_t n = map_size(map);
  if (n == 0) return NIL;
  if (!listing_open(&l, map, keys)) return bif_system_limit();
  if (n <= STEPS) return list_fill(&l, n), l.list;
  memset(l.cells, 0, 2 * n * sizeof *l.cells); // keeps the heap valid
  if (!(paused = mem_alloc(sizeof *paused, MEM_PROCESS))) return bif_system_limit();
  *paused = l;
  return listing_go_on(p, paused);
}
term bif_maps_keys(struct process *p, term *a) { return list_of(p, a[0], true); }
term bif_maps_values(struct process *p, term *a) { return list_of(p, a[0], false); }

// --- From lists --------------------------------------------------------------------------------

enum { PORTION = 8192 }; // pairs that are inserted in one step

// A map of the first n elements of a list: they are pairs if value is NV, else keys that all get this value.
static term map_of_first(term *list, size_t n, term value) {
  term few[2 * MAP_FLAT_MAX], *pairs = few;
  size_t size = 2 * n * sizeof *pairs;
  if (n == 0) return map_empty(HEAP);
  if (n > MAP_FLAT_MAX && !(pairs = mem_alloc(size, MEM_SYSTEM))) return NV;
  term rest = *list;
  for (size_t i = 0; i < n; i++, rest = tl(rest)) {
    term e = hd(rest);
    pairs[2 * i] = value == NV ? tuple_elements(e)[0] : e;
    pairs[2 * i + 1] = value == NV ? tuple_elements(e)[1] : value;
  }
  *list = rest;
  term map = map_from_pairs(HEAP, pairs, n);
  if (pairs != few) mem_free(pairs, size, MEM_SYSTEM);
  return map;
}

static size_t first_portion(term list) {
  size_t n = 0;
  for (; n < PORTION && is_cons(list); list = tl(list)) n++;
  return n;
}

// A long list is done in portions, by a BIF whose argument is the map made so far.
static term map_from_list(term list, term value, term continuation) {
  term map = map_of_first(&list, first_portion(list), value);
  if (map == NV) return bif_system_limit();
  if (is_nil(list)) return map;
  bif_bump(PORTION / 4);
  return bif_trap_mfa(ATOM_erts_internal, continuation, 3, list, map, value == NV ? NIL : value);
}

static term map_from_more(term *a, term value) {
  term portion = map_of_first(&a[0], first_portion(a[0]), value);
  term map = portion == NV ? NV : map_merge(HEAP, a[1], portion);
  if (map == NV) return bif_system_limit();
  if (is_nil(a[0])) return map;
  a[1] = map;
  bif_bump(PORTION / 2);
  return bif_yield();
}
term bif_map_from_more_pairs(struct process *p UNUSED, term *a) { return map_from_more(a, NV); }
term bif_map_from_more_keys(struct process *p UNUSED, term *a) { return map_from_more(a, a[2]); }

term bif_maps_from_list(struct process *p UNUSED, term *a) {
  term l = a[0];
  while (is_cons(l) && is_tuple_of(hd(l), 2)) l = tl(l);
  return is_nil(l) ? map_from_list(a[0], NV, ATOM_map_from_more_pairs) : bif_badarg();
}

term bif_maps_from_keys(struct process *p UNUSED, term *a) {
  u32 n;
  return bif_list_length(a[0], &n) ? map_from_list(a[0], a[1], ATOM_map_from_more_keys) : bif_badarg();
}

// --- Iteration ---------------------------------------------------------------------------------

enum { BATCH = MAP_FLAT_MAX, LIST_BATCH = 16384 };

// Reads pairs from a position on: at least one batch, or up to the end. Keys with the same hash are always read
// together. Returns the number of pairs, and where to continue (NV: nowhere).
static size_t read_batch(term map, u32 position, term *pairs, size_t batch, size_t room, term *next) {
  struct map_iter it;
  size_t n = 0;
  u32 last = 0;
  map_iter_seek(&it, map, position);
  *next = NV;
  while (n < room) {
    term k, v;
    if (!map_iter_next(&it, &k, &v)) return n;
    if (n >= batch) {
      u32 at = map_iter_position(map, it.index, k);
      if (at != last) {
        *next = make_small(at);
        return n;
      }
    }
    if (n + 1 >= batch) last = map_iter_position(map, it.index, k);
    pairs[2 * n] = k;
    pairs[2 * n++ + 1] = v;
  }
  return SIZE_MAX; // more keys with one hash than there is room for
}

// The same as read_batch, into an allocated block that is large enough; *size is the size of the block.
static size_t read_pairs(term map, u32 position, size_t batch, term **pairs, size_t *size, term *next) {
  for (size_t room = batch + 16;; room *= 4) {
    *size = 2 * room * sizeof **pairs;
    *pairs = mem_alloc(*size, MEM_SYSTEM);
    if (!*pairs) return SIZE_MAX;
    size_t n = read_batch(map, position, *pairs, batch, room, next);
    if (n != SIZE_MAX) return n;
    mem_free(*pairs, *size, MEM_SYSTEM);
  }
}

// {K1, V1, {K2, V2, ... Next}}
static term chain_of(const term *pairs, size_t n, term next) {
  while (n-- > 0) next = tuple3(HEAP, pairs[2 * n], pairs[2 * n + 1], next);
  return next;
}

// An ordered iterator has the list of the remaining keys in place of a position.
static term next_of_keys(term keys, term map) {
  term pairs[2 * BATCH];
  size_t n = 0;
  for (; is_cons(keys) && n < BATCH; keys = tl(keys), n++) {
    pairs[2 * n] = hd(keys);
    pairs[2 * n + 1] = map_get(map, hd(keys));
    if (pairs[2 * n + 1] == NV) return bif_badarg();
  }
  if (!is_list(keys)) return bif_badarg();
  return chain_of(pairs, n, is_nil(keys) ? ATOM_none : cons(HEAP, keys, map));
}

// Prepends the next pairs to a[2]. The result is in the map's order; pairs of a large map are collected in reverse.
static term list_on(term *a, const term *pairs, size_t n, term next) {
  struct portion w;
  portion_open(&w, a[2]);
  if (next == NV && w.so_far == NV) {
    term list = w.original;
    for (size_t i = n; i-- > 0;) list = cons(HEAP, tuple2(HEAP, pairs[2 * i], pairs[2 * i + 1]), list);
    return list;
  }
  if (w.so_far == NV) w.so_far = NIL;
  for (size_t i = 0; i < n; i++) w.so_far = cons(HEAP, tuple2(HEAP, pairs[2 * i], pairs[2 * i + 1]), w.so_far);
  if (next == NV) return bif_trap_mfa(ATOM_lists, ATOM_reverse, 2, w.so_far, w.original);
  a[0] = next;
  return portion_pause(&w, a + 2);
}

// erts_internal:map_next(Position, Map, iterator | List)
term bif_map_next(struct process *p UNUSED, term *a) {
  term map = a[1], *pairs, next;
  i64 position;
  bool iterator = a[2] == ATOM_iterator;
  size_t size;
  if (!is_map(map) || (!iterator && !is_list(a[2]) && !portion_paused(a[2]))) return bif_badarg();
  if (iterator && is_list(a[0])) return next_of_keys(a[0], map);
  if (!bif_small(a[0], 0, UINT32_MAX, &position)) return bif_badarg();
  if (map_size(map) <= MAP_FLAT_MAX) { // which is read in one go, from whatever position in it
    if ((size_t)position > map_size(map)) return bif_badarg();
    position = 0;
  }
  size_t n = read_pairs(map, (u32)position, iterator ? BATCH : LIST_BATCH, &pairs, &size, &next);
  if (n == SIZE_MAX) return bif_system_limit();
  bif_bump((u32)n / 8);
  term result =
      iterator ? chain_of(pairs, n, next == NV ? ATOM_none : cons(HEAP, next, map)) : list_on(a, pairs, n, next);
  mem_free(pairs, size, MEM_SYSTEM);
  return result;
}

term bif_map_to_tuple_keys(struct process *p UNUSED, term *a) {
  return is_kind(a[0], KIND_MAP_FLAT) ? boxed_ptr(a[0])[1] : bif_badarg();
}
