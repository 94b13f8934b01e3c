// SPDX-License-Identifier: Apache-2.0
// Invariant: only the cache of compiled patterns (bounded in number and size), unfinished searches and the last answer
// outlive a call. A request contains its whole pattern, so a pattern that was dropped from the cache is simply compiled
// again; a search holds on to its own pattern.
#define PCRE2_CODE_UNIT_WIDTH 8
#include "regex/regex.h"

#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#include "regex/pausing.h"

enum { PATTERN_HEADER = 12, MATCH_HEADER = 20 };
enum { CACHE_PATTERNS = 64, CACHE_BYTES = 8 << 20 };
enum { HEAP_LIMIT_KIB = 128 << 10 }; // backtracking takes no more memory than this
#ifndef REGEX_STEPS                  // the tests set a small number, so that everything pauses
#define REGEX_STEPS 50000
#endif
// How many steps one call takes, about a millisecond; how many steps count for starting another search.
enum { STEPS = REGEX_STEPS, SEARCH_STEPS = 30 };
// Limits nested parentheses, which take C stack: re.wasm has 1 MiB.
enum { NESTING = 500 };
static const uint32_t NO_LIMIT = UINT32_MAX;

struct pattern {
  uint32_t users; // the cache and searches
  uint8_t *key;   // the first part of the request
  size_t size;
  uint64_t used;
  pcre2_code *code;
  size_t code_size;
  uint32_t captures;
};

static struct pattern *cache[CACHE_PATTERNS];
static uint64_t uses;

static uint8_t *answer;
static size_t answer_size, answer_room;
static bool answer_failed;

static uint32_t u32_at(const uint8_t *p) {
  return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

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

static void release(struct pattern *p) {
  if (--p->users) return;
  pcre2_code_free(p->code);
  free(p->key);
  free(p);
}

static struct pattern **oldest(size_t *total) {
  struct pattern **found = NULL;
  *total = 0;
  for (size_t i = 0; i < CACHE_PATTERNS; i++) {
    struct pattern *p = cache[i];
    if (!p) continue;
    *total += p->code_size + p->size;
    if (!found || p->used < (*found)->used) found = &cache[i];
  }
  return found;
}

static void forget(struct pattern **place) {
  release(*place);
  *place = NULL;
}

// Returns a free place; if need be, frees the pattern that was not used for longest.
static struct pattern **place_for(size_t size) {
  size_t total;
  for (struct pattern **old = oldest(&total); old && total + size > CACHE_BYTES; old = oldest(&total)) forget(old);
  for (size_t i = 0; i < CACHE_PATTERNS; i++)
    if (!cache[i]) return &cache[i];
  struct pattern **old = oldest(&total);
  forget(old);
  return old;
}

// PCRE2's optimization of what a match begins with is wrong for \w in UTF-8 with tables that have letters beyond ASCII
// (set_type_bits in pcre2_study.c reads the class of spaces): so it is switched off there.
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
  // Allows \K within lookaround, as PCRE and PCRE2 before 10.38 do.
#ifdef PCRE2_EXTRA_ALLOW_LOOKAROUND_BSK
  pcre2_set_compile_extra_options(context, PCRE2_EXTRA_ALLOW_LOOKAROUND_BSK);
#endif
  pcre2_code *code =
      pcre2_compile(key + PATTERN_HEADER, size - PATTERN_HEADER, options_of(key, size), error, offset, context);
  pcre2_compile_context_free(context);
  return code;
}

static struct pattern *pattern_of(const uint8_t *key, size_t size, int *error, size_t *offset) {
  for (size_t i = 0; i < CACHE_PATTERNS; i++) {
    struct pattern *p = cache[i];
    if (!p || p->size != size || memcmp(p->key, key, size) != 0) continue;
    p->used = ++uses;
    return p;
  }
  pcre2_code *code = compile(key, size, error, offset);
  if (!code) return NULL;
  struct pattern *p = malloc(sizeof *p);
  uint8_t *kept = malloc(size);
  if (!p || !kept) {
    free(p);
    free(kept);
    pcre2_code_free(code);
    *error = PCRE2_ERROR_NOMEMORY;
    return NULL;
  }
  memcpy(kept, key, size);
  *p = (struct pattern){.users = 1, .key = kept, .size = size, .used = ++uses, .code = code};
  pcre2_pattern_info(code, PCRE2_INFO_SIZE, &p->code_size);
  pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &p->captures);
  *place_for(p->code_size + size) = p;
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
  struct search *next;
  uint32_t handle, check;
  struct pattern *pattern;
  uint8_t *subject;      // a copy, because a paused match points into it
  size_t size, received; // size of the subject; bytes received so far
  uint32_t options;
  size_t offset; // where the search begins
  bool all;
  // An empty match was found at `begin`; find out whether another one begins at `offset`.
  bool after_empty;
  size_t begin;
  int64_t steps; // steps that are left
  pcre2_match_data *data;
  pcre2_match_context *context;
  struct pausing *pausing;
};

static struct search *searches; // unfinished searches
static uint32_t last_handle;
enum { HANDLES = 0x1FFFFFFF };

static void search_free(struct search *s) {
  if (!s) return;
  if (s->pattern) release(s->pattern);
  pcre2_match_context_free(s->context);
  pcre2_match_data_free(s->data);
  if (s->pausing) pausing_free(s->pausing);
  free(s->subject);
  free(s);
}

// in is the request after the pattern. NULL: no memory.
static struct search *search_new(struct pattern *p, bool all, const uint8_t *in) {
  struct search *s = calloc(1, sizeof *s);
  if (!s) return NULL;
  s->all = all;
  s->options = u32_at(in);
  s->offset = u32_at(in + 4);
  s->size = u32_at(in + 16);
  s->pattern = p;
  p->users++;
  s->subject = malloc(s->size + 1);
  s->data = pcre2_match_data_create_from_pattern(p->code, NULL);
  s->context = pcre2_match_context_create(NULL);
  s->pausing = pausing_new();
  if (!s->subject || !s->data || !s->context || !s->pausing) {
    search_free(s);
    return NULL;
  }
  uint32_t limit = u32_at(in + 8), depth = u32_at(in + 12);
  pcre2_set_heap_limit(s->context, HEAP_LIMIT_KIB);
  if (limit != NO_LIMIT) pcre2_set_match_limit(s->context, limit);
  if (depth != NO_LIMIT) pcre2_set_depth_limit(s->context, depth);
  return s;
}

static struct search **search_at(uint32_t handle) {
  struct search **at = &searches;
  while (*at && (*at)->handle != handle) at = &(*at)->next;
  return at;
}

static void receive(struct search *s, const uint8_t *in, size_t n) {
  if (n > s->size - s->received) n = s->size - s->received;
  if (n) memcpy(s->subject + s->received, in, n);
  s->received += n;
}

// Returns PCRE2's result; or REGEX_PAUSED, and then the caller calls again with the same arguments.
static int find(struct search *s, uint32_t more_options) {
  pausing_enter(s->pausing, s->steps);
  const pcre2_code *code = s->pattern->code;
  int rc = pcre2_match(code, s->subject, s->size, s->offset, s->options | more_options, s->data, s->context);
  s->steps = pausing_leave(s->pausing, rc == REGEX_PAUSED) - SEARCH_STEPS;
  if (rc != REGEX_PAUSED) s->options |= PCRE2_NO_UTF_CHECK; // the subject was checked
  return rc;
}

static void put_match(const struct search *s, int count) {
  const PCRE2_SIZE *pairs = pcre2_get_ovector_pointer(s->data);
  put_u32((uint32_t)count);
  for (int i = 0; i < 2 * count; i++) put_u32(pairs[i] == PCRE2_UNSET ? UINT32_MAX : (uint32_t)pairs[i]);
}

static size_t character_at(const struct search *s, size_t at, bool crlf) {
  if (at >= s->size) return 1;
  uint8_t c = s->subject[at];
  if (crlf && c == '\r' && at + 1 < s->size && s->subject[at + 1] == '\n') return 2;
  if (!(info(s->pattern, PCRE2_INFO_ALLOPTIONS) & PCRE2_UTF) || c < 0xC0) return 1;
  return c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
}

static int match_one(struct search *s) {
  int rc = find(s, 0);
  if (rc == REGEX_PAUSED) return REGEX_MORE;
  if (rc > 0) put_match(s, rc);
  return rc;
}

// Finds all matches as re's own loop does: after an empty match, a longer match at the same place counts too; then the
// search continues one character further.
static int match_all(struct search *s) {
  uint32_t newline = info(s->pattern, PCRE2_INFO_NEWLINE);
  bool crlf = newline == PCRE2_NEWLINE_CRLF || newline == PCRE2_NEWLINE_ANY || newline == PCRE2_NEWLINE_ANYCRLF;
  const PCRE2_SIZE *pairs = pcre2_get_ovector_pointer(s->data);
  while (s->offset <= s->size) {
    if (s->steps < 0) return REGEX_MORE;
    if (!s->after_empty) {
      int rc = find(s, 0);
      if (rc < 0) return rc == REGEX_PAUSED ? REGEX_MORE : rc;
      put_match(s, rc);
      s->begin = pairs[0];
      s->after_empty = pairs[1] <= s->begin;
      if (!s->after_empty) s->offset = pairs[1];
      continue;
    }
    size_t length = 0;
    int rc = find(s, PCRE2_NOTEMPTY | PCRE2_ANCHORED);
    if (rc > 0) {
      put_match(s, rc);
      length = pairs[1] > pairs[0] ? pairs[1] - pairs[0] : 0;
    } else if (rc != PCRE2_ERROR_NOMATCH) {
      return rc == REGEX_PAUSED ? REGEX_MORE : rc;
    }
    s->after_empty = false;
    s->offset = s->begin + (length ? length : character_at(s, s->begin, crlf));
  }
  return PCRE2_ERROR_NOMATCH;
}

// Gives a search its handle and check. The check prevents that the handle of a search that was lost together with its
// re.wasm is taken for that of another search.
static void name(struct search *s) {
  do last_handle = last_handle % HANDLES + 1;
  while (*search_at(last_handle));
  s->handle = last_handle;
  uint32_t sum = (uint32_t)s->size;
  for (size_t i = 0; i < s->pattern->size; i++) sum = (sum ^ s->pattern->key[i]) * 16777619u;
  s->check = sum & 0x7FFFFFFF;
}

// Searches for a while. Afterwards s is either in the list of unfinished searches or freed.
static void search_go_on(struct search *s) {
  size_t head = answer_size;
  for (int i = 0; i < 4; i++) put_u32(0);
  s->steps = STEPS;
  int rc = s->received < s->size ? REGEX_MORE : s->all ? match_all(s) : match_one(s);
  if (answer_failed) rc = PCRE2_ERROR_NOMEMORY;
  size_t end = answer_size;
  bool more = rc == REGEX_MORE;
  if (more && !s->handle) name(s);
  answer_size = head;
  put_u32((uint32_t)rc);
  put_u32(more ? s->handle : 0);
  put_u32(more ? s->check : 0);
  put_u32((uint32_t)(STEPS - s->steps));
  answer_size = end;
  if (more) {
    s->next = searches;
    searches = s;
  } else {
    search_free(s);
  }
}

static void match(struct pattern *p, bool all, const uint8_t *in, size_t n) {
  struct search *s = search_new(p, all, in);
  if (!s) {
    put_u32((uint32_t)PCRE2_ERROR_NOMEMORY);
    for (int i = 1; i < 4; i++) put_u32(0);
    return;
  }
  receive(s, in + MATCH_HEADER, n - MATCH_HEADER);
  search_go_on(s);
}

static void go_on(uint32_t handle, uint32_t check, const uint8_t *in, size_t n) {
  struct search **at = search_at(handle), *s = *at;
  if (!s || s->check != check) {
    answer_failed = true;
    return;
  }
  *at = s->next;
  receive(s, in, n);
  search_go_on(s);
}

static void forget_search(uint32_t handle) {
  struct search **at = search_at(handle), *s = *at;
  if (!s) return;
  *at = s->next;
  search_free(s);
}

static void version(void) {
  char text[64];
  int length = pcre2_config(PCRE2_CONFIG_VERSION, text);
  put(text, length > 1 ? (size_t)length - 1 : 0); // without the zero at its end
}

int32_t regex_call(uint32_t operation, uint32_t handle, const uint8_t *in, size_t n, uint32_t number,
                   const uint8_t **out) {
  answer_size = 0;
  answer_failed = false;
  if (operation == REGEX_VERSION) version();
  else if (operation == REGEX_GO_ON) go_on(handle, number, in, n);
  else if (operation == REGEX_FORGET) forget_search(handle);
  else {
    size_t size = PATTERN_HEADER + (size_t)u32_at(in + 8), offset = 0;
    int error = 0;
    struct pattern *p = pattern_of(in, size, &error, &offset);
    if (!p) put_error(error, offset);
    else if (operation == REGEX_COMPILE) describe(p);
    else match(p, operation == REGEX_MATCH_ALL, in + size, n - size);
  }
  *out = answer;
  return answer_failed ? LIBRARY_NO_MEMORY : (int32_t)answer_size;
}
