// SPDX-License-Identifier: Apache-2.0
// BIFs that flatten iodata: list_to_binary, iolist_to_binary, list_to_bitstring, iolist_size. For the usual sizes, one
// walk measures and checks, and a second one fills a result of the exact size. A long list is appended portion by
// portion to a binary that grows.
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

// Flattens the next portion of a long list.
static term flatten_on(struct portion *w, term *arg, bool whole_bytes_only) {
  struct portion_sink sink = {whole_bytes_only, take_bits, &w->so_far};
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
  if (item != IOLIST_TIRED) return portion_fail(&w, arg, item == IOLIST_NO_MEMORY);
  w.so_far = bs_init_writable(HEAP, make_small(PORTION_STEPS));
  return flatten_on(&w, arg, whole_bytes_only);
}

term bif_list_to_binary(struct process *p UNUSED, term *a) { return flatten(a, true, true); }
term bif_list_to_bitstring(struct process *p UNUSED, term *a) { return flatten(a, false, true); }
term bif_iolist_to_binary(struct process *p UNUSED, term *a) {
  return is_binary(a[0]) ? a[0] : flatten(a, true, false);
}

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
  struct portion_sink sink = {true, take_size, &size};
  enum portion_result result = portion_feed(&w, &sink);
  if (result == PORTION_BAD || result == PORTION_NO_MEMORY) return portion_fail(&w, a, result == PORTION_NO_MEMORY);
  w.so_far = int_from_u64(HEAP, size);
  return result == PORTION_DONE ? w.so_far : portion_pause(&w, a);
}
