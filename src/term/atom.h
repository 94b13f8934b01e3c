// SPDX-License-Identifier: Apache-2.0
// The atom table, which gives each text one index. The VM never frees an atom. The predefined atoms (code/atoms.tab)
// have the constants ATOM_<name> of gen/atoms.h.
#ifndef TERM_ATOM_H
#define TERM_ATOM_H

#include "gen/atoms.h"
#include "term/term.h"

void atom_init(void);
void atom_destroy(void);
// text is UTF-8. Returns NV when it is malformed or longer than 255 characters, when there is no memory, and when the
// table is full.
term atom_from_utf8(const u8 *text, size_t len);
term atom_from_latin1(const u8 *text, size_t len);
term atom_find_utf8(const u8 *text, size_t len); // the atom with this text if it exists, else NV
term atom_from_c(const char *text);              // zero-terminated ASCII
const u8 *atom_text(term atom, size_t *len);     // UTF-8 bytes, not terminated
u32 atom_characters(term atom);
int atom_compare(term a, term b); // in the order of their codepoints, as the term order wants
u32 atom_hash_otp(term atom);     // the hash that OTP's phash and phash2 use for this atom
u32 atom_count(void);
bool atom_is_bool(term t);
INLINE term make_bool(bool b) { return b ? ATOM_true : ATOM_false; }

#endif
