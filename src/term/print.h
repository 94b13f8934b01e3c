// SPDX-License-Identifier: Apache-2.0
// Text of a term as erlang:display and ~w print it: used by JS, crash texts and debugging (Erlang's own
// formatting is io_lib's). Iterative; stops after limit bytes with "...".
#ifndef TERM_PRINT_H
#define TERM_PRINT_H

#include "base/bytes.h"
#include "term/term.h"

void print_term(struct bytes *out, term t, size_t limit);
void print_atom(struct bytes *out, term atom); // quoted where Erlang needs it
void print_pid(struct bytes *out, term pid);
void print_ref(struct bytes *out, term ref);

#endif
