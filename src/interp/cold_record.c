// SPDX-License-Identifier: Apache-2.0
// Native records (OTP 29): tests, reading, and making, which is changing a copy of a prototype.
#include "code/records.h"
#include "interp/semantics.h"
#include "term/record.h"

const cword *cold_is_any_native_record(const cword *ip, term *E) {
  return is_native_record(SRC(ip[2])) ? ip + 3 : (const cword *)ip[1];
}

const cword *cold_is_native_record(const cword *ip, term *E) {
  return record_is(SRC(ip[2]), SRC(ip[3]), SRC(ip[4])) ? ip + 5 : (const cword *)ip[1];
}

const cword *cold_is_record_accessible(const cword *ip, term *E) {
  term t = SRC(ip[2]);
  const term *d = is_native_record(t) ? record_definition(t) : NULL;
  bool yes = d && (d[RECORD_EXPORTED] == ATOM_true || (SRC(ip[3]) != ATOM_external && d[RECORD_MODULE] == module_of(ip)->name));
  return yes ? ip + 4 : (const cword *)ip[1];
}

const cword *cold_get_record_elements(const cword *ip, term *E) { // a key's destination may be the record itself
  term t = SRC(ip[2]);
  const cword *at = ip + 4, *next = at + ip[3];
  for (; at < next; at += 2) {
    const term *value = is_native_record(t) ? record_field(t, SRC(at[0])) : NULL;
    if (!value) return (const cword *)ip[1];
    DST(at[1]) = *value;
  }
  return next;
}

// error:{Class, Reason}, or on at the label.
static const cword *failed(const cword *ip, term *E, term class, term reason) {
  return ip[1] ? (const cword *)ip[1] : exception_error(ip, E, tuple2(HEAP, class, reason));
}

// About a field: {Class, {{Module, Name}, Key}}.
static const cword *failed_field(const cword *ip, term *E, term class, term record, term key) {
  const term *d = record_definition(record);
  return failed(ip, E, class, tuple2(HEAP, tuple2(HEAP, d[RECORD_MODULE], d[RECORD_NAME]), key));
}

// By its name alone any record is read, of whatever module: so OTP does it.
static bool is_meant(term t, term id) {
  if (!is_native_record(t)) return false;
  const term *d = record_definition(t);
  if (is_atom(id)) return id == ATOM_underscore || id == d[RECORD_NAME];
  return is_tuple_of(id, 2) && record_is(t, tuple_elements(id)[0], tuple_elements(id)[1]) && d[RECORD_EXPORTED] == ATOM_true;
}

const cword *cold_get_record_field(const cword *ip, term *E) {
  term t = SRC(ip[2]), key = SRC(ip[4]);
  if (!is_meant(t, SRC(ip[3]))) return failed(ip, E, ATOM_badrecord, t);
  const term *value = record_field(t, key);
  if (!value) return failed_field(ip, E, ATOM_badfield, t, key);
  DST(ip[5]) = *value;
  return ip + 6;
}

// from: a record, or a prototype, whose fields without a default must all be given. Nothing may collect here.
static const cword *put(const cword *ip, term *E, term from) {
  const cword *at = ip + 6, *next = at + ip[5];
  if (!is_native_record(from)) return failed(ip, E, ATOM_badrecord, from);
  term made = record_copy(HEAP, from);
  if (made == NV) return exception_error(ip, E, ATOM_system_limit);
  for (; at < next; at += 2) {
    term key = SRC(at[0]), *place = record_field(made, key);
    if (!place) return failed_field(ip, E, ATOM_badfield, from, key);
    *place = SRC(at[1]);
  }
  for (u32 i = 0, n = record_size(made); i < n; i++) {
    if (record_values(made)[i] != NV) continue;
    record_values(made)[i] = NIL;
    return failed_field(ip, E, ATOM_novalue, from, record_definition(made)[RECORD_KEYS + i]);
  }
  DST(ip[3]) = made;
  return next;
}

const cword *cold_put_record(const cword *ip, term *E) {
  if (!interp_gc_check(ip, E, (u32)ip[4])) return NULL;
  return put(ip, ctx.e, SRC(ip[2]));
}

// What the module does not export, or is not loaded, cannot be made: OTP 29 loads no module for it.
const cword *cold_put_record_of(const cword *ip, term *E) {
  if (!interp_gc_check(ip, E, (u32)ip[4])) return NULL;
  E = ctx.e;
  term id = SRC(ip[2]);
  const struct module *m = is_tuple_of(id, 2) ? module_find(tuple_elements(id)[0]) : NULL;
  const term *prototype = m ? records_find(m, tuple_elements(id)[1]) : NULL;
  if (prototype && record_definition(*prototype)[RECORD_EXPORTED] == ATOM_true) return put(ip, E, *prototype);
  return failed(ip, E, ATOM_badrecord, id);
}
