// SPDX-License-Identifier: Apache-2.0
// Construction of bitstrings with the instructions that compilers made before bs_create_bin (erlc +r24): first the size
// is computed, then a binary of that size becomes the one being built, then the values are put into it. Nothing
// collects between the first and the last of these instructions.
#include "interp/semantics.h"
#include "term/bs_build.h"

// The label is the first operand of all operations that have one.
static const cword *failed(const cword *ip, term *E) {
  const cword *fail = OPERANDS_AT(bs_init, ip)->fail;
  return fail ? fail : exception_error(ip, E, bs_limit() ? ATOM_system_limit : ATOM_badarg);
}

// Makes room for the binary and for the words that put_list and others will use afterwards without asking.
static MAY_GC bool room(const cword *ip, term *E, u32 live, size_t words) {
  words += HEAP_BIN_MAX / sizeof(term) + 16;
  if ((size_t)(ctx.heap.lim - ctx.heap.top) >= words && !heap_wants_gc(HEAP) && !VM_GC_STRESS) return true;
  return interp_collect(ip, E, live, words);
}

// Bits that no instruction of the construction fills are zero, and not what the memory contained before.
static void clear_new(term t, u64 old_bits) {
  struct bits b;
  bits_of(t, &b);
  u64 at = (b.offset + old_bits + 7) / 8, end = (b.offset + b.size + 7) / 8;
  if (at < end) memset((u8 *)(uintptr_t)b.data + at, 0, (size_t)(end - at));
}

const cword *cold_bs_init(const cword *ip, term *E) {
  OPERANDS(bs_init);
  ctx.e = E;
  if (!room(ip, E, (u32)op->live, op->words)) return NULL;
  E = ctx.e;
  u64 bits;
  if (!bs_build_size(SRC(op->size), (u32)op->unit, &bits)) return failed(ip, E);
  term t = bs_init_bits(HEAP, bits);
  if (t == NV) return failed(ip, E);
  clear_new(t, 0);
  DST(op->dst) = t;
  return BEHIND(op);
}

const cword *cold_bs_add(const cword *ip, term *E) {
  OPERANDS(bs_add);
  term left = SRC(op->left), right = SRC(op->right);
  u64 so_far, units;
  if (!bs_build_size(left, 1, &so_far) || !bs_build_size(right, (u32)op->unit, &units)) return failed(ip, E);
  DST(op->dst) = make_small((i64)(so_far + units));
  return BEHIND(op);
}

const cword *cold_bs_append(const cword *ip, term *E) {
  OPERANDS(bs_append);
  // The binary is a source of its own besides the live registers, so it is kept as one more register.
  u32 live = (u32)op->live;
  ctx.e = E;
  ctx.x[live] = SRC(op->binary);
  if (!room(ip, E, live + 1, op->words)) return NULL;
  E = ctx.e;
  u64 bits;
  if (!bs_build_size(SRC(op->bits), 1, &bits)) return failed(ip, E);
  term t = bs_append_bits(HEAP, ctx.x[live], bits, (u32)op->unit);
  if (t == NV) return failed(ip, E);
  clear_new(t, bit_size_of(t) - bits);
  DST(op->dst) = t;
  return BEHIND(op);
}

const cword *cold_bs_private_append(const cword *ip, term *E) {
  OPERANDS(bs_private_append);
  u64 bits;
  if (!bs_build_size(SRC(op->bits), 1, &bits)) return failed(ip, E);
  term t = bs_private_append_bits(HEAP, SRC(op->binary), bits, (u32)op->unit);
  if (t == NV) return failed(ip, E);
  clear_new(t, bit_size_of(t) - bits);
  DST(op->dst) = t;
  return BEHIND(op);
}

const cword *cold_bs_put_integer(const cword *ip, term *E) {
  OPERANDS(bs_put_integer);
  u64 bits;
  bool ok = bs_build_size(SRC(op->size), (u32)op->unit, &bits) && bs_put_integer(SRC(op->value), bits, (u32)op->flags);
  return ok ? BEHIND(op) : failed(ip, E);
}

const cword *cold_bs_put_float(const cword *ip, term *E) {
  OPERANDS(bs_put_float);
  u64 bits;
  bool ok = bs_build_size(SRC(op->size), (u32)op->unit, &bits) && (bits == 16 || bits == 32 || bits == 64) &&
            bs_put_float(SRC(op->value), bits, (u32)op->flags);
  return ok ? BEHIND(op) : failed(ip, E);
}

const cword *cold_bs_put_binary(const cword *ip, term *E) {
  OPERANDS(bs_put_binary);
  term size = SRC(op->size), value = SRC(op->value);
  u64 bits;
  bool ok = size == ATOM_all && !is_register(op->size)
                ? bs_put_binary_all(value, (u32)op->unit)
                : bs_build_size(size, (u32)op->unit, &bits) && bs_put_binary(value, bits);
  return ok ? BEHIND(op) : failed(ip, E);
}

const cword *cold_bs_put_string(const cword *ip, term *E) {
  OPERANDS(bs_put_string);
  if (!bs_put_string(op->bytes, op->size)) return exception_error(ip, E, ATOM_badarg);
  return BEHIND(op);
}

const cword *cold_bs_utf_size(const cword *ip, term *E) {
  OPERANDS(bs_utf_size);
  term value = SRC(op->src);
  DST(op->dst) = make_small(op->kind == 8 ? bs_utf8_size(value) : bs_utf16_size(value));
  return BEHIND(op);
}

const cword *cold_bs_put_utf(const cword *ip, term *E) {
  OPERANDS(bs_put_utf);
  term value = SRC(op->src);
  bool ok = op->kind == 8    ? bs_put_utf8(value)
            : op->kind == 16 ? bs_put_utf16(value, (u32)op->flags)
                             : bs_put_utf32(value, (u32)op->flags);
  return ok ? BEHIND(op) : failed(ip, E);
}
