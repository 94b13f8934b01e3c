// SPDX-License-Identifier: Apache-2.0
// Cold operations on data: rarer type tests, wide selections, records, maps, conversion to floats.
#include "interp/semantics.h"

#define TEST(name, condition) \
  const cword *cold_##name(const cword *ip, term *E) { \
    term t = SRC(ip[1]); \
    return (condition) ? ip + 3 : (const cword *)ip[2]; \
  }
TEST(is_integer, is_integer(t))
TEST(is_binary, is_binary(t))
TEST(is_float, is_float(t))
TEST(is_number, is_number(t))
TEST(is_pid, is_pid(t))
TEST(is_reference, is_ref(t))
TEST(is_port, is_port(t))
TEST(is_bitstr, is_bitstring(t))
TEST(is_boolean, t == ATOM_true || t == ATOM_false)
TEST(is_function, is_fun(t))

const cword *cold_is_function2(const cword *ip, term *E) {
  term f = SRC(ip[1]), arity = SRC(ip[2]);
  bool yes = is_fun(f) && is_small(arity) && (i64)header_aux(boxed_header(f)) == small_val(arity);
  return yes ? ip + 4 : (const cword *)ip[3];
}

const cword *cold_select_any(const cword *ip, term *E) {
  term t = SRC(ip[1]);
  const cword *at = ip + 4;
  for (cword n = ip[3]; n; n--, at += 2)
    if (term_same(t, SRC(at[0]))) return (const cword *)at[1];
  return (const cword *)ip[2];
}

const cword *cold_set_tuple_element(const cword *ip, term *E) { // value, tuple, byte offset
  term tuple = DST(ip[2]);
  if (!is_tuple(tuple) || ip[3] > tuple_arity(tuple) * sizeof(term)) return exception_error(ip, E, ATOM_badarg);
  *(term *)((char *)boxed_ptr(tuple) + ip[3]) = SRC(ip[1]);
  return ip + 4;
}

const cword *cold_update_record(const cword *ip, term *E) { // destination, source, size, updates
  term source = SRC(ip[2]);
  u32 size = (u32)ip[3], n = (u32)ip[4];
  if (!is_tuple(source) || tuple_arity(source) != size) return exception_error(ip, E, ATOM_badarg);
  term *h = ctx.heap.top; // a test_heap came before
  ctx.heap.top = h + size + 1;
  memcpy(h, boxed_ptr(source), (size + 1) * sizeof(term));
  const cword *at = ip + 5;
  for (u32 i = 0; i < n; i++, at += 2) h[at[0]] = SRC(at[1]);
  DST(ip[1]) = make_boxed(h);
  return at;
}

// Code no compiler made: the frame may be half written, nothing in it can be unwound.
static const cword *unexpected(term *E) {
  ctx.e = E;
  exit_uncaught(ctx.p, ATOM_error, ATOM_badarg, NIL);
  return exception_exit();
}
const cword *cold_expect_cons(const cword *ip, term *E) { return (void)ip, unexpected(E); }
const cword *cold_expect_tuple(const cword *ip, term *E) { return (void)ip, unexpected(E); }
const cword *cold_expect_context(const cword *ip, term *E) { return (void)ip, unexpected(E); }
const cword *cold_bs_set_position(const cword *ip, term *E) { return (void)ip, unexpected(E); }

// --- floats
const cword *cold_fconv(const cword *ip, term *E) {
  term t = SRC(ip[1]);
  bool overflow = false;
  double d;
  if (is_small(t)) d = (double)small_val(t);
  else if (is_float(t)) d = float_val(t);
  else if (is_big(t)) d = int_to_double(t, &overflow);
  else return exception_error(ip, E, ATOM_badarith);
  if (overflow) return exception_error(ip, E, ATOM_badarith);
  *(double *)ip[2] = d;
  return ip + 3;
}
const cword *cold_fneg(const cword *ip, term *E) {
  (void)E;
  *(double *)ip[2] = -*(double *)ip[1];
  return ip + 3;
}

// --- maps
// The first in order of the keys that the map has not, or NV: OTP's loader sorts keys.
static term least_missing(term map, const cword *at, u32 n, term *E) {
  term least = NV;
  for (u32 i = 0; i < n; i += 2) {
    term key = SRC(at[i]);
    if (map_get(map, key) == NV && (least == NV || term_compare_exact(key, least) < 0)) least = key;
  }
  return least;
}

enum { PAIRS_ON_STACK = 64 };
static const cword *put_map(const cword *ip, term *E, const cword *operands, bool exact, const cword *fail) {
  if (!interp_gc_check(ip, E, (u32)operands[2])) return NULL;
  E = ctx.e;
  term map = SRC(operands[0]);
  u32 n = (u32)operands[3];
  const cword *at = operands + 4, *next = at + n;
  if (!is_map(map)) return fail ? fail : exception_error(ip, E, tuple2(HEAP, ATOM_badmap, map));
  while (n) { // in portions: a literal map may have thousands of pairs
    term pairs[PAIRS_ON_STACK];
    u32 portion = n < PAIRS_ON_STACK ? n : PAIRS_ON_STACK;
    for (u32 i = 0; i < portion; i++) pairs[i] = SRC(at[i]);
    term r = map_put_many(HEAP, map, pairs, portion / 2, exact);
    if (r == NV) {
      if (!exact) return exception_error(ip, E, ATOM_system_limit);
      if (fail) return fail;
      term missing = least_missing(map, at, n, E);
      return exception_error(ip, E, missing == NV ? ATOM_system_limit : tuple2(HEAP, ATOM_badkey, missing));
    }
    map = r;
    at += portion;
    n -= portion;
  }
  DST(operands[1]) = map;
  return next;
}
const cword *cold_put_map_assoc(const cword *ip, term *E) { return put_map(ip, E, ip + 1, false, NULL); }
const cword *cold_put_map_exact(const cword *ip, term *E) { return put_map(ip, E, ip + 2, true, (const cword *)ip[1]); }

const cword *cold_has_map_fields(const cword *ip, term *E) {
  term map = SRC(ip[2]);
  u32 n = (u32)ip[3];
  if (!is_map(map)) return (const cword *)ip[1];
  for (u32 i = 0; i < n; i++)
    if (semantics_map_get(map, SRC(ip[4 + i])) == NV) return (const cword *)ip[1];
  return ip + 4 + n;
}

const cword *cold_get_map_elements(const cword *ip, term *E) { // a key's destination may be the map itself
  term map = SRC(ip[2]);
  u32 n = (u32)ip[3];
  const cword *at = ip + 4;
  if (!is_map(map)) return (const cword *)ip[1];
  for (u32 i = 0; i < n; i += 2) {
    term v = semantics_map_get(map, SRC(at[i]));
    if (v == NV) return (const cword *)ip[1];
    DST(at[i + 1]) = v;
  }
  return at + n;
}

const cword *cold_get_map_element(const cword *ip, term *E) {
  term map = SRC(ip[2]), v = is_map(map) ? semantics_map_get(map, SRC(ip[3])) : NV;
  if (v == NV) return (const cword *)ip[1];
  DST(ip[4]) = v;
  return ip + 5;
}
