// SPDX-License-Identifier: Apache-2.0
// Twins of the arithmetic and comparison operations, for operands that are not two small integers, and
// the guard BIF operations. Numbers are built on the heap or in fragments; nothing collects but the check
// at the start.
#include "bif/bif_system.h"
#include "interp/semantics.h"
#include "process/held.h"

#define FAIL ((const cword *)ip[1])
typedef term (*binary_fn)(struct heap *h, term a, term b);

// Long numbers cost what they take: a reduction for so many words of one, or products of words of two.
enum { WORDS_PER_REDUCTION = 32, SLICE_AT_MOST = 4000 };
INLINE u64 words_of(term t) { return is_big(t) ? header_size(boxed_header(t)) : 1; }
static void charge(u64 words) { ctx.fcalls -= (i32)min_u64(words / WORDS_PER_REDUCTION, SLICE_AT_MOST); }

// fail, live, left, right, destination; function: what OTP names in the trace.
static const cword *binary(const cword *ip, term *E, binary_fn fn, term function) {
  if (!interp_gc_check(ip, E, (u32)ip[2])) return NULL;
  E = ctx.e;
  term a = SRC(ip[3]), b = SRC(ip[4]), r = fn(HEAP, a, b);
  if (r == NV) return ip[1] ? FAIL : exception_arithmetic(ip, E, function, a, b);
  if (is_boxed(a) || is_boxed(b)) charge(words_of(a) + words_of(b));
  DST(ip[5]) = r;
  return ip + 6;
}

// What takes longer pauses in the middle; and where it has used up the slice, after it: a chain of such operations may
// meet no call for long.
static const cword *product(const cword *ip, term *E, number_function *fn, term function) {
  if (!interp_gc_check(ip, E, (u32)ip[2])) return NULL;
  E = ctx.e;
  term a = SRC(ip[3]), b = SRC(ip[4]), r;
  if (UNLIKELY(!held_number(fn, a, b, &r))) {
    if (held_stop(ip, E)) return NULL;
    held_number_on(fn, a, b, &r); // without memory for a pause: at once
  }
  if (r == NV) return ip[1] ? FAIL : exception_arithmetic(ip, E, function, a, b);
  DST(ip[5]) = r;
  if (is_boxed(a) || is_boxed(b)) {
    charge(words_of(a) * words_of(b));
    if (ctx.fcalls < 0 && held_stop(ip + 6, E)) return NULL;
  }
  return ip + 6;
}
const cword *cold_add(const cword *ip, term *E) { return binary(ip, E, num_add, ATOM_plus); }
const cword *cold_sub(const cword *ip, term *E) { return binary(ip, E, num_sub, ATOM_minus); }
const cword *cold_mul(const cword *ip, term *E) { return product(ip, E, num_mul, ATOM_times); }
const cword *cold_int_div(const cword *ip, term *E) { return product(ip, E, num_div, ATOM_div); }
const cword *cold_int_rem(const cword *ip, term *E) { return product(ip, E, num_rem, ATOM_rem); }
const cword *cold_band(const cword *ip, term *E) { return binary(ip, E, num_band, ATOM_band); }
const cword *cold_bor(const cword *ip, term *E) { return binary(ip, E, num_bor, ATOM_bor); }
const cword *cold_bxor(const cword *ip, term *E) { return binary(ip, E, num_bxor, ATOM_bxor); }
const cword *cold_bsl(const cword *ip, term *E) { return binary(ip, E, num_bsl, ATOM_bsl); }
const cword *cold_bsr(const cword *ip, term *E) { return binary(ip, E, num_bsr, ATOM_bsr); }
// The specialised forms have the operands in the same places; X addresses are s operands as they stand.
const cword *cold_add_aa(const cword *ip, term *E) { return cold_add(ip, E); }
const cword *cold_sub_aa(const cword *ip, term *E) { return cold_sub(ip, E); }

// "X + constant" was OTP's i_increment up to release 25: its failure showed no entry of erlang:'+'/2.
static const cword *increment_failed(const cword *ip, term *E, term a, term b) {
  if (system_otp_release() < 26) return exception_error(ip, E, num_limit_hit() ? ATOM_system_limit : ATOM_badarith);
  bool minus = small_val(b) < 0; // "X - constant" is translated to the sum with its opposite
  return exception_arithmetic(ip, E, minus ? ATOM_minus : ATOM_plus, a, minus ? make_small(-small_val(b)) : b);
}

static const cword *increment(const cword *ip, term *E, bool from_y) {
  if (!interp_gc_check(ip, E, (u32)ip[2])) return NULL;
  E = ctx.e;
  term a = from_y ? *(term *)((char *)E + ip[3]) : SRC(ip[3]), r = num_add(HEAP, a, imm_operand(ip[4]));
  if (r == NV) return ip[1] ? FAIL : increment_failed(ip, E, a, imm_operand(ip[4]));
  DST(ip[5]) = r;
  return ip + 6;
}
const cword *cold_add_ai(const cword *ip, term *E) { return increment(ip, E, false); }
const cword *cold_add_si(const cword *ip, term *E) { return increment(ip, E, false); }
const cword *cold_add_yi(const cword *ip, term *E) { return increment(ip, E, true); }

const cword *cold_band_ai(const cword *ip, term *E) {
  if (!interp_gc_check(ip, E, (u32)ip[2])) return NULL;
  E = ctx.e;
  term a = *(term *)ip[3], b = imm_operand(ip[4]), r = num_band(HEAP, a, b);
  if (r == NV) return ip[1] ? FAIL : exception_arithmetic(ip, E, ATOM_band, a, b);
  *(term *)ip[5] = r;
  return ip + 6;
}

// --- comparisons: left, right, fail; or operand, fail, immediate
// True: the process leaves the loop in the middle of a comparison, which is continued when the operation at ip is
// done again.
static bool paused(const cword *ip, term *E, enum term_mode mode, term a, term b, int *order) {
  if (LIKELY(held_compare(mode, a, b, order))) return false;
  if (held_stop(ip, E)) return true;
  held_compare_on(mode, a, b, order); // without memory for a pause: at once
  return false;
}

#define COMPARE(name, mode, condition) \
  const cword *cold_##name(const cword *ip, term *E) { \
    int order; \
    if (UNLIKELY(paused(ip, E, mode, SRC(ip[1]), SRC(ip[2]), &order))) return NULL; \
    return order condition ? ip + 4 : (const cword *)ip[3]; \
  }
COMPARE(is_lt, TERM_ORDER, < 0)
COMPARE(is_lt_aa, TERM_ORDER, < 0)
COMPARE(is_ge, TERM_ORDER, >= 0)
COMPARE(is_ge_aa, TERM_ORDER, >= 0)
COMPARE(is_eq, TERM_EQUAL, == 0)
COMPARE(is_ne, TERM_EQUAL, != 0)
COMPARE(is_eq_exact, TERM_SAME, == 0)
COMPARE(is_ne_exact, TERM_SAME, != 0)
#define COMPARE_IMMEDIATE(name, condition) \
  const cword *cold_##name(const cword *ip, term *E) { \
    (void)E; \
    term a = *(term *)ip[1], b = imm_operand(ip[3]); \
    return (condition) ? ip + 4 : (const cword *)ip[2]; \
  }
COMPARE_IMMEDIATE(is_lt_ai, term_compare(a, b) < 0)
COMPARE_IMMEDIATE(is_lt_ia, term_compare(b, a) < 0)
COMPARE_IMMEDIATE(is_ge_ai, term_compare(a, b) >= 0)
COMPARE_IMMEDIATE(is_ge_ia, term_compare(b, a) >= 0)

// --- floats: the result was no number
static const cword *bad_float(const cword *ip, term *E) { return exception_error(ip, E, ATOM_badarith); }
const cword *cold_fadd(const cword *ip, term *E) { return bad_float(ip, E); }
const cword *cold_fsub(const cword *ip, term *E) { return bad_float(ip, E); }
const cword *cold_fmul(const cword *ip, term *E) { return bad_float(ip, E); }
const cword *cold_fdiv(const cword *ip, term *E) { return bad_float(ip, E); }

// --- guard BIFs
const cword *cold_element(const cword *ip, term *E) { // the fast path has everything that succeeds
  if (ip[1]) return FAIL;
  term args[2] = {SRC(ip[2]), SRC(ip[3])};
  return exception_guard_bif(ip, E, ATOM_element, ATOM_badarg, args, 2);
}

const cword *cold_length(const cword *ip, term *E) {
  term list = SRC(ip[3]);
  i64 n = 0;
  for (; is_cons(list); list = tl(list)) n++;
  if (list == NIL) {
    ctx.fcalls -= (i32)(n >> 6);
    DST(ip[4]) = make_small(n);
    return ip + 5;
  }
  if (ip[1]) return FAIL;
  term arg = SRC(ip[3]);
  return exception_guard_bif(ip, E, ATOM_length, ATOM_badarg, &arg, 1);
}

// Calls e with n sources at operands, destination behind them; gc: the sources are read after a check
// that may collect (live is operand 2).
INLINE const cword *guard_bif(const cword *ip, term *E, const struct export *e, const cword *operands, u32 n, cword fail, bool gc) {
  if (gc) {
    if (!interp_gc_check(ip, E, (u32)ip[2])) return NULL;
    E = ctx.e;
  }
  term args[3];
  for (u32 i = 0; i < n; i++) args[i] = SRC(operands[i]);
  term r = e->bif(ctx.p, args);
  if (UNLIKELY(r == NV)) {
    if (fail && ctx.bif_status != BIF_YIELD) return (const cword *)fail;
    return exception_bif(ip, E, e, args, NULL);
  }
  DST(operands[n]) = r;
  return operands + n + 1;
}
#define EXPORT(n) ((const struct export *)ip[n])
const cword *cold_bif0(const cword *ip, term *E) { return guard_bif(ip, E, EXPORT(1), ip + 2, 0, 0, false); }
const cword *cold_bif1(const cword *ip, term *E) { return guard_bif(ip, E, EXPORT(2), ip + 3, 1, ip[1], false); }
const cword *cold_bif2(const cword *ip, term *E) { return guard_bif(ip, E, EXPORT(2), ip + 3, 2, ip[1], false); }
const cword *cold_bif3(const cword *ip, term *E) { return guard_bif(ip, E, EXPORT(2), ip + 3, 3, ip[1], false); }
const cword *cold_gc_bif1(const cword *ip, term *E) { return guard_bif(ip, E, EXPORT(3), ip + 4, 1, ip[1], true); }
const cword *cold_gc_bif2(const cword *ip, term *E) { return guard_bif(ip, E, EXPORT(3), ip + 4, 2, ip[1], true); }
const cword *cold_gc_bif3(const cword *ip, term *E) { return guard_bif(ip, E, EXPORT(3), ip + 4, 3, ip[1], true); }
