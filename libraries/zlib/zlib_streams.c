// SPDX-License-Identifier: Apache-2.0
// Streams of zlib, for the module zlib and for term_to_binary (src/erl/native/spawnlink_zlib.erl). Operations get the
// arguments that OTP's own native code gives zlib, so the bytes are those of erl. A handle is an index into the table;
// the place of a stream that has ended is used again. Numbers in an answer are big-endian u32.
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "library.h"

enum { LEVEL, WINDOW_BITS, MEM_LEVEL, STRATEGY }; // indices of the bytes of a request

struct stream {
  z_stream z;
  enum { FREE, DEFLATES, INFLATES } state;
};
static struct stream **streams;
static uint32_t stream_count;

static uint8_t *answer;
static size_t answer_room;

static uint8_t *answer_of(size_t n) {
  if (n <= answer_room) return answer;
  uint8_t *grown = realloc(answer, n);
  if (!grown) return NULL;
  answer = grown;
  answer_room = n;
  return answer;
}

static void put_u32(uint8_t *at, uint32_t value) {
  for (int i = 0; i < 4; i++) at[i] = (uint8_t)(value >> (24 - i * 8));
}

static int32_t answer_u32(uint32_t value, const uint8_t **out) {
  uint8_t *at = answer_of(4);
  if (!at) return LIBRARY_NO_MEMORY;
  put_u32(at, value);
  *out = at;
  return 4;
}

static int32_t result_of(int zlib_result) {
  switch (zlib_result) {
    case Z_OK: return 0;
    case Z_DATA_ERROR: return LIBRARY_DATA_ERROR;
    case Z_MEM_ERROR: return LIBRARY_NO_MEMORY;
    case Z_BUF_ERROR: return LIBRARY_BUFFER_ERROR;
    default: return LIBRARY_STREAM_ERROR;
  }
}

// Index of a free place; stream_count when there is none and no memory for more.
static uint32_t free_place(void) {
  uint32_t i = 0;
  while (i < stream_count && streams[i] && streams[i]->state != FREE) i++;
  if (i < stream_count) return i;
  uint32_t count = stream_count * 2 + 16;
  struct stream **grown = realloc(streams, count * sizeof *grown);
  if (!grown) return stream_count;
  memset(grown + stream_count, 0, (count - stream_count) * sizeof *grown);
  streams = grown;
  stream_count = count;
  return i;
}

static int32_t begin(uint32_t operation, const uint8_t *in, const uint8_t **out) {
  uint32_t handle = free_place();
  if (handle == stream_count) return LIBRARY_NO_MEMORY;
  struct stream *s = streams[handle] ? streams[handle] : malloc(sizeof *s);
  if (!s) return LIBRARY_NO_MEMORY;
  streams[handle] = s;
  memset(s, 0, sizeof *s);
  int bits = (int8_t)in[WINDOW_BITS];
  int result = operation == STREAM_INFLATE
                   ? inflateInit2(&s->z, bits)
                   : deflateInit2(&s->z, (int8_t)in[LEVEL], Z_DEFLATED, bits, in[MEM_LEVEL], in[STRATEGY]);
  if (result != Z_OK) return result_of(result);
  s->state = operation == STREAM_INFLATE ? INFLATES : DEFLATES;
  return answer_u32(handle, out);
}

static int32_t run(struct stream *s, const uint8_t *in, size_t n, uint32_t number, const uint8_t **out) {
  enum { HEAD = 12 };
  size_t room = number >> 3;
  uint8_t *made = answer_of(HEAD + room);
  if (!made) return LIBRARY_NO_MEMORY;
  s->z.next_in = (Bytef *)(uintptr_t)in;
  s->z.avail_in = (uInt)n;
  s->z.next_out = made + HEAD;
  s->z.avail_out = (uInt)room;
  int result = s->state == DEFLATES ? deflate(&s->z, number & 7) : inflate(&s->z, number & 7);
  if (result < 0 && result != Z_BUF_ERROR) return result_of(result);
  put_u32(made, (uint32_t)(n - s->z.avail_in));
  put_u32(made + 4, result == Z_STREAM_END  ? STATUS_AT_END
                    : result == Z_NEED_DICT ? STATUS_WANTS_DICTIONARY
                    : result == Z_BUF_ERROR ? STATUS_BUFFER
                                            : STATUS_OK);
  put_u32(made + 8, (uint32_t)s->z.adler);
  *out = made;
  return (int32_t)(HEAD + room - s->z.avail_out);
}

static int32_t set_dictionary(struct stream *s, const uint8_t *in, size_t n, const uint8_t **out) {
  int result =
      s->state == DEFLATES ? deflateSetDictionary(&s->z, in, (uInt)n) : inflateSetDictionary(&s->z, in, (uInt)n);
  return result == Z_OK ? answer_u32((uint32_t)s->z.adler, out) : result_of(result);
}

static int32_t get_dictionary(struct stream *s, const uint8_t **out) {
  enum { WINDOW = 1 << MAX_WBITS };
  uInt n = 0;
  uint8_t *window = answer_of(WINDOW);
  if (!window) return LIBRARY_NO_MEMORY;
  int result = inflateGetDictionary(&s->z, window, &n);
  if (result != Z_OK) return result_of(result);
  *out = window;
  return (int32_t)n;
}

// OTP flushes the stream before, so no output is pending; the byte of room is for zlib 1.2.11, which demands some.
static int32_t set_params(struct stream *s, const uint8_t *in) {
  Bytef unused;
  s->z.next_in = NULL;
  s->z.avail_in = 0;
  s->z.next_out = &unused;
  s->z.avail_out = 1;
  int result = deflateParams(&s->z, (int8_t)in[LEVEL], in[STRATEGY]);
  return s->z.avail_out == 0 ? LIBRARY_STREAM_ERROR : result_of(result);
}

static int32_t end(struct stream *s) {
  int result = s->state == DEFLATES ? deflateEnd(&s->z) : inflateEnd(&s->z);
  s->state = FREE;
  return result_of(result);
}

int32_t zlib_call(uint32_t operation, uint32_t handle, const uint8_t *in, size_t n, uint32_t number,
                  const uint8_t **out) {
  if (operation == STREAM_DEFLATE || operation == STREAM_INFLATE) return begin(operation, in, out);
  struct stream *s = handle < stream_count ? streams[handle] : NULL;
  if (!s || s->state == FREE) return LIBRARY_STREAM_ERROR;
  switch ((enum stream_operation)operation) {
    case STREAM_RUN: return run(s, in, n, number, out);
    case STREAM_SET_DICTIONARY: return set_dictionary(s, in, n, out);
    case STREAM_GET_DICTIONARY: return get_dictionary(s, out);
    case STREAM_RESET: return result_of(s->state == DEFLATES ? deflateReset(&s->z) : inflateReset(&s->z));
    case STREAM_PARAMS: return set_params(s, in);
    case STREAM_END: return end(s);
    default: return LIBRARY_STREAM_ERROR;
  }
}
