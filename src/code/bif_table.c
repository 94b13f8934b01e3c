// SPDX-License-Identifier: Apache-2.0
// The table of BIFs, generated from bifs.d/: code_init makes an export record of each row. All names are one string,
// and the other columns are arrays without pointers into it; compressed, this is half the size of a table of structs.
#include "code/code.h"
#include "gen/bifs.h"

static const char names[] =
#define B(module, function, arity, fn, flags) module "\0" function "\0"
#include "gen/bifs.inc"
#undef B
    ;
static const bif_fn functions[] = {
#define B(module, function, arity, fn, flags) fn,
#include "gen/bifs.inc"
#undef B
};
static const u8 arities[] = {
#define B(module, function, arity, fn, flags) arity,
#include "gen/bifs.inc"
#undef B
};
static const u8 all_flags[] = {
#define B(module, function, arity, fn, flags) flags,
#include "gen/bifs.inc"
#undef B
};

bool bif_table_next(struct bif_cursor *c, struct bif_entry *out) {
  if (c->row == COUNT_OF(functions)) return false;
  if (!c->name) c->name = names;
  out->module = c->name;
  out->function = out->module + strlen(out->module) + 1;
  c->name = out->function + strlen(out->function) + 1;
  out->arity = arities[c->row];
  out->flags = all_flags[c->row];
  out->fn = functions[c->row++];
  return true;
}
