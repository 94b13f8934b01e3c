// SPDX-License-Identifier: Apache-2.0
// Construction of bitstrings by the instructions that compilers made before bs_create_bin (erlc +r24): a
// size is computed, a binary of that size becomes the one being built, then the values are put. Nothing
// collects between the first and the last of them.
#include "interp/semantics.h"
#include "term/bs_build.h"

#define FAIL(otherwise) (ip[1] ? (const cword *)ip[1] : (otherwise))

static const cword *failed(const cword *ip, term *E) {
  return FAIL(exception_error(ip, E, bs_limit() ? ATOM_system_limit : ATOM_badarg));
}

// Words that put_list and the like will use afterwards without asking, besides the binary itself.
static bool room(const cword *ip, term *E, u32 live, size_t words) {
  words += HEAP_BIN_MAX / sizeof(term) + 16;
  if ((size_t)(ctx.heap.lim - ctx.heap.top) >= words && !heap_wants_gc(HEAP) && !VM_GC_STRESS) return true;
  return interp_collect(ip, E, live, words);
}

// What no instruction of the construction fills is zero, not what the memory held before.
static void clear_new(term t, u64 old_bits) {
  struct bits b;
  bits_of(t, &b);
  u64 at = (b.offset + old_bits + 7) / 8, end = (b.offset + b.size + 7) / 8;
  if (at < end) memset((u8 *)(uintptr_t)b.data + at, 0, (size_t)(end - at));
}

const cword *cold_bs_init(const cword *ip, term *E) { // fail, size, words, live, unit, destination
  ctx.e = E;
  if (!room(ip, E, (u32)ip[4], ip[3])) return NULL;
  E = ctx.e;
  u64 bits;
  if (!bs_build_size(SRC(ip[2]), (u32)ip[5], &bits)) return failed(ip, E);
  term t = bs_init_bits(HEAP, bits);
  if (t == NV) return failed(ip, E);
  clear_new(t, 0);
  DST(ip[6]) = t;
  return ip + 7;
}

const cword *cold_bs_add(const cword *ip, term *E) { // fail, left, right, unit, destination
  term left = SRC(ip[2]), right = SRC(ip[3]);
  u64 so_far, units;
  if (!bs_build_size(left, 1, &so_far) || !bs_build_size(right, (u32)ip[4], &units)) return failed(ip, E);
  DST(ip[5]) = make_small((i64)(so_far + units));
  return ip + 6;
}

const cword *cold_bs_append(const cword *ip, term *E) { // fail, bits, words, live, unit, binary, destination
  // The binary is a source of its own, besides the live registers: keep it as one more.
  u32 live = (u32)ip[4];
  ctx.e = E;
  ctx.x[live] = SRC(ip[6]);
  if (!room(ip, E, live + 1, ip[3])) return NULL;
  E = ctx.e;
  u64 bits;
  if (!bs_build_size(SRC(ip[2]), 1, &bits)) return failed(ip, E);
  term t = bs_append_bits(HEAP, ctx.x[live], bits, (u32)ip[5]);
  if (t == NV) return failed(ip, E);
  clear_new(t, bit_size_of(t) - bits);
  DST(ip[7]) = t;
  return ip + 8;
}

const cword *cold_bs_private_append(const cword *ip, term *E) { // fail, bits, unit, binary, destination
  u64 bits;
  if (!bs_build_size(SRC(ip[2]), 1, &bits)) return failed(ip, E);
  term t = bs_private_append_bits(HEAP, SRC(ip[4]), bits, (u32)ip[3]);
  if (t == NV) return failed(ip, E);
  clear_new(t, bit_size_of(t) - bits);
  DST(ip[5]) = t;
  return ip + 6;
}

const cword *cold_bs_put_integer(const cword *ip, term *E) { // fail, size, unit, flags, value
  u64 bits;
  bool ok = bs_build_size(SRC(ip[2]), (u32)ip[3], &bits) && bs_put_integer(SRC(ip[5]), bits, (u32)ip[4]);
  return ok ? ip + 6 : failed(ip, E);
}

const cword *cold_bs_put_float(const cword *ip, term *E) {
  u64 bits;
  bool ok = bs_build_size(SRC(ip[2]), (u32)ip[3], &bits) && (bits == 16 || bits == 32 || bits == 64) && bs_put_float(SRC(ip[5]), bits, (u32)ip[4]);
  return ok ? ip + 6 : failed(ip, E);
}

const cword *cold_bs_put_binary(const cword *ip, term *E) {
  term size = SRC(ip[2]), value = SRC(ip[5]);
  u64 bits;
  bool ok = size == ATOM_all && !is_register(ip[2]) ? bs_put_binary_all(value, (u32)ip[3]) : bs_build_size(size, (u32)ip[3], &bits) && bs_put_binary(value, bits);
  return ok ? ip + 6 : failed(ip, E);
}

const cword *cold_bs_put_string(const cword *ip, term *E) { // bytes, address
  if (!bs_put_string((const u8 *)ip[2], ip[1])) return exception_error(ip, E, ATOM_badarg);
  return ip + 3;
}

const cword *cold_bs_utf_size(const cword *ip, term *E) { // fail, value, 8 or 16, destination
  term value = SRC(ip[2]);
  DST(ip[4]) = make_small(ip[3] == 8 ? bs_utf8_size(value) : bs_utf16_size(value));
  return ip + 5;
}

const cword *cold_bs_put_utf(const cword *ip, term *E) { // fail, value, flags, kind
  term value = SRC(ip[2]);
  bool ok = ip[4] == 8 ? bs_put_utf8(value) : ip[4] == 16 ? bs_put_utf16(value, (u32)ip[3]) : bs_put_utf32(value, (u32)ip[3]);
  return ok ? ip + 5 : failed(ip, E);
}
