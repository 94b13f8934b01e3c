// SPDX-License-Identifier: Apache-2.0
// The module records (OTP 29): functions that read and make native records.
#include "bif/bif.h"
#include "code/records.h"
#include "gen/bifs.h"
#include "term/record.h"

static term bad(term class, term reason) { return bif_error(tuple2(HEAP, class, reason)); }
static term bad_field(term module, term name, term key) {
  return bad(ATOM_badfield, tuple2(HEAP, tuple2(HEAP, module, name), key));
}

term bif_records_get(struct process *p UNUSED, term *a) {
  const term *value = is_native_record(a[1]) ? record_field(a[1], a[0]) : NULL;
  return value ? *value : bif_badarg();
}

static term part(term t, u32 which) { return is_native_record(t) ? record_definition(t)[which] : bif_badarg(); }
term bif_records_get_module(struct process *p UNUSED, term *a) { return part(a[0], RECORD_MODULE); }
term bif_records_get_name(struct process *p UNUSED, term *a) { return part(a[0], RECORD_NAME); }
term bif_records_is_exported(struct process *p UNUSED, term *a) {
  return is_native_record(a[0]) ? part(a[0], RECORD_EXPORTED) : bad(ATOM_badrecord, a[0]);
}

// The keys; with their default values when defaults is set, for a prototype.
static term fields(term record, bool defaults) {
  term list = NIL;
  for (u32 n = record_size(record); n--;) {
    term key = record_definition(record)[RECORD_KEYS + n], value = record_values(record)[n];
    list = cons(HEAP, defaults && value != NV ? tuple2(HEAP, key, value) : key, list);
  }
  return list;
}
term bif_records_get_field_names(struct process *p UNUSED, term *a) {
  return is_native_record(a[0]) ? fields(a[0], false) : bad(ATOM_badrecord, a[0]);
}

term bif_records_get_definition(struct process *p UNUSED, term *a) {
  const struct module *m = is_atom(a[0]) ? module_find(a[0]) : NULL;
  const term *prototype = m ? records_find(m, a[1]) : NULL;
  if (!prototype) return bif_badarg();
  term pair[2] = {ATOM_is_exported, record_definition(*prototype)[RECORD_EXPORTED]};
  return tuple2(HEAP, map_from_pairs(HEAP, pair, 1), fields(*prototype, true));
}

term bif_records_create(struct process *p UNUSED, term *a) { // module, name, [{Key, Value}], #{is_exported => Boolean}
  u32 n;
  term record;
  if (!is_atom(a[0]) || !is_atom(a[1])) return bad(ATOM_badrecord, a[1]);
  if (!is_map(a[3])) return bad(ATOM_badmap, a[3]);
  term exported = map_size(a[3]) == 1 ? map_get(a[3], ATOM_is_exported) : NV;
  if (exported == NV || !atom_is_bool(exported) || !bif_list_length(a[2], &n) || n > MAX_BOXED_SIZE - RECORD_KEYS)
    return bif_badarg();
  term *keys = record_new(HEAP, a[0], a[1], exported, n, &record), list = a[2];
  if (!keys) return bif_system_limit();
  for (u32 i = 0; i < n; i++, list = tl(list)) {
    if (!is_tuple_of(hd(list), 2)) return bif_badarg();
    const term *pair = tuple_elements(hd(list));
    if (!is_atom(pair[0])) return bad_field(a[0], a[1], pair[0]);
    keys[i] = pair[0];
    record_values(record)[i] = pair[1];
  }
  bif_bump(n / 8);
  return record_keys_distinct(HEAP, keys, n) ? record : bif_badarg();
}

term bif_records_update(struct process *p UNUSED, term *a) { // record, module, name or '_', #{Key => Value}
  if (!is_native_record(a[0])) return bad(ATOM_badrecord, a[0]);
  if (a[2] != ATOM_underscore && !record_is(a[0], a[1], a[2])) return bad(ATOM_badrecord, a[2]);
  if (!is_map(a[3])) return bad(ATOM_badmap, a[3]);
  struct map_iter it;
  term key, value, made = record_copy(HEAP, a[0]);
  if (made == NV) return bif_system_limit();
  map_iter_init(&it, a[3]);
  while (map_iter_next(&it, &key, &value)) {
    term *place = record_field(made, key);
    if (!place) return bad_field(record_definition(made)[RECORD_MODULE], record_definition(made)[RECORD_NAME], key);
    *place = value;
  }
  return made;
}
