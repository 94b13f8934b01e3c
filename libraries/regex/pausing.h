// SPDX-License-Identifier: Apache-2.0
// A match that pauses. PCRE2's matcher keeps all that it has yet to try in a vector of frames, which outlives a call:
// so it can stop when it has made a number of steps, and go on when it is called again. Where it does that is edited
// into pcre2_match.c when it is built (pcre2.cmake); what is done there is in pausing_state.h.
//
// A step is a frame, or as much time: of bytes gone through at once there are several to a step. One call overdraws
// its steps by what lies between two frames, which is at most one straight run through the subject.
#ifndef REGEX_PAUSING_H
#define REGEX_PAUSING_H

#include <stdbool.h>
#include <stdint.h>

enum { REGEX_PAUSED = -1000 }; // what pcre2_match then answers: no result of its own

// What a match has to keep that is not in its match data. A search has one, which is the current one while it is
// matched.
struct pausing;
struct pausing *pausing_new(void); // NULL: no memory
void pausing_free(struct pausing *p);
// Around a call of pcre2_match, which goes on where it paused when it has the same arguments again. steps: how many
// it may make.
void pausing_enter(struct pausing *p, int64_t steps);  // before a call of pcre2_match
int64_t pausing_leave(struct pausing *p, bool paused); // after it: the steps left

#endif
