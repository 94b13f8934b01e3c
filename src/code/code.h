// SPDX-License-Identifier: Apache-2.0
// What the running system knows of code: internal code words, exports, fun entries, modules, lines.
// Addresses in code are absolute; a code word is as wide as a pointer. Modules own their code; export
// records are never freed, so code and terms may keep pointers to them.
#ifndef CODE_CODE_H
#define CODE_CODE_H

#include "base/bytes.h"
#include "term/atom.h"
#include "term/heap.h"

typedef uintptr_t cword;
enum { TERM_CWORDS = sizeof(term) / sizeof(cword) }; // code words an inline 64-bit constant takes
// Words of a stack that are no terms: addresses of code with a tag, where to return to and where to go on when
// something is caught.
INLINE term return_word(const cword *ip) { return (term)(uintptr_t)ip << 4 | TAG_RETURN; }
INLINE const cword *word_address(term w) { return (const cword *)(uintptr_t)(w >> 4); }
INLINE bool is_return_word(term w) { return ((u32)w & 15) == TAG_RETURN; }
INLINE bool is_catch_word(term w) { return ((u32)w & 15) == TAG_CATCH; }

struct process;
typedef term (*bif_fn)(struct process *p, term *args);

// One M:F/A that code may call. ip is where a call goes: the function's first instruction, or stub
// (an op that calls the BIF, or one that raises undef through error_handler). "slot" is for the JIT.
struct export {
  const cword *ip;
  u32 number; // grows with each record that is made
  bif_fn bif; // non-NULL: a BIF (ip = stub)
  term module, function;
  u32 arity;
  bool guard_bif;
  u8 bif_flags; // BIF_FLAG_
  // Stands before the stub as a function's arity before its entry: what a process that yields there keeps.
  cword stub_arity;
  cword stub[3];                    // {OP_call_bif_stub | OP_undefined_function, (cword)this, 0}
  struct module *owner;             // whose code ip points into; NULL for a BIF or an undefined function
  struct export *hash_next, *older; // in their hash chain; made before this one
};
struct export *export_get(term m, term f, u32 arity);  // finds or makes (undefined); NULL = out of memory
struct export *export_find(term m, term f, u32 arity); // NULL when no record exists
INLINE bool export_defined(const struct export *e) { return e->bif || e->owner; }
void export_each(void (*fn)(struct export *, void *), void *arg);
// Records made after a mark, while nothing can have kept a pointer to them, can be taken back.
struct export *export_mark(void);
void export_rollback(struct export *mark);

// One lambda of a module.
struct fun_entry {
  const cword *ip; // NULL once the code was purged
  term module;
  term function; // '-f/1-fun-0-'
  u32 arity;     // with free variables (arity of the code)
  u32 free_count;
  u32 index; // in the new fun table
  u32 old_index, old_uniq;
  u8 uniq[16];          // MD5 of the module
  struct module *owner; // NULL when purged or known only from external terms
  struct fun_entry *hash_next, *older;
};
struct fun_entry *fun_entry_get(term module, u32 old_uniq, u32 index); // finds or makes a hollow one
struct fun_entry *fun_entry_mark(void);
void fun_entry_rollback(struct fun_entry *mark);
struct function_name {
  term module, function;
  u32 arity;
};
bool fun_name(term fun, struct function_name *name); // false: a fun whose module is not loaded, its name is unknown

struct line_entry {
  u32 offset;
  u32 line;
};                            // code word offset -> line (0: none); bit 31: no frame, see translate.c
enum { FUNC_INFO_WORDS = 4 }; // before a function's first instruction
// Offset of the func_info word, sorted.
struct function_info {
  u32 offset;
  term name;
  u32 arity;
};

struct module {
  term name;
  struct module *old; // previous version, until purged
  cword *code;
  u32 code_words;
  struct function_info *functions; // by offset
  u32 function_count;
  // What stands at the entry of a function without its breakpoint (code/breakpoint.h), or NULL.
  cword *behind_breakpoints;
  struct line_entry *lines; // by offset; line = file index << 24 | line number (file 0 = module's own file)
  u32 line_count;
  term *files; // file names (lists of characters); [0] is that of the module, with .erl
  u32 file_count;
  term *literals; // literals[i]; terms in the literal area
  u32 literal_count;
  u32 record_count; // native records: the last literals are their prototypes (term/record.h)
  void *literal_area;
  size_t literal_area_size;
  struct fun_entry **funs;
  u32 fun_count;
  term *constants; // pool of generic operand constants (see translate.c)
  u32 constant_count;
  u8 md5[16];
  term attributes, compile_info; // terms in the literal area
  term *literal_offheap;         // first reference-counted object in the literal area
  struct export **exports;       // what it exports
  const cword **export_ips;      // and where that is
  u32 export_count;
  const cword **fun_ips; // where the funs are
  const cword *on_load;  // function to run, or NULL
  size_t memory;         // all bytes, for code info
};
struct module *module_find(term name);                            // current version or NULL
struct module *module_old(term name);                             // the version before it, as long as it is not purged
struct module *module_of(const cword *ip);                        // whose code (any version) holds ip, or NULL
void module_each(void (*fn)(struct module *, void *), void *arg); // every version, staged ones as well

// Where is ip? For return words pass the address after the call: it is looked up at ip - 1.
// Entry: its func_info.
struct code_place {
  term module, function;
  u32 arity;
  const cword *entry;
  term file;
  u32 line;
  bool has_frame;
};
// The file is NV and the line 0 where they are not known.
bool code_place(const cword *ip, bool is_return_address, struct code_place *out);

// The module of ours (src/erl) that has the native functions of one of OTP's, spawnlink_NAME; NV: there is none.
term code_native_module(const u8 *name, size_t len);

bool code_is_own(term module); // one of src/erl, by its name

void code_init(void); // tables, BIF exports from bifs.d/
void code_destroy(void);

// The table of BIFs (bifs.d/), row by row; start with a zeroed cursor.
struct bif_entry {
  const char *module, *function;
  u8 arity;
  bif_fn fn;
  u32 flags;
};
struct bif_cursor {
  const char *name;
  u32 row;
};
enum {
  BIF_FLAG_GUARD = 1,
  BIF_FLAG_TRAP = 2,
  BIF_FLAG_HIDDEN = 4,
  // Which OTP has in Erlang: in every release, in 25 only, from 26, 27 or 28 on. For erlang:is_builtin/3.
  BIF_FLAG_ERLANG = 8,
  BIF_FLAG_ERLANG_25 = 16,
  BIF_FLAG_ERLANG_26 = 32,
  BIF_FLAG_ERLANG_27 = 64,
  BIF_FLAG_ERLANG_28 = 128
};
bool bif_table_next(struct bif_cursor *c, struct bif_entry *out);

#endif
