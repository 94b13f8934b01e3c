// SPDX-License-Identifier: Apache-2.0
// Makes and frees kept terms.
#include "process/kept.h"

#include "base/alloc.h"

struct kept *kept_new(term t) {
  struct kept *k = mem_alloc(sizeof *k, MEM_PROCESS);
  if (!k) return NULL;
  k->refs = 1;
  k->frag = NULL;
  k->offheap = NULL;
  k->value = copy_to_frag_all(t, &k->frag, &k->offheap);
  if (k->value != NV || t == NV) return k;
  mem_free(k, sizeof *k, MEM_PROCESS);
  return NULL;
}

void kept_release(struct kept *k) {
  if (!k || --k->refs) return;
  offheap_release(k->offheap);
  if (k->frag) frag_free(k->frag);
  mem_free(k, sizeof *k, MEM_PROCESS);
}
