// SPDX-License-Identifier: Apache-2.0
// Building bitstrings for the bit syntax. bs_create does all the work of one bs_create_bin instruction from a table of
// segments. As in OTP it first computes all sizes and then stores the values, so that an error names the segment that
// OTP would name. The functions from bs_limit on serve the older instructions. They share one builder, because the
// instructions that build one bitstring stand next to each other in the code.
//
// Appending to a binary takes amortised constant time: a KIND_SUB_BIN with aux = 1 that ends at the last byte in use of
// the payload (refc->size) grows that payload in place. Appending takes the aux mark from the old term, so at most one
// term may extend a payload. Whoever copies a KIND_SUB_BIN to another heap clears aux. Called by the interpreter;
// nothing here collects.
#ifndef TERM_BS_BUILD_H
#define TERM_BS_BUILD_H

#include "term/bits.h"
#include "term/bs_match.h"

enum bs_type { BS_INTEGER, BS_FLOAT, BS_BINARY, BS_APPEND, BS_PRIVATE_APPEND, BS_STRING, BS_UTF8, BS_UTF16, BS_UTF32 };
struct bs_segment {
  u8 type;          // enum bs_type
  u8 flags;         // enum bs_flags
  u16 unit;         // bits
  u16 number;       // number of the segment in the source, from 1, for error_info
  term value;       // unused for BS_STRING
  term size;        // for the utf types anything; else the evaluated size
  bool whole;       // BS_BINARY: the segment takes the whole binary, and size is unused
  const u8 *string; // BS_STRING: size is its number of bytes (unit 8), as in the instruction
  u64 bits;         // filled in by bs_create
};
// The segment as the translator writes it into the interpreter's code.
enum { BS_MAX_SEGMENTS = (1 << 14) - 1 };
#define BS_SEGMENT_WORD(type, flags, unit, number) \
  ((cword)(type) | (cword)(flags) << 4 | (cword)(unit) << 9 | (cword)(number) << 18)
enum bs_cause {
  BS_CAUSE_NONE,
  BS_CAUSE_TYPE,
  BS_CAUSE_SIZE,
  BS_CAUSE_UNIT,
  BS_CAUSE_SHORT,
  BS_CAUSE_NO_FLOAT,
  BS_CAUSE_INVALID
};
struct bs_error {    // the reason, and what error_info's cause {Segment, Type, Cause, Value} is made of
  bool system_limit; // the reason is system_limit; else badarg
  u32 segment;       // from 1
  enum bs_type type;
  enum bs_cause cause;
  term value;
};
// bs_create returns the new bitstring, or NV with *error filled in. It takes at most BS_CREATE_WORDS from the heap.
enum { BS_CREATE_WORDS = 2 + HEAP_BIN_MAX / 8 + 4, BS_LIVE_BITS = 11 };
term bs_create(struct heap *h, struct bs_segment *segments, u32 n, struct bs_error *error);
// The tuple {Segment, Type, Cause, Value} of error_info. Type is integer, float, binary, utf8, utf16 or utf32
// (BS_STRING and BS_APPEND count as binary); Cause is type, size, unit, short, no_float or invalid.
term bs_error_term(struct heap *h, const struct bs_error *error);

// The older instructions. All return false (those that make a term: NV) on failure; bs_limit() tells whether the reason
// is system_limit or badarg.
bool bs_limit(void);
extern u64 bs_copied_bits;                   // bits copied from binaries into others since the caller last set it to 0
term bs_init_bits(struct heap *h, u64 bits); // bs_init2 (with bytes * 8) and bs_init_bits
term bs_append_bits(struct heap *h, term binary, u64 extra_bits, u32 unit);         // bs_append
term bs_private_append_bits(struct heap *h, term binary, u64 extra_bits, u32 unit); // bs_private_append
term bs_init_writable(struct heap *h, term size); // an empty binary to append to; size, in bytes, is a hint
bool bs_put_integer(term value, u64 bits, u32 flags);
bool bs_put_float(term value, u64 bits, u32 flags);
bool bs_put_binary(term value, u64 bits);
bool bs_put_binary_all(term value, u32 unit);
bool bs_put_string(const u8 *bytes, u64 n);
bool bs_put_bits(const struct bits *b);
bool bs_put_utf8(term value);
bool bs_put_utf16(term value, u32 flags);
bool bs_put_utf32(term value, u32 flags);
u32 bs_utf8_size(term value); // bytes; 4 for a value that is no character
u32 bs_utf16_size(term value);
bool bs_build_size(term size, u32 unit, u64 *bits); // Size * Unit; false on failure, see bs_limit

#endif
