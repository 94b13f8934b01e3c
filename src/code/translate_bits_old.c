// SPDX-License-Identifier: Apache-2.0
// The instructions that built bitstrings before bs_create_bin (OTP 25 with +r24, and older).
#include "code/translate.h"

static src_word source(struct emit *e, const struct beam_arg *a) { // a size may be a bare number
  return a->kind == BEAM_U ? source_x(constant_intern(make_small(a->value))) : operand_source(e, a);
}
static cword number(const struct beam_arg *a) { return (cword)a->value; }

// fail, size, words, live, flags, destination
static void init(struct emit *e, const struct beam_instr *i, u32 unit) {
  src_word size = source(e, ARG(1));
  emit_bs_init(e, ARG(0)->value, size, number(ARG(2)), number(ARG(3)), unit, operand_dest(ARG(5)));
}

// fail, bits, words, live, unit, binary, flags, destination
static void append(struct emit *e, const struct beam_instr *i) {
  src_word bits = source(e, ARG(1)), binary = source(e, ARG(5));
  cword words = number(ARG(2)), live = number(ARG(3)), unit = number(ARG(4));
  emit_bs_append(e, ARG(0)->value, bits, words, live, unit, binary, operand_dest(ARG(7)));
}

// fail, bits, unit, binary, flags, destination
static void private_append(struct emit *e, const struct beam_instr *i) {
  src_word bits = source(e, ARG(1)), binary = source(e, ARG(3));
  emit_bs_private_append(e, ARG(0)->value, bits, number(ARG(2)), binary, operand_dest(ARG(5)));
}

static void put(struct emit *e, const struct beam_instr *i, kinds_fsuus op) { // fail, size, unit, flags, value
  src_word size = source(e, ARG(1));
  emit_kinds_fsuus(e, op, ARG(0)->value, size, number(ARG(2)), number(ARG(3)), source(e, ARG(4)));
}

static void put_utf(struct emit *e, const struct beam_instr *i, u32 kind) { // fail, flags, value
  emit_bs_put_utf(e, ARG(0)->value, source(e, ARG(2)), number(ARG(1)), kind);
}

static void utf_size(struct emit *e, const struct beam_instr *i, u32 kind) { // fail, value, destination
  emit_bs_utf_size(e, ARG(0)->value, source(e, ARG(1)), kind, operand_dest(ARG(2)));
}

static void add(struct emit *e, const struct beam_instr *i) { // fail, left, right, unit, destination
  src_word left = source(e, ARG(1)), right = source(e, ARG(2));
  emit_bs_add(e, ARG(0)->value, left, right, number(ARG(3)), operand_dest(ARG(4)));
}

bool translate_bits_old(struct emit *e, const struct beam_instr *i) {
  switch (i->op) {
    case GENOP_bs_init2: init(e, i, 8); return true;
    case GENOP_bs_init_bits: init(e, i, 1); return true;
    case GENOP_bs_add: add(e, i); return true;
    case GENOP_bs_append: append(e, i); return true;
    case GENOP_bs_private_append: private_append(e, i); return true;
    case GENOP_bs_put_integer: put(e, i, AS_bs_put_integer); return true;
    case GENOP_bs_put_float: put(e, i, AS_bs_put_float); return true;
    case GENOP_bs_put_binary: put(e, i, AS_bs_put_binary); return true;
    case GENOP_bs_put_string: emit_bs_put_string(e, number(ARG(0)), (u32)ARG(1)->value); return true;
    case GENOP_bs_utf8_size: utf_size(e, i, 8); return true;
    case GENOP_bs_utf16_size: utf_size(e, i, 16); return true;
    case GENOP_bs_put_utf8: put_utf(e, i, 8); return true;
    case GENOP_bs_put_utf16: put_utf(e, i, 16); return true;
    case GENOP_bs_put_utf32: put_utf(e, i, 32); return true;
    default: return false;
  }
}
