// SPDX-License-Identifier: Apache-2.0
// Long work in portions: a BIF over iodata (or anything long) does about a millisecond of it, keeps its
// state in its first argument and yields. The state is a tuple that begins with a magic reference to one
// hidden resource, so that no program can make one up; the original argument is kept in it for the stack
// trace of an error. Used by the BIFs that flatten, hash and convert.
#ifndef BIF_PORTION_H
#define BIF_PORTION_H

#include "bif/bif.h"

enum { PORTION_STEPS = 50000, PORTION_BYTES = 262144 };
struct portion {
  term original; // the argument as the program gave it
  term rest;     // what is left to do
  term so_far;   // the result so far; NV at the beginning
};
// Reads arg: the state of a paused BIF, or (so_far = NV, rest = original = arg) a fresh call.
void portion_open(struct portion *w, term arg);
bool portion_paused(term arg); // whether it is the state of a paused BIF
// Stores w in *arg and yields.
term portion_pause(struct portion *w, term *arg);
// badarg (or system_limit) about the original argument, put back into *arg.
term portion_fail(struct portion *w, term *arg, bool no_memory);

enum portion_result { PORTION_DONE, PORTION_MORE, PORTION_BAD, PORTION_NO_MEMORY };
struct portion_sink {
  bool whole_bytes_only;
  bool (*take)(void *state, const struct bits *b); // false: no memory. Not called with nothing.
  void *state;
};
// Feeds at most a portion of w->rest (iodata) to the sink; w->rest becomes what remains.
enum portion_result portion_feed(struct portion *w, const struct portion_sink *sink);

#endif
