// SPDX-License-Identifier: Apache-2.0
// The external term format (erts "External Term Format"): encoding and decoding, without recursion. Input may be
// hostile: every length in it is checked.
#ifndef TERM_ETF_H
#define TERM_ETF_H

#include "base/bytes.h"
#include "term/heap.h"

struct etf_options {
  int minor_version; // 0, 1 or 2
  bool deterministic;
  // Encode for JavaScript, which has no native records: they become {'#', Module, Name, #{Key => Value}}. The name of
  // this node is always nonode@nohost there.
  bool host;
};
bool etf_encode(struct bytes *out, term t, const struct etf_options *o); // with the version byte 131 in front
struct etf_error {
  size_t offset;
  const char *what;
};
enum { ETF_SAFE = 1, ETF_NO_VERSION = 2, ETF_HOST = 4 };
// Builds the term in h; *used is the number of bytes consumed. NV: the input is malformed (*error says where and how),
// or a system limit is reached.
term etf_decode(struct heap *h, const u8 *data, size_t n, int flags, size_t *used, struct etf_error *error);
// Decodes in portions of so many terms. Neither data nor any term may move between them.
struct etf_decoder;
struct etf_decoder *etf_decoder_new(struct heap *h, const u8 *data, size_t n, int flags); // NULL: no memory
bool etf_decoder_go(struct etf_decoder *d, u64 steps);                                    // false: there is more
size_t etf_decoder_offset(const struct etf_decoder *d);                                   // bytes read so far
term etf_decoder_result(const struct etf_decoder *d, size_t *used);                       // as etf_decode's
void etf_decoder_free(struct etf_decoder *d);
// Encodes in portions. No term may move between them.
struct etf_encoder;
struct etf_encoder *etf_encoder_new(term t, const struct etf_options *o); // NULL: no memory
// False: there is more. True: done, or out of memory (bytes->failed).
bool etf_encoder_go(struct etf_encoder *e, i64 steps);
const struct bytes *etf_encoder_bytes(const struct etf_encoder *e);
void etf_encoder_free(struct etf_encoder *e);
u64 etf_size(term t, const struct etf_options *o); // length of the encoding in bytes

// Hooks for what later rooms know: the host has zlib, and code/ has funs, exports and the definitions of records.
extern bool (*etf_inflate)(const u8 *in, size_t n, u8 *out, size_t out_n, size_t *consumed); // raw zlib stream
extern void (*etf_known_record)(term record); // makes record refer to the definition in the module that defines it
extern term (*etf_make_export)(struct heap *h, term m, term f, u32 arity);
extern term (*etf_make_fun)(struct heap *h, term module, u32 arity, const u8 uniq[16], u32 index, u32 old_index,
                            u32 old_uniq, term pid, u32 free_count, term **free_vars);
struct fun_info_etf {
  term module;
  u32 arity, index, old_index, old_uniq;
  const u8 *uniq;
  u32 free_count;
  term pid;
  const term *free_vars;
};
extern void (*etf_fun_info)(term fun, struct fun_info_etf *out);
extern void (*etf_export_info)(term fun, term *m, term *f, u32 *arity);
// Between the VM and JavaScript alone: references to JavaScript's values (host/handle.h). NV: no memory, or too many.
extern term (*etf_make_handle)(struct heap *h, u32 number);
extern bool (*etf_handle_number)(term ref, u32 *number);
extern term etf_node_name; // the name of this node, an atom
extern u32 etf_creation;

#endif
