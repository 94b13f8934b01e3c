// SPDX-License-Identifier: Apache-2.0
// Walking chardata: nested lists of characters and of binaries in UTF-8 or Latin-1. Unlike iodata, one character may be
// spread over several binaries, and the walk can stop anywhere and give back the rest as chardata again. Called by
// bif_unicode.c.
#ifndef TERM_UNICODE_H
#define TERM_UNICODE_H

#include "term/binary.h"

enum chars_item {
  CHARS_CHARACTER, // .codepoint
  CHARS_END,
  CHARS_ERROR,      // not a character: chars_rest gives the rest, which begins with it
  CHARS_INCOMPLETE, // the data ends inside a character: chars_rest gives its bytes
  CHARS_BAD,        // no chardata at all
  CHARS_TIRED,      // CHARS_STEPS items were seen: chars_pause gives the rest
  CHARS_NO_MEMORY
};
struct chars {
  u32 codepoint;
  bool latin1;
  u32 steps;        // items seen, for reductions
  term at;          // rest of the current list; or the whole chardata, when that is a binary
  term binary;      // the binary being read, NV when none
  bool whole;       // binary is the whole chardata or the tail of a list, not an element of a list
  struct bits bits; // its bits
  u64 position;     // the next byte of binary
  u8 pending[4];    // the first bytes of a character that began in an earlier binary
  u32 pending_n;
  term *stack; // rests of the lists around `at`, [] included
  u32 depth, cap;
  // The entries that were on the stack at earlier pauses, as a list with the innermost first.
  term below;
};
enum { CHARS_STEPS = 50000 };
// Whether t is chardata: an integer, a binary of whole bytes, or a list of chardata whose tail is [] or a binary. False
// also when memory is out.
bool chars_valid(term t);
void chars_start(struct chars *c, term chardata, bool latin1);
enum chars_item chars_next(struct chars *c);
// The rest for the program: nested like the original.
term chars_rest(struct chars *c, struct heap *h);
// The rest to resume the walk from. Takes no longer than the walk since the last pause did, however deep the nesting
// is.
term chars_pause(struct chars *c, struct heap *h);
void chars_resume(struct chars *c, term paused, bool latin1);
void chars_stop(struct chars *c);

#endif
