// SPDX-License-Identifier: Apache-2.0
// MD5 in the steps of RFC 1321. Bytes are collected into blocks of 64, and only whole blocks change the state. Called
// by the loader (module_info(md5)) and by the BIFs that hash.
#include "base/md5.h"

// floor(abs(sin(i + 1)) * 2^32), RFC 1321 section 3.4.
static const u32 sines[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
};
static const u8 shifts[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};

void md5_init(struct md5 *m) {
  m->state[0] = 0x67452301;
  m->state[1] = 0xefcdab89;
  m->state[2] = 0x98badcfe;
  m->state[3] = 0x10325476;
  m->length = 0;
}

static u32 word_at(const u8 *p) { return (u32)p[0] | (u32)p[1] << 8 | (u32)p[2] << 16 | (u32)p[3] << 24; }

static void hash_block(u32 state[4], const u8 *block) {
  u32 words[16];
  for (u32 i = 0; i < 16; i++) words[i] = word_at(block + 4 * i);
  u32 a = state[0], b = state[1], c = state[2], d = state[3];
  for (u32 i = 0; i < 64; i++) {
    u32 f, k;
    switch (i >> 4) {
      case 0: f = (b & c) | (~b & d), k = i; break;
      case 1: f = (b & d) | (c & ~d), k = 5 * i + 1; break;
      case 2: f = b ^ c ^ d, k = 3 * i + 5; break;
      default: f = c ^ (b | ~d), k = 7 * i; break;
    }
    u32 sum = a + f + sines[i] + words[k & 15];
    u32 shift = shifts[i >> 4][i & 3];
    a = d;
    d = c;
    c = b;
    b += sum << shift | sum >> (32 - shift);
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
}

void md5_update(struct md5 *m, const void *data, size_t n) {
  const u8 *p = data;
  u32 have = (u32)(m->length & 63);
  m->length += n;
  if (have) {
    size_t take = n < 64 - have ? n : 64 - have;
    if (take) memcpy(m->block + have, p, take);
    p += take;
    n -= take;
    if (have + take < 64) return;
    hash_block(m->state, m->block);
  }
  for (; n >= 64; n -= 64, p += 64) hash_block(m->state, p);
  if (n) memcpy(m->block, p, n);
}

void md5_final(struct md5 *m, u8 digest[16]) {
  static const u8 padding[64] = {0x80};
  u64 bits = m->length * 8;
  u32 have = (u32)(m->length & 63);
  md5_update(m, padding, have < 56 ? 56 - have : 120 - have);
  u8 length[8];
  for (u32 i = 0; i < 8; i++) length[i] = (u8)(bits >> (8 * i));
  md5_update(m, length, 8);
  for (u32 i = 0; i < 16; i++) digest[i] = (u8)(m->state[i >> 2] >> (8 * (i & 3)));
}
