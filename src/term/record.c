// SPDX-License-Identifier: Apache-2.0
// Native records, see term/record.h. Called by the interpreter, BIFs, the loader and the external term format.
#include "term/record.h"

#include "base/alloc.h"
#include "term/map.h"

bool record_is(term t, term module, term name) {
  return is_native_record(t) && record_definition(t)[RECORD_MODULE] == module &&
         record_definition(t)[RECORD_NAME] == name;
}

term *record_field(term record, term key) {
  const term *keys = record_definition(record) + RECORD_KEYS;
  for (u32 i = 0, n = record_size(record); i < n; i++)
    if (keys[i] == key) return record_values(record) + i;
  return NULL;
}

term *record_new(struct heap *h, term module, term name, term exported, u32 n, term *record) {
  term *p = heap_alloc(h, 6 + 2 * (size_t)n);
  if (!p) return NULL;
  term *r = p + RECORD_KEYS + 1 + n;
  p[0] = MAKE_HEADER(KIND_TUPLE, RECORD_KEYS + n);
  p[1] = module, p[2] = name, p[3] = exported;
  r[0] = MAKE_HEADER(KIND_RECORD, 1 + n);
  r[1] = make_boxed(p);
  *record = make_boxed(r);
  memset(p + 4, 0, n * sizeof *p);
  memset(r + 2, 0, n * sizeof *r);
  return p + 4;
}

term record_copy(struct heap *h, term record) {
  size_t words = header_size(boxed_header(record)) + 1;
  term *p = heap_alloc(h, words);
  if (!p) return NV;
  memcpy(p, boxed_ptr(record), words * sizeof *p);
  return make_boxed(p);
}

bool record_keys_distinct(struct heap *h, const term *keys, u32 n) {
  if (n > MAP_FLAT_MAX) { // sort large ones as the keys of a map, so that time is not quadratic
    size_t size = 2 * (size_t)n * sizeof(term);
    term *pairs = mem_calloc(size, MEM_SYSTEM);
    for (u32 i = 0; pairs && i < n; i++) pairs[2 * i] = keys[i];
    term map = pairs ? map_from_pairs(h, pairs, n) : NV;
    mem_free(pairs, size, MEM_SYSTEM);
    return map != NV && map_size(map) == n;
  }
  for (u32 i = 0; i < n; i++)
    for (u32 j = 0; j < i; j++)
      if (keys[i] == keys[j]) return false;
  return true;
}
