// SPDX-License-Identifier: Apache-2.0
// Bit syntax operations: operands to the functions of term/bs_match.h and term/bs_build.h, which hold
// the semantics. A getter that fails leaves the context where it was and jumps.
#include "base/alloc.h"
#include "interp/semantics.h"
#include "term/bs_build.h"

#define FAIL ((const cword *)ip[1])

const cword *cold_bs_start_match(const cword *ip, term *E) { // fail, source, destination, live
  if (!interp_gc_check(ip, E, (u32)ip[4])) return NULL;
  E = ctx.e;
  term t = bs_start_match(HEAP, SRC(ip[2]));
  if (t == NV) return ip[1] ? FAIL : exception_error(ip, E, ATOM_badarg); // "cannot fail", as compilers say
  DST(ip[3]) = t;
  return ip + 5;
}

typedef term (*getter)(struct heap *, term, u64, u32);
static term get_binary(struct heap *h, term context, u64 bits, u32 flags) {
  (void)flags;
  return bs_get_binary(h, context, bits);
}

// fail, context, live, size, unit, flags, destination
static const cword *get_sized(const cword *ip, term *E, getter get) {
  // What follows a short integer may still use registers that are not live: bs_match asks for room once for all.
  bool constant = !is_register(ip[4]) && is_small(SRC(ip[4]));
  bool short_integer = get == bs_get_integer && constant && (u64)small_val(SRC(ip[4])) * ip[5] < 59;
  if (!short_integer && !interp_gc_check(ip, E, (u32)ip[3])) return NULL;
  if (!short_integer) E = ctx.e;
  term context = SRC(ip[2]), size = SRC(ip[4]);
  u64 bits;
  if (size == ATOM_all && !is_register(ip[4])) {
    bits = bs_remaining_bits(context);
    if (bits % ip[5]) return FAIL;
  } else if (!bs_match_size(size, (u32)ip[5], &bits)) return FAIL;
  term t = get(HEAP, context, bits, (u32)ip[6]);
  if (t == NV) return FAIL;
  DST(ip[7]) = t;
  return ip + 8;
}
const cword *cold_bs_get_integer(const cword *ip, term *E) { return get_sized(ip, E, bs_get_integer); }
const cword *cold_bs_get_integer_8(const cword *ip, term *E) { // off a byte boundary, or too short
  term t = bs_get_u8(SRC(ip[2]));
  if (t == NV) return FAIL;
  DST(ip[3]) = t;
  return ip + 4;
}
const cword *cold_bs_get_bytes(const cword *ip, term *E) { // off a byte boundary
  term t = bs_get_integer(HEAP, SRC(ip[2]), (u64)ip[3] * 8, ip[4] ? BS_LITTLE : 0);
  if (t == NV) return FAIL;
  DST(ip[5]) = t;
  return ip + 6;
}
const cword *cold_bs_get_float(const cword *ip, term *E) { return get_sized(ip, E, bs_get_float); }
const cword *cold_bs_get_binary(const cword *ip, term *E) { return get_sized(ip, E, get_binary); }

const cword *cold_bs_skip_bits(const cword *ip, term *E) { // fail, context, size, unit
  term context = SRC(ip[2]), size = SRC(ip[3]);
  u64 bits;
  if (size == ATOM_all && !is_register(ip[3])) {
    bits = bs_remaining_bits(context);
    if (bits % ip[4]) return FAIL;
  } else if (!bs_match_size(size, (u32)ip[4], &bits)) return FAIL;
  return bs_skip(context, bits) ? ip + 5 : FAIL;
}

const cword *cold_bs_get_utf8(const cword *ip, term *E) { // fail, context, flags, destination
  term t = bs_get_utf8(SRC(ip[2]));
  if (t == NV) return FAIL;
  DST(ip[4]) = t;
  return ip + 5;
}
const cword *cold_bs_get_utf16(const cword *ip, term *E) { // fail, context, live, flags, destination
  term t = bs_get_utf16(SRC(ip[2]), (u32)ip[4]);
  if (t == NV) return FAIL;
  DST(ip[5]) = t;
  return ip + 6;
}
const cword *cold_bs_get_utf32(const cword *ip, term *E) {
  term t = bs_get_utf32(SRC(ip[2]), (u32)ip[4]);
  if (t == NV) return FAIL;
  DST(ip[5]) = t;
  return ip + 6;
}
const cword *cold_bs_skip_utf8(const cword *ip, term *E) { return bs_skip_utf8(SRC(ip[2])) ? ip + 3 : FAIL; }
const cword *cold_bs_skip_utf16(const cword *ip, term *E) { return bs_skip_utf16(SRC(ip[2]), (u32)ip[3]) ? ip + 4 : FAIL; }
const cword *cold_bs_skip_utf32(const cword *ip, term *E) { return bs_skip_utf32(SRC(ip[2]), (u32)ip[3]) ? ip + 4 : FAIL; }
const cword *cold_bs_test_unit(const cword *ip, term *E) { return bs_test_unit(SRC(ip[2]), (u32)ip[3]) ? ip + 4 : FAIL; }
const cword *cold_bs_match_string(const cword *ip, term *E) { // fail, context, bits, bytes
  return bs_match_string(SRC(ip[2]), (const u8 *)ip[4], ip[3]) ? ip + 5 : FAIL;
}
const cword *cold_bs_get_tail(const cword *ip, term *E) { // context, destination, live
  if (!interp_gc_check(ip, E, (u32)ip[3])) return NULL;
  E = ctx.e;
  DST(ip[2]) = bs_get_tail(HEAP, SRC(ip[1]));
  return ip + 4;
}
const cword *cold_bs_match_value(const cword *ip, term *E) { // fail, context, bits, unused, value
  u64 value;
  memcpy(&value, (const void *)ip[5], 8);
  return bs_match_value(SRC(ip[2]), (u32)ip[3], value) ? ip + 6 : FAIL;
}

// --- building
// error_info of a construction: #{cause => {Segment, Type, Cause, Value}, function => format_bs_fail, module => erl_erts_errors}
static const cword *create_failed(const cword *ip, term *E, const struct bs_error *error) {
  term pairs[6] = {ATOM_cause, bs_error_term(HEAP, error), ATOM_function, ATOM_format_bs_fail, ATOM_module, ATOM_erl_erts_errors};
  ctx.fault_class = ATOM_error;
  ctx.fault_reason = error->system_limit ? ATOM_system_limit : ATOM_badarg;
  ctx.fault_args = ctx.fault_trace = NV;
  ctx.fault_info = map_from_pairs(HEAP, pairs, 3);
  return exception_raise(ip, E);
}

// Words that the code after the construction writes without asking must still be there when it is done.
static bool create_room(const cword *ip, term *E, u32 live, size_t words) {
  size_t need = words + BS_CREATE_WORDS;
  if (!interp_gc_check(ip, E, live)) return false;
  return LIKELY((size_t)(ctx.heap.lim - ctx.heap.top) >= need) || interp_collect(ip, ctx.e, live, need);
}

// A reduction for each KB of other binaries in it, as OTP.
static void charge_copying(void) {
  ctx.fcalls -= (i32)min_u64(bs_copied_bits >> 13, INT32_MAX / 2);
  bs_copied_bits &= 8191;
}

static void read_segments(struct bs_segment *s, u32 n, const cword *at, term *E) {
  for (; n-- > 0; s++, at += 3) {
    s->type = at[0] & 15;
    s->flags = at[0] >> 4 & 31;
    s->unit = at[0] >> 9 & 511;
    s->number = (u16)((u32)at[0] >> 18);
    if (s->type == BS_STRING) {
      s->string = (const u8 *)at[1];
      s->value = NV;
    } else s->value = SRC(at[1]);
    s->size = SRC(at[2]);
    s->whole = s->size == ATOM_all && !is_register(at[2]);
  }
}

enum { USUAL_SEGMENTS = 256 };
// fail, destination, live | words needed afterwards << BS_LIVE_BITS, n, (BS_SEGMENT_WORD, value, size)...
const cword *cold_bs_create_bin(const cword *ip, term *E) {
  if (!create_room(ip, E, (u32)ip[3] & ((1 << BS_LIVE_BITS) - 1), ip[3] >> BS_LIVE_BITS)) return NULL;
  E = ctx.e;
  static struct bs_segment usual[USUAL_SEGMENTS]; // constructions do not nest
  struct bs_segment *segments = usual;
  u32 n = (u32)ip[4];
  const cword *at = ip + 5 + 3 * n;
  if (n > USUAL_SEGMENTS && !(segments = mem_alloc(n * sizeof *segments, MEM_SYSTEM))) return exception_error(ip, E, ATOM_system_limit);
  read_segments(segments, n, ip + 5, E);
  struct bs_error error;
  term t = bs_create(HEAP, segments, n, &error);
  if (segments != usual) mem_free(segments, n * sizeof *segments, MEM_SYSTEM);
  if (t == NV) return ip[1] ? FAIL : create_failed(ip, E, &error);
  charge_copying();
  DST(ip[2]) = t;
  return at;
}

const cword *cold_bs_init_writable(const cword *ip, term *E) {
  if (!interp_gc_check(ip, E, 1)) return NULL;
  E = ctx.e;
  term t = bs_init_writable(HEAP, ctx.x[0]);
  if (t == NV) return exception_error(ip, E, ATOM_system_limit);
  ctx.x[0] = t;
  return ip + 1;
}
