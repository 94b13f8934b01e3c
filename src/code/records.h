// SPDX-License-Identifier: Apache-2.0
// The native records that modules define (chunk Recs, OTP 29), and finding them.
#ifndef CODE_RECORDS_H
#define CODE_RECORDS_H

#include "code/load.h"

// Makes the last literals of s->m, in scratch. False: *e says what is wrong, with chunk and offset.
bool records_read(struct load_state *s, struct heap *scratch, struct beam_error *e);
// Where a module keeps its prototype of that name; NULL: it does not define one.
const term *records_find(const struct module *m, term name);
void records_init(void); // sets etf_known_record

#endif
