// SPDX-License-Identifier: Apache-2.0
// iolist_to_iovec/1. Divides iodata into the same elements as OTP: pieces smaller than IOVEC_SMALL are collected into
// one element. A larger piece becomes an element of its own; if the collected pieces are too short to be an element,
// they first take the bytes they lack from it. OTP 27 collects larger pieces and accepts collected elements of any
// size. Long iodata is done in portions; between them the finished elements are a list, the newest first, and the
// collected bytes lie in a resource.
#include "base/alloc.h"
#include "base/bytes.h"
#include "bif/bif_system.h"
#include "bif/portion.h"
#include "gen/bifs.h"
#include "term/iolist.h"
#include "term/ref.h"

enum { IOVEC_SMALL = 256, IOVEC_SMALL_27 = 513, IOVEC_FULL = 32 * IOVEC_SMALL, RESOURCE_IOVEC = 0x494F56 };
struct collected {
  struct bytes bytes;
  // What OTP has allocated for the collected bytes: when it is IOVEC_FULL, a piece that does not fit begins another
  // element.
  size_t room;
  // The bytes still to come of a run of bytes in a list, for which there is room already.
  size_t in_run;
};
struct iovec {
  term done;
  struct refc *resource;
  struct collected *c;
  bool is_27;
};

static void collected_free(struct refc *r) {
  bytes_free(&((struct collected *)r->data)->bytes);
  mem_free(r, offsetof(struct refc, data) + r->cap, MEM_BINARY);
}

// Continues from the state in *so_far (NV: begins). False: no memory.
static bool iovec_open(struct iovec *v, term so_far) {
  v->is_27 = system_otp_release() >= 27;
  v->done = NIL;
  if (so_far != NV) {
    v->done = tuple_elements(so_far)[0];
    v->resource = ref_resource(tuple_elements(so_far)[1]);
    refc_retain(v->resource);
  } else {
    v->resource = refc_new(0, sizeof *v->c);
    if (!v->resource) return false;
    memset(v->resource->data, 0, sizeof *v->c);
    v->resource->type = RESOURCE_IOVEC;
    v->resource->destroy = collected_free;
  }
  v->c = (struct collected *)v->resource->data;
  return true;
}

static bool iovec_flush(struct iovec *v) {
  struct bytes *b = &v->c->bytes;
  if (b->failed) return false;
  if (b->len == 0) return true;
  term t = binary_from(HEAP, b->data, b->len);
  if (t == NV) return false;
  b->len = v->c->room = 0;
  v->done = cons(HEAP, t, v->done);
  return true;
}

// Makes room for n more bytes of one piece.
static bool iovec_room(struct iovec *v, size_t n) {
  struct collected *c = v->c;
  size_t needed = c->bytes.len + n;
  if (needed > c->room && c->room >= IOVEC_FULL && !v->is_27) {
    if (!iovec_flush(v)) return false;
    needed = n;
  }
  if (needed > c->room) c->room = max_u64(needed, c->room ? c->room * 2 : IOVEC_SMALL);
  return true;
}

static bool iovec_collect(struct iovec *v, const struct bits *b, size_t n) {
  u8 *p = iovec_room(v, n) ? bytes_reserve(&v->c->bytes, n) : NULL;
  if (p) bits_copy(p, 0, b->data, b->offset, n * 8);
  return p != NULL;
}

static bool iovec_binary(struct iovec *v, term binary) {
  struct bits b;
  bits_of(binary, &b);
  size_t n = (size_t)(b.size >> 3), collected = v->c->bytes.len;
  if (n == 0) return true;
  size_t taken = collected > 0 && collected < IOVEC_SMALL && !v->is_27 ? IOVEC_SMALL - collected : 0;
  bool small = n < (v->is_27 ? IOVEC_SMALL_27 : IOVEC_SMALL);
  if (small || (taken && collected + n < 2 * IOVEC_SMALL)) return iovec_collect(v, &b, n);
  if (taken && !iovec_collect(v, &b, taken)) return false;
  if (!iovec_flush(v)) return false;
  v->done = cons(HEAP, taken ? binary_sub(HEAP, binary, taken * 8, b.size - taken * 8) : binary, v->done);
  return true;
}

// Collects a byte. The first byte of a run in a list makes room for the whole run.
static bool iovec_byte(struct iovec *v, const struct iolist *it) {
  struct collected *c = v->c;
  if (c->in_run == 0) {
    c->in_run = 1;
    for (term t = it->at; is_cons(t) && is_small(hd(t)); t = tl(t)) c->in_run++;
    if (!iovec_room(v, c->in_run)) return false;
  }
  c->in_run--;
  bytes_put(&c->bytes, it->byte);
  return !c->bytes.failed;
}

static enum portion_result iovec_portion(struct iovec *v, struct portion *w) {
  struct iolist it;
  enum portion_result result = PORTION_MORE;
  iolist_start(&it, w->rest);
  it.limit = PORTION_STEPS;
  while (result == PORTION_MORE) {
    bool ok = true;
    enum iolist_item item = iolist_next(&it);
    if (item == IOLIST_TIRED) break;
    if (item == IOLIST_BYTE) ok = iovec_byte(v, &it);
    else if (item == IOLIST_END) result = (ok = iovec_flush(v)) ? PORTION_DONE : PORTION_NO_MEMORY;
    else if (item == IOLIST_NO_MEMORY) ok = false;
    else if (item != IOLIST_BITS || bit_size_of(it.binary) & 7) result = PORTION_BAD;
    else ok = iovec_binary(v, it.binary);
    if (!ok) result = PORTION_NO_MEMORY;
  }
  if (result == PORTION_MORE) w->rest = iolist_rest(&it, HEAP);
  iolist_stop(&it);
  bif_bump(it.steps / 16);
  return result;
}

term bif_iolist_to_iovec(struct process *p UNUSED, term *a) {
  struct portion w;
  struct iovec v;
  portion_open(&w, a[0]);
  if (is_binary(a[0])) return bit_size_of(a[0]) == 0 ? NIL : cons(HEAP, a[0], NIL);
  if (!iovec_open(&v, w.so_far)) return portion_fail(&w, a, true);
  enum portion_result result = iovec_portion(&v, &w);
  if (result == PORTION_MORE) {
    w.so_far = tuple2(HEAP, v.done, ref_magic(HEAP, v.resource));
    return portion_pause(&w, a);
  }
  refc_release(v.resource);
  if (result != PORTION_DONE) return portion_fail(&w, a, result == PORTION_NO_MEMORY);
  if (w.so_far != NV) return bif_trap_mfa(ATOM_lists, ATOM_reverse, 2, v.done, NIL);
  term list = NIL;
  for (term l = v.done; is_cons(l); l = tl(l)) list = cons(HEAP, hd(l), list);
  return list;
}
