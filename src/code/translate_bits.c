// SPDX-License-Identifier: Apache-2.0
// Bit syntax. bs_match (since OTP 26), which contains a whole match as a list of commands, is divided into single
// operations; bs_create_bin keeps its segments as a table behind the operation.
#include "code/translate.h"
#include "term/bs_build.h"
#include "term/bs_match.h"
#include "term/number.h"

// The flags of a field: a number in test instructions, a literal list of atoms (or nil) in lists of segments.
static u32 flags_of(struct emit *e, const struct beam_arg *a) {
  if (a->kind == BEAM_U) return (u32)a->value;
  u32 flags = 0;
  for (term l = operand_constant(e, a); is_cons(l); l = tl(l)) {
    if (hd(l) == ATOM_little) flags |= BS_LITTLE;
    if (hd(l) == ATOM_signed) flags |= BS_SIGNED;
    if (hd(l) == ATOM_native) flags |= BS_NATIVE;
  }
  return flags;
}

static cword number(const struct beam_arg *a) { return (cword)a->value; }

// A field of so many bits of which no value is negative, or 0: it is not of that kind.
static i64 whole_bits(kinds_fslsuud op, const struct beam_arg *size, const struct beam_arg *unit, u32 flags) {
  bool constant = size->kind == BEAM_U || size->kind == BEAM_I;
  if (op.code != OP_bs_get_integer || !constant || flags & BS_SIGNED || size->value < 0 || size->value >= 64) return 0;
  return size->value * unit->value;
}

static void getter(struct emit *e, kinds_fslsuud op, i64 fail, const struct beam_arg *context,
                   const struct beam_arg *live, const struct beam_arg *size, const struct beam_arg *unit, u32 flags,
                   const struct beam_arg *to) {
  i64 bits = whole_bits(op, size, unit, flags);
  src_word from = operand_source(e, context);
  dst_word into = operand_dest(to);
  if (bits >= 16 && bits <= 56 && bits % 8 == 0) {
    emit_bs_get_bytes(e, fail, from, (cword)(bits / 8), (flags & (BS_LITTLE | BS_NATIVE)) != 0, into);
  } else if (bits == 8) {
    emit_bs_get_integer_8(e, fail, from, into);
  } else {
    bool bare = size->kind == BEAM_U;
    src_word count = bare ? source_x(constant_intern(make_small(size->value))) : operand_source(e, size);
    emit_kinds_fslsuud(e, op, fail, from, number(live), count, number(unit), flags, into);
  }
}

// fail, context, live, size, unit, flags, destination
static void get_sized(struct emit *e, const struct beam_instr *i, kinds_fslsuud op) {
  getter(e, op, ARG(0)->value, ARG(1), ARG(2), ARG(3), ARG(4), flags_of(e, ARG(5)), ARG(6));
}

// fail, context, live, flags, destination
static void get_utf(struct emit *e, const struct beam_instr *i, kinds_fsuud op) {
  src_word context = operand_source(e, ARG(1));
  emit_kinds_fsuud(e, op, ARG(0)->value, context, number(ARG(2)), flags_of(e, ARG(3)), operand_dest(ARG(4)));
}

static void test_number(struct emit *e, const struct beam_instr *i, kinds_fsu op, cword n) { // fail, context
  emit_kinds_fsu(e, op, ARG(0)->value, operand_source(e, ARG(1)), n);
}

// Whether no bitstring can be that long.
static bool too_long(const struct beam_arg *bits) { return bits->kind != BEAM_U || bits->value > INT32_MAX; }

static void never_matches(struct emit *e, i64 fail) {
  emit_jump(e, fail);
  emit_unreachable(e);
}

static void start_match(struct emit *e, i64 fail, const struct beam_arg *from, const struct beam_arg *live,
                        const struct beam_arg *to) {
  emit_bs_start_match(e, fail, operand_source(e, from), operand_dest(to), number(live));
}

// --- bs_match: fail, context, commands
static u64 command_value(struct emit *e, const struct beam_arg *a) {
  u64 v = 0;
  u8 bytes[8];
  term t = operand_constant(e, a);
  int_twos_complement(t, bytes, 8);
  for (u32 k = 8; k--;) v = v << 8 | bytes[k];
  return v;
}

static u32 match_command(struct emit *e, i64 fail, const struct beam_arg *context, const struct beam_arg *c) {
  term name = operand_constant(e, c);
  src_word from = operand_source(e, context);
  if (name == ATOM_ensure_at_least) {
    emit_bs_ensure_at_least(e, fail, from, number(c + 1), number(c + 2));
    return 3;
  }
  if (name == ATOM_ensure_exactly) {
    emit_bs_ensure_exactly(e, fail, from, number(c + 1));
    return 2;
  }
  if (name == ATOM_skip) {
    emit_bs_skip_const(e, fail, from, number(c + 1));
    return 2;
  }
  if (name == ATOM_get_tail) { // live, unit, destination
    emit_bs_get_tail(e, from, operand_dest(c + 3), number(c + 1));
    return 4;
  }
  if (name == ATOM_equal_exact) { // live, size, value
    emit_bs_match_value(e, fail, from, number(c + 2), 0, constant_intern(command_value(e, c + 3)));
    return 4;
  }
  if (name == ATOM_integer || name == ATOM_binary) { // live, flags, size, unit, destination
    kinds_fslsuud op = name == ATOM_integer ? AS_bs_get_integer : AS_bs_get_binary;
    getter(e, op, fail, context, c + 1, c + 3, c + 4, flags_of(e, c + 2), c + 5);
    return 6;
  }
  emit_fail(e, "bs_match command that the VM lacks");
  return 1;
}

static u32 command_length(struct emit *e, const struct beam_arg *c) {
  term name = c->kind == BEAM_ATOM ? operand_constant(e, c) : NV;
  if (name == ATOM_ensure_at_least) return 3;
  if (name == ATOM_ensure_exactly || name == ATOM_skip) return 2;
  if (name == ATOM_get_tail || name == ATOM_equal_exact) return 4;
  if (name == ATOM_integer || name == ATOM_binary) return 6;
  return 1;
}

// The number of bits of a command; NULL: it has none, or a fixed one.
static const struct beam_arg *size_of(struct emit *e, const struct beam_arg *c) {
  term name = operand_constant(e, c);
  if (name == ATOM_ensure_at_least || name == ATOM_ensure_exactly || name == ATOM_skip) return c + 1;
  return name == ATOM_integer || name == ATOM_binary ? c + 3 : NULL;
}

static void translate_match(struct emit *e, const struct beam_instr *i) {
  // A destination may be the context's own register; then later commands would read the wrong register. The compiler
  // does that only in the last command, where it is harmless.
  for (u32 k = 0; k < i->list_count && !e->failed;) {
    if (k + command_length(e, &i->list[k]) > i->list_count) {
      emit_fail(e, "truncated bs_match");
      return;
    }
    const struct beam_arg *bits = size_of(e, &i->list[k]);
    if (bits && too_long(bits)) {
      never_matches(e, ARG(0)->value);
      return;
    }
    k += match_command(e, ARG(0)->value, ARG(1), &i->list[k]);
  }
}

// --- bs_create_bin: fail, alloc, live, unit, destination, segments of type, number, unit, flags, source, size
static bool segment_type(term name, u8 *type) {
  static const struct {
    term name;
    u8 type;
  } names[] = {
      {ATOM_integer, BS_INTEGER},
      {ATOM_float, BS_FLOAT},
      {ATOM_binary, BS_BINARY},
      {ATOM_append, BS_APPEND},
      {ATOM_private_append, BS_PRIVATE_APPEND},
      {ATOM_string, BS_STRING},
      {ATOM_utf8, BS_UTF8},
      {ATOM_utf16, BS_UTF16},
      {ATOM_utf32, BS_UTF32},
  };
  for (u32 k = 0; k < COUNT_OF(names); k++)
    if (names[k].name == name) {
      *type = names[k].type;
      return true;
    }
  return false;
}

static void segment(struct emit *e, u8 type, const struct beam_arg *s) {
  cword word = BS_SEGMENT_WORD(type, flags_of(e, s + 3), s[2].value, s[1].value);
  src_word size = operand_source(e, s + 5);
  if (type == BS_STRING) { // in the place of the value the address of its bytes
    emit_word(e, word);
    emit_string_ref(e, (u32)s[4].value);
    emit_word(e, size.word);
  } else {
    emit_bs_create_bin_item(e, word, (segment_word){operand_source(e, s + 4).word}, size);
  }
}

static void translate_create(struct emit *e, const struct beam_instr *i) {
  u32 n = i->list_count / 6;
  cword live_and_room = (cword)ARG(2)->value | (cword)ARG(1)->value << BS_LIVE_BITS;
  emit_bs_create_bin(e, ARG(0)->value, operand_dest(ARG(4)), live_and_room, n);
  for (u32 k = 0; k < n; k++) {
    const struct beam_arg *s = &i->list[6 * k];
    u8 type;
    if (s->kind != BEAM_ATOM || !segment_type(operand_constant(e, s), &type) || s[1].value > BS_MAX_SEGMENTS) {
      emit_fail(e, "bs_create_bin segment that the VM lacks");
      return;
    }
    segment(e, type, s);
  }
}

bool translate_bits(struct emit *e, const struct beam_instr *i) {
  src_word from;
  switch (i->op) {
    case GENOP_bs_start_match3: start_match(e, ARG(0)->value, ARG(1), ARG(2), ARG(3)); return true;
    case GENOP_bs_start_match4: // fail label, or an atom when it cannot fail; live, source, destination
      start_match(e, ARG(0)->kind == BEAM_F ? ARG(0)->value : 0, ARG(2), ARG(1), ARG(3));
      return true;
    case GENOP_bs_get_integer2: get_sized(e, i, AS_bs_get_integer); return true;
    case GENOP_bs_get_float2: get_sized(e, i, AS_bs_get_float); return true;
    case GENOP_bs_get_binary2: get_sized(e, i, AS_bs_get_binary); return true;
    case GENOP_bs_skip_bits2:
      if (ARG(2)->kind == BEAM_I && ARG(2)->value >= 0 && ARG(2)->value < 1 << 28 &&
          ARG(2)->value * ARG(3)->value < 1 << 28) {
        test_number(e, i, AS_bs_skip_const, (cword)(ARG(2)->value * ARG(3)->value));
        return true;
      }
      from = operand_source(e, ARG(1));
      emit_bs_skip_bits(e, ARG(0)->value, from, operand_source(e, ARG(2)), number(ARG(3)));
      return true;
    case GENOP_bs_get_utf8:
      from = operand_source(e, ARG(1));
      emit_bs_get_utf8(e, ARG(0)->value, from, number(ARG(2)), operand_dest(ARG(4)));
      return true;
    case GENOP_bs_get_utf16: get_utf(e, i, AS_bs_get_utf16); return true;
    case GENOP_bs_get_utf32: get_utf(e, i, AS_bs_get_utf32); return true;
    case GENOP_bs_skip_utf8: emit_bs_skip_utf8(e, ARG(0)->value, operand_source(e, ARG(1))); return true;
    case GENOP_bs_skip_utf16: test_number(e, i, AS_bs_skip_utf16, flags_of(e, ARG(3))); return true;
    case GENOP_bs_skip_utf32: test_number(e, i, AS_bs_skip_utf32, flags_of(e, ARG(3))); return true;
    case GENOP_bs_test_tail2:
      if (too_long(ARG(2))) never_matches(e, ARG(0)->value);
      else test_number(e, i, AS_bs_test_tail, number(ARG(2)));
      return true;
    case GENOP_bs_test_unit:
      if (ARG(2)->value == 8) emit_bs_test_unit_8(e, ARG(0)->value, operand_source(e, ARG(1)));
      else test_number(e, i, AS_bs_test_unit, number(ARG(2)));
      return true;
    case GENOP_bs_match_string:
      emit_bs_match_string(e, ARG(0)->value, operand_source(e, ARG(1)), number(ARG(2)), (u32)ARG(3)->value);
      return true;
    case GENOP_bs_get_tail:
    case GENOP_bs_get_position:
      from = operand_source(e, ARG(0));
      if (i->op == GENOP_bs_get_tail) emit_bs_get_tail(e, from, operand_dest(ARG(1)), number(ARG(2)));
      else emit_bs_get_position(e, from, operand_dest(ARG(1)), number(ARG(2)));
      return true;
    case GENOP_bs_set_position:
      from = operand_source(e, ARG(0));
      emit_bs_set_position(e, from, operand_source(e, ARG(1)));
      return true;
    case GENOP_bs_match: translate_match(e, i); return true;
    case GENOP_bs_create_bin: translate_create(e, i); return true;
    case GENOP_bs_init_writable: emit_bs_init_writable(e); return true;
    default: return false;
  }
}
