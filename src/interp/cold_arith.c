// SPDX-License-Identifier: Apache-2.0
// The cold functions of arithmetic and comparison operations, for operands that are not two small integers, and the
// guard BIF operations. Numbers are built on the heap or in fragments; only the check at the beginning collects.
#include "bif/bif_system.h"
#include "interp/semantics.h"
#include "process/held.h"

typedef term (*binary_fn)(struct heap *h, term a, term b);

// Operations on long numbers are charged: one reduction for so many words, or for so many products of words.
enum { WORDS_PER_REDUCTION = 32, SLICE_AT_MOST = 4000 };
INLINE u64 words_of(term t) { return is_big(t) ? header_size(boxed_header(t)) : 1; }
static void charge(u64 words) { ctx.fcalls -= (i32)min_u64(words / WORDS_PER_REDUCTION, SLICE_AT_MOST); }

// For all operations with the operands of add. function is the function that OTP names in the stack trace.
static MAY_GC const cword *binary(const op_add *op, term *E, binary_fn fn, term function) {
  const cword *ip = START(op);
  if (!interp_gc_check(ip, E, (u32)op->live)) return NULL;
  E = ctx.e;
  term a = SRC(op->left), b = SRC(op->right), r = fn(HEAP, a, b);
  if (r == NV) return op->fail ? op->fail : exception_arithmetic(ip, E, function, a, b);
  if (is_boxed(a) || is_boxed(b)) charge(words_of(a) + words_of(b));
  DST(op->dst) = r;
  return BEHIND(op);
}

// An operation that takes long pauses in the middle. When it has used up the slice, it also ends the slice, because a
// chain of such operations may contain no call.
static MAY_GC const cword *product(const op_add *op, term *E, number_function *fn, term function) {
  const cword *ip = START(op);
  if (!interp_gc_check(ip, E, (u32)op->live)) return NULL;
  E = ctx.e;
  term a = SRC(op->left), b = SRC(op->right), r;
  if (UNLIKELY(!held_number(fn, a, b, &r))) {
    if (held_stop(ip, E)) return NULL;
    held_number_on(fn, a, b, &r); // there is no memory for a pause: finish at once
  }
  if (r == NV) return op->fail ? op->fail : exception_arithmetic(ip, E, function, a, b);
  DST(op->dst) = r;
  if (is_boxed(a) || is_boxed(b)) {
    charge(words_of(a) * words_of(b));
    if (ctx.fcalls < 0 && held_stop(BEHIND(op), E)) return NULL;
  }
  return BEHIND(op);
}
const cword *cold_add(const cword *ip, term *E) { return binary(OPERANDS_AT(add, ip), E, num_add, ATOM_plus); }
const cword *cold_sub(const cword *ip, term *E) { return binary(OPERANDS_AT(sub, ip), E, num_sub, ATOM_minus); }
const cword *cold_mul(const cword *ip, term *E) { return product(OPERANDS_AT(mul, ip), E, num_mul, ATOM_times); }
const cword *cold_int_div(const cword *ip, term *E) { return product(OPERANDS_AT(int_div, ip), E, num_div, ATOM_div); }
const cword *cold_int_rem(const cword *ip, term *E) { return product(OPERANDS_AT(int_rem, ip), E, num_rem, ATOM_rem); }
const cword *cold_band(const cword *ip, term *E) { return binary(OPERANDS_AT(band, ip), E, num_band, ATOM_band); }
const cword *cold_bor(const cword *ip, term *E) { return binary(OPERANDS_AT(bor, ip), E, num_bor, ATOM_bor); }
const cword *cold_bxor(const cword *ip, term *E) { return binary(OPERANDS_AT(bxor, ip), E, num_bxor, ATOM_bxor); }
const cword *cold_bsl(const cword *ip, term *E) { return binary(OPERANDS_AT(bsl, ip), E, num_bsl, ATOM_bsl); }
const cword *cold_bsr(const cword *ip, term *E) { return binary(OPERANDS_AT(bsr, ip), E, num_bsr, ATOM_bsr); }
// The special forms have their operands in the same places; the address of an X register is a valid s operand.
const cword *cold_add_aa(const cword *ip, term *E) { return cold_add(ip, E); }
const cword *cold_sub_aa(const cword *ip, term *E) { return cold_sub(ip, E); }

// "X + constant" was OTP's instruction i_increment up to release 25: its failure showed no entry of erlang:'+'/2.
static const cword *increment_failed(const cword *ip, term *E, term a, term b) {
  if (system_otp_release() < 26) return exception_error(ip, E, num_limit_hit() ? ATOM_system_limit : ATOM_badarith);
  bool minus = small_val(b) < 0; // "X - constant" is translated to a sum
  return exception_arithmetic(ip, E, minus ? ATOM_minus : ATOM_plus, a, minus ? make_small(-small_val(b)) : b);
}

// For all three forms, which differ only in the register.
static MAY_GC const cword *increment(const cword *ip, term *E, bool from_y) {
  OPERANDS(add_si);
  if (!interp_gc_check(ip, E, (u32)op->live)) return NULL;
  E = ctx.e;
  term a = from_y ? YREG(OPERANDS_AT(add_yi, ip)->left) : SRC(op->left), r = num_add(HEAP, a, imm_operand(op->right));
  if (r == NV) return op->fail ? op->fail : increment_failed(ip, E, a, imm_operand(op->right));
  DST(op->dst) = r;
  return BEHIND(op);
}
const cword *cold_add_ai(const cword *ip, term *E) { return increment(ip, E, false); }
const cword *cold_add_si(const cword *ip, term *E) { return increment(ip, E, false); }
const cword *cold_add_yi(const cword *ip, term *E) { return increment(ip, E, true); }

const cword *cold_band_ai(const cword *ip, term *E) {
  OPERANDS(band_ai);
  if (!interp_gc_check(ip, E, (u32)op->live)) return NULL;
  E = ctx.e;
  term a = *op->left, b = imm_operand(op->right), r = num_band(HEAP, a, b);
  if (r == NV) return op->fail ? op->fail : exception_arithmetic(ip, E, ATOM_band, a, b);
  *op->dst = r;
  return BEHIND(op);
}

// --- comparisons
// True: the process leaves the loop in the middle of a comparison, which continues when the operation at ip is done
// again.
static bool paused(const cword *ip, term *E, enum term_mode mode, term a, term b, int *order) {
  if (LIKELY(held_compare(mode, a, b, order))) return false;
  if (held_stop(ip, E)) return true;
  held_compare_on(mode, a, b, order); // there is no memory for a pause: finish at once
  return false;
}

#define COMPARE(name, like, mode, condition) \
  const cword *cold_##name(const cword *ip, term *E) { \
    const op_is_lt *op = OPERANDS_AT(like, ip); \
    int order; \
    if (UNLIKELY(paused(ip, E, mode, SRC(op->left), SRC(op->right), &order))) return NULL; \
    return order condition ? BEHIND(op) : op->fail; \
  }
COMPARE(is_lt, is_lt, TERM_ORDER, < 0)
COMPARE(is_lt_aa, is_lt, TERM_ORDER, < 0)
COMPARE(is_ge, is_ge, TERM_ORDER, >= 0)
COMPARE(is_ge_aa, is_ge, TERM_ORDER, >= 0)
COMPARE(is_eq, is_eq, TERM_EQUAL, == 0)
COMPARE(is_ne, is_ne, TERM_EQUAL, != 0)
COMPARE(is_eq_exact, is_eq_exact, TERM_SAME, == 0)
COMPARE(is_ne_exact, is_ne_exact, TERM_SAME, != 0)
#define COMPARE_IMMEDIATE(name, condition) \
  const cword *cold_##name(const cword *ip, term *E) { \
    (void)E; \
    OPERANDS(name); \
    term a = *op->src, b = imm_operand(op->constant); \
    return (condition) ? BEHIND(op) : op->fail; \
  }
COMPARE_IMMEDIATE(is_lt_ai, term_compare(a, b) < 0)
COMPARE_IMMEDIATE(is_lt_ia, term_compare(b, a) < 0)
COMPARE_IMMEDIATE(is_ge_ai, term_compare(a, b) >= 0)
COMPARE_IMMEDIATE(is_ge_ia, term_compare(b, a) >= 0)

// --- floats: the result is not a finite number
static const cword *bad_float(const cword *ip, term *E) { return exception_error(ip, E, ATOM_badarith); }
const cword *cold_fadd(const cword *ip, term *E) { return bad_float(ip, E); }
const cword *cold_fsub(const cword *ip, term *E) { return bad_float(ip, E); }
const cword *cold_fmul(const cword *ip, term *E) { return bad_float(ip, E); }
const cword *cold_fdiv(const cword *ip, term *E) { return bad_float(ip, E); }

// --- guard BIFs
const cword *cold_element(const cword *ip, term *E) { // the fast path does everything that succeeds
  OPERANDS(element);
  if (op->fail) return op->fail;
  term args[2] = {SRC(op->index), SRC(op->tuple)};
  return exception_guard_bif(ip, E, ATOM_element, ATOM_badarg, args, 2);
}

const cword *cold_length(const cword *ip, term *E) {
  OPERANDS(length);
  term list = SRC(op->list);
  i64 n = 0;
  for (; is_cons(list); list = tl(list)) n++;
  if (list == NIL) {
    ctx.fcalls -= (i32)(n >> 6);
    DST(op->dst) = make_small(n);
    return BEHIND(op);
  }
  if (op->fail) return op->fail;
  term arg = SRC(op->list);
  return exception_guard_bif(ip, E, ATOM_length, ATOM_badarg, &arg, 1);
}

// Calls e with n sources, which the destination follows. gc: the sources are read after a check that may collect; live
// is at the same place in all operations that have it.
INLINE MAY_GC const cword *guard_bif(const cword *ip, term *E, const struct export *e, const src_word *operands, u32 n,
                                     const cword *fail, bool gc) {
  if (gc) {
    if (!interp_gc_check(ip, E, (u32)OPERANDS_AT(gc_bif1, ip)->live)) return NULL;
    E = ctx.e;
  }
  term args[3];
  for (u32 i = 0; i < n; i++) args[i] = SRC(operands[i]);
  term r = e->bif(ctx.p, args);
  if (UNLIKELY(r == NV)) {
    if (fail && ctx.bif_status != BIF_YIELD) return fail;
    return exception_bif(ip, E, e, args, NULL);
  }
  const dst_word *to = (const dst_word *)(operands + n);
  DST(*to) = r;
  return (const cword *)(to + 1);
}
const cword *cold_bif0(const cword *ip, term *E) {
  OPERANDS(bif0);
  return guard_bif(ip, E, op->function, (const src_word *)&op->dst, 0, NULL, false);
}
#define GUARD_BIF(name, n, gc) \
  const cword *cold_##name(const cword *ip, term *E) { \
    OPERANDS(name); \
    return guard_bif(ip, E, op->function, &op->arg, n, op->fail, gc); \
  }
GUARD_BIF(bif1, 1, false)
GUARD_BIF(bif2, 2, false)
GUARD_BIF(bif3, 3, false)
GUARD_BIF(gc_bif1, 1, true)
GUARD_BIF(gc_bif2, 2, true)
GUARD_BIF(gc_bif3, 3, true)
