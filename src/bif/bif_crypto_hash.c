// SPDX-License-Identifier: Apache-2.0
// Checksums of iodata: MD5, CRC-32 (the zlib polynomial) and Adler-32, each also in portions, and the
// combination of the checksums of two halves. An MD5 context is a binary of struct md5's fields.
#include "base/alloc.h"
#include "base/md5.h"
#include "bif/bif.h"
#include "gen/bifs.h"
#include "term/iolist.h"

enum { BYTES_PER_REDUCTION = 128, ITEM_BUFFER = 256 };

// Feeds every byte of iodata to update. False: not iodata. Whatever was fed before an error is lost.
typedef void (*update_fn)(void *state, const void *data, size_t n);

static void feed_bits(void *state, update_fn update, const struct bits *b) {
  u8 portion[ITEM_BUFFER];
  if (b->offset == 0) {
    update(state, b->data, (size_t)(b->size >> 3));
    return;
  }
  for (u64 at = 0; at < b->size; at += ITEM_BUFFER * 8) {
    u64 n = min_u64(b->size - at, ITEM_BUFFER * 8);
    bits_copy(portion, 0, b->data, b->offset + at, n);
    update(state, portion, (size_t)(n >> 3));
  }
}

static bool feed(term iodata, void *state, update_fn update) {
  struct iolist it;
  struct bits b;
  u8 buffer[ITEM_BUFFER];
  size_t buffered = 0;
  enum iolist_item item;
  u64 bits;
  u32 steps;
  if (!iolist_bits(iodata, true, &bits, &steps)) return false;
  bif_bump((u32)min_u64(steps / 16 + bits / (8 * BYTES_PER_REDUCTION), 1 << 20));
  iolist_start(&it, iodata);
  while ((item = iolist_next(&it)) < IOLIST_END) {
    if (item == IOLIST_BYTE) buffer[buffered++] = it.byte;
    if (buffered == sizeof buffer || (item == IOLIST_BITS && buffered > 0)) {
      update(state, buffer, buffered);
      buffered = 0;
    }
    if (item == IOLIST_BITS) {
      bits_of(it.binary, &b);
      if (b.size > 0) feed_bits(state, update, &b);
    }
  }
  iolist_stop(&it);
  if (buffered > 0) update(state, buffer, buffered);
  return true;
}

// --- MD5 -------------------------------------------------------------------------------------------------

static void md5_feed(void *state, const void *data, size_t n) { md5_update(state, data, n); }

static term md5_digest(struct md5 *m) {
  u8 digest[16];
  md5_final(m, digest);
  return binary_from(HEAP, digest, sizeof digest);
}

term bif_md5(struct process *p UNUSED, term *a) {
  struct md5 m;
  md5_init(&m);
  return feed(a[0], &m, md5_feed) ? md5_digest(&m) : bif_badarg();
}

static bool md5_context(term t, struct md5 *m) {
  struct bits b;
  if (!bits_of(t, &b) || b.size != sizeof *m * 8) return false;
  bits_copy((u8 *)m, 0, b.data, b.offset, b.size);
  return true;
}

term bif_md5_init(struct process *p UNUSED, term *a UNUSED) {
  struct md5 m;
  memset(&m, 0, sizeof m);
  md5_init(&m);
  return binary_from(HEAP, &m, sizeof m);
}

term bif_md5_update(struct process *p UNUSED, term *a) {
  struct md5 m;
  if (!md5_context(a[0], &m) || !feed(a[1], &m, md5_feed)) return bif_badarg();
  return binary_from(HEAP, &m, sizeof m);
}

term bif_md5_final(struct process *p UNUSED, term *a) {
  struct md5 m;
  return md5_context(a[0], &m) ? md5_digest(&m) : bif_badarg();
}

// --- CRC-32 ----------------------------------------------------------------------------------------------

#define CRC_POLYNOMIAL 0xEDB88320u

static const u32 *crc_table(void) {
  static u32 table[256];
  if (table[255] == 0) {
    for (u32 i = 0; i < 256; i++) {
      u32 c = i;
      for (int k = 0; k < 8; k++) c = c & 1 ? CRC_POLYNOMIAL ^ c >> 1 : c >> 1;
      table[i] = c;
    }
  }
  return table;
}

static void crc_feed(void *state, const void *data, size_t n) {
  const u32 *table = crc_table();
  const u8 *p = data;
  u32 c = ~*(u32 *)state;
  for (size_t i = 0; i < n; i++) c = table[(c ^ p[i]) & 0xFF] ^ c >> 8;
  *(u32 *)state = ~c;
}

static bool u32_arg(term t, u32 *out) {
  i64 v;
  if (!bif_small(t, 0, 0xFFFFFFFF, &v)) return false;
  *out = (u32)v;
  return true;
}

term bif_crc32_1(struct process *p UNUSED, term *a) {
  u32 c = 0;
  return feed(a[0], &c, crc_feed) ? make_small(c) : bif_badarg();
}

term bif_crc32_2(struct process *p UNUSED, term *a) {
  u32 c;
  return u32_arg(a[0], &c) && feed(a[1], &c, crc_feed) ? make_small(c) : bif_badarg();
}

// Product of two polynomials modulo the CRC's, bit-reversed as the CRC is.
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
  if (!u32_arg(a[0], &first) || !u32_arg(a[1], &second) || !int_to_u64(a[2], &n)) return bif_badarg();
  // The first part is followed by n bytes: multiply it by x^(8n), by repeated squaring.
  u32 power = 0x00800000u; // x^8
  for (; n != 0; n >>= 1) {
    if (n & 1) first = crc_multiply(power, first);
    power = crc_multiply(power, power);
  }
  return make_small(first ^ second);
}

// --- Adler-32 --------------------------------------------------------------------------------------------

enum { ADLER_BASE = 65521, ADLER_RUN = 5552 }; // so many bytes cannot overflow 32 bits (RFC 1950)

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

term bif_adler32_1(struct process *p UNUSED, term *a) {
  u32 c = 1;
  return feed(a[0], &c, adler_feed) ? make_small(c) : bif_badarg();
}

term bif_adler32_2(struct process *p UNUSED, term *a) {
  u32 c;
  return u32_arg(a[0], &c) && feed(a[1], &c, adler_feed) ? make_small(c) : bif_badarg();
}

term bif_adler32_combine(struct process *p UNUSED, term *a) {
  u32 first, second;
  u64 n;
  if (!u32_arg(a[0], &first) || !u32_arg(a[1], &second) || !int_to_u64(a[2], &n)) return bif_badarg();
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
