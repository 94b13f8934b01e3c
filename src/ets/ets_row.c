// SPDX-License-Identifier: Apache-2.0
// Makes and frees rows. Terms are copied in full, literals too, so that no row refers to the literals of a module or
// to another heap. Called by ets.c and the bif room.
#include "base/alloc.h"
#include "ets/ets.h"

static struct ets_row *row_alloc(size_t words) {
  if (words > UINT32_MAX / 2) return NULL;
  struct ets_row *r = mem_alloc(sizeof *r + words * sizeof(term), MEM_ETS);
  if (!r) return NULL;
  r->words = (u32)words;
  r->offheap = NULL;
  return r;
}

void ets_row_free(struct ets_row *r) {
  if (r->offheap) offheap_release(r->offheap);
  mem_free(r, sizeof *r + (size_t)r->words * sizeof(term), MEM_ETS);
}

static bool flat(const term *e, u32 n) {
  for (u32 i = 0; i < n; i++)
    if (is_pointer(e[i])) return false;
  return true;
}

struct ets_row *ets_row_new(term tuple) {
  const term *from = boxed_ptr(tuple);
  u32 arity = header_size(from[0]);
  if (flat(from + 1, arity)) {
    struct ets_row *r = row_alloc((size_t)arity + 1);
    if (r) memcpy(r->data, from, ((size_t)arity + 1) * sizeof(term));
    return r;
  }
  size_t words = copy_size_all(tuple);
  struct ets_row *r = words == SIZE_MAX ? NULL : row_alloc(words);
  if (!r) return NULL;
  struct heap h;
  memset(&h, 0, sizeof h);
  h.top = r->data;
  h.lim = r->data + words;
  term copy = copy_term_all(&h, tuple);
  if (copy == NV) {
    ets_row_free(r);
    return NULL;
  }
  r->offheap = h.offheap;
  return r;
}

struct ets_row *ets_row_with(term tuple, const u32 *index, const term *value, u32 n) {
  u32 arity = tuple_arity(tuple);
  size_t size = ((size_t)arity + 1) * sizeof(term);
  term *mixed = mem_alloc(size, MEM_ETS);
  if (!mixed) return NULL;
  memcpy(mixed, boxed_ptr(tuple), size);
  for (u32 i = 0; i < n; i++) mixed[1 + index[i]] = value[i];
  struct ets_row *r = ets_row_new(make_boxed(mixed));
  mem_free(mixed, size, MEM_ETS);
  return r;
}

bool ets_box_set(struct ets_box *b, term t) {
  b->frag = NULL;
  b->offheap = NULL;
  b->value = t;
  size_t words = copy_size_all(t);
  if (words == 0) return true;
  b->value = NIL;
  struct frag *f = words == SIZE_MAX ? NULL : frag_new(words);
  if (!f) return false;
  struct heap h;
  frag_heap(&h, f);
  term copy = copy_term_all(&h, t);
  f->used = (u32)words;
  if (copy == NV) {
    frag_free(f);
    return false;
  }
  b->value = copy;
  b->frag = f;
  b->offheap = h.offheap;
  return true;
}

void ets_box_clear(struct ets_box *b) {
  offheap_release(b->offheap);
  if (b->frag) frag_free(b->frag);
  b->value = NIL;
  b->frag = NULL;
  b->offheap = NULL;
}
