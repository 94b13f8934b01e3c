// SPDX-License-Identifier: Apache-2.0
// Checksums of iodata: MD5, CRC-32 (zlib's polynomial) and Adler-32. Each can be computed in parts, and the checksums
// of two halves can be combined. An MD5 context is a binary with the fields of struct md5.
#include "base/md5.h"
#include "bif/portion.h"
#include "gen/bifs.h"
#include "term/bits.h"

// One kind of checksum: how it takes bytes, and how its state becomes a term and comes back.
struct hash {
  void (*update)(void *state, const void *data, size_t n);
  void *state;
  term (*save)(const void *state);
  bool (*load)(term t, void *state);
};

static bool take(void *argument, const struct bits *b) {
  const struct hash *hash = argument;
  u8 aligned[256];
  if (b->offset == 0) {
    hash->update(hash->state, b->data, (size_t)(b->size >> 3));
    return true;
  }
  for (u64 at = 0; at < b->size; at += sizeof aligned * 8) {
    u64 n = min_u64(b->size - at, sizeof aligned * 8);
    bits_copy(aligned, 0, b->data, b->offset + at, n);
    hash->update(hash->state, aligned, (size_t)(n >> 3));
  }
  return true;
}

// Hashes the iodata in *arg, continuing from hash->state. True: it is done; false: the BIF returns *result.
static bool hash_on(struct hash *hash, term *arg, term *result) {
  struct portion w;
  struct portion_sink sink = {true, take, hash};
  portion_open(&w, *arg);
  if (w.so_far != NV) hash->load(w.so_far, hash->state);
  enum portion_result fed = portion_feed(&w, &sink);
  if (fed == PORTION_DONE) return true;
  if (fed == PORTION_MORE) {
    w.so_far = hash->save(hash->state);
    *result = portion_pause(&w, arg);
  } else {
    *result = portion_fail(&w, arg, fed == PORTION_NO_MEMORY);
  }
  return false;
}

// --- MD5 -------------------------------------------------------------------------------------------------

static void md5_more(void *state, const void *data, size_t n) { md5_update(state, data, n); }
static term md5_save(const void *state) { return binary_from(HEAP, state, sizeof(struct md5)); }
static bool md5_load(term t, void *state) {
  struct bits b;
  if (!bits_of(t, &b) || b.size != sizeof(struct md5) * 8) return false;
  bits_copy(state, 0, b.data, b.offset, b.size);
  return true;
}

static term md5_digest(struct md5 *m) {
  u8 digest[16];
  md5_final(m, digest);
  return binary_from(HEAP, digest, sizeof digest);
}

term bif_md5(struct process *p UNUSED, term *a) {
  struct md5 m;
  struct hash hash = {md5_more, &m, md5_save, md5_load};
  term result;
  memset(&m, 0, sizeof m);
  md5_init(&m);
  return hash_on(&hash, a, &result) ? md5_digest(&m) : result;
}

term bif_md5_init(struct process *p UNUSED, term *a UNUSED) {
  struct md5 m;
  memset(&m, 0, sizeof m);
  md5_init(&m);
  return md5_save(&m);
}

term bif_md5_update(struct process *p UNUSED, term *a) {
  struct md5 m;
  struct hash hash = {md5_more, &m, md5_save, md5_load};
  term result;
  if (!md5_load(a[0], &m)) return bif_badarg();
  return hash_on(&hash, a + 1, &result) ? md5_save(&m) : result;
}

term bif_md5_final(struct process *p UNUSED, term *a) {
  struct md5 m;
  return md5_load(a[0], &m) ? md5_digest(&m) : bif_badarg();
}

// --- Checksums of 32 bits --------------------------------------------------------------------------------

static term u32_save(const void *state) { return make_small(*(const u32 *)state); }
static bool u32_load(term t, void *state) {
  i64 v;
  if (!bif_small(t, 0, 0xFFFFFFFF, &v)) return false;
  *(u32 *)state = (u32)v;
  return true;
}

static term checksum(void (*update)(void *, const void *, size_t), u32 sum, term *arg) {
  struct hash hash = {update, &sum, u32_save, u32_load};
  term result;
  return hash_on(&hash, arg, &result) ? make_small(sum) : result;
}

// --- CRC-32 ----------------------------------------------------------------------------------------------

#define CRC_POLYNOMIAL 0xEDB88320u

// crc_table[k][b] is the effect of byte b on the remainder when k more bytes follow it.
static u32 crc_table[4][256];

static void crc_prepare(void) {
  if (crc_table[0][255] != 0) return;
  for (u32 i = 0; i < 256; i++) {
    u32 c = i;
    for (int k = 0; k < 8; k++) c = c & 1 ? CRC_POLYNOMIAL ^ c >> 1 : c >> 1;
    crc_table[0][i] = c;
  }
  for (u32 k = 1; k < 4; k++)
    for (u32 i = 0; i < 256; i++) crc_table[k][i] = crc_table[k - 1][i] >> 8 ^ crc_table[0][crc_table[k - 1][i] & 0xFF];
}

static void crc_feed(void *state, const void *data, size_t n) {
  const u8 *p = data;
  u32 c = ~*(u32 *)state;
  crc_prepare();
  for (; n >= 4; n -= 4, p += 4) {
    c ^= (u32)p[0] | (u32)p[1] << 8 | (u32)p[2] << 16 | (u32)p[3] << 24;
    c = crc_table[3][c & 0xFF] ^ crc_table[2][c >> 8 & 0xFF] ^ crc_table[1][c >> 16 & 0xFF] ^ crc_table[0][c >> 24];
  }
  for (; n > 0; n--, p++) c = crc_table[0][(c ^ *p) & 0xFF] ^ c >> 8;
  *(u32 *)state = ~c;
}

term bif_crc32_1(struct process *p UNUSED, term *a) { return checksum(crc_feed, 0, a); }

term bif_crc32_2(struct process *p UNUSED, term *a) {
  u32 c;
  return u32_load(a[0], &c) ? checksum(crc_feed, c, a + 1) : bif_badarg();
}

// The product of two polynomials modulo the CRC's polynomial, all bit-reversed as the CRC is.
static u32 crc_multiply(u32 a, u32 b) {
  u32 product = 0;
  for (u32 bit = 0x80000000u; bit != 0; bit >>= 1) {
    if (a & bit) product ^= b;
    b = b & 1 ? b >> 1 ^ CRC_POLYNOMIAL : b >> 1;
  }
  return product;
}

term bif_crc32_combine(struct process *p UNUSED, term *a) {
  u32 first, second;
  u64 n;
  if (!u32_load(a[0], &first) || !u32_load(a[1], &second) || !int_to_u64(a[2], &n)) return bif_badarg();
  // n bytes follow the first part: multiply its CRC by x^(8n), by repeated squaring.
  u32 power = 0x00800000u; // x^8
  for (; n != 0; n >>= 1) {
    if (n & 1) first = crc_multiply(power, first);
    power = crc_multiply(power, power);
  }
  return make_small(first ^ second);
}

// --- Adler-32 --------------------------------------------------------------------------------------------

enum { ADLER_BASE = 65521, ADLER_RUN = 5552 }; // the sums of ADLER_RUN bytes fit 32 bits (RFC 1950)

static void adler_feed(void *state, const void *data, size_t n) {
  const u8 *p = data;
  u32 s = *(u32 *)state, low = s & 0xFFFF, high = s >> 16;
  while (n > 0) {
    size_t run = n < ADLER_RUN ? n : ADLER_RUN;
    for (size_t i = 0; i < run; i++) {
      low += p[i];
      high += low;
    }
    low %= ADLER_BASE;
    high %= ADLER_BASE;
    p += run;
    n -= run;
  }
  *(u32 *)state = high << 16 | low;
}

term bif_adler32_1(struct process *p UNUSED, term *a) { return checksum(adler_feed, 1, a); }

term bif_adler32_2(struct process *p UNUSED, term *a) {
  u32 c;
  return u32_load(a[0], &c) ? checksum(adler_feed, c, a + 1) : bif_badarg();
}

term bif_adler32_combine(struct process *p UNUSED, term *a) {
  u32 first, second;
  u64 n;
  if (!u32_load(a[0], &first) || !u32_load(a[1], &second) || !int_to_u64(a[2], &n)) return bif_badarg();
  u32 rest = (u32)(n % ADLER_BASE);
  u32 low = first & 0xFFFF, high = (u32)((u64)rest * low % ADLER_BASE);
  low += (second & 0xFFFF) + ADLER_BASE - 1;
  high += (first >> 16) + (second >> 16) + ADLER_BASE - rest;
  if (low >= ADLER_BASE) low -= ADLER_BASE;
  if (low >= ADLER_BASE) low -= ADLER_BASE;
  if (high >= 2 * ADLER_BASE) high -= 2 * ADLER_BASE;
  if (high >= ADLER_BASE) high -= ADLER_BASE;
  return make_small((i64)((u64)high << 16 | low));
}
