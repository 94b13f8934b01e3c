// SPDX-License-Identifier: Apache-2.0
// Subtraction of lists (--). The elements to be removed are counted, in a hash when they are many, so that it takes
// linear time. Long lists are done in portions when all counted elements are immediate: between portions a collection
// may move other terms.
#include "base/alloc.h"
#include "bif/portion.h"
#include "gen/bifs.h"
#include "term/compare.h"
#include "term/hash.h"
#include "term/ref.h"

enum { CELLS_PER_RED = 4, ELEMENTS_AT_A_TIME = 50000 };

// The elements to be removed with their counts: an open-addressing hash when they are many. A count is 1 more than the
// number of times that the element is still to be removed; 0 marks a free slot.
struct counted {
  term t;
  u32 times;
};
enum { FEW = 16 };
struct removals {
  struct counted *slots;
  u32 size; // slots
  u32 left; // how many elements are still to be removed
  bool hashed;
  struct counted few[FEW];
};

static struct counted *find(struct removals *r, term t) {
  u32 i = r->hashed ? hash_term(t) & (r->size - 1) : 0;
  while (r->slots[i].times != 0 && !term_same(r->slots[i].t, t)) i = r->hashed ? (i + 1) & (r->size - 1) : i + 1;
  return &r->slots[i];
}

static bool removals_init(struct removals *r, u32 n) {
  r->hashed = n >= FEW; // one slot stays free to end a search
  r->slots = r->few;
  r->size = FEW;
  r->left = n;
  memset(r->few, 0, sizeof r->few);
  if (!r->hashed) return true;
  while (r->size < 2 * n) r->size *= 2;
  r->slots = mem_calloc(r->size * sizeof *r->slots, MEM_SYSTEM);
  return r->slots != NULL;
}

static void removals_free(struct removals *r) {
  if (r->slots && r->slots != r->few) mem_free(r->slots, r->size * sizeof *r->slots, MEM_SYSTEM);
}

// Counts at most so many elements to be removed; returns the rest of the list.
static term count_removals(struct removals *r, term list, u32 most) {
  for (; is_cons(list) && most > 0; list = tl(list), most--) {
    struct counted *c = find(r, hd(list));
    if (c->times == 0) *c = (struct counted){hd(list), 1};
    c->times++;
  }
  return list;
}

// Whether this element is to be removed; counts it down.
static bool goes(struct removals *r, term t) {
  struct counted *c = r->left ? find(r, t) : NULL;
  if (!c || c->times < 2) return false;
  c->times--;
  r->left--;
  return true;
}

// Copies what is kept of list into cells, which has room for all of it.
static u32 keep_rest(struct removals *r, term list, term *cells) {
  u32 kept = 0;
  for (; is_cons(list); list = tl(list)) {
    if (goes(r, hd(list))) continue;
    cells[2 * kept] = hd(list);
    cells[2 * kept + 1] = make_cons(cells + 2 * kept + 2);
    kept++;
  }
  return kept;
}

// --- In portions -------------------------------------------------------------------------------------------

static struct removals *removals_of(const struct refc *r) {
  struct removals *of;
  memcpy(&of, r->data, sizeof of);
  return of;
}

static void removals_destroy(struct refc *r) {
  struct removals *of = removals_of(r);
  removals_free(of);
  mem_free(of, sizeof *of, MEM_SYSTEM);
  mem_free(r, offsetof(struct refc, data) + r->cap, MEM_BINARY);
}

// A reference to counts for n elements; NV: no memory.
static term removals_ref(u32 n) {
  struct removals *of = mem_calloc(sizeof *of, MEM_SYSTEM);
  struct refc *r = of ? refc_new(sizeof of, sizeof of) : NULL;
  if (!r) {
    mem_free(of, sizeof *of, MEM_SYSTEM);
    return NV;
  }
  r->destroy = removals_destroy;
  memcpy(r->data, &of, sizeof of);
  bool good = removals_init(of, n);
  term ref = ref_magic(HEAP, r);
  return good ? ref : NV;
}

// First counts the elements of a[1]; so_far is the reference. Then collects what is kept of a[0], the last element
// first; so_far is [Reference | Kept].
static term subtract_portion(struct portion *w, term *a) {
  bool counting = !is_cons(w->so_far);
  term ref = counting ? w->so_far : hd(w->so_far);
  struct removals *r = removals_of(ref_resource(ref));
  if (counting) {
    w->rest = count_removals(r, w->rest, ELEMENTS_AT_A_TIME);
    if (is_cons(w->rest)) return portion_pause(w, a);
    w->rest = w->original;
    w->so_far = cons(HEAP, ref, NIL);
    return portion_pause(w, a);
  }
  term kept = tl(w->so_far);
  for (u32 i = 0; i < ELEMENTS_AT_A_TIME && is_cons(w->rest); i++, w->rest = tl(w->rest))
    if (!goes(r, hd(w->rest))) kept = cons(HEAP, hd(w->rest), kept);
  if (!is_cons(w->rest)) return bif_trap_mfa(ATOM_lists, ATOM_reverse, 2, kept, NIL);
  w->so_far = cons(HEAP, ref, kept);
  return portion_pause(w, a);
}

static bool all_immediate(term list) {
  while (is_cons(list) && is_immediate(hd(list))) list = tl(list);
  return list == NIL;
}

term bif_subtract(struct process *p UNUSED, term *a) {
  u32 n, m;
  struct portion w;
  portion_open(&w, a[0]);
  if (w.so_far != NV) return subtract_portion(&w, a);
  if (!bif_list_length(a[0], &n) || !bif_list_length(a[1], &m)) return bif_badarg();
  if (n == 0 || m == 0) return a[0];
  if (n + m > 2 * ELEMENTS_AT_A_TIME && all_immediate(a[1])) {
    w.rest = a[1];
    w.so_far = removals_ref(m);
    return w.so_far == NV ? bif_system_limit() : portion_pause(&w, a);
  }
  struct removals r;
  term *cells = removals_init(&r, m) ? heap_alloc(HEAP, 2 * (size_t)n) : NULL;
  if (cells) count_removals(&r, a[1], m);
  u32 kept = cells ? keep_rest(&r, a[0], cells) : 0;
  removals_free(&r);
  if (!cells) return bif_system_limit();
  heap_shrink(HEAP, cells + 2 * n, cells + 2 * kept);
  bif_bump((n + m) / CELLS_PER_RED);
  if (kept == 0) return NIL;
  cells[2 * kept - 1] = NIL;
  return make_cons(cells);
}
