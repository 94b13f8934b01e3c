// SPDX-License-Identifier: Apache-2.0
// Internal operations as structures of code words: op_move_ax has the members code, src and dst, as its row in ops.tab
// says. So nobody counts words, and an operand that is read as one of another kind does not compile.
#ifndef CODE_OPERANDS_H
#define CODE_OPERANDS_H

#include "code/code.h"
#include "gen/ops.h"

// The kinds of operands that are more than a number or a pointer.
// y: offset from E in bytes
typedef struct {
  cword offset;
} y_word;
// s: bit 0 set: like y; otherwise the address of a term
typedef struct {
  cword word;
} src_word;
// d: the same, for a destination
typedef struct {
  cword word;
} dst_word;
// i: the low half of a term
typedef struct {
  cword word;
} imm_word;
// c: like src_word, or the address of the bytes of a string segment
typedef struct {
  cword word;
} segment_word;
#include "gen/operands.h"

_Static_assert(sizeof(op_func_info) == FUNC_INFO_WORDS * sizeof(cword), "func_info");
// The address behind the operation op, where the next one begins. An operation with a list does not have this member;
// behind it means behind its last item.
#define BEHIND(op) ((void)sizeof(op)->code, (const cword *)((op) + 1))
// The address of op itself, for an operation without a list.
#define START(op) (&(op)->code)

#endif
