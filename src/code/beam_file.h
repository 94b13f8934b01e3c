// SPDX-License-Identifier: Apache-2.0
// The reader of BEAM files: it checks all bounds, has no side effects, and is fuzzed. beam_open checks the structure of
// every chunk; beam_next decodes one generic instruction at a time. Strings and bytes are pointers into the file, which
// must outlive the struct; only literals that were inflated are in memory of its own.
#ifndef CODE_BEAM_FILE_H
#define CODE_BEAM_FILE_H

#include "base/bytes.h"

struct beam_slice {
  const u8 *data;
  u32 len;
};
// offset is the offset within the chunk; name is the module's name, set by beam_open.
struct beam_error {
  char chunk[5];
  u32 offset;
  const char *what;
  struct beam_slice name;
};
// Atom numbers, 1-based.
struct beam_import {
  u32 module, function, arity;
};
struct beam_export {
  u32 function, arity, label;
};
struct beam_lambda {
  u32 function, arity, label, index, free_count, old_uniq;
};

// What an instruction relies on although it was not proved, and is checked at run time: its source is a list cell; a
// tuple that has the element; a binary being matched; any tuple; a Y register is written.
enum beam_expected { EXPECTED_CONS, EXPECTED_TUPLE, EXPECTED_CONTEXT, EXPECTED_ANY_TUPLE, EXPECTED_WRITTEN };
#define EXPECTED(offset, type, y) ((u64)(offset) << 32 | (u64)(y) << 8 | (type))
#define EXPECTED_OFFSET(e) ((u32)((e) >> 32))
#define EXPECTED_TYPE(e) ((enum beam_expected)((e)&0xFF))
#define EXPECTED_Y(e) ((u32)(e) >> 8)

struct beam_file {
  struct beam_slice *atoms; // atoms[1..atom_count] in UTF-8, or Latin-1 from an old Atom chunk
  u32 atom_count;
  bool atoms_latin1;
  u32 label_count, function_count, max_opcode, instruction_set;
  struct beam_slice code;    // the instructions
  u32 code_header;           // offset of the instructions in the Code chunk
  struct beam_slice strings; // StrT
  struct beam_slice records;
  u32 record_count; // the definitions of Recs (OTP 29), read by records.c
  struct beam_import *imports;
  u32 import_count;
  struct beam_export *exports;
  u32 export_count;
  struct beam_lambda *lambdas;
  u32 lambda_count;
  struct beam_slice *literals;
  u32 literal_count; // in the external term format, with the byte 131
  u8 *literal_buffer;
  size_t literal_buffer_size; // owned, when LitT was compressed
  u32 *lines;
  u32 line_count; // lines[i] = file index (0..127) << 24 | line; [0]: none; 0: unknown place
  struct beam_slice *files;
  u32 file_count;                             // [1..file_count-1]; UTF-8 names
  struct beam_slice attributes, compile_info; // external terms, may be empty
  u32 on_load;                                // label of the on_load function, 0: none; set by beam_check
  u8 *loops;     // by label: whether code jumps back to it; set by beam_check, NULL when there is none
  u64 *expected; // EXPECTED words, sorted by the offset of the instruction; set by beam_prove
  u32 expected_count, expected_cap;
  u8 md5[16]; // of the essential chunks, as code:module_md5 computes it
};
// The caller (load.c) inflates gzip'd files. False: *e says why, and nothing is owned.
bool beam_open(struct beam_file *f, const u8 *data, size_t len, struct beam_error *e);
void beam_close(struct beam_file *f);

enum beam_kind {
  BEAM_U,
  BEAM_I,
  BEAM_ATOM,
  BEAM_X,
  BEAM_Y,
  BEAM_F,
  BEAM_H,
  BEAM_FR,
  BEAM_LITERAL,
  BEAM_LIST,
  BEAM_BIG
};
struct beam_arg {
  u8 kind;
  i64 value;   // number, register, label, literal index; ATOM: atom number, 0 = nil. BIG: offset of magnitude bytes
  u32 big_len; // BIG: bytes (big-endian two's complement)
};
enum { BEAM_MAX_ARGS = 10 };
struct beam_instr {
  u32 op;     // generic opcode number
  u32 offset; // in the code slice
  u32 arg_count;
  // At most one list; an alloc list is one BEAM_U with the number of words; a typed register is X or Y.
  struct beam_arg args[BEAM_MAX_ARGS];
  struct beam_arg *list; // items of the list argument
  u32 list_count;
};
struct beam_cursor {
  const struct beam_file *file;
  u32 at;
  struct beam_arg *list;
  u32 list_cap;
};
void beam_start(struct beam_cursor *c, const struct beam_file *f);
// 1: decoded; 0: the end (int_code_end); -1: malformed, and *e says why
int beam_next(struct beam_cursor *c, struct beam_instr *i, struct beam_error *e);
void beam_stop(struct beam_cursor *c);

#endif
