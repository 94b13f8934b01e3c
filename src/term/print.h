// SPDX-License-Identifier: Apache-2.0
// The text of a term as ~tw prints it, for JavaScript, crash texts and debugging, and as erlang:display prints it.
// Erlang's own formatting is done by io_lib. print_term stops after limit bytes and appends "...".
#ifndef TERM_PRINT_H
#define TERM_PRINT_H

#include "base/bytes.h"
#include "term/term.h"

void print_term(struct bytes *out, term t, size_t limit);
void print_display(struct bytes *out, term t); // as erlang:display: strings as text, floats as %e
void print_mfa(struct bytes *out, term module, term function, u32 arity);
void print_fun(struct bytes *out, term fun);
void print_port(struct bytes *out, term port);
void print_atom(struct bytes *out, term atom); // quoted where Erlang's syntax needs it
void print_pid(struct bytes *out, term pid);
void print_ref(struct bytes *out, term ref);

#endif
