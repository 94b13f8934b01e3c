// SPDX-License-Identifier: Apache-2.0
// Match specifications (ERTS User's Guide, "Match Specifications in Erlang"), compiled by match_compile.c into
// programs for a small stack machine, match.c. A clause first takes the subject apart (its head), then tests its
// guards, then evaluates its body. A program owns a copy of its specification. What match_run answers may refer to
// the subject, to the program and to a scratch heap: the caller copies what it keeps before the next run. Called by
// the bif room.
#ifndef ETS_MATCH_H
#define ETS_MATCH_H

#include "base/bytes.h"
#include "ets/ets.h"

enum match_op {
  // head: each instruction takes the subject from the top of the stack
  M_TUPLE, // n: pushes the elements of a tuple of size n, the first on top
  M_CONS,  // pushes the head on top of the tail
  M_MAP,   // must be a map, which stays on the stack
  M_KEY,   // const: pushes the value of this key of the map on top of the stack
  M_SAME,  // const: must be =:= this term
  M_SKIP,
  M_BIND,  // slot: binds the variable
  M_EQUAL, // slot: must be =:= the value of the variable
  // guards and bodies
  M_CONST,   // const: pushes it
  M_VAR,     // slot: pushes the value of the variable
  M_SUBJECT, // pushes the subject, '$_'
  M_MAKE_TUPLE,
  M_MAKE_LIST, // n elements
  M_MAKE_CONS,
  M_MAKE_MAP, // n pairs, the first pair deepest
  M_CALL,     // index into match_functions
  M_AND,
  M_OR, // n arguments
  M_ANDALSO,
  M_ORELSE, // where to continue if the result is known
  M_TRUE,   // end of a guard, which must be true
  M_BODY,   // begin of the body: a failure there is the value 'EXIT'
  M_DROP,
  M_RETURN
};
struct match_clause {
  term head;
  u32 start;
};
struct match_program {
  struct ets_box spec; // the specification, or the pattern
  struct match_clause *clauses;
  u32 clause_count;
  u32 *code; // pairs of operation and operand
  u32 code_count, code_cap;
  term *pool;
  u32 pool_count, pool_cap;
  u32 slot_count;
  term *stack; // the slots, then the stack
  u32 stack_words;
  bool trace; // the subject is the arguments of a traced call instead of a row
};
enum match_flags { MATCH_RETURN_TRACE = 1, MATCH_EXCEPTION_TRACE = 2 };

enum match_error { MATCH_OK, MATCH_BAD, MATCH_NO_MEMORY };
enum match_mode { MATCH_TABLE, MATCH_TABLE_OR_EMPTY, MATCH_TRACE }; // select/2 also accepts [], which matches nothing
// errors receives the messages that match_spec_test answers; NULL: nobody wants them.
enum match_error match_compile(term spec, enum match_mode mode, struct bytes *errors, struct match_program **out);
// Compiles the pattern of match/2 (body ['$$']) or match_object/2 (body ['$_']).
enum match_error match_compile_pattern(term pattern, bool object, struct match_program **out);
void match_free(struct match_program *m);

// For trace only.
struct match_result {
  u32 flags;
  term message;
};
// Runs m on a subject. NV: no clause matches. match_done empties the scratch heap.
term match_run(struct match_program *m, term subject, struct match_result *result);
void match_done(void);

// The reference that stands for a compiled program in Erlang (ets:match_spec_compile/1).
struct refc *match_resource_new(struct match_program *m); // takes over m; NULL: no memory, and m is freed
struct match_program *match_of(term ref);                 // NULL: ref is something else
struct match_program *match_of_resource(struct refc *r);

// The functions that guards and bodies may call (match_function.c).
struct match_function {
  const char *name;
  u8 arity;
  bool trace;
  u16 fn;
};
extern const struct match_function match_functions[];
int match_function_find(term name, u32 arity); // index into match_functions; -1: there is none
// NV: the call fails.
term match_call(struct heap *h, u32 index, const term *args, struct match_result *result);

// Which rows a program can match at all, as far as their keys tell (match_key.c).
enum match_scope { SCOPE_ALL, SCOPE_NONE, SCOPE_KEYS, SCOPE_SPAN };
struct match_range {
  enum match_scope scope;
  // For SCOPE_KEYS, in the program's memory: in ascending order for an ordered set, else in the order of the clauses.
  term *keys;
  u32 key_count, key_cap;
  // For SCOPE_SPAN, which only ordered sets have: the patterns of the key with which the span of all clauses begins
  // and ends.
  term first, last;
};
// False: no memory.
bool match_range_of(const struct match_program *m, const struct ets_table *t, struct match_range *r);
void match_range_free(struct match_range *r);
// The order of key against *(const term *)pattern; 0: it may match.
int match_span_compare(term key, const void *pattern);
// For select_replace: whether the body of each clause keeps the key.
bool match_keeps_key(const struct match_program *m, u32 key);
int match_variable(term t); // the number N of the atom '$N'; -1: t is something else

#endif
