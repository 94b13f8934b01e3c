// SPDX-License-Identifier: Apache-2.0
// What the BIFs of ETS share: table arguments, errors with their cause, copies of rows.
#ifndef BIF_BIF_ETS_H
#define BIF_BIF_ETS_H

#include "bif/bif.h"
#include "ets/ets.h"
#include "gen/bifs.h"

term ets_badarg(term cause); // error:badarg with error_info for erl_stdlib_errors; NV: no cause
// Returns the table if p may access it in this way. Otherwise sets an exception, or makes p yield because another
// process is in the middle of an atomic insertion; in both cases the BIF returns NV.
struct ets_table *ets_arg(struct process *p, term table, enum ets_access access);
term ets_copy_row(const struct ets_row *r);                             // on HEAP; NV: no memory
term ets_rows_of_key(const struct ets_table *t, struct ets_row *first); // a list, oldest first; NV: no memory

#endif
