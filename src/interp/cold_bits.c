// SPDX-License-Identifier: Apache-2.0
// Bit syntax operations: pass their operands to the functions of term/bs_match.h and term/bs_build.h, which do the
// work. A getter that fails leaves the context's position unchanged and jumps.
#include "base/alloc.h"
#include "interp/semantics.h"
#include "term/bs_build.h"

const cword *cold_bs_start_match(const cword *ip, term *E) {
  OPERANDS(bs_start_match);
  if (!interp_gc_check(ip, E, (u32)op->live)) return NULL;
  E = ctx.e;
  term t = bs_start_match(HEAP, SRC(op->src));
  // Without a label: the compiler says that it cannot fail.
  if (t == NV) return op->fail ? op->fail : exception_error(ip, E, ATOM_badarg);
  DST(op->dst) = t;
  return BEHIND(op);
}

typedef term (*getter)(struct heap *, term, u64, u32);
static term get_binary(struct heap *h, term context, u64 bits, u32 flags) {
  (void)flags;
  return bs_get_binary(h, context, bits);
}

static MAY_GC const cword *get_sized(const cword *ip, term *E, getter get) {
  OPERANDS(bs_get_integer);
  // Operations behind a short integer may still use registers that are not live, because bs_match asks for room only
  // once.
  bool constant = !is_register(op->size) && is_small(SRC(op->size));
  bool short_integer = get == bs_get_integer && constant && (u64)small_val(SRC(op->size)) * op->unit < 59;
  if (!short_integer && !interp_gc_check(ip, E, (u32)op->live)) return NULL;
  if (!short_integer) E = ctx.e;
  term context = SRC(op->context), size = SRC(op->size);
  u64 bits;
  if (size == ATOM_all && !is_register(op->size)) {
    bits = bs_remaining_bits(context);
    if (bits % op->unit) return op->fail;
  } else if (!bs_match_size(size, (u32)op->unit, &bits)) return op->fail;
  term t = get(HEAP, context, bits, (u32)op->flags);
  if (t == NV) return op->fail;
  DST(op->dst) = t;
  return BEHIND(op);
}
const cword *cold_bs_get_integer(const cword *ip, term *E) { return get_sized(ip, E, bs_get_integer); }
const cword *cold_bs_get_integer_8(const cword *ip, term *E) { // not at a byte boundary, or too short
  OPERANDS(bs_get_integer_8);
  term t = bs_get_u8(SRC(op->context));
  if (t == NV) return op->fail;
  DST(op->dst) = t;
  return BEHIND(op);
}
const cword *cold_bs_get_bytes(const cword *ip, term *E) { // not at a byte boundary
  OPERANDS(bs_get_bytes);
  term t = bs_get_integer(HEAP, SRC(op->context), (u64)op->bytes * 8, op->little ? BS_LITTLE : 0);
  if (t == NV) return op->fail;
  DST(op->dst) = t;
  return BEHIND(op);
}
const cword *cold_bs_get_float(const cword *ip, term *E) { return get_sized(ip, E, bs_get_float); }
const cword *cold_bs_get_binary(const cword *ip, term *E) { return get_sized(ip, E, get_binary); }

const cword *cold_bs_skip_bits(const cword *ip, term *E) {
  OPERANDS(bs_skip_bits);
  term context = SRC(op->context), size = SRC(op->size);
  u64 bits;
  if (size == ATOM_all && !is_register(op->size)) {
    bits = bs_remaining_bits(context);
    if (bits % op->unit) return op->fail;
  } else if (!bs_match_size(size, (u32)op->unit, &bits)) return op->fail;
  return bs_skip(context, bits) ? BEHIND(op) : op->fail;
}

const cword *cold_bs_get_utf8(const cword *ip, term *E) {
  OPERANDS(bs_get_utf8);
  term t = bs_get_utf8(SRC(op->context));
  if (t == NV) return op->fail;
  DST(op->dst) = t;
  return BEHIND(op);
}
const cword *cold_bs_get_utf16(const cword *ip, term *E) {
  OPERANDS(bs_get_utf16);
  term t = bs_get_utf16(SRC(op->context), (u32)op->flags);
  if (t == NV) return op->fail;
  DST(op->dst) = t;
  return BEHIND(op);
}
const cword *cold_bs_get_utf32(const cword *ip, term *E) {
  OPERANDS(bs_get_utf32);
  term t = bs_get_utf32(SRC(op->context), (u32)op->flags);
  if (t == NV) return op->fail;
  DST(op->dst) = t;
  return BEHIND(op);
}
const cword *cold_bs_skip_utf8(const cword *ip, term *E) {
  OPERANDS(bs_skip_utf8);
  return bs_skip_utf8(SRC(op->context)) ? BEHIND(op) : op->fail;
}
const cword *cold_bs_skip_utf16(const cword *ip, term *E) {
  OPERANDS(bs_skip_utf16);
  return bs_skip_utf16(SRC(op->context), (u32)op->flags) ? BEHIND(op) : op->fail;
}
const cword *cold_bs_skip_utf32(const cword *ip, term *E) {
  OPERANDS(bs_skip_utf32);
  return bs_skip_utf32(SRC(op->context), (u32)op->flags) ? BEHIND(op) : op->fail;
}
const cword *cold_bs_test_unit(const cword *ip, term *E) {
  OPERANDS(bs_test_unit);
  return bs_test_unit(SRC(op->context), (u32)op->unit) ? BEHIND(op) : op->fail;
}
const cword *cold_bs_match_string(const cword *ip, term *E) {
  OPERANDS(bs_match_string);
  return bs_match_string(SRC(op->context), op->bytes, op->bits) ? BEHIND(op) : op->fail;
}
const cword *cold_bs_get_tail(const cword *ip, term *E) {
  OPERANDS(bs_get_tail);
  if (!interp_gc_check(ip, E, (u32)op->live)) return NULL;
  E = ctx.e;
  DST(op->dst) = bs_get_tail(HEAP, SRC(op->context));
  return BEHIND(op);
}
const cword *cold_bs_match_value(const cword *ip, term *E) {
  OPERANDS(bs_match_value);
  u64 value;
  memcpy(&value, op->value, 8);
  return bs_match_value(SRC(op->context), (u32)op->bits, value) ? BEHIND(op) : op->fail;
}

// --- building
// The error_info of a construction that failed: #{cause => {Segment, Type, Cause, Value}, function => format_bs_fail,
// module => erl_erts_errors}.
static const cword *create_failed(const cword *ip, term *E, const struct bs_error *error) {
  term pairs[6] = {ATOM_cause,  bs_error_term(HEAP, error), ATOM_function, ATOM_format_bs_fail,
                   ATOM_module, ATOM_erl_erts_errors};
  ctx.fault_class = ATOM_error;
  ctx.fault_reason = error->system_limit ? ATOM_system_limit : ATOM_badarg;
  ctx.fault_args = ctx.fault_trace = NV;
  ctx.fault_info = map_from_pairs(HEAP, pairs, 3);
  return exception_raise(ip, E);
}

// The words that the code behind the construction uses without asking must still be available when it is done.
static MAY_GC bool create_room(const cword *ip, term *E, u32 live, size_t words) {
  size_t need = words + BS_CREATE_WORDS;
  if (!interp_gc_check(ip, E, live)) return false;
  return LIKELY((size_t)(ctx.heap.lim - ctx.heap.top) >= need) || interp_collect(ip, ctx.e, live, need);
}

// As in OTP, one reduction for each KB that is copied from other binaries.
static void charge_copying(void) {
  ctx.fcalls -= (i32)min_u64(bs_copied_bits >> 13, INT32_MAX / 2);
  bs_copied_bits &= 8191;
}

static void read_segments(struct bs_segment *s, u32 n, const op_bs_create_bin_item *at, term *E) {
  for (; n-- > 0; s++, at++) {
    s->type = at->segment & 15;
    s->flags = at->segment >> 4 & 31;
    s->unit = at->segment >> 9 & 511;
    s->number = (u16)((u32)at->segment >> 18);
    if (s->type == BS_STRING) {
      s->string = (const u8 *)at->value.word;
      s->value = NV;
    } else s->value = SRC(at->value);
    s->size = SRC(at->size);
    s->whole = s->size == ATOM_all && !is_register(at->size);
  }
}

enum { USUAL_SEGMENTS = 256 };
// The operands: fail, destination, live | words needed afterwards << BS_LIVE_BITS, n, (BS_SEGMENT_WORD, value, size)...
const cword *cold_bs_create_bin(const cword *ip, term *E) {
  OPERANDS(bs_create_bin);
  u32 live = (u32)op->live_and_room & ((1 << BS_LIVE_BITS) - 1);
  if (!create_room(ip, E, live, op->live_and_room >> BS_LIVE_BITS)) return NULL;
  E = ctx.e;
  static struct bs_segment usual[USUAL_SEGMENTS]; // constructions do not nest
  struct bs_segment *segments = usual;
  u32 n = (u32)op->count;
  if (n > USUAL_SEGMENTS && !(segments = mem_alloc(n * sizeof *segments, MEM_SYSTEM)))
    return exception_error(ip, E, ATOM_system_limit);
  read_segments(segments, n, op->items, E);
  struct bs_error error;
  term t = bs_create(HEAP, segments, n, &error);
  if (segments != usual) mem_free(segments, n * sizeof *segments, MEM_SYSTEM);
  if (t == NV) return op->fail ? op->fail : create_failed(ip, E, &error);
  charge_copying();
  DST(op->dst) = t;
  return (const cword *)(op->items + n);
}

const cword *cold_bs_init_writable(const cword *ip, term *E) {
  OPERANDS(bs_init_writable);
  if (!interp_gc_check(ip, E, 1)) return NULL;
  E = ctx.e;
  term t = bs_init_writable(HEAP, ctx.x[0]);
  if (t == NV) return exception_error(ip, E, ATOM_system_limit);
  ctx.x[0] = t;
  return BEHIND(op);
}
