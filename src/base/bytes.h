// SPDX-License-Identifier: Apache-2.0
// A growable buffer of bytes, and UTF-8. Whoever fills a buffer need not check each append for lack of memory: it is
// enough to look at failed in the end.
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include "base/base.h"

struct bytes {
  u8 *data;
  size_t len, cap;
  bool failed; // set when an append could not get memory; all later appends do nothing
};

void bytes_init(struct bytes *b);
void bytes_free(struct bytes *b);
// Makes room for n more bytes and adds n to len; answers the first of them, or NULL.
u8 *bytes_reserve(struct bytes *b, size_t n);
void bytes_put(struct bytes *b, u8 byte);
void bytes_append(struct bytes *b, const void *data, size_t n);
void bytes_text(struct bytes *b, const char *zero_terminated);
void bytes_unsigned(struct bytes *b, u64 value); // in decimal
void bytes_signed(struct bytes *b, i64 value);
void bytes_utf8(struct bytes *b, u32 codepoint);

// Decodes the character at p (p < end) and sets *codepoint. Answers its length, 1 to 4, or 0 when the bytes are not
// valid UTF-8: overlong, a surrogate, beyond 10FFFF, or truncated.
int utf8_decode(const u8 *p, const u8 *end, u32 *codepoint);
int utf8_encode(u8 *out, u32 codepoint);  // answers 1 to 4 bytes; 0: the codepoint has no UTF-8 form
size_t utf8_count(const u8 *p, size_t n); // number of characters; SIZE_MAX: not valid UTF-8

#endif
