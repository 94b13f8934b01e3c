// SPDX-License-Identifier: Apache-2.0
// The functions that match specifications may call. They work on terms alone and build on the heap they are given, so
// that a traversal leaves no garbage on the process's heap. They answer NV when they fail. Called by match.c;
// match_compile.c looks up their names.
#include "ets/match.h"
#include "term/atom.h"
#include "term/binary.h"
#include "term/compare.h"
#include "term/etf.h"
#include "term/map.h"
#include "term/number.h"
#include "term/record.h"

enum fn {
  FN_IS_ATOM,
  FN_IS_FLOAT,
  FN_IS_INTEGER,
  FN_IS_LIST,
  FN_IS_NUMBER,
  FN_IS_PID,
  FN_IS_PORT,
  FN_IS_REFERENCE,
  FN_IS_TUPLE,
  FN_IS_MAP,
  FN_IS_BINARY,
  FN_IS_BITSTRING,
  FN_IS_BOOLEAN,
  FN_IS_FUNCTION,
  FN_IS_FUNCTION_OF,
  FN_IS_RECORD,
  FN_IS_MAP_KEY,
  FN_NOT,
  FN_XOR,
  FN_LESS,
  FN_LESS_EQUAL,
  FN_GREATER,
  FN_GREATER_EQUAL,
  FN_EQUAL,
  FN_NOT_EQUAL,
  FN_SAME,
  FN_NOT_SAME,
  FN_ADD,
  FN_SUB,
  FN_MUL,
  FN_DIVIDE,
  FN_DIV,
  FN_REM,
  FN_PLUS,
  FN_NEGATE,
  FN_BAND,
  FN_BOR,
  FN_BXOR,
  FN_BNOT,
  FN_BSL,
  FN_BSR,
  FN_ABS,
  FN_ROUND,
  FN_TRUNC,
  FN_FLOOR,
  FN_CEIL,
  FN_FLOAT,
  FN_ELEMENT,
  FN_HD,
  FN_TL,
  FN_LENGTH,
  FN_SIZE,
  FN_TUPLE_SIZE,
  FN_BYTE_SIZE,
  FN_BIT_SIZE,
  FN_MAP_SIZE,
  FN_MAP_GET,
  FN_BINARY_PART,
  FN_BINARY_PART_AT,
  FN_NODE,
  FN_NODE_OF,
  FN_SELF,
  FN_MIN,
  FN_MAX,
  FN_MESSAGE,
  FN_RETURN_TRACE,
  FN_EXCEPTION_TRACE,
  FN_TRUE_ACTION,
  FN_UNDEFINED_ACTION,
  FN_IS_SEQ_TRACE,
  FN_SEQ_TOKEN,
  FN_TCW
};

const struct match_function match_functions[] = {
    {"is_atom", 1, false, FN_IS_ATOM},
    {"is_float", 1, false, FN_IS_FLOAT},
    {"is_integer", 1, false, FN_IS_INTEGER},
    {"is_list", 1, false, FN_IS_LIST},
    {"is_number", 1, false, FN_IS_NUMBER},
    {"is_pid", 1, false, FN_IS_PID},
    {"is_port", 1, false, FN_IS_PORT},
    {"is_reference", 1, false, FN_IS_REFERENCE},
    {"is_tuple", 1, false, FN_IS_TUPLE},
    {"is_map", 1, false, FN_IS_MAP},
    {"is_binary", 1, false, FN_IS_BINARY},
    {"is_bitstring", 1, false, FN_IS_BITSTRING},
    {"is_boolean", 1, false, FN_IS_BOOLEAN},
    {"is_function", 1, false, FN_IS_FUNCTION},
    {"is_function", 2, false, FN_IS_FUNCTION_OF},
    {"is_record", 3, false, FN_IS_RECORD},
    {"is_map_key", 2, false, FN_IS_MAP_KEY},
    {"not", 1, false, FN_NOT},
    {"xor", 2, false, FN_XOR},
    {"<", 2, false, FN_LESS},
    {"=<", 2, false, FN_LESS_EQUAL},
    {">", 2, false, FN_GREATER},
    {">=", 2, false, FN_GREATER_EQUAL},
    {"==", 2, false, FN_EQUAL},
    {"/=", 2, false, FN_NOT_EQUAL},
    {"=:=", 2, false, FN_SAME},
    {"=/=", 2, false, FN_NOT_SAME},
    {"+", 2, false, FN_ADD},
    {"-", 2, false, FN_SUB},
    {"*", 2, false, FN_MUL},
    {"/", 2, false, FN_DIVIDE},
    {"div", 2, false, FN_DIV},
    {"rem", 2, false, FN_REM},
    {"+", 1, false, FN_PLUS},
    {"-", 1, false, FN_NEGATE},
    {"band", 2, false, FN_BAND},
    {"bor", 2, false, FN_BOR},
    {"bxor", 2, false, FN_BXOR},
    {"bnot", 1, false, FN_BNOT},
    {"bsl", 2, false, FN_BSL},
    {"bsr", 2, false, FN_BSR},
    {"abs", 1, false, FN_ABS},
    {"round", 1, false, FN_ROUND},
    {"trunc", 1, false, FN_TRUNC},
    {"floor", 1, false, FN_FLOOR},
    {"ceil", 1, false, FN_CEIL},
    {"float", 1, false, FN_FLOAT},
    {"element", 2, false, FN_ELEMENT},
    {"hd", 1, false, FN_HD},
    {"tl", 1, false, FN_TL},
    {"length", 1, false, FN_LENGTH},
    {"size", 1, false, FN_SIZE},
    {"tuple_size", 1, false, FN_TUPLE_SIZE},
    {"byte_size", 1, false, FN_BYTE_SIZE},
    {"bit_size", 1, false, FN_BIT_SIZE},
    {"map_size", 1, false, FN_MAP_SIZE},
    {"map_get", 2, false, FN_MAP_GET},
    {"binary_part", 2, false, FN_BINARY_PART},
    {"binary_part", 3, false, FN_BINARY_PART_AT},
    {"node", 0, false, FN_NODE},
    {"node", 1, false, FN_NODE_OF},
    {"self", 0, false, FN_SELF},
    {"min", 2, false, FN_MIN},
    {"max", 2, false, FN_MAX},
    // Actions of trace specifications. Nothing is traced here, so only match_spec_test shows what they do.
    {"message", 1, true, FN_MESSAGE},
    {"return_trace", 0, true, FN_RETURN_TRACE},
    {"exception_trace", 0, true, FN_EXCEPTION_TRACE},
    {"process_dump", 0, true, FN_UNDEFINED_ACTION},
    {"display", 1, true, FN_TRUE_ACTION},
    {"caller", 0, true, FN_UNDEFINED_ACTION},
    {"caller_line", 0, true, FN_UNDEFINED_ACTION},
    {"current_stacktrace", 0, true, FN_UNDEFINED_ACTION},
    {"current_stacktrace", 1, true, FN_UNDEFINED_ACTION},
    {"is_seq_trace", 0, true, FN_IS_SEQ_TRACE},
    {"get_seq_token", 0, true, FN_SEQ_TOKEN},
    {"set_seq_token", 2, true, FN_TRUE_ACTION},
    {"get_tcw", 0, true, FN_TCW},
    {"set_tcw", 1, true, FN_TCW},
    {"silent", 1, true, FN_TRUE_ACTION},
    {"trace", 2, true, FN_TRUE_ACTION},
    {"trace", 3, true, FN_TRUE_ACTION},
    {"enable_trace", 1, true, FN_TRUE_ACTION},
    {"enable_trace", 2, true, FN_TRUE_ACTION},
    {"disable_trace", 1, true, FN_TRUE_ACTION},
    {"disable_trace", 2, true, FN_TRUE_ACTION},
};

int match_function_find(term name, u32 arity) {
  size_t len;
  const u8 *text = atom_text(name, &len);
  for (u32 i = 0; i < COUNT_OF(match_functions); i++) {
    const struct match_function *f = &match_functions[i];
    if (f->arity == arity && strlen(f->name) == len && memcmp(f->name, text, len) == 0) return (int)i;
  }
  return -1;
}

static term type_test(u32 fn, term t) {
  switch (fn) {
    case FN_IS_ATOM: return make_bool(is_atom(t));
    case FN_IS_FLOAT: return make_bool(is_float(t));
    case FN_IS_INTEGER: return make_bool(is_integer(t));
    case FN_IS_LIST: return make_bool(is_list(t));
    case FN_IS_NUMBER: return make_bool(is_number(t));
    case FN_IS_PID: return make_bool(is_pid(t));
    case FN_IS_PORT: return make_bool(is_port(t));
    case FN_IS_REFERENCE: return make_bool(is_ref(t));
    case FN_IS_TUPLE: return make_bool(is_tuple(t));
    case FN_IS_MAP: return make_bool(is_map(t));
    case FN_IS_BINARY: return make_bool(is_binary(t));
    case FN_IS_BITSTRING: return make_bool(is_bitstring(t));
    case FN_IS_BOOLEAN: return make_bool(t == ATOM_true || t == ATOM_false);
    default: return make_bool(is_fun(t));
  }
}

static term compare(u32 fn, term a, term b) {
  switch (fn) {
    case FN_SAME: return make_bool(term_same(a, b));
    case FN_NOT_SAME: return make_bool(!term_same(a, b));
    case FN_EQUAL: return make_bool(term_equal(a, b));
    case FN_NOT_EQUAL: return make_bool(!term_equal(a, b));
    default: break;
  }
  int c = both_small(a, b) ? ((i64)a > (i64)b) - ((i64)a < (i64)b) : term_compare(a, b);
  switch (fn) {
    case FN_LESS: return make_bool(c < 0);
    case FN_LESS_EQUAL: return make_bool(c <= 0);
    case FN_GREATER: return make_bool(c > 0);
    case FN_GREATER_EQUAL: return make_bool(c >= 0);
    case FN_MIN: return c <= 0 ? a : b;
    default: return c >= 0 ? a : b;
  }
}

static term arithmetic(struct heap *h, u32 fn, const term *a) {
  switch (fn) {
    case FN_ADD: return num_add(h, a[0], a[1]);
    case FN_SUB: return num_sub(h, a[0], a[1]);
    case FN_MUL: return num_mul(h, a[0], a[1]);
    case FN_DIVIDE: return num_divide(h, a[0], a[1]);
    case FN_DIV: return num_div(h, a[0], a[1]);
    case FN_REM: return num_rem(h, a[0], a[1]);
    case FN_PLUS: return is_number(a[0]) ? a[0] : NV;
    case FN_NEGATE: return num_neg(h, a[0]);
    case FN_BAND: return num_band(h, a[0], a[1]);
    case FN_BOR: return num_bor(h, a[0], a[1]);
    case FN_BXOR: return num_bxor(h, a[0], a[1]);
    case FN_BNOT: return num_bnot(h, a[0]);
    case FN_BSL: return num_bsl(h, a[0], a[1]);
    case FN_BSR: return num_bsr(h, a[0], a[1]);
    case FN_ABS: return num_abs(h, a[0]);
    case FN_ROUND: return num_round(h, a[0]);
    case FN_TRUNC: return num_trunc(h, a[0]);
    case FN_FLOOR: return num_floor(h, a[0]);
    case FN_CEIL: return num_ceil(h, a[0]);
    default: break;
  }
  if (is_float(a[0])) return a[0];
  if (!is_integer(a[0])) return NV;
  bool overflow = false;
  double d = int_to_double(a[0], &overflow);
  return overflow ? NV : float_make(h, d);
}

static term element(term index, term t) {
  if (!is_small(index) || !is_tuple(t)) return NV;
  i64 i = small_val(index);
  return i >= 1 && i <= (i64)tuple_arity(t) ? tuple_elements(t)[i - 1] : NV;
}

static term list_length(term l) {
  i64 n = 0;
  for (; is_cons(l); l = tl(l)) n++;
  return l == NIL ? make_small(n) : NV;
}

static term size(u32 fn, term t) {
  if ((fn == FN_SIZE || fn == FN_TUPLE_SIZE) && is_tuple(t)) return make_small(tuple_arity(t));
  if (fn == FN_TUPLE_SIZE || !is_bitstring(t)) return NV;
  u64 bits = bit_size_of(t);
  if (fn == FN_BIT_SIZE) return make_small((i64)bits);
  return make_small((i64)(fn == FN_BYTE_SIZE ? (bits + 7) / 8 : bits / 8));
}

static term binary_part(struct heap *h, term bin, term start, term length) {
  if (!is_binary(bin) || !is_small(start) || !is_small(length)) return NV;
  i64 from = small_val(start), n = small_val(length), all = (i64)(bit_size_of(bin) / 8);
  if (from < 0 || from > all) return NV;
  if (n < 0) {
    if (n < -from) return NV;
    from += n;
    n = -n;
  }
  return n > all - from ? NV : binary_sub(h, bin, (u64)from * 8, (u64)n * 8);
}

static term node_of(term t) {
  if (is_local_pid(t) || is_local_port(t) || is_local_ref(t)) return etf_node_name;
  return is_pid(t) || is_port(t) || is_ref(t) ? (term)boxed_ptr(t)[1] : NV;
}

static term is_record(term t, term tag, term arity) {
  if (is_native_record(t) && is_atom(tag) && is_atom(arity)) return make_bool(record_is(t, tag, arity));
  if (!is_atom(tag) || !is_small(arity) || small_val(arity) < 0) return NV;
  return make_bool(is_tuple(t) && (i64)tuple_arity(t) == small_val(arity) && tuple_arity(t) > 0 &&
                   tuple_elements(t)[0] == tag);
}

static term is_function_of(term f, term arity) {
  if (!is_small(arity) || small_val(arity) < 0) return NV;
  return make_bool(is_fun(f) && (i64)header_aux(boxed_header(f)) == small_val(arity));
}

static term action(u32 fn, const term *a, struct match_result *result) {
  switch (fn) {
    case FN_MESSAGE:
      if (result) result->message = a[0];
      return ATOM_true;
    case FN_RETURN_TRACE:
      if (result) result->flags |= MATCH_RETURN_TRACE;
      return ATOM_true;
    case FN_EXCEPTION_TRACE:
      if (result) result->flags |= MATCH_EXCEPTION_TRACE;
      return ATOM_true;
    case FN_UNDEFINED_ACTION: return ATOM_undefined;
    case FN_IS_SEQ_TRACE: return ATOM_false;
    case FN_SEQ_TOKEN: return NIL;
    case FN_TCW: return make_small(0);
    default: return ATOM_true;
  }
}

static bool is_bool(term t) { return t == ATOM_true || t == ATOM_false; }

term match_call(struct heap *h, u32 index, const term *a, struct match_result *result) {
  u32 fn = match_functions[index].fn;
  if (fn <= FN_IS_FUNCTION) return type_test(fn, a[0]);
  if ((fn >= FN_LESS && fn <= FN_NOT_SAME) || fn == FN_MIN || fn == FN_MAX) return compare(fn, a[0], a[1]);
  if (fn >= FN_ADD && fn <= FN_FLOAT) return arithmetic(h, fn, a);
  switch (fn) {
    case FN_IS_FUNCTION_OF: return is_function_of(a[0], a[1]);
    case FN_IS_RECORD: return is_record(a[0], a[1], a[2]);
    case FN_IS_MAP_KEY: return is_map(a[1]) ? make_bool(map_get(a[1], a[0]) != NV) : NV;
    case FN_NOT: return is_bool(a[0]) ? make_bool(a[0] == ATOM_false) : NV;
    case FN_XOR: return is_bool(a[0]) && is_bool(a[1]) ? make_bool(a[0] != a[1]) : NV;
    case FN_ELEMENT: return element(a[0], a[1]);
    case FN_HD: return is_cons(a[0]) ? hd(a[0]) : NV;
    case FN_TL: return is_cons(a[0]) ? tl(a[0]) : NV;
    case FN_LENGTH: return list_length(a[0]);
    case FN_SIZE:
    case FN_TUPLE_SIZE:
    case FN_BYTE_SIZE:
    case FN_BIT_SIZE: return size(fn, a[0]);
    case FN_MAP_SIZE: return is_map(a[0]) ? make_small((i64)map_size(a[0])) : NV;
    case FN_MAP_GET: return is_map(a[1]) ? map_get(a[1], a[0]) : NV;
    case FN_BINARY_PART:
      return is_tuple_of(a[1], 2) ? binary_part(h, a[0], tuple_elements(a[1])[0], tuple_elements(a[1])[1]) : NV;
    case FN_BINARY_PART_AT: return binary_part(h, a[0], a[1], a[2]);
    case FN_NODE: return etf_node_name;
    case FN_NODE_OF: return node_of(a[0]);
    case FN_SELF: return ctx.p ? ctx.p->pid : NV;
    default: return action(fn, a, result);
  }
}
