// SPDX-License-Identifier: Apache-2.0
#include "code/op_table.h"

static const struct op_row table[OP_COUNT] = {
#define OP(name, kinds, items, words, names, in, out, effects) \
  [OP_##name] = {#name, kinds, items, words, names, in, out, effects},
#include "gen/ops.inc"
#undef OP
};

const struct op_row *op_row(cword code) { return &table[code]; }

// The word that counts the items of the list, or NULL.
static const cword *count_of(const cword *ip) {
  const struct op_row *row = op_row(ip[0]);
  return row->item_kinds[0] ? ip + strlen(row->kinds) : NULL;
}

u32 op_items(const cword *ip) {
  const struct op_row *row = op_row(ip[0]);
  const cword *count = count_of(ip);
  if (!count) return 0;
  return (u32)(row->counts_words ? *count / strlen(row->item_kinds) : *count);
}

const cword *op_behind(const cword *ip) {
  const struct op_row *row = op_row(ip[0]);
  return ip + 1 + strlen(row->kinds) + op_items(ip) * strlen(row->item_kinds);
}

bool op_may_go_to(const cword *ip, const cword *there) {
  const struct op_row *row = op_row(ip[0]);
  if (!there || there == ip) return row->effects & (OP_LEAVES | OP_RAISES);
  if (row->effects & (OP_CALLS | OP_RAISES | OP_LEAVES)) return true; // to any place: a handler, another function
  const cword *w = ip + 1;
  for (const char *kind = row->kinds; *kind; kind++, w++)
    if ((*kind == 'f' && there == (const cword *)*w) || (*kind == 'o' && there == w)) return true;
  for (u32 i = 0; i < op_items(ip); i++)
    for (const char *kind = row->item_kinds; *kind; kind++, w++)
      if (*kind == 'f' && there == (const cword *)*w) return true;
  return there == op_behind(ip) && !(row->effects & OP_ENDS);
}
