// SPDX-License-Identifier: Apache-2.0
// Selections and BIF instructions. A select_val becomes, in this order of preference: two compares, a
// dense table indexed by the value, a sorted table for binary search, or a linear one for terms that are
// no 32-bit immediates.
#include "code/translate.h"

#include "base/alloc.h"

struct choice {
  u32 key;
  i64 label;
};

static void sort_choices(struct choice *c, u32 n) { // shell sort: n may be thousands
  for (u32 gap = n / 2; gap; gap /= 2)
    for (u32 i = gap; i < n; i++) {
      struct choice x = c[i];
      u32 j = i;
      for (; j >= gap && c[j - gap].key > x.key; j -= gap) c[j] = c[j - gap];
      c[j] = x;
    }
}

static void select_any(struct emit *e, const struct beam_instr *i) {
  u32 n = i->list_count / 2;
  emit_op(e, OP_select_any);
  emit_word(e, operand_source(e, ARG(0)));
  emit_label_ref(e, ARG(1)->value);
  emit_word(e, n);
  for (u32 k = 0; k < n; k++) {
    emit_word(e, operand_source(e, &i->list[2 * k]));
    emit_label_ref(e, i->list[2 * k + 1].value);
  }
}

static void select_two(struct emit *e, const struct beam_instr *i, const struct choice *c, u32 n) {
  emit_op(e, OP_select_val2);
  emit_word(e, operand_source(e, ARG(0)));
  emit_label_ref(e, ARG(1)->value);
  for (u32 k = 0; k < 2; k++) { // a single choice stands twice
    emit_word(e, c[k < n ? k : 0].key);
    emit_label_ref(e, c[k < n ? k : 0].label);
  }
}

static bool select_dense(struct emit *e, const struct beam_instr *i, const struct choice *c, u32 n) {
  i64 low = (i32)c[0].key, high = low;
  for (u32 k = 0; k < n; k++) {
    i64 v = (i32)c[k].key;
    if (v & 15) return false; // not a small
    if (v < low) low = v;
    if (v > high) high = v;
  }
  u64 size = (u64)((high - low) >> 4) + 1;
  if (size > 3 * (u64)n + 4) return false;
  emit_op(e, OP_select_dense);
  emit_word(e, operand_source(e, ARG(0)));
  emit_label_ref(e, ARG(1)->value);
  emit_word(e, (cword)(u32)low);
  emit_word(e, size);
  for (u64 at = 0; at < size; at++) {
    i64 label = ARG(1)->value;
    for (u32 k = 0; k < n; k++)
      if ((i64)(i32)c[k].key == low + (i64)(at << 4)) label = c[k].label;
    emit_label_ref(e, label);
  }
  return true;
}

static void select_sorted(struct emit *e, const struct beam_instr *i, struct choice *c, u32 n, cword op) {
  if (op == OP_select_val) sort_choices(c, n);
  emit_op(e, op);
  emit_word(e, operand_source(e, ARG(0)));
  emit_label_ref(e, ARG(1)->value);
  emit_word(e, n);
  for (u32 k = 0; k < n; k++) {
    emit_word(e, c[k].key);
    emit_label_ref(e, c[k].label);
  }
}

static bool collect(struct emit *e, const struct beam_instr *i, struct choice *c) {
  for (u32 k = 0; k < i->list_count / 2; k++) {
    cword key;
    if (i->op == GENOP_select_tuple_arity) key = (u32)MAKE_HEADER(0, i->list[2 * k].value);
    else if (!operand_immediate(e, &i->list[2 * k], &key)) return false;
    c[k] = (struct choice){(u32)key, i->list[2 * k + 1].value};
  }
  return true;
}

void translate_select(struct emit *e, const struct beam_instr *i) { // source, fail, pairs
  u32 n = i->list_count / 2;
  struct choice *c = mem_alloc((n + 1) * sizeof *c, MEM_CODE);
  if (!c) {
    emit_fail(e, "out of memory");
    return;
  }
  if (n == 0) {
    emit_op(e, OP_jump);
    emit_label_ref(e, ARG(1)->value);
  } else if (!collect(e, i, c)) select_any(e, i);
  else if (i->op == GENOP_select_tuple_arity) select_sorted(e, i, c, n, OP_select_arity);
  else if (n <= 2) select_two(e, i, c, n);
  else if (!select_dense(e, i, c, n)) select_sorted(e, i, c, n, OP_select_val);
  mem_free(c, (n + 1) * sizeof *c, MEM_CODE);
  emit_unreachable(e);
}

// --- BIF instructions: fail (not bif0), live (gc_bif only), import, sources, destination
static cword arithmetic(term f, u32 arity) {
  if (arity != 2) return OP_COUNT;
  if (f == ATOM_plus) return OP_add;
  if (f == ATOM_minus) return OP_sub;
  if (f == ATOM_times) return OP_mul;
  if (f == ATOM_div) return OP_int_div;
  if (f == ATOM_rem) return OP_int_rem;
  if (f == ATOM_band) return OP_band;
  if (f == ATOM_bor) return OP_bor;
  if (f == ATOM_bxor) return OP_bxor;
  if (f == ATOM_bsl) return OP_bsl;
  if (f == ATOM_bsr) return OP_bsr;
  return OP_COUNT;
}

// The two's complement of a small operand that fits 28 bits, for "minus constant" as "plus".
static bool negated(const struct beam_arg *a, cword *out) {
  if (a->kind != BEAM_I || a->value <= -(1 << 26) || a->value >= 1 << 26) return false;
  *out = (cword)(u32)make_small(-a->value);
  return true;
}

// op: for a register X with a constant, to X.
static void with_constant(struct emit *e, const struct beam_instr *i, cword op, const struct beam_arg *a, cword imm) {
  bool y = arg_is_y(a), to_x = ARG(5)->kind == BEAM_X;
  emit_op(e, !to_x ? OP_add_si : y ? OP_add_yi : op);
  emit_label_ref(e, ARG(0)->value);
  emit_word(e, (cword)ARG(1)->value);
  emit_word(e, !to_x ? operand_source(e, a) : y ? operand_y(a->value) : operand_x(a->value));
  emit_word(e, imm);
  emit_word(e, operand_dest(ARG(5)));
}

static void translate_arithmetic(struct emit *e, const struct beam_instr *i, cword op) {
  const struct beam_arg *a = ARG(3), *b = ARG(4);
  cword imm;
  bool to_x = ARG(5)->kind == BEAM_X;
  if (op == OP_add && b->kind == BEAM_I && arg_is_register(a) && operand_immediate(e, b, &imm)) {
    with_constant(e, i, OP_add_ai, a, imm);
    return;
  }
  if (op == OP_add && a->kind == BEAM_I && arg_is_register(b) && operand_immediate(e, a, &imm)) {
    with_constant(e, i, OP_add_ai, b, imm);
    return;
  }
  if (op == OP_sub && arg_is_register(a) && negated(b, &imm)) {
    with_constant(e, i, OP_add_ai, a, imm);
    return;
  }
  if (op == OP_band && a->kind == BEAM_X && to_x && b->kind == BEAM_I && operand_immediate(e, b, &imm)) {
    with_constant(e, i, OP_band_ai, a, imm);
    return;
  }
  bool no_y = !arg_is_y(a) && !arg_is_y(b) && to_x;
  if (no_y && op == OP_add) op = OP_add_aa;
  if (no_y && op == OP_sub) op = OP_sub_aa;
  emit_op(e, op);
  emit_label_ref(e, ARG(0)->value);
  emit_word(e, (cword)ARG(1)->value);
  emit_word(e, operand_source(e, a));
  emit_word(e, operand_source(e, b));
  emit_word(e, operand_dest(ARG(5)));
}

static void general(struct emit *e, const struct beam_instr *i, struct export *x, cword op, bool gc) {
  emit_op(e, op);
  u32 k = 0;
  if (i->op != GENOP_bif0) {
    emit_label_ref(e, ARG(0)->value);
    k = 1;
  }
  if (gc) emit_word(e, (cword)ARG(k++)->value);
  emit_word(e, (cword)x);
  for (k++; k + 1 < i->arg_count; k++) emit_word(e, operand_source(e, ARG(k)));
  emit_word(e, operand_dest(ARG(k)));
}

void translate_bif(struct emit *e, const struct beam_instr *i) {
  bool gc = i->op == GENOP_gc_bif1 || i->op == GENOP_gc_bif2 || i->op == GENOP_gc_bif3;
  u32 at = i->op == GENOP_bif0 ? 0 : gc ? 2 : 1;
  struct export *x = e->s->imports[ARG(at)->value];
  bool erlang = x->module == ATOM_erlang;
  if (gc && erlang && arithmetic(x->function, x->arity) != OP_COUNT) {
    translate_arithmetic(e, i, arithmetic(x->function, x->arity));
    return;
  }
  if (!x->bif) {
    emit_fail(e, "guard BIF that the VM lacks");
    return;
  }
  if (i->op == GENOP_bif0 && erlang && x->function == ATOM_self) {
    emit_op(e, OP_self);
    emit_word(e, operand_dest(ARG(1)));
  } else if (i->op == GENOP_bif2 && erlang && x->function == ATOM_element) {
    emit_op(e, OP_element);
    emit_label_ref(e, ARG(0)->value);
    emit_word(e, operand_source(e, ARG(2)));
    emit_word(e, operand_source(e, ARG(3)));
    emit_word(e, operand_dest(ARG(4)));
  } else if (i->op == GENOP_gc_bif1 && erlang && x->function == ATOM_length) {
    emit_op(e, OP_length);
    emit_label_ref(e, ARG(0)->value);
    emit_word(e, (cword)ARG(1)->value);
    emit_word(e, operand_source(e, ARG(3)));
    emit_word(e, operand_dest(ARG(4)));
  } else {
    static const cword ops[2][4] = {{OP_bif0, OP_bif1, OP_bif2, OP_bif3}, {0, OP_gc_bif1, OP_gc_bif2, OP_gc_bif3}};
    general(e, i, x, ops[gc][x->arity], gc);
  }
}
