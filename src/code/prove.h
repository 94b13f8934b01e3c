// SPDX-License-Identifier: Apache-2.0
// The proof pass between checking and translating: see prove.c.
#ifndef CODE_PROVE_H
#define CODE_PROVE_H

#include "code/beam_file.h"

// arities: by label, of the function whose entry it is and one more; 0: no entry. True: every register read was written
// on all ways, nothing is built without room, and f->expected tells what is to be checked at run time. False: error
// filled.
bool beam_prove(struct beam_file *f, u16 *arities, struct beam_error *e);

#endif
