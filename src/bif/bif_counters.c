// SPDX-License-Identifier: Apache-2.0
// The modules atomics and counters: arrays of 64-bit integers behind a magic reference, shared by all processes. With
// one thread every operation is atomic, so counters with write_concurrency are no different.
#include "bif/bif.h"
#include "gen/bifs.h"
#include "term/ref.h"

enum { REFC_ATOMICS = 0x61746F6D }; // "atom"

// The data of the resource: a word of flags, then the integers, which on some machines are not aligned for u64.
struct array {
  struct refc *r;
  u32 count;
  bool is_signed;
};
enum { ARRAY_HEADER = 8 };

static term array_new(term count, bool is_signed) {
  u64 n;
  if (!is_integer(count) || int_compare(count, make_small(0)) <= 0) return bif_badarg();
  if (!int_to_u64(count, &n) || n > UINT32_MAX / 16) return bif_system_limit();
  size_t bytes = ARRAY_HEADER + (size_t)n * 8;
  struct refc *r = refc_new(bytes, bytes);
  if (!r) return bif_system_limit();
  memset(r->data, 0, bytes);
  r->type = REFC_ATOMICS;
  r->data[0] = is_signed;
  return ref_magic(HEAP, r);
}

static bool array_of(term t, struct array *out) {
  struct refc *r = ref_resource(t);
  if (!r || r->type != REFC_ATOMICS) return false;
  *out = (struct array){r, (u32)((r->size - ARRAY_HEADER) / 8), r->data[0] != 0};
  return true;
}

// The address of an element; NULL: the index is out of range, or t is no array.
static u8 *element_of(term t, term index, struct array *out) {
  i64 i;
  if (!array_of(t, out) || !bif_small(index, 1, out->count, &i)) return NULL;
  return out->r->data + ARRAY_HEADER + (size_t)(i - 1) * 8;
}

static u64 load(const u8 *at) {
  u64 v;
  memcpy(&v, at, 8);
  return v;
}
static void store(u8 *at, u64 v) { memcpy(at, &v, 8); }

static term value_term(const struct array *a, u64 v) {
  return a->is_signed ? int_from_i64(HEAP, (i64)v) : int_from_u64(HEAP, v);
}

// Reads a value to be stored, which must fit the array's kind; an increment may be any 64-bit integer.
static bool value_of(const struct array *a, term t, u64 *out) {
  i64 v;
  if (!a->is_signed) return int_to_u64(t, out);
  if (!int_to_i64(t, &v)) return false;
  *out = (u64)v;
  return true;
}
static bool increment_of(term t, u64 *out) {
  i64 v;
  if (int_to_u64(t, out)) return true;
  if (!int_to_i64(t, &v)) return false;
  *out = (u64)v;
  return true;
}

// Erts_internal:atomics_new: bit 0 of the second argument says that the integers are signed.
term bif_atomics_new_2(struct process *p, term *a) {
  (void)p;
  if (!is_small(a[1])) return bif_badarg();
  return array_new(a[0], small_val(a[1]) & 1);
}

term bif_atomics_put_3(struct process *p, term *a) {
  (void)p;
  struct array array;
  u64 v;
  u8 *at = element_of(a[0], a[1], &array);
  if (!at || !value_of(&array, a[2], &v)) return bif_badarg();
  store(at, v);
  return ATOM_ok;
}

term bif_atomics_get_2(struct process *p, term *a) {
  (void)p;
  struct array array;
  const u8 *at = element_of(a[0], a[1], &array);
  return at ? value_term(&array, load(at)) : bif_badarg();
}

static u8 *add(term *a, struct array *array) {
  u64 v;
  u8 *at = element_of(a[0], a[1], array);
  if (!at || !increment_of(a[2], &v)) return NULL;
  store(at, load(at) + v);
  return at;
}
term bif_atomics_add_3(struct process *p, term *a) {
  (void)p;
  struct array array;
  return add(a, &array) ? ATOM_ok : bif_badarg();
}
term bif_atomics_add_get_3(struct process *p, term *a) {
  (void)p;
  struct array array;
  const u8 *at = add(a, &array);
  return at ? value_term(&array, load(at)) : bif_badarg();
}

term bif_atomics_exchange_3(struct process *p, term *a) {
  (void)p;
  struct array array;
  u64 v;
  u8 *at = element_of(a[0], a[1], &array);
  if (!at || !value_of(&array, a[2], &v)) return bif_badarg();
  u64 old = load(at);
  store(at, v);
  return value_term(&array, old);
}

term bif_atomics_compare_exchange_4(struct process *p, term *a) {
  (void)p;
  struct array array;
  u64 expected, desired;
  u8 *at = element_of(a[0], a[1], &array);
  if (!at || !value_of(&array, a[2], &expected) || !value_of(&array, a[3], &desired)) return bif_badarg();
  u64 old = load(at);
  if (old != expected) return value_term(&array, old);
  store(at, desired);
  return ATOM_ok;
}

term bif_atomics_info_1(struct process *p, term *a) {
  (void)p;
  struct array array;
  if (!array_of(a[0], &array)) return bif_badarg();
  term min = array.is_signed ? int_from_i64(HEAP, INT64_MIN) : make_small(0);
  term max = array.is_signed ? int_from_i64(HEAP, INT64_MAX) : int_from_u64(HEAP, UINT64_MAX);
  term pairs[8] = {ATOM_max, max, ATOM_memory, make_small((i64)array.count * 8 + 40),
                   ATOM_min, min, ATOM_size,   make_small(array.count)};
  return map_from_pairs(HEAP, pairs, 4);
}

term bif_counters_new_1(struct process *p, term *a) {
  (void)p;
  return array_new(a[0], true);
}

term bif_counters_info_1(struct process *p, term *a) {
  (void)p;
  struct array array;
  if (!array_of(a[0], &array)) return bif_badarg();
  term pairs[4] = {ATOM_memory, make_small((i64)array.count * 8 + 40), ATOM_size, make_small(array.count)};
  return map_from_pairs(HEAP, pairs, 2);
}
