// SPDX-License-Identifier: Apache-2.0
// Walking chardata (nested lists of characters and binaries in UTF-8 or Latin-1). Unlike iodata, a
// character may be spread over several binaries, and the walk can stop anywhere and give back the rest
// as chardata again. Called by bif_unicode.c.
#ifndef TERM_UNICODE_H
#define TERM_UNICODE_H

#include "term/binary.h"

enum chars_item {
  CHARS_CHARACTER, // .codepoint
  CHARS_END,
  CHARS_ERROR,      // not a character: chars_rest gives the rest that begins with it
  CHARS_INCOMPLETE, // the data ends inside a character: chars_rest gives its bytes
  CHARS_BAD,        // no chardata at all
  CHARS_TIRED,      // CHARS_STEPS items were seen: chars_pause gives what is left
  CHARS_NO_MEMORY
};
struct chars {
  u32 codepoint;
  bool latin1;
  u32 steps;        // items seen, for reductions
  term at;          // rest of the current list; a binary only as a whole datum
  term binary;      // the binary being read, NV when none
  bool whole;       // it is the whole datum or a tail, not an element
  struct bits bits; // its bits
  u64 position;     // next byte of it
  u8 pending[4];    // start of a character that a binary broke off
  u32 pending_n;
  term *stack; // rests of the lists around `at`, [] included
  u32 depth, cap;
  term below; // the same as a list, the innermost first: what lay on the stack at earlier pauses
};
enum { CHARS_STEPS = 50000 };
// Whether t is chardata at all: integers, whole-byte binaries, lists of chardata (tails [] or binary).
// False also when memory is out.
bool chars_valid(term t);
void chars_start(struct chars *c, term chardata, bool latin1);
enum chars_item chars_next(struct chars *c);
// What is left, for the program: nested as the original.
term chars_rest(struct chars *c, struct heap *h);
// What is left, to go on from: takes no longer than the walk since the last pause did, however deep the nesting.
term chars_pause(struct chars *c, struct heap *h);
void chars_resume(struct chars *c, term paused, bool latin1);
void chars_stop(struct chars *c);

#endif
