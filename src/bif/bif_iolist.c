// SPDX-License-Identifier: Apache-2.0
// BIFs that flatten iodata: list_to_binary, iolist_to_binary, list_to_bitstring, iolist_size,
// iolist_to_iovec. Usual sizes: one walk measures and checks, a second fills the exact result. Long
// lists are appended portion by portion to a growing binary.
#include "base/bytes.h"
#include "bif/bif_system.h"
#include "bif/portion.h"
#include "gen/bifs.h"
#include "term/bs_build.h"
#include "term/iolist.h"

enum { STEPS_PER_REDUCTION = 32, BYTES_PER_REDUCTION = 1024 };

static void bump(u32 steps, u64 bits) {
  bif_bump((u32)min_u64(steps / STEPS_PER_REDUCTION + bits / (8 * BYTES_PER_REDUCTION), 1 << 20));
}

static term flatten_at_once(term iodata, u64 bits) {
  u8 *out;
  u64 size = (bits + 7) >> 3;
  if (size > SIZE_MAX / 4) return bif_system_limit();
  term t = binary_new(HEAP, (size_t)size, &out);
  if (t == NV) return bif_system_limit();
  if (size > 0) out[size - 1] = 0;
  iolist_fill(out, iodata);
  return bits & 7 ? binary_sub(HEAP, t, 0, bits) : t;
}

static bool take_bits(void *state, const struct bits *b) {
  term *so_far = state, grown = bs_private_append_bits(HEAP, *so_far, b->size, 1);
  if (grown == NV) return false;
  *so_far = grown;
  return bs_put_bits(b);
}

// The next portion of a long list.
static term flatten_on(struct portion *w, term *arg, bool whole_bytes_only) {
  struct portion_sink sink = { whole_bytes_only, take_bits, &w->so_far };
  enum portion_result result = portion_feed(w, &sink);
  if (result == PORTION_MORE) return portion_pause(w, arg);
  return result == PORTION_DONE ? w->so_far : portion_fail(w, arg, result == PORTION_NO_MEMORY);
}

static term flatten(term *arg, bool whole_bytes_only, bool list_only) {
  struct portion w;
  u64 bits;
  u32 steps;
  portion_open(&w, *arg);
  if (w.so_far != NV) return flatten_on(&w, arg, whole_bytes_only);
  if (list_only && !is_list(*arg)) return bif_badarg();
  enum iolist_item item = iolist_bits(*arg, whole_bytes_only, PORTION_STEPS, &bits, &steps);
  bump(steps, bits);
  if (item == IOLIST_END) return flatten_at_once(*arg, bits);
  if (item != IOLIST_BYTE) return portion_fail(&w, arg, item == IOLIST_NO_MEMORY);
  w.so_far = bs_init_writable(HEAP, make_small(PORTION_STEPS));
  return flatten_on(&w, arg, whole_bytes_only);
}

term bif_list_to_binary(struct process *p UNUSED, term *a) { return flatten(a, true, true); }
term bif_list_to_bitstring(struct process *p UNUSED, term *a) { return flatten(a, false, true); }
term bif_iolist_to_binary(struct process *p UNUSED, term *a) { return is_binary(a[0]) ? a[0] : flatten(a, true, false); }

static bool take_size(void *state, const struct bits *b) {
  *(u64 *)state += b->size >> 3;
  return true;
}

term bif_iolist_size(struct process *p UNUSED, term *a) {
  struct portion w;
  u64 size = 0;
  if (is_binary(a[0])) return int_from_u64(HEAP, bit_size_of(a[0]) >> 3);
  portion_open(&w, a[0]);
  if (w.so_far != NV) int_to_u64(w.so_far, &size);
  struct portion_sink sink = { true, take_size, &size };
  enum portion_result result = portion_feed(&w, &sink);
  if (result == PORTION_BAD || result == PORTION_NO_MEMORY) return portion_fail(&w, a, result == PORTION_NO_MEMORY);
  w.so_far = int_from_u64(HEAP, size);
  return result == PORTION_DONE ? w.so_far : portion_pause(&w, a);
}

// --- iolist_to_iovec -------------------------------------------------------------------------------------
// Divides iodata where OTP does: what is smaller than IOVEC_SMALL is collected, what is not becomes an element of its own, if
// need be without the bytes that the collected ones lack to be one. room: what OTP has allocated for the collected ones;
// once it is IOVEC_FULL, what does not fit begins another element. OTP 27 collects more and is content with any size.

enum { IOVEC_SMALL = 256, IOVEC_SMALL_27 = 513, IOVEC_FULL = 32 * IOVEC_SMALL };
struct iovec { term first; term *end; struct bytes collected; size_t room; bool is_27; };

static void iovec_add(struct iovec *v, term binary) {
  term *cell = heap_alloc(HEAP, 2);
  cell[0] = binary;
  cell[1] = NIL;
  if (v->end) *v->end = make_cons(cell);
  else v->first = make_cons(cell);
  v->end = cell + 1;
}

static bool iovec_flush(struct iovec *v) {
  if (v->collected.failed) return false;
  if (v->collected.len == 0) return true;
  term t = binary_from(HEAP, v->collected.data, v->collected.len);
  if (t == NV) return false;
  v->collected.len = v->room = 0;
  iovec_add(v, t);
  return true;
}

static u8 *iovec_reserve(struct iovec *v, size_t n) {
  size_t needed = v->collected.len + n;
  if (needed > v->room && v->room >= IOVEC_FULL && !v->is_27) {
    if (!iovec_flush(v)) return NULL;
    needed = n;
  }
  if (needed > v->room) v->room = max_u64(needed, v->room ? v->room * 2 : IOVEC_SMALL);
  return bytes_reserve(&v->collected, n);
}

static bool iovec_collect(struct iovec *v, const struct bits *b, size_t n) {
  u8 *p = iovec_reserve(v, n);
  if (p) bits_copy(p, 0, b->data, b->offset, n * 8);
  return p != NULL;
}

static bool iovec_binary(struct iovec *v, term binary) {
  struct bits b;
  bits_of(binary, &b);
  size_t n = (size_t)(b.size >> 3), collected = v->collected.len;
  if (n == 0) return true;
  size_t taken = collected > 0 && collected < IOVEC_SMALL && !v->is_27 ? IOVEC_SMALL - collected : 0;
  bool small = n < (v->is_27 ? IOVEC_SMALL_27 : IOVEC_SMALL);
  if (small || (taken && collected + n < 2 * IOVEC_SMALL)) return iovec_collect(v, &b, n);
  if (taken && !iovec_collect(v, &b, taken)) return false;
  if (!iovec_flush(v)) return false;
  iovec_add(v, taken ? binary_sub(HEAP, binary, taken * 8, b.size - taken * 8) : binary);
  return true;
}

// A byte that the walk has come to and those that follow it in the same list.
static bool iovec_list(struct iovec *v, struct iolist *it) {
  size_t n = 1;
  for (term t = it->at; is_cons(t) && is_small(hd(t)); t = tl(t)) n++;
  u8 *p = iovec_reserve(v, n);
  if (!p) return false;
  for (*p++ = it->byte; --n > 0; *p++ = it->byte) iolist_next(it);
  return true;
}

term bif_iolist_to_iovec(struct process *p UNUSED, term *a) {
  struct iolist it;
  struct iovec v = { .first = NIL, .is_27 = system_otp_release() >= 27 };
  enum iolist_item item;
  u64 bits;
  u32 steps;
  bool ok = true;
  if (iolist_bits(a[0], true, 0, &bits, &steps) != IOLIST_END) return bif_badarg();
  bump(steps, bits);
  if (is_binary(a[0])) return bits == 0 ? NIL : cons(HEAP, a[0], NIL);
  bytes_init(&v.collected);
  iolist_start(&it, a[0]);
  while (ok && (item = iolist_next(&it)) < IOLIST_END) ok = item == IOLIST_BYTE ? iovec_list(&v, &it) : iovec_binary(&v, it.binary);
  iolist_stop(&it);
  ok = ok && iovec_flush(&v);
  bytes_free(&v.collected);
  return ok ? v.first : bif_system_limit();
}
