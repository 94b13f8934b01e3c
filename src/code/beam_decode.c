// SPDX-License-Identifier: Apache-2.0
// Decodes the instructions of a Code chunk one at a time, and the compact encoding of their operands. It knows the
// arity of each opcode but not its meaning, which check.c knows. A cursor owns only the buffer for list operands;
// numbers too wide for 64 bits stay where they are in the file. Called by check.c and translate.c; beam_file.c calls
// compact_read too.
#include "base/alloc.h"
#include "code/compact.h"
#include "gen/genop.h"

static const u8 arities[GENOP_COUNT] = {
#define G(number, name, arity) [number] = arity,
#include "gen/genop.inc"
#undef G
};

static const u8 kind_of_tag[7] = {BEAM_U, BEAM_I, BEAM_ATOM, BEAM_X, BEAM_Y, BEAM_F, BEAM_H};

// Reads a number of n bytes, big-endian two's complement.
static bool read_wide(struct reader *r, u32 n, struct beam_arg *out) {
  if (reader_left(r) < n) return reader_fail(r, "truncated operand");
  const u8 *p = r->data + r->at;
  u32 skip = out->kind == BEAM_U && n > 8 && p[0] == 0 ? n - 8 : 0;
  for (u32 i = 0; i < skip; i++)
    if (p[i] != 0) return reader_fail(r, "number too large");
  if (n - skip <= 8) {
    // Unsigned numbers of 64 bits keep their bit pattern.
    u64 v = p[skip] & 0x80 && !skip ? ~(u64)0 : 0;
    for (u32 i = skip; i < n; i++) v = v << 8 | p[i];
    out->value = (i64)v;
    if (out->kind != BEAM_I && !skip && out->value < 0) return reader_fail(r, "negative number");
  } else if (out->kind == BEAM_I || out->kind == BEAM_U) {
    out->kind = BEAM_BIG;
    out->value = r->at;
    out->big_len = n;
  } else {
    return reader_fail(r, "number too large");
  }
  r->at += n;
  return true;
}

// Reads the value of an operand whose first byte is known; the kind is set already.
static bool read_value(struct reader *r, u32 first, struct beam_arg *out) {
  if (!(first & 8)) {
    out->value = first >> 4;
    return true;
  }
  if (!(first & 16)) {
    if (reader_left(r) < 1) return reader_fail(r, "truncated operand");
    out->value = (i64)((first & 0xE0) << 3 | r->data[r->at++]);
    return true;
  }
  u32 n = (first >> 5) + 2;
  if (n == 9) {
    // The length is a compact number itself, whose own length is always short.
    struct beam_arg length = {.kind = BEAM_U};
    if (reader_left(r) < 1) return reader_fail(r, "truncated operand");
    u32 next = r->data[r->at++];
    if ((next & 7) != 0 || next == 0xF8) return reader_fail(r, "bad length of a number");
    if (!read_value(r, next, &length)) return false;
    if ((u64)length.value > reader_left(r)) return reader_fail(r, "truncated operand");
    n = (u32)length.value + 9;
  }
  return read_wide(r, n, out);
}

bool compact_read(struct reader *r, struct beam_arg *out) {
  if (reader_left(r) < 1) return reader_fail(r, "truncated operand");
  u32 first = r->data[r->at++];
  u32 tag = first & 7;
  out->big_len = 0;
  if (tag == 7) {
    if (first & 8) return reader_fail(r, "unknown extended operand");
    out->kind = BEAM_LIST;
    out->value = first >> 4;
    return true;
  }
  out->kind = kind_of_tag[tag];
  return read_value(r, first, out);
}

bool compact_u32(struct reader *r, u32 *out) {
  struct beam_arg a;
  if (!compact_read(r, &a)) return false;
  if (a.kind != BEAM_U || a.value < 0 || a.value > UINT32_MAX) return reader_fail(r, "a number was expected");
  *out = (u32)a.value;
  return true;
}

// --- Extended operands --------------------------------------------------------------------------

static bool read_register(struct reader *r, struct beam_arg *out) {
  u32 type;
  if (!compact_read(r, out)) return false;
  if (out->kind != BEAM_X && out->kind != BEAM_Y) return reader_fail(r, "a register was expected");
  return compact_u32(r, &type);
}

// Converts {alloc,[{words,W},{floats,F},{funs,N}]} into the number of words in our layout.
static bool read_alloc_list(struct reader *r, struct beam_arg *out) {
  enum { FLOAT_WORDS = 2, FUN_WORDS = 3 }; // see term/boxed.h; words include free variables
  u32 n, type, count;
  u64 words = 0;
  if (!compact_u32(r, &n)) return false;
  if (n > reader_left(r) / 2) return reader_fail(r, "truncated allocation list");
  while (n-- > 0) {
    if (!compact_u32(r, &type) || !compact_u32(r, &count)) return false;
    if (type > 2) return reader_fail(r, "unknown kind of allocation");
    words += (u64)count * (type == 0 ? 1 : type == 1 ? FLOAT_WORDS : FUN_WORDS);
  }
  out->kind = BEAM_U;
  out->value = (i64)words;
  return true;
}

static bool read_scalar_form(struct reader *r, struct beam_arg *out) {
  u32 number;
  switch (out->value) {
    case COMPACT_FLOAT_REGISTER:
    case COMPACT_LITERAL:
      out->kind = out->value == COMPACT_LITERAL ? BEAM_LITERAL : BEAM_FR;
      if (!compact_u32(r, &number)) return false;
      out->value = number;
      return true;
    case COMPACT_ALLOC_LIST: return read_alloc_list(r, out);
    case COMPACT_TYPED_REGISTER: return read_register(r, out);
    case COMPACT_LIST: return reader_fail(r, "list inside a list");
    default: return reader_fail(r, "unknown extended operand");
  }
}

static bool list_room(struct beam_cursor *c, u32 n) {
  if (n <= c->list_cap) return true;
  u32 cap = c->list_cap ? c->list_cap : 64;
  while (cap < n) cap *= 2;
  struct beam_arg *list = mem_realloc(c->list, c->list_cap * sizeof *list, (size_t)cap * sizeof *list, MEM_CODE);
  if (!list) return false;
  c->list = list;
  c->list_cap = cap;
  return true;
}

static bool read_list(struct beam_cursor *c, struct reader *r, struct beam_instr *i) {
  u32 n;
  if (i->list) return reader_fail(r, "two lists in one instruction");
  if (!compact_u32(r, &n)) return false;
  if (n > reader_left(r)) return reader_fail(r, "truncated list");
  if (!list_room(c, n ? n : 1)) return reader_fail(r, "out of memory");
  i->list = c->list;
  i->list_count = n;
  for (u32 k = 0; k < n; k++) {
    struct beam_arg *a = &c->list[k];
    if (!compact_read(r, a)) return false;
    if (a->kind == BEAM_LIST && !read_scalar_form(r, a)) return false;
  }
  return true;
}

static bool read_operand(struct beam_cursor *c, struct reader *r, struct beam_instr *i, struct beam_arg *a) {
  if (!compact_read(r, a)) return false;
  if (a->kind != BEAM_LIST) return true;
  if (a->value != COMPACT_LIST) return read_scalar_form(r, a);
  a->value = 0;
  return read_list(c, r, i);
}

// --- Instructions -------------------------------------------------------------------------------

void beam_start(struct beam_cursor *c, const struct beam_file *f) {
  memset(c, 0, sizeof *c);
  c->file = f;
}

void beam_stop(struct beam_cursor *c) {
  mem_free(c->list, c->list_cap * sizeof *c->list, MEM_CODE);
  memset(c, 0, sizeof *c);
}

// Makes "opcode N is unknown" in a static buffer, because there is only one thread.
static const char *unknown_opcode(u32 op) {
  static char text[] = "opcode 000 is unknown (made by a newer compiler?)";
  for (u32 k = 0; k < 3; k++, op /= 10) text[9 - k] = (char)('0' + op % 10);
  return text;
}

static int malformed(const struct beam_cursor *c, const struct reader *r, struct beam_error *e) {
  memcpy(e->chunk, "Code", 5);
  e->offset = c->file->code_header + r->at;
  e->what = r->what;
  return -1;
}

int beam_next(struct beam_cursor *c, struct beam_instr *i, struct beam_error *e) {
  struct reader r = {c->file->code.data, c->file->code.len, c->at, NULL};
  if (reader_left(&r) < 1) {
    reader_fail(&r, "the code has no end mark");
    return malformed(c, &r, e);
  }
  i->offset = r.at;
  i->op = r.data[r.at];
  i->list = NULL;
  i->list_count = 0;
  i->arg_count = 0;
  if (i->op == 0 || i->op >= GENOP_COUNT) {
    reader_fail(&r, unknown_opcode(i->op));
    return malformed(c, &r, e);
  }
  r.at++;
  if (i->op == GENOP_int_code_end) {
    c->at = r.at;
    return 0;
  }
  i->arg_count = arities[i->op];
  for (u32 k = 0; k < i->arg_count; k++)
    if (!read_operand(c, &r, i, &i->args[k])) return malformed(c, &r, e);
  c->at = r.at;
  return 1;
}
