// SPDX-License-Identifier: Apache-2.0
// Streams of zlib for the native build: host_file's operations from FILE_STREAMS on, by zlib itself. A handle is an index
// of the table; streams that nobody ended go with the program.
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/alloc.h"
#include "base/hostcalls.h"
#include "native_host.h"

enum { MOST_STREAMS = 4096, STREAM_ERROR = -1, DATA_ERROR = -2 };
struct stream { z_stream z; bool used, deflates; };
static struct stream streams[MOST_STREAMS];

static i64 answer(u32 count, const u32 *values, const u8 *more, size_t n, u8 **out, size_t *n_out) {
  size_t size = count * 4 + n;
  u8 *block = size ? mem_alloc(size, MEM_SYSTEM) : NULL;
  if (!block) return 0;
  for (u32 i = 0; i < count * 4; i++) block[i] = (u8)(values[i / 4] >> (24 - i % 4 * 8));
  if (n) memcpy(block + count * 4, more, n);
  *out = block;
  *n_out = size;
  return (i64)size;
}

static i64 begin(bool deflates, const u8 *in, u8 **out, size_t *n_out) {
  u32 i = 1;
  while (i < MOST_STREAMS && streams[i].used) i++;
  if (i == MOST_STREAMS) return STREAM_ERROR;
  struct stream *s = &streams[i];
  memset(s, 0, sizeof *s);
  int level = (i8)in[0], bits = (i8)in[1];
  int result = deflates ? deflateInit2(&s->z, level, Z_DEFLATED, bits, 8, in[2]) : inflateInit2(&s->z, bits);
  if (result != Z_OK) return STREAM_ERROR;
  s->used = true;
  s->deflates = deflates;
  return answer(1, &i, NULL, 0, out, n_out);
}

static i64 run(struct stream *s, const u8 *in, size_t n, i64 number, u8 **out, size_t *n_out) {
  size_t room = (size_t)number >> 3;
  u8 *made = malloc(room + 1);
  s->z.next_in = (Bytef *)(uintptr_t)in;
  s->z.avail_in = (uInt)n;
  s->z.next_out = made;
  s->z.avail_out = (uInt)room;
  int result = s->deflates ? deflate(&s->z, number & 7) : inflate(&s->z, number & 7);
  u32 values[] = {(u32)(n - s->z.avail_in), result == Z_STREAM_END ? 1 : result == Z_NEED_DICT ? 2 : 0, result == Z_NEED_DICT ? (u32)s->z.adler : 0};
  i64 got = result == Z_STREAM_ERROR ? STREAM_ERROR : result < 0 && result != Z_BUF_ERROR ? DATA_ERROR : answer(3, values, made, room - s->z.avail_out, out, n_out);
  free(made);
  return got;
}

static i64 set_dictionary(struct stream *s, const u8 *in, size_t n, u8 **out, size_t *n_out) {
  int result = s->deflates ? deflateSetDictionary(&s->z, in, (uInt)n) : inflateSetDictionary(&s->z, in, (uInt)n);
  if (result != Z_OK) return result == Z_DATA_ERROR ? DATA_ERROR : STREAM_ERROR;
  // zlib does not sum it up in a raw stream.
  u32 sum = (u32)s->z.adler;
  if (s->deflates && sum == 1 && n) sum = (u32)adler32(0, in, (uInt)n);
  return answer(1, &sum, NULL, 0, out, n_out);
}

static i64 get_dictionary(struct stream *s, u8 **out, size_t *n_out) {
  static u8 window[32768];
  uInt n = 0;
  inflateGetDictionary(&s->z, window, &n);
  return answer(0, NULL, window, n, out, n_out);
}

static i64 end(struct stream *s) {
  s->used = false;
  return (s->deflates ? deflateEnd(&s->z) : inflateEnd(&s->z)) == Z_OK ? 0 : DATA_ERROR;
}

i64 native_stream(u32 operation, u32 handle, const u8 *in, size_t n, i64 number, u8 **out, size_t *n_out) {
  if (operation == STREAM_DEFLATE || operation == STREAM_INFLATE) return begin(operation == STREAM_DEFLATE, in, out, n_out);
  if (handle >= MOST_STREAMS || !streams[handle].used) return STREAM_ERROR;
  struct stream *s = &streams[handle];
  switch (operation) {
  case STREAM_RUN: return run(s, in, n, number, out, n_out);
  case STREAM_SET_DICTIONARY: return set_dictionary(s, in, n, out, n_out);
  case STREAM_GET_DICTIONARY: return get_dictionary(s, out, n_out);
  case STREAM_RESET: return (s->deflates ? deflateReset(&s->z) : inflateReset(&s->z)) == Z_OK ? 0 : STREAM_ERROR;
  case STREAM_PARAMS: {
    u8 room[64];
    s->z.next_in = NULL;
    s->z.avail_in = 0;
    s->z.next_out = room;
    s->z.avail_out = sizeof room;
    return deflateParams(&s->z, (i8)in[0], in[2]) == Z_OK ? 0 : STREAM_ERROR;
  }
  default: return end(s);
  }
}
