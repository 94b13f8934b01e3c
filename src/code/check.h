// SPDX-License-Identifier: Apache-2.0
// The check pass between reading and translating: see check.c.
#ifndef CODE_CHECK_H
#define CODE_CHECK_H

#include "code/beam_file.h"

enum { MAX_FRAME = 1024 };

// True: every operand of every instruction is of a kind its place allows and in range, every label is
// defined once and every label used is defined, and f->on_load is known. False: error filled.
bool beam_check(struct beam_file *f, struct beam_error *e);

// A call of erlang:error and its like.
bool check_never_returns(const struct beam_file *f, const struct beam_instr *i);

#endif
