// SPDX-License-Identifier: Apache-2.0
// Long work in portions. A BIF over iodata (or other long data) works for about a millisecond, then keeps its state in
// its first argument and yields. The state is a tuple that begins with a magic reference to a hidden resource, so that
// no program can forge one. It also holds the original argument, for the stack trace of an error. Used by the BIFs that
// flatten, hash and convert.
#ifndef BIF_PORTION_H
#define BIF_PORTION_H

#include "bif/bif.h"

enum { PORTION_STEPS = 50000, PORTION_BYTES = 262144 };
struct portion {
  term original; // the argument as the program gave it
  term rest;     // what is still to be done
  term so_far;   // the result so far; NV at the beginning
};
// Reads arg, which is either the state of a paused BIF or the argument of a new call (then so_far = NV and rest =
// original = arg).
void portion_open(struct portion *w, term arg);
bool portion_paused(term arg); // whether arg is the state of a paused BIF
// Stores w in *arg and yields.
term portion_pause(struct portion *w, term *arg);
// Raises badarg (or system_limit); puts the original argument back into *arg first.
term portion_fail(struct portion *w, term *arg, bool no_memory);

enum portion_result { PORTION_DONE, PORTION_MORE, PORTION_BAD, PORTION_NO_MEMORY };
struct portion_sink {
  bool whole_bytes_only;
  bool (*take)(void *state, const struct bits *b); // false: no memory; never called without bits
  void *state;
};
// Feeds at most one portion of w->rest, which is iodata, to the sink; w->rest becomes what remains.
enum portion_result portion_feed(struct portion *w, const struct portion_sink *sink);

#endif
