// SPDX-License-Identifier: Apache-2.0
// The table of BIFs, generated from bifs.tab and bifs.d: code_init makes an export record of each row.
#include "code/code.h"
#include "gen/bifs.h"

const struct bif_entry bif_table[] = {
#define B(module, function, arity, fn, flags) {module, function, arity, fn, flags},
#include "gen/bifs.inc"
#undef B
  {NULL, NULL, 0, NULL, 0},
};
