// SPDX-License-Identifier: Apache-2.0
// A growable byte buffer with a sticky error (out of memory), and UTF-8 helpers.
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include "base/base.h"

struct bytes {
  u8 *data;
  size_t len, cap;
  bool failed; // set once an append could not get memory; later appends do nothing
};

void bytes_init(struct bytes *b);
void bytes_free(struct bytes *b);
u8 *bytes_reserve(struct bytes *b, size_t n); // room for n more, len advanced; NULL on failure
void bytes_put(struct bytes *b, u8 byte);
void bytes_append(struct bytes *b, const void *data, size_t n);
void bytes_text(struct bytes *b, const char *zero_terminated);
void bytes_unsigned(struct bytes *b, u64 value); // decimal
void bytes_signed(struct bytes *b, i64 value);
void bytes_utf8(struct bytes *b, u32 codepoint);

// Decodes one character at p (p < end). Returns its length 1..4 and sets *codepoint, or 0 when the
// bytes are not valid UTF-8 (overlong, surrogate, beyond 10FFFF, truncated).
int utf8_decode(const u8 *p, const u8 *end, u32 *codepoint);
int utf8_encode(u8 *out, u32 codepoint); // 1..4 bytes, 0 for a codepoint that has no UTF-8 form
size_t utf8_count(const u8 *p, size_t n);  // characters; SIZE_MAX when malformed

#endif
