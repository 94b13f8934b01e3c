// SPDX-License-Identifier: Apache-2.0
// Included only by pcre2_match.c, into which pcre2.cmake writes these macros: the state of a match that is kept between
// calls (pausing.h). Between two frames the state of match() is its frame. The beginning of pcre2_match() is run again
// after a pause; it sets all but a few of that function's variables.
#include <stdlib.h>

#include "regex/pausing.h"

struct pausing {
  int64_t steps;      // steps that are left
  PCRE2_SPTR from;    // where the search for a starting point began
  BOOL inside;        // whether it paused within match()
  PCRE2_SIZE checked; // so many bytes were found to be valid UTF-8
  PCRE2_SIZE frame;   // offset in the vector
  PCRE2_SPTR start_match, req_cu_ptr, found, found2;
  match_block block;
};

// The current state. It is a copy, so that its fields are at fixed addresses.
static struct pausing pausing;

struct pausing *pausing_new(void) {
  return calloc(1, sizeof(struct pausing));
}
void pausing_free(struct pausing *p) { free(p); }

void pausing_enter(struct pausing *p, int64_t steps) {
  pausing = *p;
  pausing.steps = steps;
}

int64_t pausing_leave(struct pausing *p, bool paused) {
  if (paused) *p = pausing;
  else memset(p, 0, sizeof *p);
  return pausing.steps;
}

// The number of bytes that count as a step. Classes with Unicode properties take longest; copying a frame is fast.
#define PAUSING_BYTES(n) ((int64_t)((PCRE2_SIZE)(n) >> (utf || ucp ? 1 : 3)))
enum { FRAME_BYTES = 128, CHECKED_BYTES = 8, WINDOW = 1 << 16 };

#define PAUSING_ENTER \
  PCRE2_SPTR scanned = pausing.from; \
  if (pausing.inside) { \
    F = (heapframe *)((char *)F + pausing.frame); \
    pausing.inside = FALSE; \
    scanned = Feptr; \
    group_frame_type = 0; \
    goto PAUSING_FRAME_ON; \
  }

// Called for each new frame. Only bytes scanned forwards count; backwards, the matcher goes one by one and makes a
// frame for each.
#define PAUSING_FRAME \
  pausing.steps -= 1 + (int64_t)(frame_size / FRAME_BYTES); \
  PAUSING_RETURN; \
  scanned = Feptr; \
  if (pausing.steps < 0) { \
    pausing.frame = (PCRE2_SIZE)((char *)F - (char *)match_data->heapframes); \
    pausing.inside = TRUE; \
    return REGEX_PAUSED; \
  } \
  PAUSING_FRAME_ON:

#define PAUSING_RETURN \
  if (Feptr > scanned) pausing.steps -= PAUSING_BYTES(Feptr - scanned)
#define PAUSING_BACK scanned = Feptr
#define PAUSING_REFERENCE(length) pausing.steps -= (int64_t)((length) / CHECKED_BYTES)

#define PAUSING_AGAIN \
  if (pausing.inside) { \
    start_match = pausing.start_match; \
    req_cu_ptr = pausing.req_cu_ptr; \
    memchr_found_first_cu = pausing.found; \
    memchr_found_first_cu2 = pausing.found2; \
    start_partial = match_partial = NULL; \
    *mb = pausing.block; \
    mb->cb = &cb; \
    goto PAUSING_GO_ON; \
  }

#define PAUSING_PAUSE \
  if (rc == REGEX_PAUSED) { \
    pausing.start_match = start_match; \
    pausing.req_cu_ptr = req_cu_ptr; \
    pausing.found = memchr_found_first_cu; \
    pausing.found2 = memchr_found_first_cu2; \
    pausing.block = *mb; \
    return rc; \
  }

// PCRE2 looks ahead for a place where a match can begin, here only within a window of the subject. When there is none
// in the window, a match is tried at the window's end, as without looking ahead: it finds nothing, but it makes a
// frame, where the match can pause.
#define PAUSING_WINDOW \
  if (!anchored && end_subject - start_match > WINDOW) { \
    end_subject = start_match + WINDOW; \
    if (utf) \
      while (NOT_FIRSTCU(*end_subject)) end_subject--; \
  }

// Checks in portions whether a subject is UTF-8.
static int pausing_valid_utf(PCRE2_SPTR subject, PCRE2_SIZE n, PCRE2_SIZE *at) {
  while (pausing.checked < n) {
    PCRE2_SPTR part = subject + pausing.checked;
    PCRE2_SIZE size = n - pausing.checked;
    if (pausing.steps < 0) return REGEX_PAUSED;
    if (size > WINDOW) {
      size = WINDOW;
      while (size > WINDOW - 8 && NOT_FIRSTCU(part[size])) size--;
    }
    int rc = PRIV(valid_utf)(part, size, at);
    if (rc != 0) {
      *at += pausing.checked;
      return rc;
    }
    pausing.checked += size;
    pausing.steps -= (int64_t)(size / CHECKED_BYTES);
  }
  return 0;
}
