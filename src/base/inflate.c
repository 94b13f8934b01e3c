// SPDX-License-Identifier: Apache-2.0
// Inflate after RFC 1951, for size and not for speed: codes are decoded a bit at a time, counting
// through the lengths of the canonical code. Called by the zlib BIFs.
#include "base/inflate.h"

enum { MAX_CODE_BITS = 15, MAX_LITERALS = 288, MAX_DISTANCES = 30, END_OF_BLOCK = 256 };

struct input {
  const u8 *in;
  size_t n, at;
  u32 bits, count;  // bits read but not used, lowest first
  bool failed;
};

static u32 take(struct input *s, u32 count) {
  while (s->count < count) {
    if (s->at == s->n) {
      s->failed = true;
      return 0;
    }
    s->bits |= (u32)s->in[s->at++] << s->count;
    s->count += 8;
  }
  u32 value = s->bits & ((1u << count) - 1);
  s->bits >>= count;
  s->count -= count;
  return value;
}

// A canonical code: how many codes there are of each length, and the symbols in order of code.
struct code { u16 of_length[MAX_CODE_BITS + 1]; u16 symbols[MAX_LITERALS]; };

// False: more codes than fit (incomplete codes are allowed; they fail when met).
static bool code_from_lengths(struct code *c, const u8 *lengths, u32 n) {
  u16 next[MAX_CODE_BITS + 1];
  memset(c->of_length, 0, sizeof c->of_length);
  for (u32 i = 0; i < n; i++) c->of_length[lengths[i]]++;
  c->of_length[0] = 0;
  i32 left = 1;
  for (u32 l = 1; l <= MAX_CODE_BITS; l++) {
    left = left * 2 - c->of_length[l];
    if (left < 0) return false;
  }
  next[1] = 0;
  for (u32 l = 1; l < MAX_CODE_BITS; l++) next[l + 1] = (u16)(next[l] + c->of_length[l]);
  for (u32 i = 0; i < n; i++)
    if (lengths[i]) c->symbols[next[lengths[i]]++] = (u16)i;
  return true;
}

static u32 symbol(struct input *s, const struct code *c) {
  u32 value = 0, first = 0, index = 0;
  for (u32 l = 1; l <= MAX_CODE_BITS; l++) {
    value |= take(s, 1);
    u32 count = c->of_length[l];
    if (value - first < count) return c->symbols[index + value - first];
    index += count;
    first = (first + count) << 1;
    value <<= 1;
  }
  s->failed = true;
  return END_OF_BLOCK;
}

static void copy_back(struct bytes *out, struct input *s, u32 distance, u32 length) {
  if (distance > out->len) {
    s->failed = true;
    return;
  }
  u8 *to = bytes_reserve(out, length);
  if (!to) return;
  for (u32 i = 0; i < length; i++) to[i] = to[(i64)i - (i64)distance]; // may overlap: byte by byte
}

static void compressed(struct input *s, struct bytes *out, const struct code *literals, const struct code *distances) {
  static const u16 length_base[] = {3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
  static const u8 length_extra[] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
  static const u16 distance_base[] = {1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};
  while (!s->failed && !out->failed) {
    u32 sym = symbol(s, literals);
    if (sym < END_OF_BLOCK) {
      bytes_put(out, (u8)sym);
      continue;
    }
    if (sym == END_OF_BLOCK) return;
    sym -= END_OF_BLOCK + 1;
    if (sym >= COUNT_OF(length_base)) break;
    u32 length = length_base[sym] + take(s, length_extra[sym]);
    u32 d = symbol(s, distances);
    if (d >= MAX_DISTANCES) break;
    copy_back(out, s, distance_base[d] + take(s, d < 4 ? 0 : d / 2 - 1), length);
  }
  s->failed = true;
}

static void fixed_block(struct input *s, struct bytes *out) {
  struct code literals, distances;
  u8 lengths[MAX_LITERALS];
  for (u32 i = 0; i < MAX_LITERALS; i++) lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
  code_from_lengths(&literals, lengths, MAX_LITERALS);
  memset(lengths, 5, MAX_DISTANCES);
  code_from_lengths(&distances, lengths, MAX_DISTANCES);
  compressed(s, out, &literals, &distances);
}

// The lengths of both codes, themselves coded.
static bool read_lengths(struct input *s, const struct code *c, u8 *lengths, u32 n) {
  for (u32 i = 0; i < n && !s->failed;) {
    u32 sym = symbol(s, c);
    if (sym < 16) {
      lengths[i++] = (u8)sym;
      continue;
    }
    if (sym == 16 && i == 0) return false;
    u8 value = sym == 16 ? lengths[i - 1] : 0;
    u32 times = sym == 16 ? 3 + take(s, 2) : sym == 17 ? 3 + take(s, 3) : 11 + take(s, 7);
    if (times > n - i) return false;
    while (times--) lengths[i++] = value;
  }
  return !s->failed;
}

static void dynamic_block(struct input *s, struct bytes *out) {
  static const u8 order[] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
  struct code literals, distances;
  u8 lengths[MAX_LITERALS + 32] = {0};
  u32 n_literals = take(s, 5) + 257, n_distances = take(s, 5) + 1, n_lengths = take(s, 4) + 4;
  for (u32 i = 0; i < n_lengths; i++) lengths[order[i]] = (u8)take(s, 3);
  bool good = n_literals <= 286 && n_distances <= MAX_DISTANCES && code_from_lengths(&literals, lengths, COUNT_OF(order));
  good = good && read_lengths(s, &literals, lengths, n_literals + n_distances);
  good = good && lengths[END_OF_BLOCK] && code_from_lengths(&distances, lengths + n_literals, n_distances);
  good = good && code_from_lengths(&literals, lengths, n_literals);
  if (good) compressed(s, out, &literals, &distances);
  else s->failed = true;
}

static void stored_block(struct input *s, struct bytes *out) {
  s->bits = s->count = 0; // to the next byte
  u32 length = take(s, 16), check = take(s, 16);
  if (s->failed || (length ^ check) != 0xFFFF || length > s->n - s->at) {
    s->failed = true;
    return;
  }
  bytes_append(out, s->in + s->at, length);
  s->at += length;
}

bool inflate_raw(const u8 *in, size_t n, struct bytes *out, size_t *consumed) {
  struct input s = {.in = in, .n = n};
  struct bytes own; // back references reach no further than this stream
  bytes_init(&own);
  bool last = false;
  while (!last && !s.failed && !own.failed) {
    last = take(&s, 1);
    switch (take(&s, 2)) {
    case 0: stored_block(&s, &own); break;
    case 1: fixed_block(&s, &own); break;
    case 2: dynamic_block(&s, &own); break;
    default: s.failed = true;
    }
  }
  *consumed = s.at;
  bool good = !s.failed && !own.failed;
  if (good) bytes_append(out, own.data, own.len);
  bytes_free(&own);
  return good && !out->failed;
}
