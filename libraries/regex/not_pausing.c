// SPDX-License-Identifier: Apache-2.0
// The functions of pausing.h for a PCRE2 that was not built from its source: a match is done in one go.
#include "regex/pausing.h"

#include <stdlib.h>

struct pausing {
  int64_t steps;
};

struct pausing *pausing_new(void) {
  return calloc(1, sizeof(struct pausing));
}
void pausing_free(struct pausing *p) { free(p); }
void pausing_enter(struct pausing *p, int64_t steps) { p->steps = steps; }
int64_t pausing_leave(struct pausing *p, bool paused) {
  (void)paused;
  return p->steps;
}
