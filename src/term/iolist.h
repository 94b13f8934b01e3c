// SPDX-License-Identifier: Apache-2.0
// Walking iodata: bytes and bitstrings in order, however deeply nested, without recursion. Used by the
// BIFs that take iodata (conversion, checksums, output) and by the external term format.
#ifndef TERM_IOLIST_H
#define TERM_IOLIST_H

#include "term/binary.h"

enum iolist_item {
  IOLIST_BYTE, // .byte
  IOLIST_BITS, // .binary, any bitstring
  IOLIST_END,
  IOLIST_BAD, // not iodata
  IOLIST_NO_MEMORY,
  IOLIST_TIRED // so many items were seen as .limit says: go on from iolist_rest
};
enum { IOLIST_INLINE = 32 };
struct iolist {
  term at; // what is left of the list being walked, or NV before the end
  u8 byte;
  term binary;
  term *stack; // rests of the lists around it
  u32 depth, cap;
  u32 steps; // items seen, for reductions
  u32 limit; // of steps: none unless set after iolist_start
  term small[IOLIST_INLINE];
};
void iolist_start(struct iolist *it, term iodata);
enum iolist_item iolist_next(struct iolist *it);
void iolist_stop(struct iolist *it); // always call it at the end
// What has not been walked yet, as iodata.
term iolist_rest(const struct iolist *it, struct heap *h);
// Total bits of iodata, looking at no more than max_steps items (0: any number; more give IOLIST_TIRED).
// IOLIST_END: all is well; IOLIST_BAD also when a part should be whole bytes and is not.
enum iolist_item iolist_bits(term iodata, bool whole_bytes_only, u32 max_steps, u64 *bits, u32 *steps);
// Writes the bits one after the other; there is room for iolist_bits of them.
void iolist_fill(u8 *out, term iodata);

#endif
