// SPDX-License-Identifier: Apache-2.0
// ops.tab as data: for the disassembler, and for the debug build, which watches what operations do. It is not in the
// vm.wasm of a release.
#ifndef CODE_OP_TABLE_H
#define CODE_OP_TABLE_H

#include "code/operands.h"

enum { OP_CALLS = 1, OP_ENDS = 2, OP_LEAVES = 4, OP_RAISES = 8 }; // effects, as the head of ops.tab tells them

struct op_row {
  const char *name;
  const char *kinds;      // a letter for each operand; a list, which comes last, is the n that counts it
  const char *item_kinds; // and one for each word of a list's items, or ""
  bool counts_words;      // the n counts the words of the items, not the items
  const char *names;      // of the operands, then of the words of an item; with commas between them
  const char *in;         // the X registers read besides the operands, as in ops.tab
  u8 out;                 // how many X registers, from x0 on, are written besides the operands
  u8 effects;
};
const struct op_row *op_row(cword code);
u32 op_items(const cword *ip);           // how many items the list of the operation at ip has
const cword *op_behind(const cword *ip); // where the operation behind it stands
// Whether its cold function may have answered to go on there (NULL: to leave the loop).
bool op_may_go_to(const cword *ip, const cword *there);

#endif
