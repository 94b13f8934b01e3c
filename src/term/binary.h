// SPDX-License-Identifier: Apache-2.0
// Binaries and bitstrings: making them, reading them, and taking parts. Bits are numbered from the most significant bit
// of the first byte, as in the bit syntax.
#ifndef TERM_BINARY_H
#define TERM_BINARY_H

#include "term/heap.h"

enum { HEAP_BIN_MAX = 64 }; // bytes; larger payloads are reference-counted

struct bits {     // a view of a bitstring; valid until the next collection, which moves heap binaries
  const u8 *data; // byte that holds the first bit
  u32 offset;     // 0..7, bits to skip in data[0]
  u64 size;       // bits
};
bool bits_of(term t, struct bits *out); // false when t is not a bitstring
// Of a bitstring.
INLINE u64 bit_size_of(term t) {
  const term *p = boxed_ptr(t);
  return header_kind(*p) == KIND_SUB_BIN ? (u64)small_val(p[3]) : p[1] * 8;
}
// The bytes of a binary, or NULL when t is no binary. When its bits are not aligned, they are copied into *tmp, and the
// caller frees that with mem_free(*tmp, *len, MEM_SYSTEM).
const u8 *binary_bytes(term t, size_t *len, u8 **tmp);

// A binary whose bytes are uninitialised: the caller fills them at once through *data. NV: no memory.
term binary_new(struct heap *h, size_t size, u8 **data);
term binary_from(struct heap *h, const void *bytes, size_t size);
term binary_sub(struct heap *h, term whole_or_sub, u64 bit_offset,
                u64 bit_size);                                  // shares the payload; a small piece is copied instead
term bitstring_from_bits(struct heap *h, const struct bits *b); // copies
void bits_copy(u8 *dst, u64 dst_bit, const u8 *src, u64 src_bit, u64 nbits); // any alignment
int bits_compare(const struct bits *a, const struct bits *b);                // the term order of bitstrings

struct refc *refc_new(size_t size, size_t cap); // refs = 1; NULL: no memory
void refc_retain(struct refc *r);
void refc_release(struct refc *r);
term binary_from_refc(struct heap *h, struct refc *r, size_t offset, size_t size); // takes one reference

// Appends the bytes of an iolist to out. False: it is no iodata, or it is not a whole number of bytes.
struct bytes;
bool iolist_append(struct bytes *out, term iolist);
bool iolist_size_of(term iolist, u64 *bytes);

#endif
