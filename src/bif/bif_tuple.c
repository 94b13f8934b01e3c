// SPDX-License-Identifier: Apache-2.0
// BIFs on tuples: each makes one new tuple or list. Called by compiled code and apply.
#include "bif/bif.h"
#include "gen/bifs.h"

term bif_element(struct process *p UNUSED, term *a) {
  i64 at;
  if (!is_tuple(a[1]) || !bif_small(a[0], 1, tuple_arity(a[1]), &at)) return bif_badarg();
  return tuple_elements(a[1])[at - 1];
}

term bif_tuple_size(struct process *p UNUSED, term *a) {
  return is_tuple(a[0]) ? make_small(tuple_arity(a[0])) : bif_badarg();
}

term bif_setelement(struct process *p UNUSED, term *a) {
  i64 at;
  if (!is_tuple(a[1]) || !bif_small(a[0], 1, tuple_arity(a[1]), &at)) return bif_badarg();
  u32 n = tuple_arity(a[1]);
  term t, *e = heap_tuple(HEAP, n, &t);
  if (!e) return bif_system_limit();
  memcpy(e, tuple_elements(a[1]), n * sizeof *e);
  e[at - 1] = a[2];
  bif_bump(n / 64);
  return t;
}

static term filled(i64 n, term value) {
  term t, *e = heap_tuple(HEAP, (u32)n, &t);
  if (!e) return bif_system_limit();
  for (i64 i = 0; i < n; i++) e[i] = value;
  bif_bump((u32)n / 64);
  return t;
}

term bif_make_tuple_2(struct process *p UNUSED, term *a) {
  i64 n;
  return bif_small(a[0], 0, MAX_BOXED_SIZE, &n) ? filled(n, a[1]) : bif_badarg();
}

term bif_make_tuple_3(struct process *p UNUSED, term *a) {
  i64 n, at;
  if (!bif_small(a[0], 0, MAX_BOXED_SIZE, &n)) return bif_badarg();
  term l = a[2];
  for (; is_cons(l); l = tl(l))
    if (!is_tuple_of(hd(l), 2) || !bif_small(tuple_elements(hd(l))[0], 1, n, &at)) return bif_badarg();
  if (!is_nil(l)) return bif_badarg();
  term t = filled(n, a[1]);
  if (t == NV) return NV;
  for (l = a[2]; is_cons(l); l = tl(l)) {
    const term *pair = tuple_elements(hd(l));
    tuple_elements(t)[small_val(pair[0]) - 1] = pair[1];
  }
  return t;
}

// Copies a tuple with room for one more element before position at, which counts from 0.
static term *widened(term tuple, u32 at, term *result) {
  u32 n = tuple_arity(tuple);
  if (n >= MAX_BOXED_SIZE) return NULL;
  term *e = heap_tuple(HEAP, n + 1, result);
  if (!e) return NULL;
  memcpy(e, tuple_elements(tuple), at * sizeof *e);
  memcpy(e + at + 1, tuple_elements(tuple) + at, (n - at) * sizeof *e);
  bif_bump(n / 64);
  return e;
}

term bif_append_element(struct process *p UNUSED, term *a) {
  if (!is_tuple(a[0])) return bif_badarg();
  term t, *e = widened(a[0], tuple_arity(a[0]), &t);
  if (!e) return bif_system_limit();
  e[tuple_arity(a[0])] = a[1];
  return t;
}

term bif_insert_element(struct process *p UNUSED, term *a) {
  i64 at;
  if (!is_tuple(a[1]) || !bif_small(a[0], 1, (i64)tuple_arity(a[1]) + 1, &at)) return bif_badarg();
  term t, *e = widened(a[1], (u32)at - 1, &t);
  if (!e) return bif_system_limit();
  e[at - 1] = a[2];
  return t;
}

term bif_delete_element(struct process *p UNUSED, term *a) {
  i64 at;
  if (!is_tuple(a[1]) || !bif_small(a[0], 1, tuple_arity(a[1]), &at)) return bif_badarg();
  u32 n = tuple_arity(a[1]);
  term t, *e = heap_tuple(HEAP, n - 1, &t);
  if (!e) return bif_system_limit();
  memcpy(e, tuple_elements(a[1]), (size_t)(at - 1) * sizeof *e);
  memcpy(e + at - 1, tuple_elements(a[1]) + at, (size_t)(n - at) * sizeof *e);
  bif_bump(n / 64);
  return t;
}

term bif_tuple_to_list(struct process *p UNUSED, term *a) {
  if (!is_tuple(a[0])) return bif_badarg();
  u32 n = tuple_arity(a[0]);
  if (n == 0) return NIL;
  const term *e = tuple_elements(a[0]);
  term *cells = heap_alloc(HEAP, 2 * (size_t)n);
  if (!cells) return bif_system_limit();
  for (u32 i = 0; i < n; i++) {
    cells[2 * i] = e[i];
    cells[2 * i + 1] = i + 1 < n ? make_cons(cells + 2 * i + 2) : NIL;
  }
  bif_bump(n / 32);
  return make_cons(cells);
}

term bif_list_to_tuple(struct process *p UNUSED, term *a) {
  u32 n;
  if (!bif_list_length(a[0], &n) || n > MAX_BOXED_SIZE) return bif_badarg();
  term t, *e = heap_tuple(HEAP, n, &t);
  if (!e) return bif_system_limit();
  for (term l = a[0]; is_cons(l); l = tl(l)) *e++ = hd(l);
  bif_bump(n / 32);
  return t;
}
