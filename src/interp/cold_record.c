// SPDX-License-Identifier: Apache-2.0
// Native records (OTP 29): tests, reading fields, and making records, which changes a copy of a prototype.
#include "code/records.h"
#include "interp/semantics.h"
#include "term/record.h"

const cword *cold_is_any_native_record(const cword *ip, term *E) {
  OPERANDS(is_any_native_record);
  return is_native_record(SRC(op->src)) ? BEHIND(op) : op->fail;
}

const cword *cold_is_native_record(const cword *ip, term *E) {
  OPERANDS(is_native_record);
  return record_is(SRC(op->src), SRC(op->module), SRC(op->name)) ? BEHIND(op) : op->fail;
}

const cword *cold_is_record_accessible(const cword *ip, term *E) {
  OPERANDS(is_record_accessible);
  term t = SRC(op->src);
  const term *d = is_native_record(t) ? record_definition(t) : NULL;
  bool yes = d && (d[RECORD_EXPORTED] == ATOM_true ||
                   (SRC(op->scope) != ATOM_external && d[RECORD_MODULE] == module_of(ip)->name));
  return yes ? BEHIND(op) : op->fail;
}

// The destination of a key may be the register of the record itself.
const cword *cold_get_record_elements(const cword *ip, term *E) {
  OPERANDS(get_record_elements);
  term t = SRC(op->src);
  const op_get_record_elements_item *at = op->items, *end = at + op->count / 2;
  for (; at < end; at++) {
    const term *value = is_native_record(t) ? record_field(t, SRC(at->key)) : NULL;
    if (!value) return op->fail;
    DST(at->dst) = *value;
  }
  return (const cword *)end;
}

// Raises error:{Class, Reason}, or continues at the label, which is the first operand of all these operations.
static const cword *failed(const cword *ip, term *E, term class, term reason) {
  OPERANDS(get_record_field);
  return op->fail ? op->fail : exception_error(ip, E, tuple2(HEAP, class, reason));
}

// An error about a field: {Class, {{Module, Name}, Key}}.
static const cword *failed_field(const cword *ip, term *E, term class, term record, term key) {
  const term *d = record_definition(record);
  return failed(ip, E, class, tuple2(HEAP, tuple2(HEAP, d[RECORD_MODULE], d[RECORD_NAME]), key));
}

// As in OTP, an id that is only a name accepts records of this name from any module.
static bool is_meant(term t, term id) {
  if (!is_native_record(t)) return false;
  const term *d = record_definition(t);
  if (is_atom(id)) return id == ATOM_underscore || id == d[RECORD_NAME];
  return is_tuple_of(id, 2) && record_is(t, tuple_elements(id)[0], tuple_elements(id)[1]) &&
         d[RECORD_EXPORTED] == ATOM_true;
}

const cword *cold_get_record_field(const cword *ip, term *E) {
  OPERANDS(get_record_field);
  term t = SRC(op->src), key = SRC(op->key);
  if (!is_meant(t, SRC(op->id))) return failed(ip, E, ATOM_badrecord, t);
  const term *value = record_field(t, key);
  if (!value) return failed_field(ip, E, ATOM_badfield, t, key);
  DST(op->dst) = *value;
  return BEHIND(op);
}

// from is a record, or a prototype, whose fields without a default must all be given. Nothing may collect here.
static const cword *put(const op_put_record *op, term *E, term from) {
  const cword *ip = &op->code_and_list;
  const op_put_record_item *at = op->items, *end = at + op->count / 2;
  if (!is_native_record(from)) return failed(ip, E, ATOM_badrecord, from);
  term made = record_copy(HEAP, from);
  if (made == NV) return exception_error(ip, E, ATOM_system_limit);
  for (; at < end; at++) {
    term key = SRC(at->key), *place = record_field(made, key);
    if (!place) return failed_field(ip, E, ATOM_badfield, from, key);
    *place = SRC(at->value);
  }
  for (u32 i = 0, n = record_size(made); i < n; i++) {
    if (record_values(made)[i] != NV) continue;
    record_values(made)[i] = NIL;
    return failed_field(ip, E, ATOM_novalue, from, record_definition(made)[RECORD_KEYS + i]);
  }
  DST(op->dst) = made;
  return (const cword *)end;
}

const cword *cold_put_record(const cword *ip, term *E) {
  OPERANDS(put_record);
  if (!interp_gc_check(ip, E, (u32)op->live)) return NULL;
  return put(op, ctx.e, SRC(op->src));
}

// A record of another module can only be made when that module is loaded and exports it; OTP 29 does not load a module
// for this.
const cword *cold_put_record_of(const cword *ip, term *E) {
  OPERANDS(put_record_of);
  if (!interp_gc_check(ip, E, (u32)op->live)) return NULL;
  E = ctx.e;
  term id = SRC(op->src);
  const struct module *m = is_tuple_of(id, 2) ? module_find(tuple_elements(id)[0]) : NULL;
  const term *prototype = m ? records_find(m, tuple_elements(id)[1]) : NULL;
  if (prototype && record_definition(*prototype)[RECORD_EXPORTED] == ATOM_true) return put(op, E, *prototype);
  return failed(ip, E, ATOM_badrecord, id);
}
