// SPDX-License-Identifier: Apache-2.0
// Invariant: nothing outlives a call but the cache of compiled patterns, of bounded number and size, and the last answer. A
// request carries its pattern whole, so a pattern that fell out of the cache is compiled again and nobody notices.
#define PCRE2_CODE_UNIT_WIDTH 8
#include "regex/regex.h"

#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

enum { PATTERN_HEADER = 12, MATCH_HEADER = 16 };
enum { CACHE_PATTERNS = 64, CACHE_BYTES = 8 << 20 };
enum { HEAP_LIMIT_KIB = 128 << 10 };    // backtracking takes at most so much memory
enum { BATCH_MATCHES = 1000 };          // of REGEX_MATCH_ALL, so that a call is short and its answer small
enum { BATCH_SPAN = 256 << 10 };        // ... and so is the part of the subject it goes through
enum { NESTING = 500 };                 // of parentheses, which take C stack: re.wasm has 1 MiB
static const uint32_t NO_LIMIT = UINT32_MAX;

struct pattern {
  uint8_t *key; // the request's first part
  size_t size;
  uint64_t used;
  pcre2_code *code;
  size_t code_size;
  uint32_t captures;
};

static struct pattern cache[CACHE_PATTERNS];
static uint64_t uses;

static uint8_t *answer;
static size_t answer_size, answer_room;
static bool answer_failed;

static uint32_t u32_at(const uint8_t *p) { return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0]; }

// --- The answer -----------------------------------------------------------------------------------

static void put(const void *data, size_t n) {
  if (answer_failed) return;
  if (n > answer_room - answer_size) {
    size_t room = (answer_size + n) * 2;
    uint8_t *grown = realloc(answer, room);
    if (!grown) {
      answer_failed = true;
      return;
    }
    answer = grown;
    answer_room = room;
  }
  if (n) memcpy(answer + answer_size, data, n);
  answer_size += n;
}

static void put_u32(uint32_t v) {
  const uint8_t bytes[] = {(uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16), (uint8_t)(v >> 24)};
  put(bytes, sizeof bytes);
}

static void put_error(int code, size_t offset) {
  char text[256];
  int n = pcre2_get_error_message(code, (PCRE2_UCHAR *)text, sizeof text);
  put_u32((uint32_t)code);
  put_u32((uint32_t)offset);
  put(text, n > 0 ? (size_t)n : 0);
}

// --- Compiled patterns ----------------------------------------------------------------------------

static void forget(struct pattern *p) {
  pcre2_code_free(p->code);
  free(p->key);
  memset(p, 0, sizeof *p);
}

static struct pattern *oldest(size_t *total) {
  struct pattern *found = NULL;
  *total = 0;
  for (size_t i = 0; i < CACHE_PATTERNS; i++) {
    struct pattern *p = &cache[i];
    if (!p->code) continue;
    *total += p->code_size + p->size;
    if (!found || p->used < found->used) found = p;
  }
  return found;
}

// A free place, made by forgetting what was not used for longest.
static struct pattern *place_for(size_t size) {
  size_t total;
  for (struct pattern *old = oldest(&total); old && total + size > CACHE_BYTES; old = oldest(&total)) forget(old);
  for (size_t i = 0; i < CACHE_PATTERNS; i++)
    if (!cache[i].code) return &cache[i];
  struct pattern *old = oldest(&total);
  forget(old);
  return old;
}

// What PCRE2 expects a match to begin with is wrong for \w in UTF-8 with tables that have letters beyond ASCII (set_type_bits
// of pcre2_study.c looks at the class of spaces): it is told not to.
static uint32_t options_of(const uint8_t *key, size_t size) {
  uint32_t options = u32_at(key);
  if ((options & (PCRE2_UTF | PCRE2_UCP)) != PCRE2_UTF) return options;
  for (size_t i = PATTERN_HEADER; i + 1 < size; i++)
    if (key[i] == '\\' && key[i + 1] == 'w') return options | PCRE2_NO_START_OPTIMIZE;
  return options;
}

static pcre2_code *compile(const uint8_t *key, size_t size, int *error, size_t *offset) {
  static uint8_t *tables;
  *error = PCRE2_ERROR_NOMEMORY;
  if (!tables && (tables = malloc(REGEX_TABLES_SIZE))) regex_latin1_tables(tables);
  pcre2_compile_context *context = pcre2_compile_context_create(NULL);
  if (!tables || !context) return NULL;
  if (!(key[5] & REGEX_ASCII)) pcre2_set_character_tables(context, tables);
  pcre2_set_newline(context, key[4] ? key[4] : PCRE2_NEWLINE_LF);
  uint8_t bsr = key[5] & (REGEX_ASCII - 1);
  pcre2_set_bsr(context, bsr ? bsr : PCRE2_BSR_UNICODE);
  pcre2_set_parens_nest_limit(context, NESTING);
  // As before PCRE2 10.38, and as PCRE: \K within lookaround.
#ifdef PCRE2_EXTRA_ALLOW_LOOKAROUND_BSK
  pcre2_set_compile_extra_options(context, PCRE2_EXTRA_ALLOW_LOOKAROUND_BSK);
#endif
  pcre2_code *code = pcre2_compile(key + PATTERN_HEADER, size - PATTERN_HEADER, options_of(key, size), error, offset, context);
  pcre2_compile_context_free(context);
  return code;
}

static struct pattern *pattern_of(const uint8_t *key, size_t size, int *error, size_t *offset) {
  for (size_t i = 0; i < CACHE_PATTERNS; i++) {
    struct pattern *p = &cache[i];
    if (p->size != size || memcmp(p->key, key, size) != 0) continue;
    p->used = ++uses;
    return p;
  }
  pcre2_code *code = compile(key, size, error, offset);
  uint8_t *kept = code ? malloc(size) : NULL;
  if (!kept) {
    if (code) *error = PCRE2_ERROR_NOMEMORY;
    pcre2_code_free(code);
    return NULL;
  }
  memcpy(kept, key, size);
  struct pattern made = {.key = kept, .size = size, .used = ++uses, .code = code};
  pcre2_pattern_info(code, PCRE2_INFO_SIZE, &made.code_size);
  pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &made.captures);
  struct pattern *p = place_for(made.code_size + size);
  *p = made;
  return p;
}

static uint32_t info(const struct pattern *p, uint32_t what) {
  uint32_t value = 0;
  pcre2_pattern_info(p->code, what, &value);
  return value;
}

static void describe(const struct pattern *p) {
  const uint8_t *names = NULL;
  uint32_t count = info(p, PCRE2_INFO_NAMECOUNT), entry = info(p, PCRE2_INFO_NAMEENTRYSIZE);
  pcre2_pattern_info(p->code, PCRE2_INFO_NAMETABLE, &names);
  put_u32(0);
  put_u32(p->captures);
  put_u32(info(p, PCRE2_INFO_ALLOPTIONS));
  put_u32(info(p, PCRE2_INFO_NEWLINE));
  put_u32(info(p, PCRE2_INFO_BSR));
  put_u32(count);
  put_u32(entry);
  put(names, (size_t)count * entry);
}

// --- Matching -------------------------------------------------------------------------------------

struct search {
  const struct pattern *pattern;
  const uint8_t *subject;
  size_t size;
  uint32_t options;
  pcre2_match_data *data;
  pcre2_match_context *context;
};

static int find(struct search *s, size_t offset, uint32_t more_options) {
  int rc = pcre2_match(s->pattern->code, s->subject, s->size, offset, s->options | more_options, s->data, s->context);
  s->options |= PCRE2_NO_UTF_CHECK; // now it has been looked at
  return rc;
}

static void put_pairs(struct search *s, int count) {
  const PCRE2_SIZE *pairs = pcre2_get_ovector_pointer(s->data);
  for (int i = 0; i < 2 * count; i++) put_u32(pairs[i] == PCRE2_UNSET ? UINT32_MAX : (uint32_t)pairs[i]);
}

static size_t character_at(const struct search *s, size_t at, bool crlf) {
  if (at >= s->size) return 1;
  uint8_t c = s->subject[at];
  if (crlf && c == '\r' && at + 1 < s->size && s->subject[at + 1] == '\n') return 2;
  if (!(info(s->pattern, PCRE2_INFO_ALLOPTIONS) & PCRE2_UTF) || c < 0xC0) return 1;
  return c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
}

// As re's own loop does it: after an empty match a longer one at the same place counts too, then it goes on a character
// further.
static void match_all(struct search *s, size_t offset) {
  uint32_t newline = info(s->pattern, PCRE2_INFO_NEWLINE);
  bool crlf = newline == PCRE2_NEWLINE_CRLF || newline == PCRE2_NEWLINE_ANY || newline == PCRE2_NEWLINE_ANYCRLF;
  size_t first = offset, head = answer_size;
  int rc = PCRE2_ERROR_NOMATCH;
  put_u32(0);
  put_u32(0);
  for (int n = 0; offset <= s->size; n++) {
    if (n >= BATCH_MATCHES || offset - first > BATCH_SPAN) {
      rc = 0;
      break;
    }
    rc = find(s, offset, 0);
    if (rc < 0) break;
    const PCRE2_SIZE *pairs = pcre2_get_ovector_pointer(s->data);
    size_t begin = pairs[0], end = pairs[1];
    put_u32((uint32_t)rc);
    put_pairs(s, rc);
    if (end > begin) {
      offset = end;
      rc = PCRE2_ERROR_NOMATCH;
      continue;
    }
    size_t length = 0;
    rc = find(s, offset, PCRE2_NOTEMPTY | PCRE2_ANCHORED);
    if (rc > 0) {
      put_u32((uint32_t)rc);
      put_pairs(s, rc);
      length = pairs[1] > pairs[0] ? pairs[1] - pairs[0] : 0;
    } else if (rc != PCRE2_ERROR_NOMATCH) {
      break;
    }
    offset = begin + (length ? length : character_at(s, begin, crlf));
    rc = PCRE2_ERROR_NOMATCH;
  }
  if (answer_failed) return;
  size_t end = answer_size;
  answer_size = head;
  put_u32((uint32_t)rc);
  put_u32((uint32_t)offset);
  answer_size = end;
}

static void match(const struct pattern *p, enum regex_operation operation, const uint8_t *in, size_t n) {
  struct search s = {.pattern = p, .subject = in + MATCH_HEADER, .size = n - MATCH_HEADER, .options = u32_at(in)};
  uint32_t offset = u32_at(in + 4), limit = u32_at(in + 8), depth = u32_at(in + 12);
  s.data = pcre2_match_data_create_from_pattern(p->code, NULL);
  s.context = pcre2_match_context_create(NULL);
  if (s.data && s.context) {
    pcre2_set_heap_limit(s.context, HEAP_LIMIT_KIB);
    if (limit != NO_LIMIT) pcre2_set_match_limit(s.context, limit);
    if (depth != NO_LIMIT) pcre2_set_depth_limit(s.context, depth);
    if (operation == REGEX_MATCH_ALL) {
      match_all(&s, offset);
    } else {
      int rc = find(&s, offset, 0);
      put_u32((uint32_t)rc);
      put_pairs(&s, rc > 0 ? rc : 0);
    }
  } else {
    put_u32((uint32_t)PCRE2_ERROR_NOMEMORY);
  }
  pcre2_match_context_free(s.context);
  pcre2_match_data_free(s.data);
}

int32_t regex_call(uint32_t operation, uint32_t handle, const uint8_t *in, size_t n, uint32_t number, const uint8_t **out) {
  (void)handle, (void)number;
  answer_size = 0;
  answer_failed = false;
  if (operation == REGEX_VERSION) {
    char text[64];
    int length = pcre2_config(PCRE2_CONFIG_VERSION, text);
    put(text, length > 1 ? (size_t)length - 1 : 0); // without the zero
  } else {
    size_t size = PATTERN_HEADER + (size_t)u32_at(in + 8), offset = 0;
    int error = 0;
    struct pattern *p = pattern_of(in, size, &error, &offset);
    if (!p) put_error(error, offset);
    else if (operation == REGEX_COMPILE) describe(p);
    else match(p, operation, in + size, n - size);
  }
  *out = answer;
  return answer_failed ? LIBRARY_NO_MEMORY : (int32_t)answer_size;
}
