// SPDX-License-Identifier: Apache-2.0
// See emit.h. Operands that are labels are written as numbers; emit_finish turns them into addresses when the final
// place of the code is known. Every operation that begins a new line, or a stretch with or without a stack frame, has
// an entry in the line table (bit 31: no frame), so that stack traces know whether the word at E is a return word.
#include "code/emit.h"

#include "base/alloc.h"
#include "term/hash.h"
#include "term/number.h"

enum { NO_FRAME_BIT = 1u << 31 };

static bool grow(void **block, u32 *cap, size_t item, u32 first) {
  u32 new_cap = *cap ? *cap * 2 : first;
  void *p = mem_realloc(*block, *cap * item, new_cap * item, MEM_CODE);
  if (!p) return false;
  *block = p;
  *cap = new_cap;
  return true;
}

bool emit_init(struct emit *e, struct load_state *s) {
  memset(e, 0, sizeof *e);
  e->s = s;
  e->last = e->before_last = NO_OP;
  e->frame = FRAME_NONE;
  u32 labels = s->file->label_count + 1;
  e->label_offset = mem_calloc(labels * sizeof *e->label_offset, MEM_CODE);
  e->label_frame = mem_calloc(labels, MEM_CODE);
  return e->label_offset && e->label_frame;
}

void emit_free(struct emit *e) {
  u32 labels = e->s->file->label_count + 1;
  mem_free(e->words, e->cap * sizeof *e->words, MEM_CODE);
  mem_free(e->fixups, e->fixup_cap * sizeof *e->fixups, MEM_CODE);
  mem_free(e->string_fixups, e->string_fixup_cap * sizeof *e->string_fixups, MEM_CODE);
  mem_free(e->label_offset, labels * sizeof *e->label_offset, MEM_CODE);
  mem_free(e->label_frame, labels, MEM_CODE);
  mem_free(e->lines, e->line_cap * sizeof *e->lines, MEM_CODE);
  mem_free(e->functions, e->function_cap * sizeof *e->functions, MEM_CODE);
}

void emit_fail(struct emit *e, const char *what) {
  if (!e->failed) e->failed = what;
}

void emit_word(struct emit *e, cword w) {
  if (e->len == e->cap && !grow((void **)&e->words, &e->cap, sizeof *e->words, 1024)) {
    emit_fail(e, "out of memory");
    return;
  }
  e->words[e->len++] = w;
}

// From this offset on, the present line and frame state apply.
static void add_line(struct emit *e, u32 offset) {
  u32 line = (e->line & ~NO_FRAME_BIT) | (e->frame == FRAME_NONE ? NO_FRAME_BIT : 0);
  while (e->line_count && e->lines[e->line_count - 1].offset > offset) e->line_count--;
  if (e->line_count && e->lines[e->line_count - 1].line == line) return;
  if (e->line_count && e->lines[e->line_count - 1].offset == offset) {
    e->lines[e->line_count - 1].line = line;
    return;
  }
  if (e->line_count == e->line_cap && !grow((void **)&e->lines, &e->line_cap, sizeof *e->lines, 64)) {
    emit_fail(e, "out of memory");
    return;
  }
  e->lines[e->line_count++] = (struct line_entry){offset, line};
}

static bool stand_together(struct emit *e, u32 first, cword second) {
  cword both = first == NO_OP ? 0 : fuse_whole(e->words[first], second);
  if (!both) return false;
  e->words[first] = both;
  return true;
}

// Returns a special operation for these operands, if there is one: the jump back in a loop like that of lists:foldl/3
// always has the same registers.
static cword specialised(const struct emit *e, cword op) {
  if (op != OP_move_ax_2yx_call_last) return op;
  const op_move_ax_2yx_call_last *w = (const op_move_ax_2yx_call_last *)&e->words[e->last];
  bool first = w->src == operand_x(0) && w->dst == operand_x(1);
  return first && w->dst2 == operand_x(2) && w->dst3 == operand_x(0) ? OP_loop_fold : op;
}

// The operation there becomes op and has the current line.
static void emit_fuse(struct emit *e, u32 offset, cword op) {
  e->words[offset] = op;
  e->last = offset;
  add_line(e, offset);
}

void emit_op(struct emit *e, cword op) {
  cword both = e->last == NO_OP ? 0 : fuse_operands(e->words[e->last], op);
  if (both) {
    emit_fuse(e, e->last, specialised(e, both));
    stand_together(e, e->before_last, both);
    return;
  }
  add_line(e, e->len);
  if (!stand_together(e, e->last, op)) {
    e->before_last = e->last;
    e->last = e->len;
  }
  emit_word(e, op);
}

#include "gen/emitters.inc"

cword *emit_last(struct emit *e, cword op) {
  return e->last != NO_OP && e->words[e->last] == op ? &e->words[e->last] : NULL;
}

void emit_extend(struct emit *e, cword op, const cword *words, u32 count) {
  emit_fuse(e, e->last, op);
  for (u32 k = 0; k < count; k++) emit_word(e, words[k]);
}

void emit_truncate(struct emit *e, u32 offset) {
  e->len = offset;
  while (e->fixup_count && e->fixups[e->fixup_count - 1] >= offset) e->fixup_count--;
  while (e->line_count && e->lines[e->line_count - 1].offset > offset) e->line_count--;
}

void emit_label_ref(struct emit *e, i64 label) {
  if (label == 0) {
    emit_word(e, 0);
    return;
  }
  if (e->label_frame[label] == FRAME_UNKNOWN) e->label_frame[label] = e->frame;
  if (e->fixup_count == e->fixup_cap && !grow((void **)&e->fixups, &e->fixup_cap, sizeof *e->fixups, 256)) {
    emit_fail(e, "out of memory");
    return;
  }
  e->fixups[e->fixup_count++] = e->len;
  emit_word(e, (cword)label);
}

void emit_string_ref(struct emit *e, u32 offset) {
  if (e->string_fixup_count == e->string_fixup_cap &&
      !grow((void **)&e->string_fixups, &e->string_fixup_cap, sizeof *e->string_fixups, 16)) {
    emit_fail(e, "out of memory");
    return;
  }
  e->string_fixups[e->string_fixup_count++] = e->len;
  emit_word(e, offset);
}

void emit_label(struct emit *e, u32 label) {
  e->label_offset[label] = e->len + 1;
  e->last = e->before_last = NO_OP;
  if (e->unreachable && e->label_frame[label] != FRAME_UNKNOWN) e->frame = e->label_frame[label];
  e->label_frame[label] = e->frame;
  e->unreachable = false;
}

void emit_line(struct emit *e, u32 line) { e->line = line; }
void emit_frame(struct emit *e, enum frame_state state) { e->frame = (u8)state; }
void emit_unreachable(struct emit *e) { e->unreachable = true; }

void emit_function(struct emit *e, term name, u32 arity) {
  if (e->function_count == e->function_cap &&
      !grow((void **)&e->functions, &e->function_cap, sizeof *e->functions, 32)) {
    emit_fail(e, "out of memory");
    return;
  }
  e->frame = FRAME_NONE;
  e->functions[e->function_count++] = (struct function_info){e->len, name, arity};
}

static void *exact_copy(const void *from, size_t size) {
  void *p = mem_alloc(size ? size : 1, MEM_CODE);
  if (p) memcpy(p, from, size);
  return p;
}

bool emit_finish(struct emit *e) {
  struct module *m = e->s->m;
  if (e->failed) return false;
  m->code = exact_copy(e->words, e->len * sizeof *e->words);
  m->functions = exact_copy(e->functions, e->function_count * sizeof *e->functions);
  m->lines = exact_copy(e->lines, e->line_count * sizeof *e->lines);
  if (!m->code || !m->functions || !m->lines) {
    mem_free(m->code, e->len * sizeof *e->words, MEM_CODE);
    mem_free(m->functions, e->function_count * sizeof *e->functions, MEM_CODE);
    mem_free(m->lines, e->line_count * sizeof *e->lines, MEM_CODE);
    m->code = NULL, m->functions = NULL, m->lines = NULL;
    emit_fail(e, "out of memory");
    return false;
  }
  m->code_words = e->len;
  m->function_count = e->function_count;
  m->line_count = e->line_count;
  for (u32 i = 0; i < e->fixup_count; i++) {
    cword *w = &m->code[e->fixups[i]];
    *w = (cword)&m->code[e->label_offset[*w] - 1];
  }
  for (u32 i = 0; i < e->string_fixup_count; i++) m->code[e->string_fixups[i]] += (cword)&m->code[1];
  for (u32 l = 1; l <= e->s->file->label_count; l++)
    e->s->labels[l] = e->label_offset[l] ? &m->code[e->label_offset[l] - 1] : NULL;
  return true;
}

// --- operands
static term big_constant(struct emit *e, const struct beam_arg *a);

term operand_constant(struct emit *e, const struct beam_arg *a) {
  switch (a->kind) {
    case BEAM_I:
    case BEAM_H:
    case BEAM_U:
      if (fits_small(a->value)) return make_small(a->value);
      return big_constant(e, a);
    case BEAM_BIG: return big_constant(e, a);
    case BEAM_ATOM: return a->value ? e->s->atoms[a->value] : NIL;
    case BEAM_LITERAL: return e->s->m->literals[a->value];
    default: return NV;
  }
}

dst_word operand_dest(const struct beam_arg *a) {
  return (dst_word){a->kind == BEAM_Y ? operand_y(a->value).offset | 1 : (cword)operand_x(a->value)};
}

src_word operand_source(struct emit *e, const struct beam_arg *a) {
  if (arg_is_register(a)) return (src_word){operand_dest(a).word};
  if (a->kind == BEAM_LITERAL) return source_x(&e->s->m->literals[a->value]);
  const u64 *p = constant_intern(operand_constant(e, a));
  if (!p) emit_fail(e, "out of memory");
  return source_x(p);
}

term *operand_address(struct emit *e, const struct beam_arg *a) { return (term *)operand_source(e, a).word; }

bool operand_immediate(struct emit *e, const struct beam_arg *a, imm_word *out) {
  if (arg_is_register(a) || a->kind == BEAM_BIG || a->kind == BEAM_FR || a->kind == BEAM_LIST) return false;
  if (a->kind == BEAM_I && !fits_small(a->value)) return false;
  term t = operand_constant(e, a);
  if (!is_immediate(t) || (i64)t != (i64)(i32)t) return false;
  out->word = (cword)(u32)t;
  return true;
}

// Integers too wide for a small are rare in code. The module owns them through the chain that begins at m->constants
// (word 0: the previous block; word 1: the size in bytes; then the number).
static term big_constant(struct emit *e, const struct beam_arg *a) {
  struct heap h;
  size_t n = a->kind == BEAM_BIG ? a->big_len : 8;
  size_t size = (n / 8 + 5) * sizeof(term);
  term *block = literal_alloc(size);
  if (!block) {
    emit_fail(e, "out of memory");
    return NIL;
  }
  struct module *m = e->s->m;
  block[0] = make_ptr(m->constants);
  block[1] = size;
  m->constants = block;
  m->constant_count++;
  memset(&h, 0, sizeof h);
  h.top = block + 2;
  h.lim = block + size / sizeof(term);
  if (a->kind != BEAM_BIG) return int_from_i64(&h, a->value);
  return int_from_bytes(&h, e->s->file->code.data + a->value, n, false, true);
}

// --- constants: an open hash of 64-bit words that are never freed, shared by all modules
enum { CONSTANT_CHUNK = 512 };
struct constant_chunk {
  struct constant_chunk *next;
  u32 used;
  u64 words[CONSTANT_CHUNK];
};
static struct constant_chunk *chunks;
static const u64 **constant_table;
static u32 constant_cap, constant_count;

static bool table_grow(void) {
  u32 cap = constant_cap ? constant_cap * 2 : 1024;
  const u64 **table = mem_calloc(cap * sizeof *table, MEM_CODE);
  if (!table) return false;
  for (u32 i = 0; i < constant_cap; i++) {
    if (!constant_table[i]) continue;
    u32 h = hash_u64(*constant_table[i]) & (cap - 1);
    while (table[h]) h = (h + 1) & (cap - 1);
    table[h] = constant_table[i];
  }
  mem_free(constant_table, constant_cap * sizeof *table, MEM_CODE);
  constant_table = table;
  constant_cap = cap;
  return true;
}

const u64 *constant_intern(u64 word) {
  if (constant_count * 2 >= constant_cap && !table_grow()) return NULL;
  u32 h = hash_u64(word) & (constant_cap - 1);
  for (; constant_table[h]; h = (h + 1) & (constant_cap - 1))
    if (*constant_table[h] == word) return constant_table[h];
  if (!chunks || chunks->used == CONSTANT_CHUNK) {
    struct constant_chunk *c = mem_calloc(sizeof *c, MEM_CODE);
    if (!c) return NULL;
    c->next = chunks;
    chunks = c;
  }
  u64 *p = &chunks->words[chunks->used++];
  *p = word;
  constant_table[h] = p;
  constant_count++;
  return p;
}

void constant_free_all(void) {
  while (chunks) {
    struct constant_chunk *c = chunks;
    chunks = c->next;
    mem_free(c, sizeof *c, MEM_CODE);
  }
  mem_free(constant_table, constant_cap * sizeof *constant_table, MEM_CODE);
  constant_table = NULL;
  constant_cap = constant_count = 0;
}
