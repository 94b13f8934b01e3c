// SPDX-License-Identifier: Apache-2.0
// What the running system knows about code: internal code words, exports, fun entries, modules, lines. Addresses in
// code are absolute; a code word is as wide as a pointer. Modules own their code. Export records are never freed, so
// code and terms may keep pointers to them.
#ifndef CODE_CODE_H
#define CODE_CODE_H

#include "base/bytes.h"
#include "term/atom.h"
#include "term/heap.h"

typedef uintptr_t cword;
enum { TERM_CWORDS = sizeof(term) / sizeof(cword) }; // code words an inline 64-bit constant takes
// Words of a stack that are no terms: addresses of code with a tag. They say where to return to, and where to continue
// when an exception is caught.
INLINE term return_word(const cword *ip) { return (term)(uintptr_t)ip << 4 | TAG_RETURN; }
INLINE const cword *word_address(term w) { return (const cword *)(uintptr_t)(w >> 4); }
INLINE bool is_return_word(term w) { return ((u32)w & 15) == TAG_RETURN; }
INLINE bool is_catch_word(term w) { return ((u32)w & 15) == TAG_CATCH; }

struct process;
typedef term (*bif_fn)(struct process *p, term *args);

// A function M:F/A that code may call. ip is the target of a call: the function's first instruction, or stub (an
// operation that calls the BIF, or one that raises undef through error_handler).
struct export {
  const cword *ip;
  u32 number; // numbers the records in the order in which they were made
  bif_fn bif; // non-NULL: a BIF, and ip is stub
  term module, function;
  u32 arity;
  bool guard_bif;
  u8 bif_flags; // BIF_FLAG_
  // The word before the stub, like the arity before a function's entry: the number of registers that a process keeps
  // when it yields there.
  cword stub_arity;
  cword stub[3];        // {OP_call_bif_stub | OP_undefined_function, (cword)this, 0}
  struct module *owner; // the module whose code ip points into; NULL for a BIF and for an undefined function
  struct export *hash_next, *older; // next in the hash chain; made before this one
};
struct export *export_get(term m, term f, u32 arity);  // finds or makes one; NULL: no memory
struct export *export_find(term m, term f, u32 arity); // NULL when no record exists
INLINE bool export_defined(const struct export *e) { return e->bif || e->owner; }
void export_each(void (*fn)(struct export *, void *), void *arg);
// Records that were made after a mark can be taken back, as long as nothing can have kept a pointer to them.
struct export *export_mark(void);
void export_rollback(struct export *mark);

// One lambda of a module.
struct fun_entry {
  const cword *ip; // NULL when the code was purged
  term module;
  term function; // '-f/1-fun-0-'
  u32 arity;     // including free variables, as the code's arity is
  u32 free_count;
  u32 index; // in the new fun table
  u32 old_index, old_uniq;
  u8 uniq[16];          // MD5 of the module
  struct module *owner; // NULL when purged or known only from external terms
  struct fun_entry *hash_next, *older;
};
struct fun_entry *fun_entry_get(term module, u32 old_uniq, u32 index); // finds one, or makes a hollow one
struct fun_entry *fun_entry_mark(void);
void fun_entry_rollback(struct fun_entry *mark);
struct function_name {
  term module, function;
  u32 arity;
};
// False: the module of the fun is not loaded, so its name is unknown.
bool fun_name(term fun, struct function_name *name);

struct line_entry {
  u32 offset;
  u32 line;
};                            // code word offset -> line (0: none); bit 31: there is no frame, see translate.c
enum { FUNC_INFO_WORDS = 4 }; // before a function's first instruction
// offset is that of the func_info word; the functions are sorted by it.
struct function_info {
  u32 offset;
  term name;
  u32 arity;
};

struct module {
  term name;
  struct module *old; // the previous version, until it is purged
  cword *code;
  u32 code_words;
  struct function_info *functions; // by offset
  u32 function_count;
  // The original words at entries of functions with a breakpoint (code/breakpoint.h), or NULL.
  cword *behind_breakpoints;
  struct line_entry *lines; // by offset; line = file index << 24 | line number (file 0 = module's own file)
  u32 line_count;
  term *files; // file names (lists of characters); [0] is the module's own with .erl
  u32 file_count;
  term *literals; // literals[i]; terms in the literal area
  u32 literal_count;
  u32 record_count; // native records: the last literals are their prototypes (term/record.h)
  void *literal_area;
  size_t literal_area_size;
  struct fun_entry **funs;
  u32 fun_count;
  term *constants; // pool for constants among operands (see translate.c)
  u32 constant_count;
  u8 md5[16];
  term attributes, compile_info; // terms in the literal area
  term *literal_offheap;         // first reference-counted object in the literal area
  struct export **exports;       // the functions that the module exports
  const cword **export_ips;      // and their addresses
  u32 export_count;
  const cword **fun_ips; // the addresses of the funs
  const cword *on_load;  // function to run, or NULL
  size_t memory;         // all bytes, for code info
};
struct module *module_find(term name);     // current version or NULL
struct module *module_old(term name);      // the version before the current one, until it is purged
struct module *module_of(const cword *ip); // the module (in any version) whose code contains ip, or NULL
void module_each(void (*fn)(struct module *, void *), void *arg); // every version, including staged ones

// Where is ip? A return word is the address behind the call, so the place of ip - 1 is looked up for it. For an entry,
// the place is that of its func_info.
struct code_place {
  term module, function;
  u32 arity;
  const cword *entry;
  term file;
  u32 line;
  bool has_frame;
};
// When they are unknown, the file is NV and the line 0.
bool code_place(const cword *ip, bool is_return_address, struct code_place *out);

// Our module spawnlink_NAME (src/erl) that has the native functions of OTP's module NAME; NV: there is none.
term code_native_module(const u8 *name, size_t len);

bool code_is_own(term module); // one of src/erl, by its name

void code_init(void); // makes the tables, and exports of the BIFs in bifs.d/
void code_destroy(void);

// Goes through the table of BIFs (bifs.d/) row by row; begin with a zeroed cursor.
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
  // Which BIFs OTP has in Erlang: in every release; in 25 only; since 26, 27 or 28. For erlang:is_builtin/3.
  BIF_FLAG_ERLANG = 8,
  BIF_FLAG_ERLANG_25 = 16,
  BIF_FLAG_ERLANG_26 = 32,
  BIF_FLAG_ERLANG_27 = 64,
  BIF_FLAG_ERLANG_28 = 128
};
bool bif_table_next(struct bif_cursor *c, struct bif_entry *out);

#endif
