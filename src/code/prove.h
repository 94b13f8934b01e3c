// SPDX-License-Identifier: Apache-2.0
// The proof pass between checking and translating: see prove.c.
#ifndef CODE_PROVE_H
#define CODE_PROVE_H

#include "code/beam_file.h"

// arities has for each label the arity + 1 of the function whose entry it is, or 0. True: every register that is read
// was written on every path, nothing is built without room, and f->expected says what must be checked at run time.
// False: *e says why.
bool beam_prove(struct beam_file *f, u16 *arities, struct beam_error *e);

#endif
