// SPDX-License-Identifier: Apache-2.0
// The interpreter loop: one switch. Hot operations are few and small, and call nothing. What their fast paths do not
// handle goes to "cold", the only call site of the loop, which calls the operation's function in cold_table: a cold
// operation, or the twin of a hot or warm one, which does all of it again. So E and ip stay in machine registers across
// the loop. (Measured: with calls all over the switch, or with 300 operations inlined here, the hot operations take 1.4
// times as long.) The bodies are in op_*.inc, by family. Between operations, the state of the machine is E, ip and ctx.
// The word at E[0] is the slot for the return word of calls made from the topmost frame, and stale outside a call.
#include "interp/interp.h"

#include "code/load.h"
#include "code/op_table.h"
#include "interp/semantics.h"
#include "process/collection.h"
#include "process/ctx_layout.h"
#include "process/held.h"

static const cold_fn cold_table[OP_COUNT] = {
#define COLD(name) [OP_##name] = cold_##name,
#include "gen/cold_ops.inc"
#undef COLD
};

// A body is OP(name) and one statement, which always ends with a jump. In it `op` has the type of the operation, so
// that operands are used by their names in ops.tab. `op` is never read: the words are read relative to ip, for which
// clang makes better code than for reading a structure. (The case label stands behind the declaration, so that no code
// is made for that.) A letter gives the kind of an operand; with a letter that differs from ops.tab's, it does not
// compile.
#define OP(name) \
  for (const op_##name *op UNUSED;;) case OP_##name:
#define WORDS (sizeof *op / sizeof(cword)) // without the items of a list
#define WORDS_TO(operand) (offsetof(__typeof__(*op), operand) / sizeof(cword))
#define WORD(operand, type) _Generic(op->operand, type : ip[WORDS_TO(operand)])
#define A(operand) (*(term *)WORD(operand, term *)) // a, x
#define Y(operand) Y_AT(WORD(operand, y_word))
#define S(operand) SRC_AT(WORD(operand, src_word))
#define D(operand) DST_AT(WORD(operand, dst_word))
#define I(operand) IMM(WORD(operand, imm_word))
#define R(operand) (*(double *)WORD(operand, double *))
#define U(operand) WORD(operand, cword) // u, l, n
#define F(operand) ((const cword *)WORD(operand, const cword *))
#define ITEM_WORDS (sizeof op->items[0] / sizeof(cword))
#define ITEM(n, operand) ((n)*ITEM_WORDS + offsetof(__typeof__(op->items[0]), operand) / sizeof(cword)) // from WORDS
#define EXPORT(operand) ((const struct export *)WORD(operand, const struct export *))
#define NEXT \
  do { \
    ip += WORDS; \
    goto loop; \
  } while (0)
#define GOTO(address) \
  do { \
    ip = (address); \
    goto loop; \
  } while (0)
#define JUMP(operand) GOTO(F(operand))
#define POP(operand) (E = (term *)((char *)E + U(operand)))
#define ENTER(operand) \
  do { \
    ip = F(operand); \
    goto enter; \
  } while (0)
#define CALL(operand) \
  do { \
    E[0] = return_word(ip + WORDS); \
    ENTER(operand); \
  } while (0)
#define RETURN \
  do { \
    if (UNLIKELY(E == base)) return ctx.x[0]; \
    ip = word_address(E[0]); \
    goto loop; \
  } while (0)

// The word behind a header when it is not known yet that there is one, because {} has none: in wasm there is always
// some memory behind a block.
#ifdef __wasm__
#define WORD_BEHIND(p) (p)[1]
#else
#define WORD_BEHIND(p) (header_size((p)[0]) ? (p)[1] : 0)
#endif

// Calls a fun with this arity, in an operation of this length in words. The free variables go into the X registers
// behind the arguments.
#define CALL_FUN(fun, arity, length) \
  { \
    term f = fun; \
    if (UNLIKELY(!is_boxed(f))) goto cold; \
    const term *p = boxed_ptr(f), header = p[0]; \
    const struct fun_entry *fe = ptr_val(WORD_BEHIND(p)); \
    if (UNLIKELY(header != MAKE_HEADER_AUX(KIND_FUN, 2, arity))) { /* not a fun without free variables */ \
      const u64 wanted = (MAKE_HEADER(KIND_FUN, 0) & 0xff) + ((u64)(arity) << 32); \
      if (UNLIKELY((header & 0xffffffff000000ffu) != wanted || !fe->ip)) goto cold; \
      term *x = &ctx.x[arity]; \
      for (const term *free = p + 3, *end = p + ((u32)header >> 8) + 1; free < end; free++) *x++ = *free; \
    } \
    if (UNLIKELY(!fe->ip)) goto cold; \
    E[0] = return_word(ip + length); \
    ip = fe->ip; \
    goto enter; \
  }

// In the debug build, checks that an operation does what ops.tab says.
INLINE const cword *run_cold(const cword *ip, term *E) {
  const cword *next = cold_table[ip[0]](ip, E);
#if VM_DEBUG
  ASSERT(op_may_go_to(ip, next));
#endif
  return next;
}

term interp(term *E, const cword *ip, const term *base) {
loop:
  switch (ip[0]) {
#include "interp/op_move.inc"
#include "interp/op_call.inc"
#include "interp/op_test.inc"
#include "interp/op_data.inc"
#include "interp/op_arith.inc"
#include "interp/op_bits.inc"
    default: goto cold;
  }

cold:
  ctx.e = E;
  ip = run_cold(ip, E);
  E = ctx.e;
  if (UNLIKELY(!ip)) return NV;
  goto loop;

enter: // a call: ip is the entry of the function, and the word before it is its arity
  if (LIKELY(--ctx.fcalls >= 0)) goto loop;
  ctx.e = E;
  ctx.ip = ip;
  ctx.live = (u32)ip[-1];
  ctx.status = RUN_YIELD;
  return NV;
}

bool interp_collect(const cword *ip, term *E, u32 live, size_t need) {
  ctx.e = E;
  if (LIKELY(process_collect(ctx.p, ip, live, need, false))) return true;
  if (!ctx.p->collection) exception_exit();
  return false;
}

static void interp_slice(struct process *p) {
  if (UNLIKELY(p->collection != NULL) && !collection_go_on(p)) return;
  process_enter(p);
  if (UNLIKELY(p->held != NULL)) held_restore(p);
  ctx.fcalls = (i32)scheduler_slice;
  interp(ctx.e, ctx.ip, NULL);
  process_leave(p);
}

void interp_init(void) {
  run_slice = interp_slice;
  translate_set_registers(ctx.x, ctx.f);
}
