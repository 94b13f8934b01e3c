// SPDX-License-Identifier: Apache-2.0
// The instructions that built bitstrings before bs_create_bin (OTP 25 with +r24 and the like).
#include "code/translate.h"

static void source(struct emit *e, const struct beam_arg *a) { // a size may be a bare number
  if (a->kind == BEAM_U) emit_word(e, (cword)constant_intern(make_small(a->value)));
  else emit_word(e, operand_source(e, a));
}
static void number(struct emit *e, const struct beam_arg *a) { emit_word(e, (cword)a->value); }
static void fail(struct emit *e, const struct beam_instr *i) { emit_label_ref(e, ARG(0)->value); }

static void init(struct emit *e, const struct beam_instr *i, u32 unit) { // fail, size, words, live, flags, destination
  emit_op(e, OP_bs_init);
  fail(e, i);
  source(e, ARG(1));
  number(e, ARG(2));
  number(e, ARG(3));
  emit_word(e, unit);
  emit_word(e, operand_dest(ARG(5)));
}

// Fail, bits, words, live, unit, binary, flags, destination.
static void append(struct emit *e, const struct beam_instr *i) {
  emit_op(e, OP_bs_append);
  fail(e, i);
  source(e, ARG(1));
  number(e, ARG(2));
  number(e, ARG(3));
  number(e, ARG(4));
  source(e, ARG(5));
  emit_word(e, operand_dest(ARG(7)));
}

static void private_append(struct emit *e, const struct beam_instr *i) { // fail, bits, unit, binary, flags, destination
  emit_op(e, OP_bs_private_append);
  fail(e, i);
  source(e, ARG(1));
  number(e, ARG(2));
  source(e, ARG(3));
  emit_word(e, operand_dest(ARG(5)));
}

static void put(struct emit *e, const struct beam_instr *i, cword op) { // fail, size, unit, flags, value
  emit_op(e, op);
  fail(e, i);
  source(e, ARG(1));
  number(e, ARG(2));
  number(e, ARG(3));
  source(e, ARG(4));
}

static void put_utf(struct emit *e, const struct beam_instr *i, u32 kind) { // fail, flags, value
  emit_op(e, OP_bs_put_utf);
  fail(e, i);
  source(e, ARG(2));
  number(e, ARG(1));
  emit_word(e, kind);
}

static void utf_size(struct emit *e, const struct beam_instr *i, u32 kind) { // fail, value, destination
  emit_op(e, OP_bs_utf_size);
  fail(e, i);
  source(e, ARG(1));
  emit_word(e, kind);
  emit_word(e, operand_dest(ARG(2)));
}

static void add(struct emit *e, const struct beam_instr *i) { // fail, left, right, unit, destination
  emit_op(e, OP_bs_add);
  fail(e, i);
  source(e, ARG(1));
  source(e, ARG(2));
  number(e, ARG(3));
  emit_word(e, operand_dest(ARG(4)));
}

bool translate_bits_old(struct emit *e, const struct beam_instr *i) {
  switch (i->op) {
    case GENOP_bs_init2: init(e, i, 8); return true;
    case GENOP_bs_init_bits: init(e, i, 1); return true;
    case GENOP_bs_add: add(e, i); return true;
    case GENOP_bs_append: append(e, i); return true;
    case GENOP_bs_private_append: private_append(e, i); return true;
    case GENOP_bs_put_integer: put(e, i, OP_bs_put_integer); return true;
    case GENOP_bs_put_float: put(e, i, OP_bs_put_float); return true;
    case GENOP_bs_put_binary: put(e, i, OP_bs_put_binary); return true;
    case GENOP_bs_put_string:
      emit_op(e, OP_bs_put_string);
      number(e, ARG(0));
      emit_string_ref(e, (u32)ARG(1)->value);
      return true;
    case GENOP_bs_utf8_size: utf_size(e, i, 8); return true;
    case GENOP_bs_utf16_size: utf_size(e, i, 16); return true;
    case GENOP_bs_put_utf8: put_utf(e, i, 8); return true;
    case GENOP_bs_put_utf16: put_utf(e, i, 16); return true;
    case GENOP_bs_put_utf32: put_utf(e, i, 32); return true;
    default: return false;
  }
}
