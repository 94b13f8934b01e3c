// SPDX-License-Identifier: Apache-2.0
// Parts of the translation: translate.c goes through the code and translates the common instructions; calls, selections
// and bit syntax have files of their own. Each function translates one generic instruction.
#ifndef CODE_TRANSLATE_H
#define CODE_TRANSLATE_H

#include "code/emit.h"
#include "gen/genop.h"

#define ARG(n) (&i->args[n])
void translate_select(struct emit *e, const struct beam_instr *i);
void translate_bif(struct emit *e, const struct beam_instr *i);      // bif0..3, gc_bif1..3
bool translate_bits(struct emit *e, const struct beam_instr *i);     // false: it does not belong to the bit syntax
bool translate_bits_old(struct emit *e, const struct beam_instr *i); // false: it is none of these

#endif
