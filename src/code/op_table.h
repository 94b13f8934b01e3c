// SPDX-License-Identifier: Apache-2.0
// ops.tab as data: for the disassembler, and for the debug build, which checks what operations do. The vm.wasm of a
// release does not contain it.
#ifndef CODE_OP_TABLE_H
#define CODE_OP_TABLE_H

#include "code/operands.h"

enum { OP_CALLS = 1, OP_ENDS = 2, OP_LEAVES = 4, OP_RAISES = 8 }; // effects, as the head of ops.tab describes them

struct op_row {
  const char *name;
  const char *kinds;      // a letter for each operand; a list, which comes last, has the n that counts it
  const char *item_kinds; // a letter for each word of a list item, or ""
  bool counts_words;      // whether the n counts the words of the items, not the items
  const char *names;      // names of the operands and then of the words of an item, separated by commas
  const char *in;         // the X registers that are read besides the operands, as in ops.tab
  u8 out;                 // how many X registers, from x0 on, are written besides the operands
  u8 effects;
};
const struct op_row *op_row(cword code);
u32 op_items(const cword *ip);           // number of items in the list of the operation at ip
const cword *op_behind(const cword *ip); // the address of the next operation
// Whether the cold function of the operation may continue at this address (NULL: leave the loop).
bool op_may_go_to(const cword *ip, const cword *there);

#endif
