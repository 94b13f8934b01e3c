// SPDX-License-Identifier: Apache-2.0
// BIFs that flatten iodata: list_to_binary, iolist_to_binary, list_to_bitstring, iolist_size,
// iolist_to_iovec. One walk measures and checks, a second fills the exact result.
#include "base/bytes.h"
#include "bif/bif.h"
#include "gen/bifs.h"
#include "term/iolist.h"

enum { STEPS_PER_REDUCTION = 32, BYTES_PER_REDUCTION = 1024 };

static void bump(u32 steps, u64 bits) {
  bif_bump((u32)min_u64(steps / STEPS_PER_REDUCTION + bits / (8 * BYTES_PER_REDUCTION), 1 << 20));
}

static term flatten(term iodata, bool whole_bytes_only) {
  u64 bits;
  u32 steps;
  u8 *out;
  if (!iolist_bits(iodata, whole_bytes_only, &bits, &steps)) return bif_badarg();
  bump(steps, bits);
  u64 size = (bits + 7) >> 3;
  if (size > SIZE_MAX / 4) return bif_system_limit();
  term t = binary_new(HEAP, (size_t)size, &out);
  if (t == NV) return bif_system_limit();
  if (size > 0) out[size - 1] = 0;
  iolist_fill(out, iodata);
  return bits & 7 ? binary_sub(HEAP, t, 0, bits) : t;
}

term bif_list_to_binary(struct process *p UNUSED, term *a) { return is_list(a[0]) ? flatten(a[0], true) : bif_badarg(); }
term bif_list_to_bitstring(struct process *p UNUSED, term *a) { return is_list(a[0]) ? flatten(a[0], false) : bif_badarg(); }
term bif_iolist_to_binary(struct process *p UNUSED, term *a) { return is_binary(a[0]) ? a[0] : flatten(a[0], true); }

term bif_iolist_size(struct process *p UNUSED, term *a) {
  u64 bits;
  u32 steps;
  if (!iolist_bits(a[0], true, &bits, &steps)) return bif_badarg();
  bump(steps, 0);
  return int_from_u64(HEAP, bits >> 3);
}

// --- iolist_to_iovec -------------------------------------------------------------------------------------
// Binaries above IOVEC_SHARE bytes become elements of their own, everything between is collected.

enum { IOVEC_SHARE = 256 };
struct iovec_list { term first; term *end; };

static void iovec_add(struct iovec_list *v, term binary) {
  term *cell = heap_alloc(HEAP, 2);
  cell[0] = binary;
  cell[1] = NIL;
  if (v->end) *v->end = make_cons(cell);
  else v->first = make_cons(cell);
  v->end = cell + 1;
}

static bool iovec_flush(struct iovec_list *v, struct bytes *collected) {
  if (collected->failed) return false;
  if (collected->len == 0) return true;
  term t = binary_from(HEAP, collected->data, collected->len);
  if (t == NV) return false;
  collected->len = 0;
  iovec_add(v, t);
  return true;
}

static bool iovec_collect(struct bytes *collected, term binary) {
  struct bits b;
  bits_of(binary, &b);
  u8 *p = bytes_reserve(collected, (size_t)(b.size >> 3));
  if (p) bits_copy(p, 0, b.data, b.offset, b.size);
  return p != NULL;
}

term bif_iolist_to_iovec(struct process *p UNUSED, term *a) {
  struct iolist it;
  struct bytes collected;
  struct iovec_list v = { NIL, NULL };
  enum iolist_item item;
  u64 bits;
  u32 steps;
  bool ok = true;
  if (!iolist_bits(a[0], true, &bits, &steps)) return bif_badarg();
  bump(steps, bits);
  if (is_binary(a[0])) return bits == 0 ? NIL : cons(HEAP, a[0], NIL);
  bytes_init(&collected);
  iolist_start(&it, a[0]);
  while (ok && (item = iolist_next(&it)) < IOLIST_END) {
    if (item == IOLIST_BYTE) {
      bytes_put(&collected, it.byte);
    } else if (bit_size_of(it.binary) > IOVEC_SHARE * 8) {
      ok = iovec_flush(&v, &collected);
      iovec_add(&v, it.binary);
    } else {
      ok = iovec_collect(&collected, it.binary);
    }
  }
  iolist_stop(&it);
  ok = ok && iovec_flush(&v, &collected);
  bytes_free(&collected);
  return ok ? v.first : bif_system_limit();
}
