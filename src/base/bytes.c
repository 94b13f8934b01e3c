// SPDX-License-Identifier: Apache-2.0
// The growable buffer of bytes, and UTF-8. Invariant: len <= cap; after an append has failed nothing more is written.
#include "base/bytes.h"

#include "base/alloc.h"

void bytes_init(struct bytes *b) { memset(b, 0, sizeof *b); }

void bytes_free(struct bytes *b) {
  mem_free(b->data, b->cap, MEM_SYSTEM);
  bytes_init(b);
}

static NOINLINE bool grow(struct bytes *b, size_t n) {
  size_t cap = b->cap < 64 ? 64 : b->cap;
  while (cap - b->len < n) {
    if (cap > SIZE_MAX / 2) {
      b->failed = true;
      return false;
    }
    cap *= 2;
  }
  u8 *data = mem_realloc(b->data, b->cap, cap, MEM_SYSTEM);
  if (!data) {
    b->failed = true;
    return false;
  }
  b->data = data;
  b->cap = cap;
  return true;
}

u8 *bytes_reserve(struct bytes *b, size_t n) {
  if (UNLIKELY(b->failed)) return NULL;
  if ((!b->data || b->cap - b->len < n) && !grow(b, n)) return NULL;
  u8 *p = b->data + b->len;
  b->len += n;
  return p;
}

void bytes_put(struct bytes *b, u8 byte) {
  u8 *p = bytes_reserve(b, 1);
  if (p) *p = byte;
}

void bytes_append(struct bytes *b, const void *data, size_t n) {
  u8 *p = bytes_reserve(b, n);
  if (p && n > 0) memcpy(p, data, n);
}

void bytes_text(struct bytes *b, const char *zero_terminated) {
  size_t n = 0;
  while (zero_terminated[n]) n++;
  bytes_append(b, zero_terminated, n);
}

void bytes_unsigned(struct bytes *b, u64 value) {
  u8 digits[20];
  size_t n = 0;
  do {
    digits[sizeof digits - ++n] = (u8)('0' + value % 10);
    value /= 10;
  } while (value != 0);
  bytes_append(b, digits + sizeof digits - n, n);
}

void bytes_signed(struct bytes *b, i64 value) {
  if (value < 0) bytes_put(b, '-');
  bytes_unsigned(b, value < 0 ? 0 - (u64)value : (u64)value);
}

void bytes_utf8(struct bytes *b, u32 codepoint) {
  u8 out[4];
  bytes_append(b, out, (size_t)utf8_encode(out, codepoint));
}

int utf8_decode(const u8 *p, const u8 *end, u32 *codepoint) {
  u32 c = p[0];
  if (c < 0x80) {
    *codepoint = c;
    return 1;
  }
  if (c < 0xE0 && c >= 0xC2 && end - p >= 2 && (p[1] & 0xC0) == 0x80) {
    *codepoint = (c & 0x1F) << 6 | (p[1] & 0x3F);
    return 2;
  }
  int n = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
  if (c < 0xC2 || c > 0xF4 || end - p < n) return 0;
  c &= 0x7Fu >> n;
  for (int i = 1; i < n; i++) {
    if ((p[i] & 0xC0) != 0x80) return 0;
    c = c << 6 | (p[i] & 0x3F);
  }
  static const u32 least[5] = {0, 0, 0x80, 0x800, 0x10000};
  if (c < least[n] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) return 0;
  *codepoint = c;
  return n;
}

int utf8_encode(u8 *out, u32 c) {
  if (c < 0x80) {
    out[0] = (u8)c;
    return 1;
  }
  if (c < 0x800) {
    out[0] = (u8)(0xC0 | c >> 6);
    out[1] = (u8)(0x80 | (c & 0x3F));
    return 2;
  }
  if (c < 0x10000) {
    if (c >= 0xD800 && c <= 0xDFFF) return 0;
    out[0] = (u8)(0xE0 | c >> 12);
    out[1] = (u8)(0x80 | (c >> 6 & 0x3F));
    out[2] = (u8)(0x80 | (c & 0x3F));
    return 3;
  }
  if (c > 0x10FFFF) return 0;
  out[0] = (u8)(0xF0 | c >> 18);
  out[1] = (u8)(0x80 | (c >> 12 & 0x3F));
  out[2] = (u8)(0x80 | (c >> 6 & 0x3F));
  out[3] = (u8)(0x80 | (c & 0x3F));
  return 4;
}

size_t utf8_count(const u8 *p, size_t n) {
  const u8 *end = p + n;
  size_t characters = 0;
  u32 c;
  for (; p < end; characters++) {
    int k = *p < 0x80 ? 1 : utf8_decode(p, end, &c);
    if (k == 0) return SIZE_MAX;
    p += k;
  }
  return characters;
}
