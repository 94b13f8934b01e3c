// SPDX-License-Identifier: Apache-2.0
// Walking iodata: gives its bytes and bitstrings in order, however deeply they are nested, without recursion. Used by
// the BIFs that take iodata (conversion, checksums, output) and by the external term format.
#ifndef TERM_IOLIST_H
#define TERM_IOLIST_H

#include "term/binary.h"

enum iolist_item {
  IOLIST_BYTE, // .byte
  IOLIST_BITS, // .binary, any bitstring
  IOLIST_END,
  IOLIST_BAD, // not iodata
  IOLIST_NO_MEMORY,
  IOLIST_TIRED // .limit items were seen: go on from iolist_rest
};
enum { IOLIST_INLINE = 32 };
struct iolist {
  term at; // the rest of the list being walked
  u8 byte;
  term binary;
  term *stack; // rests of the lists around it
  u32 depth, cap;
  u32 steps; // items seen, for reductions
  u32 limit; // of steps; iolist_start sets it to none
  term small[IOLIST_INLINE];
};
void iolist_start(struct iolist *it, term iodata);
enum iolist_item iolist_next(struct iolist *it);
void iolist_stop(struct iolist *it); // always call it at the end
// What has not been walked yet, as iodata.
term iolist_rest(const struct iolist *it, struct heap *h);
// Total number of bits of iodata, from no more than max_steps items (0: any number); when there are more, IOLIST_TIRED.
// IOLIST_END: all is well. IOLIST_BAD: it is no iodata, or whole_bytes_only is set and a part is not whole bytes.
enum iolist_item iolist_bits(term iodata, bool whole_bytes_only, u32 max_steps, u64 *bits, u32 *steps);
// Writes the bits one after the other; out has room for as many as iolist_bits counted.
void iolist_fill(u8 *out, term iodata);

#endif
