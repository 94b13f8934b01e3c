// SPDX-License-Identifier: Apache-2.0
// Walking iodata: bytes and bitstrings in order, however deeply nested, without recursion. Used by the
// BIFs that take iodata (conversion, checksums, output) and by the external term format.
#ifndef TERM_IOLIST_H
#define TERM_IOLIST_H

#include "term/binary.h"

enum iolist_item {
  IOLIST_BYTE,      // .byte
  IOLIST_BITS,      // .binary, any bitstring
  IOLIST_END,
  IOLIST_BAD,       // not iodata
  IOLIST_NO_MEMORY
};
enum { IOLIST_INLINE = 32 };
struct iolist {
  term at;          // what is left of the list being walked, or NV before the end
  u8 byte;
  term binary;
  term *stack;      // rests of the lists around it
  u32 depth, cap;
  u32 steps;        // items seen, for reductions
  term small[IOLIST_INLINE];
};
void iolist_start(struct iolist *it, term iodata);
enum iolist_item iolist_next(struct iolist *it);
void iolist_stop(struct iolist *it); // always call it at the end
// Total bits; false: not iodata, or a part is no whole number of bytes although it should, or no
// memory. *steps, when wanted, receives the number of items.
bool iolist_bits(term iodata, bool whole_bytes_only, u64 *bits, u32 *steps);
// Writes the bits one after the other; there is room for iolist_bits of them.
void iolist_fill(u8 *out, term iodata);

#endif
