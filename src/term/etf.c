// SPDX-License-Identifier: Apache-2.0
// What both directions of the external term format share: the hooks that later rooms set, and the name of this node.
// Invariant: the hooks are set when the VM starts, before any fun or compressed term is decoded.
#include "term/etf.h"

#include "term/atom.h"

bool (*etf_inflate)(const u8 *in, size_t n, u8 *out, size_t out_n, size_t *consumed);
void (*etf_known_record)(term record);
term (*etf_make_export)(struct heap *h, term m, term f, u32 arity);
term (*etf_make_handle)(struct heap *h, u32 number);
bool (*etf_handle_number)(term ref, u32 *number);
term (*etf_make_fun)(struct heap *h, term module, u32 arity, const u8 uniq[16], u32 index, u32 old_index, u32 old_uniq,
                     term pid, u32 free_count, term **free_vars);
void (*etf_fun_info)(term fun, struct fun_info_etf *out);
void (*etf_export_info)(term fun, term *m, term *f, u32 *arity);
term etf_node_name = ATOM_nonode_nohost;
u32 etf_creation;
