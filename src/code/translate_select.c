// SPDX-License-Identifier: Apache-2.0
// Selections and BIF instructions. A select_val becomes, in this order of preference: two comparisons, a dense table
// indexed by the value, a sorted table for binary search, or a linear table for terms that are no 32-bit immediates.
#include "code/translate.h"

#include "base/alloc.h"

struct choice {
  u32 key;
  i64 label;
};

static void sort_choices(struct choice *c, u32 n) { // shell sort, because n may be thousands
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
  emit_select_any(e, operand_source(e, ARG(0)), ARG(1)->value, n);
  for (u32 k = 0; k < n; k++) emit_select_any_item(e, operand_source(e, &i->list[2 * k]), i->list[2 * k + 1].value);
}

static void select_two(struct emit *e, const struct beam_instr *i, const struct choice *c, u32 n) {
  const struct choice *second = n < 2 ? c : c + 1; // a single choice stands twice
  emit_select_val2(e, operand_source(e, ARG(0)), ARG(1)->value, (imm_word){c->key}, c->label, (imm_word){second->key},
                   second->label);
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
  emit_select_dense(e, operand_source(e, ARG(0)), ARG(1)->value, (imm_word){(cword)(u32)low}, (cword)size);
  for (u64 at = 0; at < size; at++) {
    i64 label = ARG(1)->value;
    for (u32 k = 0; k < n; k++)
      if ((i64)(i32)c[k].key == low + (i64)(at << 4)) label = c[k].label;
    emit_select_dense_item(e, label);
  }
  return true;
}

static void select_sorted(struct emit *e, const struct beam_instr *i, struct choice *c, u32 n) {
  sort_choices(c, n);
  emit_select_val(e, operand_source(e, ARG(0)), ARG(1)->value, n);
  for (u32 k = 0; k < n; k++) emit_select_val_item(e, (imm_word){c[k].key}, c[k].label);
}

static void select_arity(struct emit *e, const struct beam_instr *i, const struct choice *c, u32 n) {
  emit_select_arity(e, operand_source(e, ARG(0)), ARG(1)->value, n);
  for (u32 k = 0; k < n; k++) emit_select_arity_item(e, c[k].key, c[k].label);
}

static bool collect(struct emit *e, const struct beam_instr *i, struct choice *c) {
  for (u32 k = 0; k < i->list_count / 2; k++) {
    imm_word key;
    if (i->op == GENOP_select_tuple_arity) key.word = (u32)MAKE_HEADER(0, i->list[2 * k].value);
    else if (!operand_immediate(e, &i->list[2 * k], &key)) return false;
    c[k] = (struct choice){(u32)key.word, i->list[2 * k + 1].value};
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
    emit_jump(e, ARG(1)->value);
  } else if (!collect(e, i, c)) select_any(e, i);
  else if (i->op == GENOP_select_tuple_arity) select_arity(e, i, c, n);
  else if (n <= 2) select_two(e, i, c, n);
  else if (!select_dense(e, i, c, n)) select_sorted(e, i, c, n);
  mem_free(c, (n + 1) * sizeof *c, MEM_CODE);
  emit_unreachable(e);
}

// --- BIF instructions: fail (not bif0), live (gc_bif only), import, sources, destination
// code OP_COUNT: no arithmetic.
static kinds_flssd arithmetic(term f, u32 arity) {
  static const kinds_flssd none = {OP_COUNT};
  if (arity != 2) return none;
  if (f == ATOM_plus) return AS_add;
  if (f == ATOM_minus) return AS_sub;
  if (f == ATOM_times) return AS_mul;
  if (f == ATOM_div) return AS_int_div;
  if (f == ATOM_rem) return AS_int_rem;
  if (f == ATOM_band) return AS_band;
  if (f == ATOM_bor) return AS_bor;
  if (f == ATOM_bxor) return AS_bxor;
  if (f == ATOM_bsl) return AS_bsl;
  if (f == ATOM_bsr) return AS_bsr;
  return none;
}

// The two's complement of a small operand of up to 28 bits, so that subtracting a constant becomes adding one.
static bool negated(const struct beam_arg *a, imm_word *out) {
  if (a->kind != BEAM_I || a->value <= -(1 << 26) || a->value >= 1 << 26) return false;
  out->word = (cword)(u32)make_small(-a->value);
  return true;
}

// op is for a register X and a constant, with the result in X.
static void with_constant(struct emit *e, const struct beam_instr *i, kinds_flaix op, const struct beam_arg *a,
                          imm_word imm) {
  i64 fail = ARG(0)->value, to = ARG(5)->value;
  cword live = (cword)ARG(1)->value;
  if (ARG(5)->kind != BEAM_X) emit_add_si(e, fail, live, operand_source(e, a), imm, operand_dest(ARG(5)));
  else if (arg_is_y(a)) emit_add_yi(e, fail, live, operand_y(a->value), imm, operand_x(to));
  else emit_kinds_flaix(e, op, fail, live, operand_x(a->value), imm, operand_x(to));
}

static void without_constant(struct emit *e, const struct beam_instr *i, kinds_flssd op) {
  const struct beam_arg *a = ARG(3), *b = ARG(4), *to = ARG(5);
  i64 fail = ARG(0)->value;
  cword live = (cword)ARG(1)->value;
  if (!arg_is_y(a) && !arg_is_y(b) && to->kind == BEAM_X && (op.code == OP_add || op.code == OP_sub)) {
    term *left = operand_address(e, a), *right = operand_address(e, b);
    emit_kinds_flaax(e, op.code == OP_add ? AS_add_aa : AS_sub_aa, fail, live, left, right, operand_x(to->value));
    return;
  }
  src_word left = operand_source(e, a), right = operand_source(e, b);
  emit_kinds_flssd(e, op, fail, live, left, right, operand_dest(to));
}

static void translate_arithmetic(struct emit *e, const struct beam_instr *i, kinds_flssd op) {
  const struct beam_arg *a = ARG(3), *b = ARG(4);
  imm_word imm;
  bool to_x = ARG(5)->kind == BEAM_X;
  if (op.code == OP_add && b->kind == BEAM_I && arg_is_register(a) && operand_immediate(e, b, &imm)) {
    with_constant(e, i, AS_add_ai, a, imm);
    return;
  }
  if (op.code == OP_add && a->kind == BEAM_I && arg_is_register(b) && operand_immediate(e, a, &imm)) {
    with_constant(e, i, AS_add_ai, b, imm);
    return;
  }
  if (op.code == OP_sub && arg_is_register(a) && negated(b, &imm)) {
    with_constant(e, i, AS_add_ai, a, imm);
    return;
  }
  if (op.code == OP_band && a->kind == BEAM_X && to_x && b->kind == BEAM_I && operand_immediate(e, b, &imm)) {
    with_constant(e, i, AS_band_ai, a, imm);
    return;
  }
  without_constant(e, i, op);
}

// Any other: fail, live (of gc_bif), import, sources, destination. sources: where the first stands.
static void general(struct emit *e, const struct beam_instr *i, struct export *x, u32 sources, bool gc) {
  i64 fail = ARG(0)->value;
  cword live = (cword)ARG(1)->value;
  dst_word to = operand_dest(ARG(sources + x->arity));
  src_word from[3];
  for (u32 k = 0; k < x->arity; k++) from[k] = operand_source(e, ARG(sources + k));
  switch (x->arity) {
    case 0: emit_bif0(e, x, to); break;
    case 1:
      if (gc) emit_gc_bif1(e, fail, live, x, from[0], to);
      else emit_bif1(e, fail, x, from[0], to);
      break;
    case 2:
      if (gc) emit_gc_bif2(e, fail, live, x, from[0], from[1], to);
      else emit_bif2(e, fail, x, from[0], from[1], to);
      break;
    default:
      if (gc) emit_gc_bif3(e, fail, live, x, from[0], from[1], from[2], to);
      else emit_bif3(e, fail, x, from[0], from[1], from[2], to);
  }
}

void translate_bif(struct emit *e, const struct beam_instr *i) {
  bool gc = i->op == GENOP_gc_bif1 || i->op == GENOP_gc_bif2 || i->op == GENOP_gc_bif3;
  u32 at = i->op == GENOP_bif0 ? 0 : gc ? 2 : 1;
  struct export *x = e->s->imports[ARG(at)->value];
  bool erlang = x->module == ATOM_erlang;
  if (gc && erlang && arithmetic(x->function, x->arity).code != OP_COUNT) {
    translate_arithmetic(e, i, arithmetic(x->function, x->arity));
    return;
  }
  if (!x->bif) {
    emit_fail(e, "guard BIF that the VM lacks");
    return;
  }
  if (i->op == GENOP_bif0 && erlang && x->function == ATOM_self) {
    emit_self(e, operand_dest(ARG(1)));
  } else if (i->op == GENOP_bif2 && erlang && x->function == ATOM_element) {
    src_word index = operand_source(e, ARG(2));
    emit_element(e, ARG(0)->value, index, operand_source(e, ARG(3)), operand_dest(ARG(4)));
  } else if (i->op == GENOP_gc_bif1 && erlang && x->function == ATOM_length) {
    emit_length(e, ARG(0)->value, (cword)ARG(1)->value, operand_source(e, ARG(3)), operand_dest(ARG(4)));
  } else {
    general(e, i, x, at + 1, gc);
  }
}
