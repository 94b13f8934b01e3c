// SPDX-License-Identifier: Apache-2.0
// The check pass between reading and translating: see check.c.
#ifndef CODE_CHECK_H
#define CODE_CHECK_H

#include "code/beam_file.h"

enum { MAX_FRAME = 1024 };

// True: every operand of every instruction is of a kind that its place allows and in range, every label is defined
// once, every label that is used is defined, and f->on_load is set. False: *e says why.
bool beam_check(struct beam_file *f, struct beam_error *e);

// Whether the instruction is a call of erlang:error or a similar function.
bool check_never_returns(const struct beam_file *f, const struct beam_instr *i);

#endif
