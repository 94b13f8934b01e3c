// SPDX-License-Identifier: Apache-2.0
// BIFs that measure, cut, copy and convert binaries (modules erlang and binary). As in OTP, a bad argument raises
// badarg, and a size that no memory could hold raises system_limit.
#include "base/alloc.h"
#include "bif/bif_system.h"
#include "bif/portion.h"
#include "gen/bifs.h"
#include "term/bits.h"
#include "term/bs_match.h"

// How many bytes, or list cells, one reduction pays for.
enum { BYTES_PER_REDUCTION = 256, CELLS_PER_REDUCTION = 16 };

static term bytes_done(term result, u64 bytes) {
  bif_bump((u32)min_u64(bytes / BYTES_PER_REDUCTION, 1 << 20));
  return result == NV ? bif_system_limit() : result;
}

// The bytes of a binary argument; the caller gives *tmp to done_with.
static const u8 *bytes_arg(term t, size_t *n, u8 **tmp) { return binary_bytes(t, n, tmp); }
static void done_with(u8 *tmp, size_t n) { mem_free(tmp, n, MEM_SYSTEM); }

static term from_u64(u64 v) { return v <= (u64)SMALL_MAX ? make_small((i64)v) : int_from_u64(HEAP, v); }

// The number of bits of a bitstring, or of those left in a match context: from OTP 26 on, the compiler asks for the
// size of a context without making a bitstring of it first. False: it is neither.
static bool bits_in(term t, u64 *bits) {
  if (is_bitstring(t)) *bits = bit_size_of(t);
  else if (is_match_context(t)) *bits = (u64)(small_val(boxed_ptr(t)[3]) - small_val(boxed_ptr(t)[2]));
  else return false;
  return true;
}

term bif_byte_size(struct process *p UNUSED, term *a) {
  u64 bits;
  return bits_in(a[0], &bits) ? from_u64((bits + 7) >> 3) : bif_badarg();
}

term bif_bit_size(struct process *p UNUSED, term *a) {
  u64 bits;
  return bits_in(a[0], &bits) ? from_u64(bits) : bif_badarg();
}

term bif_size(struct process *p UNUSED, term *a) {
  if (is_tuple(a[0])) return make_small(tuple_arity(a[0]));
  return is_bitstring(a[0]) ? from_u64(bit_size_of(a[0]) >> 3) : bif_badarg();
}

// Reads a start and a length as the binary module takes them (a negative length counts backwards). False: they do not
// lie within n bytes.
static bool part_of(term start, term length, u64 n, u64 *from, u64 *count) {
  i64 s, l;
  if (!bif_small(start, 0, SMALL_MAX, &s) || !bif_small(length, SMALL_MIN, SMALL_MAX, &l)) return false;
  if (l < 0) {
    if (-l > s) return false;
    s += l;
    l = -l;
  }
  if ((u64)s > n || (u64)l > n - (u64)s) return false;
  *from = (u64)s;
  *count = (u64)l;
  return true;
}

bool bif_has_bytes(term t) { return is_binary(t) || (is_bitstring(t) && system_otp_release() < 27); }

static term binary_part(term binary, term start, term length) {
  u64 from, count;
  if (!bif_has_bytes(binary) || !part_of(start, length, bit_size_of(binary) >> 3, &from, &count)) return bif_badarg();
  return binary_sub(HEAP, binary, from * 8, count * 8);
}

term bif_binary_part_2(struct process *p UNUSED, term *a) {
  if (!is_tuple_of(a[1], 2)) return bif_badarg();
  term *e = tuple_elements(a[1]);
  return binary_part(a[0], e[0], e[1]);
}

term bif_binary_part_3(struct process *p UNUSED, term *a) { return binary_part(a[0], a[1], a[2]); }

term bif_split_binary(struct process *p UNUSED, term *a) {
  i64 at;
  if (!is_bitstring(a[0])) return bif_badarg();
  u64 bits = bit_size_of(a[0]);
  if (!bif_small(a[1], 0, (i64)(bits >> 3), &at)) return bif_badarg();
  term first = binary_sub(HEAP, a[0], 0, (u64)at * 8);
  return tuple2(HEAP, first, binary_sub(HEAP, a[0], (u64)at * 8, bits - (u64)at * 8));
}

enum { LIST_PORTION = 32768 }; // cells built between yields

// The bytes [from, from + count) as a list in front of tail; NV: no memory.
static term bytes_to_list(const struct bits *b, u64 from, size_t count, term tail) {
  if (count == 0) return tail;
  term *cell = heap_alloc(HEAP, count * 2);
  if (!cell) return NV;
  term list = make_cons(cell);
  const u8 *p = b->data + from;
  u32 offset = b->offset;
  for (size_t i = 0; i < count; i++, cell += 2) {
    cell[0] = make_small(offset == 0 ? p[i] : (u8)(p[i] << offset | p[i + 1] >> (8 - offset)));
    cell[1] = make_cons(cell + 2);
  }
  cell[-1] = tail;
  return list;
}

// Makes a list of the bytes from `from` on of the binary in *arg, from the end, portion by portion. w->rest is the
// number of bytes still to do, w->so_far the list of the bytes behind them.
static term to_list(struct portion *w, term *arg, u64 from) {
  struct bits b;
  bits_of(w->original, &b);
  u64 left = (u64)small_val(w->rest), n = min_u64(left, LIST_PORTION);
  w->so_far = bytes_to_list(&b, from + left - n, (size_t)n, w->so_far);
  if (w->so_far == NV) return portion_fail(w, arg, true);
  bif_bump((u32)n / CELLS_PER_REDUCTION);
  w->rest = make_small((i64)(left - n));
  return left == n ? w->so_far : portion_pause(w, arg);
}

term bif_binary_to_list_1(struct process *p UNUSED, term *a) {
  struct portion w;
  portion_open(&w, a[0]);
  if (w.so_far == NV) {
    if (!is_binary(a[0])) return bif_badarg();
    w.rest = make_small((i64)(bit_size_of(a[0]) >> 3));
    w.so_far = NIL;
  }
  return to_list(&w, a, 0);
}

term bif_binary_to_list_3(struct process *p UNUSED, term *a) {
  struct portion w;
  i64 from, to;
  portion_open(&w, a[0]);
  if (w.so_far == NV && !bif_has_bytes(a[0])) return bif_badarg();
  i64 n = (i64)(bit_size_of(w.original) >> 3);
  if (!bif_small(a[1], 1, n, &from) || !bif_small(a[2], from, n, &to)) return bif_badarg();
  if (w.so_far == NV) {
    w.rest = make_small(to - from + 1);
    w.so_far = NIL;
  }
  return to_list(&w, a, (u64)from - 1);
}

term bif_bitstring_to_list(struct process *p UNUSED, term *a) {
  struct portion w;
  portion_open(&w, a[0]);
  if (w.so_far == NV) {
    if (!is_bitstring(a[0])) return bif_badarg();
    u64 bits = bit_size_of(a[0]), whole = bits >> 3;
    w.rest = make_small((i64)whole);
    w.so_far = bits & 7 ? cons(HEAP, binary_sub(HEAP, a[0], whole * 8, bits & 7), NIL) : NIL;
  }
  return to_list(&w, a, 0);
}

// --- The binary module ----------------------------------------------------------------------------------

// Byte i of a binary (from the end when i < 0); badarg when there is none.
static term byte_at(term t, i64 i) {
  struct bits b;
  u8 byte = 0;
  if (!bits_of(t, &b) || b.size & 7) return bif_badarg();
  i64 n = (i64)(b.size >> 3);
  if (i < 0) i += n;
  if (i < 0 || i >= n) return bif_badarg();
  bits_copy(&byte, 0, b.data, b.offset + (u64)i * 8, 8);
  return make_small(byte);
}

term bif_binary_at(struct process *p UNUSED, term *a) {
  i64 i;
  return bif_small(a[1], 0, SMALL_MAX, &i) ? byte_at(a[0], i) : bif_badarg();
}

term bif_binary_first(struct process *p UNUSED, term *a) { return byte_at(a[0], 0); }
term bif_binary_last(struct process *p UNUSED, term *a) { return byte_at(a[0], -1); }

static term copies(term t, u64 times) {
  struct bits b;
  if (!bits_of(t, &b) || b.size & 7) return bif_badarg();
  u64 n = b.size >> 3;
  if (n == 0) times = 0;
  if (times > 0 && n > (u64)(SIZE_MAX / 4) / times) return bif_system_limit();
  u8 *out;
  term result = binary_new(HEAP, (size_t)(n * times), &out);
  if (result == NV) return bif_system_limit();
  if (times > 0) {
    bits_of(t, &b);
    bits_copy(out, 0, b.data, b.offset, b.size);
    size_t done = (size_t)n, all = (size_t)(n * times);
    while (done < all) { // doubling: each step copies all that was written before
      size_t more = done < all - done ? done : all - done;
      memcpy(out + done, out, more);
      done += more;
    }
  }
  return bytes_done(result, n * times);
}

term bif_binary_copy_1(struct process *p UNUSED, term *a) { return copies(a[0], 1); }

term bif_binary_copy_2(struct process *p UNUSED, term *a) {
  i64 times;
  return bif_small(a[1], 0, SMALL_MAX, &times) ? copies(a[0], (u64)times) : bif_badarg();
}

static bool endianness(term t, bool *little) {
  *little = t == ATOM_little;
  return t == ATOM_little || t == ATOM_big;
}

static term encode_unsigned(term value, bool little) {
  if (!is_integer(value) || int_is_negative(value)) return bif_badarg();
  size_t n = int_byte_size(value);
  if (n == 0) n = 1;
  u8 *out;
  term t = binary_new(HEAP, n, &out);
  if (t == NV) return bif_system_limit();
  int_magnitude_bytes(value, out, n);
  if (!little) {
    for (size_t i = 0; i < n / 2; i++) {
      u8 b = out[i];
      out[i] = out[n - 1 - i];
      out[n - 1 - i] = b;
    }
  }
  return bytes_done(t, n);
}

term bif_encode_unsigned_1(struct process *p UNUSED, term *a) { return encode_unsigned(a[0], false); }

term bif_encode_unsigned_2(struct process *p UNUSED, term *a) {
  bool little;
  return endianness(a[1], &little) ? encode_unsigned(a[0], little) : bif_badarg();
}

static term decode_unsigned(term t, bool little) {
  size_t n;
  u8 *tmp;
  const u8 *bytes = bytes_arg(t, &n, &tmp);
  if (!bytes) return bif_badarg();
  term value = n == 0 ? make_small(0) : int_from_bytes(HEAP, bytes, n, little, false);
  done_with(tmp, n);
  return bytes_done(value, n);
}

term bif_decode_unsigned_1(struct process *p UNUSED, term *a) { return decode_unsigned(a[0], false); }

term bif_decode_unsigned_2(struct process *p UNUSED, term *a) {
  bool little;
  return endianness(a[1], &little) ? decode_unsigned(a[0], little) : bif_badarg();
}

// The number of bytes that all binaries of the list have in common at their start (or end).
static term longest_common(term list, bool suffix) {
  u32 count;
  size_t first_n = 0, n, common = 0;
  u8 *first_tmp = NULL, *tmp;
  const u8 *first = NULL;
  if (!is_cons(list) || !bif_list_length(list, &count)) return bif_badarg();
  u64 seen = 0;
  for (term l = list; is_cons(l); l = tl(l)) {
    const u8 *bytes = bytes_arg(hd(l), &n, &tmp);
    if (!bytes) {
      done_with(first_tmp, first_n);
      return bif_badarg();
    }
    if (!first) {
      first = bytes, first_n = n, first_tmp = tmp, common = n;
      continue;
    }
    if (n < common) common = n;
    size_t i = 0;
    if (suffix)
      while (i < common && first[first_n - 1 - i] == bytes[n - 1 - i]) i++;
    else
      while (i < common && first[i] == bytes[i]) i++;
    common = i;
    seen += i;
    done_with(tmp, n);
  }
  done_with(first_tmp, first_n);
  return bytes_done(make_small((i64)common), seen);
}

term bif_longest_common_prefix(struct process *p UNUSED, term *a) { return longest_common(a[0], false); }
term bif_longest_common_suffix(struct process *p UNUSED, term *a) { return longest_common(a[0], true); }

term bif_referenced_byte_size(struct process *p UNUSED, term *a) {
  if (!is_bitstring(a[0])) return bif_badarg();
  u64 start, end;
  term whole = whole_of(a[0], &start, &end);
  if (is_kind(whole, KIND_REFC_BIN)) return from_u64(refc_of(whole)->size);
  return from_u64(boxed_ptr(whole)[1]);
}
