// SPDX-License-Identifier: Apache-2.0
// Reads bytes and compact terms ("The BEAM file format", the encoding of operands), with checks of bounds. A reader
// never moves beyond its end. After a failure, `what` says why and `at` where.
#ifndef CODE_COMPACT_H
#define CODE_COMPACT_H

#include "code/beam_file.h"

struct reader {
  const u8 *data;
  u32 len, at;
  const char *what; // set by the first failure; NULL before
};

INLINE u32 reader_left(const struct reader *r) { return r->len - r->at; }
INLINE bool reader_fail(struct reader *r, const char *what) {
  if (!r->what) r->what = what;
  return false;
}
INLINE u32 big_endian_u32(const u8 *p) { return (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3]; }
INLINE bool reader_u32(struct reader *r, u32 *out) {
  if (reader_left(r) < 4) return reader_fail(r, "truncated number");
  *out = big_endian_u32(r->data + r->at);
  r->at += 4;
  return true;
}
INLINE bool reader_slice(struct reader *r, u32 n, struct beam_slice *out) {
  if (reader_left(r) < n) return reader_fail(r, "truncated data");
  out->data = r->data + r->at;
  out->len = n;
  r->at += n;
  return true;
}

// Reads an operand that is none of the extended forms: U, I, BIG, ATOM, X, Y, F or H. For an extended form, sets kind =
// BEAM_LIST and value = the number of the form, and the caller continues.
enum {
  COMPACT_LIST = 1,
  COMPACT_FLOAT_REGISTER = 2,
  COMPACT_ALLOC_LIST = 3,
  COMPACT_LITERAL = 4,
  COMPACT_TYPED_REGISTER = 5
};
bool compact_read(struct reader *r, struct beam_arg *out);
bool compact_u32(struct reader *r, u32 *out); // false: it is no U that fits

#endif
