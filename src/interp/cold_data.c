// SPDX-License-Identifier: Apache-2.0
// Cold operations on data: rare type tests, wide selections, records, maps, conversion to floats.
#include "interp/semantics.h"

#define TEST(name, condition) \
  const cword *cold_##name(const cword *ip, term *E) { \
    OPERANDS(name); \
    term t = SRC(op->src); \
    return (condition) ? BEHIND(op) : op->fail; \
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
  OPERANDS(is_function2);
  term f = SRC(op->src), arity = SRC(op->arity);
  bool yes = is_fun(f) && is_small(arity) && (i64)header_aux(boxed_header(f)) == small_val(arity);
  return yes ? BEHIND(op) : op->fail;
}

const cword *cold_select_any(const cword *ip, term *E) {
  OPERANDS(select_any);
  term t = SRC(op->src);
  const op_select_any_item *at = op->items;
  for (cword n = op->count; n; n--, at++)
    if (term_same(t, SRC(at->key))) return at->target;
  return op->fail;
}

const cword *cold_set_tuple_element(const cword *ip, term *E) {
  OPERANDS(set_tuple_element);
  term tuple = DST(op->tuple);
  if (!is_tuple(tuple) || op->offset > tuple_arity(tuple) * sizeof(term)) return exception_error(ip, E, ATOM_badarg);
  *(term *)((char *)boxed_ptr(tuple) + op->offset) = SRC(op->value);
  return BEHIND(op);
}

const cword *cold_update_record(const cword *ip, term *E) {
  OPERANDS(update_record);
  term source = SRC(op->src);
  u32 size = (u32)op->size, n = (u32)op->count;
  if (!is_tuple(source) || tuple_arity(source) != size) return exception_error(ip, E, ATOM_badarg);
  term *h = ctx.heap.top; // a test_heap came before
  ctx.heap.top = h + size + 1;
  memcpy(h, boxed_ptr(source), (size + 1) * sizeof(term));
  const op_update_record_item *at = op->items;
  for (u32 i = 0; i < n; i++, at++) h[at->index] = SRC(at->value);
  DST(op->dst) = make_boxed(h);
  return (const cword *)at;
}

// Only code that no compiler made gets here: its frame may be half written, so it cannot be unwound.
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
  OPERANDS(fconv);
  term t = SRC(op->src);
  bool overflow = false;
  double d;
  if (is_small(t)) d = (double)small_val(t);
  else if (is_float(t)) d = float_val(t);
  else if (is_big(t)) d = int_to_double(t, &overflow);
  else return exception_error(ip, E, ATOM_badarith);
  if (overflow) return exception_error(ip, E, ATOM_badarith);
  *op->dst = d;
  return BEHIND(op);
}
const cword *cold_fneg(const cword *ip, term *E) {
  OPERANDS(fneg);
  (void)E;
  *op->dst = -*op->src;
  return BEHIND(op);
}

// --- maps
// The first of the missing keys in term order, or NV: OTP's loader sorts the keys.
static term least_missing(term map, const src_word *at, u32 n, term *E) {
  term least = NV;
  for (u32 i = 0; i < n; i += 2) {
    term key = SRC(at[i]);
    if (map_get(map, key) == NV && (least == NV || term_compare_exact(key, least) < 0)) least = key;
  }
  return least;
}

enum { PAIRS_ON_STACK = 64 };
// The operands that both operations have one behind the other; in put_map_exact they follow fail.
struct put_map {
  src_word src;
  dst_word dst;
  cword live, words;
  src_word pairs[];
};
_Static_assert(offsetof(op_put_map_assoc, items) - offsetof(op_put_map_assoc, src) == sizeof(struct put_map),
               "put_map");
_Static_assert(offsetof(op_put_map_exact, items) - offsetof(op_put_map_exact, src) == sizeof(struct put_map),
               "put_map");
static MAY_GC const cword *put_map(const cword *ip, term *E, const struct put_map *put, bool exact, const cword *fail) {
  if (!interp_gc_check(ip, E, (u32)put->live)) return NULL;
  E = ctx.e;
  term map = SRC(put->src);
  u32 n = (u32)put->words;
  const src_word *at = put->pairs, *next = at + n;
  if (!is_map(map)) return fail ? fail : exception_error(ip, E, tuple2(HEAP, ATOM_badmap, map));
  while (n) { // in portions, because a literal map may have thousands of pairs
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
  DST(put->dst) = map;
  return (const cword *)next;
}
const cword *cold_put_map_assoc(const cword *ip, term *E) {
  OPERANDS(put_map_assoc);
  return put_map(ip, E, (const struct put_map *)&op->src, false, NULL);
}
const cword *cold_put_map_exact(const cword *ip, term *E) {
  OPERANDS(put_map_exact);
  return put_map(ip, E, (const struct put_map *)&op->src, true, op->fail);
}

const cword *cold_has_map_fields(const cword *ip, term *E) {
  OPERANDS(has_map_fields);
  term map = SRC(op->src);
  u32 n = (u32)op->count;
  if (!is_map(map)) return op->fail;
  for (u32 i = 0; i < n; i++)
    if (semantics_map_get(map, SRC(op->items[i].key)) == NV) return op->fail;
  return (const cword *)(op->items + n);
}

// The destination of a key may be the register of the map itself.
const cword *cold_get_map_elements(const cword *ip, term *E) {
  OPERANDS(get_map_elements);
  term map = SRC(op->src);
  const op_get_map_elements_item *at = op->items, *end = at + op->count / 2;
  if (!is_map(map)) return op->fail;
  for (; at < end; at++) {
    term v = semantics_map_get(map, SRC(at->key));
    if (v == NV) return op->fail;
    DST(at->dst) = v;
  }
  return (const cword *)end;
}

const cword *cold_get_map_element(const cword *ip, term *E) {
  OPERANDS(get_map_element);
  term map = SRC(op->src), v = is_map(map) ? semantics_map_get(map, SRC(op->key)) : NV;
  if (v == NV) return op->fail;
  DST(op->dst) = v;
  return BEHIND(op);
}
