// SPDX-License-Identifier: Apache-2.0
// zlib's functions on whole data: compress, zip, gzip and back. They stand in for those of zlib.erl,
// which go through streams of a native library; streams themselves there are none.
#include "base/alloc.h"
#include "base/hostcalls.h"
#include "base/inflate.h"
#include "bif/bif.h"
#include "gen/bifs.h"

enum format { FORMAT_ZLIB, FORMAT_RAW, FORMAT_GZIP };
enum { LEVEL_DEFAULT = 6, ZLIB_HEADER = 2, ZLIB_TRAILER = 4, GZIP_HEADER = 10, GZIP_TRAILER = 8 };

static u32 crc32_of(const u8 *p, size_t n) {
  static const u32 nibble[] = {0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4, 0x4DB26158, 0x5005713C,
                               0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C, 0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C};
  u32 c = ~0u;
  for (size_t i = 0; i < n; i++) {
    c = nibble[(c ^ p[i]) & 15] ^ c >> 4;
    c = nibble[(c ^ p[i] >> 4) & 15] ^ c >> 4;
  }
  return ~c;
}

static u32 adler32_of(const u8 *p, size_t n) {
  u32 a = 1, b = 0;
  for (size_t i = 0; i < n; i++) {
    a = (a + p[i]) % 65521;
    b = (b + a) % 65521;
  }
  return b << 16 | a;
}

static u32 little(const u8 *p) { return (u32)p[3] << 24 | (u32)p[2] << 16 | (u32)p[1] << 8 | p[0]; }
static u32 big(const u8 *p) { return (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3]; }
static void put_little(struct bytes *b, u32 v) {
  for (int i = 0; i < 4; i++, v >>= 8) bytes_put(b, (u8)v);
}

// --- Compressing ---------------------------------------------------------------------------------

static void wrap(struct bytes *out, enum format format, const u8 *z, size_t n, const struct bytes *data) {
  static const u8 header[GZIP_HEADER] = {31, 139, 8, 0, 0, 0, 0, 0, 0, 3};
  if (format == FORMAT_ZLIB) {
    bytes_append(out, z, n);
    return;
  }
  if (format == FORMAT_GZIP) bytes_append(out, header, sizeof header);
  bytes_append(out, z + ZLIB_HEADER, n - ZLIB_HEADER - ZLIB_TRAILER);
  if (format == FORMAT_GZIP) {
    put_little(out, crc32_of(data->data, data->len));
    put_little(out, (u32)data->len);
  }
}

static term compress(term iodata, enum format format) {
  struct bytes data, out;
  bytes_init(&data);
  bytes_init(&out);
  bool valid = iolist_append(&data, iodata);
  size_t n;
  u8 *z = valid && !data.failed ? host_deflate(data.data, data.len, LEVEL_DEFAULT, &n) : NULL;
  term result = NV;
  if (z) {
    wrap(&out, format, z, n, &data);
    mem_free(z, n, MEM_SYSTEM);
    if (!out.failed) result = binary_from(HEAP, out.data, out.len);
  }
  bif_bump((u32)(data.len / 64));
  bytes_free(&data);
  bytes_free(&out);
  if (result != NV) return result;
  return valid ? bif_system_limit() : bif_badarg();
}

// --- Expanding -----------------------------------------------------------------------------------

static bool zlib_header(const u8 *p, size_t n, size_t *length) {
  *length = ZLIB_HEADER;
  return n >= ZLIB_HEADER && (p[0] & 15) == 8 && (p[1] & 32) == 0 && (p[0] * 256 + p[1]) % 31 == 0;
}

static bool skip_text(const u8 *p, size_t n, size_t *at) {
  while (*at < n && p[*at]) ++*at;
  return (*at)++ < n;
}

static bool gzip_header(const u8 *p, size_t n, size_t *length) {
  enum { HAS_CRC = 2, HAS_EXTRA = 4, HAS_NAME = 8, HAS_COMMENT = 16 };
  if (n < GZIP_HEADER || p[0] != 31 || p[1] != 139 || p[2] != 8) return false;
  size_t at = GZIP_HEADER;
  u8 flags = p[3];
  if (flags & HAS_EXTRA) {
    if (n - at < 2) return false;
    at += 2 + (size_t)(p[at] | p[at + 1] << 8);
  }
  if ((flags & HAS_NAME) && !skip_text(p, n, &at)) return false;
  if ((flags & HAS_COMMENT) && !skip_text(p, n, &at)) return false;
  if (flags & HAS_CRC) at += 2;
  *length = at;
  return at <= n;
}

// One stream of the format at *at, which moves past it.
static bool expand_one(struct bytes *out, enum format format, const u8 *p, size_t n, size_t *at) {
  size_t header = 0, used, before = out->len;
  const u8 *in = p + *at;
  size_t left = n - *at;
  if (format == FORMAT_ZLIB && !zlib_header(in, left, &header)) return false;
  if (format == FORMAT_GZIP && !gzip_header(in, left, &header)) return false;
  if (!inflate_raw(in + header, left - header, out, &used)) return false;
  in += header + used;
  left -= header + used;
  const u8 *made = out->data + before;
  size_t length = out->len - before;
  size_t trailer = format == FORMAT_ZLIB ? ZLIB_TRAILER : format == FORMAT_GZIP ? GZIP_TRAILER : 0;
  if (left < trailer) return false;
  if (format == FORMAT_ZLIB && big(in) != adler32_of(made, length)) return false;
  if (format == FORMAT_GZIP && (little(in) != crc32_of(made, length) || little(in + 4) != (u32)length)) return false;
  *at = (size_t)(in - p) + trailer;
  return true;
}

static term expand(term iodata, enum format format) {
  struct bytes data, out;
  bytes_init(&data);
  bytes_init(&out);
  bool valid = iolist_append(&data, iodata);
  bool good = valid && !data.failed;
  size_t at = 0;
  if (good) good = expand_one(&out, format, data.data, data.len, &at);
  while (good && format == FORMAT_GZIP && at < data.len) good = expand_one(&out, format, data.data, data.len, &at);
  term result = good && !out.failed ? binary_from(HEAP, out.data, out.len) : NV;
  bool no_memory = data.failed || out.failed;
  bif_bump((u32)((data.len + out.len) / 64));
  bytes_free(&data);
  bytes_free(&out);
  if (result != NV) return result;
  if (!valid) return bif_badarg();
  return no_memory || good ? bif_system_limit() : bif_error(ATOM_data_error);
}

term bif_zlib_compress_1(struct process *p, term *a) {
  (void)p;
  return compress(a[0], FORMAT_ZLIB);
}
term bif_zlib_zip_1(struct process *p, term *a) {
  (void)p;
  return compress(a[0], FORMAT_RAW);
}
term bif_zlib_gzip_1(struct process *p, term *a) {
  (void)p;
  return compress(a[0], FORMAT_GZIP);
}
term bif_zlib_uncompress_1(struct process *p, term *a) {
  (void)p;
  return expand(a[0], FORMAT_ZLIB);
}
term bif_zlib_unzip_1(struct process *p, term *a) {
  (void)p;
  return expand(a[0], FORMAT_RAW);
}
term bif_zlib_gunzip_1(struct process *p, term *a) {
  (void)p;
  return expand(a[0], FORMAT_GZIP);
}
