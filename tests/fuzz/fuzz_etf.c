// SPDX-License-Identifier: Apache-2.0
// A libFuzzer program for the external term format: a term that decodes must encode again to a term that is the same,
// has the same hashes, and prints. Other input may only be refused.
#include "base/alloc.h"
#include "memory/copy.h"
#include "term/atom.h"
#include "term/compare.h"
#include "term/etf.h"
#include "term/hash.h"
#include "term/print.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t n);

static void check_again(struct heap *h, term t) {
  struct bytes b;
  struct etf_options o = {.minor_version = 1};
  struct etf_error e;
  size_t used;
  bytes_init(&b);
  if (!etf_encode(&b, t, &o)) PANIC("not encoded");
  term u = etf_decode(h, b.data, b.len, 0, &used, &e);
  if (u == NV || used != b.len || !term_same(t, u) || term_compare(t, u) != 0) PANIC("another term came back");
  if (hash_term(t) != hash_term(u) || hash_phash2(t) != hash_phash2(u) || hash_phash(t) != hash_phash(u))
    PANIC("equal terms, different hashes");
  b.len = 0;
  print_term(&b, t, 10000);
  bytes_free(&b);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t n) {
  atom_init();
  u64 blocks = mem_live_blocks();
  struct heap h;
  memset(&h, 0, sizeof h);
  struct etf_error e;
  size_t used;
  u32 atoms = atom_count();
  term t = etf_decode(&h, data, n, ETF_NO_VERSION, &used, &e);
  if (t != NV) check_again(&h, t);
  offheap_release(h.offheap);
  while (h.frags) {
    struct frag *next = h.frags->next;
    frag_free(h.frags);
    h.frags = next;
  }
  if (atom_count() == atoms && mem_live_blocks() != blocks) PANIC("a leak");
  if (atom_count() > 100000) atom_destroy();
  return 0;
}
