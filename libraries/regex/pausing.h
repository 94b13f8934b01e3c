// SPDX-License-Identifier: Apache-2.0
// A match that can pause. PCRE2's matcher keeps everything that it still has to try in a vector of frames, which
// outlives a call. So it can stop after a number of steps and continue when it is called again. The places where it
// does so are edited into pcre2_match.c during the build (pcre2.cmake); the code for them is in pausing_state.h.
//
// A step is a frame, or as much time: when bytes are scanned at once, several bytes are one step. One call may take
// more steps than it was given, by what lies between two frames, which is at most one straight scan of the subject.
#ifndef REGEX_PAUSING_H
#define REGEX_PAUSING_H

#include <stdbool.h>
#include <stdint.h>

enum { REGEX_PAUSED = -1000 }; // what pcre2_match returns for a pause; PCRE2 has no such result

// What a match must keep that is not in its match data. Each search has one; it is the current one during a call of
// pcre2_match.
struct pausing;
struct pausing *pausing_new(void); // NULL: no memory
void pausing_free(struct pausing *p);
// A call of pcre2_match stands between these two. It continues where it paused when it has the same arguments as
// before. steps is the number of steps that it may take.
void pausing_enter(struct pausing *p, int64_t steps);  // before a call of pcre2_match
int64_t pausing_leave(struct pausing *p, bool paused); // after it: the steps left

#endif
