// SPDX-License-Identifier: Apache-2.0
// Match specifications, compiled (match_compile.c) to programs for a small stack machine (match.c).
// A clause first takes the subject apart (head), then tests guards, then evaluates its body. A program
// owns a copy of its specification; what match_run returns refers to the subject, to the program and to
// a scratch heap: the caller copies what it keeps before the next run. See ERTS User's Guide, "Match
// Specifications in Erlang". Called by the bif room.
#ifndef ETS_MATCH_H
#define ETS_MATCH_H

#include "base/bytes.h"
#include "ets/ets.h"

enum match_op {
  // head: each takes the subject on top of the stack
  M_TUPLE,    // n: its elements instead, the first on top
  M_CONS,     // head on top of tail instead
  M_MAP,      // stays, if it is a map
  M_KEY,      // const: pushes the value of this key of the map on top
  M_SAME,     // const: must be =:= this
  M_SKIP,
  M_BIND,     // slot
  M_EQUAL,    // slot: must be =:= the variable
  // guards and bodies
  M_CONST,    // const: pushes
  M_VAR,      // slot: pushes
  M_SUBJECT,  // '$_'
  M_MAKE_TUPLE, M_MAKE_LIST, // n
  M_MAKE_CONS,
  M_MAKE_MAP, // n pairs, the first pair deepest
  M_CALL,     // index into match_functions
  M_AND, M_OR,// n arguments
  M_ANDALSO, M_ORELSE, // where to go on
  M_TRUE,     // end of a guard: must be true
  M_BODY,     // from here a failure gives 'EXIT'
  M_DROP,
  M_RETURN
};
struct match_clause { term head; u32 start; };
struct match_program {
  struct ets_box spec;       // the specification, or the pattern
  struct match_clause *clauses;
  u32 clause_count;
  u32 *code;                 // op, operand pairs
  u32 code_count, code_cap;
  term *pool;
  u32 pool_count, pool_cap;
  u32 slot_count;
  term *stack;               // slots first, then the stack
  u32 stack_words;
  bool trace;                // arguments of a call instead of a row
};
enum match_flags { MATCH_RETURN_TRACE = 1, MATCH_EXCEPTION_TRACE = 2 };

enum match_error { MATCH_OK, MATCH_BAD, MATCH_NO_MEMORY };
enum match_mode { MATCH_TABLE, MATCH_TABLE_OR_EMPTY, MATCH_TRACE }; // select/2 accepts [], which matches nothing
// errors: NULL, or where the message goes (match_spec_test).
enum match_error match_compile(term spec, enum match_mode mode, struct bytes *errors, struct match_program **out);
// The program of match/2 (body ['$$']) and match_object/2 (body ['$_']).
enum match_error match_compile_pattern(term pattern, bool object, struct match_program **out);
void match_free(struct match_program *m);

struct match_result { u32 flags; term message; }; // trace only
// NV: no clause matched. The scratch heap is emptied by match_done.
term match_run(struct match_program *m, term subject, struct match_result *result);
void match_done(void);

// The reference that stands for a compiled program in Erlang.
struct refc *match_resource_new(struct match_program *m); // takes m; NULL: no memory (m is freed)
struct match_program *match_of(term ref);                 // NULL when it is something else
struct match_program *match_of_resource(struct refc *r);

// Functions that guards and bodies may call (match_function.c).
struct match_function { const char *name; u8 arity; bool trace; u16 fn; };
extern const struct match_function match_functions[];
int match_function_find(term name, u32 arity); // index, or -1
// NV: failure.
term match_call(struct heap *h, u32 index, const term *args, struct match_result *result);

// Which rows a program can match at all (match_key.c).
enum match_scope { SCOPE_ALL, SCOPE_NONE, SCOPE_KEYS, SCOPE_SPAN };
struct match_range {
  enum match_scope scope;
  term *keys;                // SCOPE_KEYS: in the program's memory; ascending for an ordered set, else in the clauses' order
  u32 key_count, key_cap;
  term first, last;          // SCOPE_SPAN, an ordered set: the patterns of the key that begin and end the span of all
};
bool match_range_of(const struct match_program *m, const struct ets_table *t, struct match_range *r); // false: no memory
void match_range_free(struct match_range *r);
int match_span_compare(term key, const void *pattern); // against *(const term *)pattern: 0 when it may match
bool match_keeps_key(const struct match_program *m, u32 key); // select_replace: every clause's body keeps the key
int match_variable(term t); // number of '$N', or -1

#endif
