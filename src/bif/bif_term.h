// SPDX-License-Identifier: Apache-2.0
// Functions of the BIFs on terms that others use: text as lists and back, and the hooks of the term room.
#ifndef BIF_BIF_TERM_H
#define BIF_BIF_TERM_H

#include "bif/bif.h"

void bif_term_init(void); // called when the VM starts: tells the external term format about funs and exports

term bif_list_of_utf8(const u8 *text, size_t n); // a list of characters; NV: system_limit was raised
// The characters of a list as UTF-8. Returns their number, or -1 (not a list of characters), or -2 (more than max).
int bif_utf8_of_list(term list, u8 *out, int max, size_t *len);

#endif
