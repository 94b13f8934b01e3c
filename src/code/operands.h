// SPDX-License-Identifier: Apache-2.0
// Internal operations as structures of code words: op_move_ax has the members code, src and dst, as the row of ops.tab
// says. So nobody counts words, and an operand that is read as one of another kind does not compile.
#ifndef CODE_OPERANDS_H
#define CODE_OPERANDS_H

#include "code/code.h"
#include "gen/ops.h"

// The kinds that are more than a number or a pointer.
// y: from E, in bytes
typedef struct {
  cword offset;
} y_word;
// s: bit 0 set: as y, else the address of a term
typedef struct {
  cword word;
} src_word;
// d: the same, written
typedef struct {
  cword word;
} dst_word;
// i: the low half of the term
typedef struct {
  cword word;
} imm_word;
// c: as src_word, or the address of a string segment's bytes
typedef struct {
  cword word;
} segment_word;
#include "gen/operands.h"

_Static_assert(sizeof(op_func_info) == FUNC_INFO_WORDS * sizeof(cword), "func_info");
// Where the operation that stands behind op begins. For those with a list, which have no member of this name, it is
// behind the last item.
#define BEHIND(op) ((void)sizeof(op)->code, (const cword *)((op) + 1))
// Where op itself begins, for an operation without a list.
#define START(op) (&(op)->code)

#endif
