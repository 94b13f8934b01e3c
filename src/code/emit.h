// SPDX-License-Identifier: Apache-2.0
// The assembler of internal code: a growing buffer of code words with label fix-ups, the pool of constants among
// operands, the line table, and a few fusions of neighbouring operations. Used by translate*.c during one load. After
// the first error, all functions do nothing, and emit_finish says what the error was.
#ifndef CODE_EMIT_H
#define CODE_EMIT_H

#include "code/load.h"
#include "code/operands.h"

enum { NO_OP = 0xFFFFFFFFu };
enum frame_state { FRAME_UNKNOWN, FRAME_NONE, FRAME_PUSHED };

struct emit {
  struct load_state *s;
  cword *words;
  u32 len, cap;
  u32 *fixups; // offsets of words that hold a label number
  u32 fixup_count, fixup_cap;
  u32 *string_fixups; // offsets of words that hold an offset into the module's strings
  u32 string_fixup_count, string_fixup_cap;
  u32 *label_offset;     // label -> offset + 1; 0: not placed yet
  u8 *label_frame;       // enum frame_state at each label
  u8 frame;              // enum frame_state at the present place
  bool unreachable;      // whether this is behind a jump or return, up to the next label
  u32 last, before_last; // offsets of the last operations; NO_OP across a label
  bool any_type;         // whether the source of test_arity may be no tuple
  u32 line;              // the current line word
  bool without_lines;    // line instructions are ignored
  struct line_entry *lines;
  u32 line_count, line_cap;
  struct function_info *functions;
  u32 function_count, function_cap;
  const char *failed; // what went wrong
  u32 failed_offset;
};

bool emit_init(struct emit *e, struct load_state *s);
void emit_free(struct emit *e);
// Allocates and fills module->code, functions and lines. False: `failed` says why.
bool emit_finish(struct emit *e);

void emit_fail(struct emit *e, const char *what);
void emit_op(struct emit *e, cword op);         // begins an operation, or fuses it with the last one (fuse.c)
cword fuse_operands(cword first, cword second); // fuse.c; 0: they are not fused
cword fuse_whole(cword first, cword second);
void emit_word(struct emit *e, cword w);
void emit_label_ref(struct emit *e, i64 label); // the label 0 stays 0
// The address of a byte of the strings, which begin at word 1 of the code.
void emit_string_ref(struct emit *e, u32 offset);
void emit_label(struct emit *e, u32 label); // places the label here
void emit_line(struct emit *e, u32 line);
void emit_frame(struct emit *e, enum frame_state state);
void emit_function(struct emit *e, term name, u32 arity); // the next operation is its func_info
void emit_unreachable(struct emit *e);
void emit_truncate(struct emit *e, u32 offset); // removes words, for a fusion; lines move with them

// Operands, by their kinds in ops.tab.
src_word operand_source(struct emit *e, const struct beam_arg *a); // s
term *operand_address(struct emit *e, const struct beam_arg *a);   // a: no Y register
dst_word operand_dest(const struct beam_arg *a);                   // d
term operand_constant(struct emit *e, const struct beam_arg *a);   // immediate or literal; NV for registers
term *operand_x(i64 n);                                            // address of ctx.x[n]
INLINE y_word operand_y(i64 n) { return (y_word){(cword)(n + 1) * sizeof(term)}; }
INLINE src_word source_x(const term *x) { return (src_word){(cword)x}; }
INLINE src_word source_y(y_word y) { return (src_word){y.offset | 1}; }
INLINE bool arg_is_y(const struct beam_arg *a) { return a->kind == BEAM_Y; }
INLINE bool arg_is_register(const struct beam_arg *a) { return a->kind == BEAM_X || a->kind == BEAM_Y; }
// An immediate that fits an i operand.
bool operand_immediate(struct emit *e, const struct beam_arg *a, imm_word *out);
const u64 *constant_intern(u64 word); // address of an eternal word with this value; NULL: no memory
void constant_free_all(void);

// emit_move_ax(e, src, dst) and so on, for each operation: what it takes are its operands in ops.tab.
// Behind them are a few functions, told apart by which words are labels; so they are always inlined, for size.
#define EMITTER static inline __attribute__((always_inline))
#include "gen/emitters.h"
// The last operation, if it is of this name, else NULL. Addresses of code in it are still numbers of labels.
#define LAST(e, name) ((op_##name *)emit_last(e, OP_##name))
cword *emit_last(struct emit *e, cword op);
// The last operation, an op_old, becomes an op_new, which has these words more.
#define EXTEND(e, op_old, op_new, ...) \
  do { \
    _Static_assert(sizeof(op_##op_new) == sizeof(op_##op_old) + sizeof((cword[]){__VA_ARGS__}), #op_new); \
    emit_extend(e, OP_##op_new, (const cword[]){__VA_ARGS__}, sizeof((cword[]){__VA_ARGS__}) / sizeof(cword)); \
  } while (0)
void emit_extend(struct emit *e, cword op, const cword *words, u32 count);

#endif
