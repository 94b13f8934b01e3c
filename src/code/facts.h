// SPDX-License-Identifier: Apache-2.0
// What the proof of a module's code (prove.c) knows at a point of it: of each register its type and whether it was
// written, how much room there is on the heap; and, for each label, what all ways that lead there have in common.
// facts.c changes it as instructions write registers, test them and jump; what the instructions are is in prove.c.
#ifndef CODE_FACTS_H
#define CODE_FACTS_H

#include "code/beam_file.h"
#include "code/check.h"
#include "term/heap.h"

// What is known about a register: a kind and, in the low bits, a number.
enum {
  UNWRITTEN, // must not be read
  CAUGHT,    // X0 to X3 where an exception arrives: only catch_end and try_case may read them
  ANY,
  LIST,
  CONS,
  MAP,
  CONTEXT, // a binary being matched
  TUPLE,   // with at least so many elements
  FRESH,   // a tuple that setelement/3 has just made, with no collection since
  CATCH,   // for the handler at that label
};
enum { NUMBER_BITS = 24 };
#define FACT(kind, number) ((u32)(kind) << NUMBER_BITS | (u32)(number))
#define KIND_OF(fact) ((fact) >> NUMBER_BITS)
#define NUMBER_OF(fact) ((fact) & ((1u << NUMBER_BITS) - 1))

// Registers with the same number in `same` (not 0) hold the same term.
struct fact {
  u32 is, same;
};

// What is known at a label: the join of all jumps to it. Belongs to the function that is being followed.
struct arrival {
  u32 heap;
  u16 nx, ny, cap;
  u64 floats;
  bool known, defined, building, wanted, seen;
  u32 function;       // the number of the function that jumped here first, or that contains the label
  struct fact *facts; // nx facts, then ny
};

struct prove {
  const struct beam_file *f;
  struct beam_instr i;
  const char *what; // the first failure
  struct arrival *labels;
  u16 *arities; // by label: the arity + 1 of the function whose entry it is
  struct fact x[MAX_X_REGISTERS], y[MAX_FRAME + 1];
  u32 nx, ny; // registers from here on are unwritten
  u32 heap;   // words that may be built without asking for room
  u64 floats; // which of the first 64 float registers were written; the others always hold some number
  bool reached, building, again;
  u32 function, info, arity; // its number, the label of its func_info, its arity
  u32 last_label, counter, pending;
  u32 *order, order_count; // the labels of the function, in their order
  u64 *expected;           // see beam_file.h
  u32 expected_count, expected_cap;
};

// Keeps what is wrong, if nothing was before; false.
bool facts_fail(struct prove *p, const char *what);
// --- Registers. An operand that is no register is fit for reading; a and to are operands of the instruction.
struct fact *facts_register(struct prove *p, const struct beam_arg *a);
// Of X n; of one that was not written, UNWRITTEN.
struct fact facts_x(const struct prove *p, u32 n);
// X registers from live on must not be read any more.
void facts_prune(struct prove *p, u32 live);
// False, and a failure: a register that was not written on every way here, or that holds a catch.
bool facts_readable(struct prove *p, const struct beam_arg *a);
// The same of X registers, from the first number to before the second.
bool facts_x_readable(struct prove *p, u32 from, u32 to);
// The handlers of the catches that are open see Y y too, as it is from now on.
bool facts_tell_handlers(struct prove *p, u32 y);
// A register holds what fact tells. False: a Y register beyond the frame, or one that holds an open catch.
bool facts_write_as(struct prove *p, const struct beam_arg *a, struct fact fact);
// A new term of that type.
bool facts_write(struct prove *p, const struct beam_arg *a, u32 is);
bool facts_write_x(struct prove *p, u32 n, u32 is);
// A test has told more of a register, and of all that hold the same term.
void facts_refine(struct prove *p, const struct beam_arg *a, u32 is);
// The type of literal n, as its external format begins.
u32 facts_of_literal(const struct beam_file *f, i64 n);
struct fact facts_of_source(struct prove *p, const struct beam_arg *a);
// True: all Y registers were written, which the collector and exceptions ask for.
bool facts_whole_frame(struct prove *p);
// --- Labels. Joins what is known here with what the other ways to the label know.
bool facts_arrive(struct prove *p, i64 label);
// The same, for an operand that may be no label.
bool facts_branch(struct prove *p, const struct beam_arg *a);
// A jump where something is known of a register that is not known on the way on.
bool facts_branch_as(struct prove *p, const struct beam_arg *to, const struct beam_arg *a, u32 is);
// The instruction is a label: goes on with what all ways here have in common.
bool facts_at_label(struct prove *p);
void facts_arrival_free(struct arrival *at); // forgets it

#endif
