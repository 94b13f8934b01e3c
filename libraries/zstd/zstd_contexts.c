// SPDX-License-Identifier: Apache-2.0
// Contexts and dictionaries of Zstandard, for the module zstd (src/erl/native/spawnlink_zstd.erl). A handle is an index
// into the table. A closed object keeps its place until the VM's last reference to it is gone (CONTEXT_FORGET); a
// dictionary stays as long as a context refers to it. Numbers are big-endian. An answer begins with a byte: 0, or 1
// followed by the name of the error.
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "library.h"

enum { DIRECTIVE_CONTINUE, DIRECTIVE_FLUSH, DIRECTIVE_END };

enum kind { NOTHING, COMPRESSES, DECOMPRESSES, COMPRESS_DICTIONARY, DECOMPRESS_DICTIONARY, CLOSED };
struct object {
  enum kind kind;
  union {
    ZSTD_CCtx *c;
    ZSTD_DCtx *d;
    ZSTD_CDict *cd;
    ZSTD_DDict *dd;
  } of;
  struct object *dictionary; // the dictionary that a context refers to
  uint32_t refs;             // number of contexts that refer to a dictionary, and 1 for the VM
  bool in_use;               // a frame has begun
};
static struct object **objects;
static uint32_t object_count;

static uint8_t *answer;
static size_t answer_size, answer_room;

static uint8_t *room_for(size_t n) {
  if (answer_size + n > answer_room) {
    uint8_t *grown = realloc(answer, answer_size + n);
    if (!grown) return NULL;
    answer = grown;
    answer_room = answer_size + n;
  }
  answer_size += n;
  return answer + answer_size - n;
}

static bool put(uint64_t value, unsigned bytes) {
  uint8_t *at = room_for(bytes);
  for (unsigned i = 0; at && i < bytes; i++) at[i] = (uint8_t)(value >> (8 * (bytes - 1 - i)));
  return at != NULL;
}

static uint64_t get(const uint8_t *at, unsigned bytes) {
  uint64_t value = 0;
  while (bytes-- > 0) value = value << 8 | *at++;
  return value;
}

static int32_t answered(bool complete, const uint8_t **out) {
  *out = answer;
  return complete ? (int32_t)answer_size : LIBRARY_NO_MEMORY;
}

static int32_t result(size_t code, const uint8_t **out) {
  if (!ZSTD_isError(code)) return answered(put(0, 1), out);
  const char *name = ZSTD_getErrorName(code);
  uint8_t *at = put(1, 1) ? room_for(strlen(name)) : NULL;
  if (at) memcpy(at, name, strlen(name));
  return answered(at != NULL, out);
}

static int32_t number(uint64_t value, unsigned bytes, const uint8_t **out) {
  return answered(put(0, 1) && put(value, bytes), out);
}

// --- The table ------------------------------------------------------------------------------------

static int32_t keep(struct object made, const uint8_t **out) {
  uint32_t i = 0;
  while (i < object_count && objects[i] && objects[i]->kind != NOTHING) i++;
  if (i == object_count) {
    uint32_t count = object_count * 2 + 16;
    struct object **grown = realloc(objects, count * sizeof *grown);
    if (!grown) return LIBRARY_NO_MEMORY;
    memset(grown + object_count, 0, (count - object_count) * sizeof *grown);
    objects = grown;
    object_count = count;
  }
  if (!objects[i] && !(objects[i] = malloc(sizeof made))) return LIBRARY_NO_MEMORY;
  *objects[i] = made;
  return number(i, 4, out);
}

static void release(struct object *dictionary) {
  if (!dictionary || --dictionary->refs > 0) return;
  if (dictionary->kind == COMPRESS_DICTIONARY) ZSTD_freeCDict(dictionary->of.cd);
  else ZSTD_freeDDict(dictionary->of.dd);
  dictionary->kind = NOTHING;
}

static void close_context(struct object *o) {
  if (o->kind == COMPRESSES) ZSTD_freeCCtx(o->of.c);
  if (o->kind == DECOMPRESSES) ZSTD_freeDCtx(o->of.d);
  release(o->dictionary);
  o->dictionary = NULL;
  o->kind = CLOSED;
}

static void forget(struct object *o) {
  if (o->kind == COMPRESS_DICTIONARY || o->kind == DECOMPRESS_DICTIONARY) {
    release(o);
    return;
  }
  close_context(o);
  o->kind = NOTHING;
}

// --- Contexts and dictionaries --------------------------------------------------------------------

static int32_t open_context(bool decompresses, const uint8_t **out) {
  struct object o = {.kind = decompresses ? DECOMPRESSES : COMPRESSES};
  if (decompresses) o.of.d = ZSTD_createDCtx();
  else o.of.c = ZSTD_createCCtx();
  return o.of.c || o.of.d ? keep(o, out) : LIBRARY_NO_MEMORY;
}

static int32_t make_dictionary(bool decompresses, const uint8_t *in, size_t n, const uint8_t **out) {
  struct object o = {.kind = decompresses ? DECOMPRESS_DICTIONARY : COMPRESS_DICTIONARY, .refs = 1};
  int level = (int32_t)get(in, 4);
  in += 4, n -= 4;
  if (decompresses) o.of.dd = ZSTD_createDDict_advanced(in, n, ZSTD_dlm_byCopy, ZSTD_dct_auto, ZSTD_defaultCMem);
  else
    o.of.cd = ZSTD_createCDict_advanced(in, n, ZSTD_dlm_byCopy, ZSTD_dct_auto, ZSTD_getCParams(level, 0, n),
                                        ZSTD_defaultCMem);
  return o.of.cd || o.of.dd ? keep(o, out) : LIBRARY_DATA_ERROR;
}

static int32_t load(struct object *o, const uint8_t *in, size_t n, const uint8_t **out) {
  release(o->dictionary);
  o->dictionary = NULL;
  return result(
      o->kind == COMPRESSES ? ZSTD_CCtx_loadDictionary(o->of.c, in, n) : ZSTD_DCtx_loadDictionary(o->of.d, in, n), out);
}

static int32_t refer(struct object *o, struct object *dictionary, const uint8_t **out) {
  if (!dictionary || dictionary->kind != (o->kind == COMPRESSES ? COMPRESS_DICTIONARY : DECOMPRESS_DICTIONARY))
    return LIBRARY_STREAM_ERROR;
  size_t code = o->kind == COMPRESSES ? ZSTD_CCtx_refCDict(o->of.c, dictionary->of.cd)
                                      : ZSTD_DCtx_refDDict(o->of.d, dictionary->of.dd);
  if (!ZSTD_isError(code)) {
    dictionary->refs++;
    release(o->dictionary);
    o->dictionary = dictionary;
  }
  return result(code, out);
}

static int32_t set(struct object *o, const uint8_t *in, const uint8_t **out) {
  int parameter = (int)get(in, 4), value = (int32_t)get(in + 4, 4);
  return result(o->kind == COMPRESSES ? ZSTD_CCtx_setParameter(o->of.c, (ZSTD_cParameter)parameter, value)
                                      : ZSTD_DCtx_setParameter(o->of.d, (ZSTD_dParameter)parameter, value),
                out);
}

static int32_t value_of(struct object *o, uint32_t parameter, const uint8_t **out) {
  int value = 0;
  size_t code = o->kind == COMPRESSES ? ZSTD_CCtx_getParameter(o->of.c, (ZSTD_cParameter)parameter, &value)
                                      : ZSTD_DCtx_getParameter(o->of.d, (ZSTD_dParameter)parameter, &value);
  return ZSTD_isError(code) ? result(code, out) : number((uint32_t)value, 4, out);
}

static void reset(struct object *o) {
  if (o->kind == COMPRESSES) ZSTD_CCtx_reset(o->of.c, ZSTD_reset_session_only);
  else ZSTD_DCtx_reset(o->of.d, ZSTD_reset_session_only);
  o->in_use = false;
}

// --- Running --------------------------------------------------------------------------------------

// Returns the room for output that OTP chooses.
static size_t choose_room(const struct object *o, const uint8_t *in, size_t n) {
  if (o->kind == COMPRESSES) return ZSTD_CStreamOutSize();
  unsigned long long all = o->in_use ? ZSTD_CONTENTSIZE_UNKNOWN : ZSTD_findDecompressedSize(in, n);
  return all != ZSTD_CONTENTSIZE_UNKNOWN && all != ZSTD_CONTENTSIZE_ERROR && all < ZSTD_DStreamOutSize()
             ? (size_t)all
             : ZSTD_DStreamOutSize();
}

// The caller gives the input in pieces, so that no call takes long. When the first call of a frame says that it also
// ends the frame, the total length is known, and it is pledged for all pieces.
static int32_t run(struct object *o, const uint8_t *in, size_t n, uint32_t numbers, const uint8_t **out) {
  enum { SIZE = 8, HEAD = 10 };
  unsigned directive = numbers & 3;
  uint64_t all = get(in, SIZE);
  in += SIZE, n -= SIZE;
  size_t room = numbers >> 2, code = 0;
  if (room == 0) {
    room = choose_room(o, in, n);
    if (o->kind == COMPRESSES && !o->in_use && directive == DIRECTIVE_END)
      code = ZSTD_CCtx_setPledgedSrcSize(o->of.c, all);
  }
  if (o->kind == COMPRESSES && n < all) directive = DIRECTIVE_CONTINUE;
  if (!room_for(HEAD + room)) return LIBRARY_NO_MEMORY;
  ZSTD_inBuffer from = {in, n, 0};
  ZSTD_outBuffer to = {answer + HEAD, room, 0};
  if (!ZSTD_isError(code)) {
    static const ZSTD_EndDirective directives[] = {ZSTD_e_continue, ZSTD_e_flush, ZSTD_e_end};
    o->in_use = true;
    code = o->kind == COMPRESSES ? ZSTD_compressStream2(o->of.c, &to, &from, directives[directive])
                                 : ZSTD_decompressStream(o->of.d, &to, &from);
  }
  answer_size = 0;
  if (ZSTD_isError(code)) {
    reset(o);
    return result(code, out);
  }
  if (o->kind == COMPRESSES && directive == DIRECTIVE_END && code == 0) o->in_use = false;
  put(0, 1), put(from.pos, 4), put(room - to.pos, 4), put(code > 0, 1);
  room_for(to.pos);
  return answered(true, out);
}

// --- What bytes tell ------------------------------------------------------------------------------

static int32_t id_of(const struct object *o, uint32_t what, const uint8_t *in, size_t n, const uint8_t **out) {
  unsigned id = what == 1 ? ZSTD_getDictID_fromDict(in, n) : what == 2 ? ZSTD_getDictID_fromFrame(in, n) : 0;
  if (what == 0 && o && o->kind == COMPRESS_DICTIONARY) id = ZSTD_getDictID_fromCDict(o->of.cd);
  else if (what == 0 && o && o->kind == DECOMPRESS_DICTIONARY) id = ZSTD_getDictID_fromDDict(o->of.dd);
  else if (what == 0) return LIBRARY_STREAM_ERROR;
  return number(id, 4, out);
}

static int32_t header_of(const uint8_t *in, size_t n, const uint8_t **out) {
  ZSTD_frameHeader header = {0};
  size_t code = ZSTD_getFrameHeader(&header, in, n);
  if (ZSTD_isError(code)) return result(code, out);
  bool complete =
      put(0, 1) && put(header.frameContentSize, 8) && put(header.windowSize, 8) && put(header.blockSizeMax, 4);
  return answered(complete && put(header.frameType, 4) && put(header.headerSize, 4) && put(header.dictID, 4) &&
                      put(header.checksumFlag, 4),
                  out);
}

int32_t zstd_call(uint32_t operation, uint32_t handle, const uint8_t *in, size_t n, uint32_t numbers,
                  const uint8_t **out) {
  struct object *o = handle < object_count ? objects[handle] : NULL;
  answer_size = 0;
  switch (operation) {
    case CONTEXT_OPEN: return open_context(numbers == 1, out);
    case CONTEXT_DICTIONARY: return make_dictionary(numbers == 1, in, n, out);
    case CONTEXT_ID: return id_of(o, numbers, in, n, out);
    case CONTEXT_HEADER: return header_of(in, n, out);
    case CONTEXT_FORGET:
      if (o) forget(o);
      return 0;
  }
  if (!o || (o->kind != COMPRESSES && o->kind != DECOMPRESSES)) return LIBRARY_STREAM_ERROR;
  switch (operation) {
    case CONTEXT_LOAD: return load(o, in, n, out);
    case CONTEXT_REFER: return refer(o, numbers < object_count ? objects[numbers] : NULL, out);
    case CONTEXT_SET: return set(o, in, out);
    case CONTEXT_GET: return value_of(o, numbers, out);
    case CONTEXT_PLEDGE:
      return o->kind == COMPRESSES ? result(ZSTD_CCtx_setPledgedSrcSize(o->of.c, get(in, 8)), out)
                                   : LIBRARY_STREAM_ERROR;
    case CONTEXT_RUN: return run(o, in, n, numbers, out);
    case CONTEXT_RESET: reset(o); return 0;
    case CONTEXT_CLOSE: close_context(o); return 0;
    default: return LIBRARY_STREAM_ERROR;
  }
}
