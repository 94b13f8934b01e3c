// SPDX-License-Identifier: Apache-2.0
// The interpreter loop: one switch. Hot operations are few and small and call nothing; what does not fit
// their fast path goes to "cold", the only call site of the loop, which runs the operation's function from
// cold_table (a cold operation, or the twin of a warm one, which does all of it again). So E and ip stay
// in machine registers across the loop (measured: calls spread over the switch, or 300 operations
// inlined here, make the hot ones 1.4 times slower). The bodies are in op_*.inc, by family.
// State of the machine between operations: E, ip, ctx. The word at E[0] is the slot for the return word
// of calls made from the frame: stale outside a call.
#include "interp/interp.h"

#include "code/load.h"
#include "interp/semantics.h"
#include "process/collection.h"
#include "process/held.h"

static const cold_fn cold_table[OP_COUNT] = {
#define COLD(name) [OP_##name] = cold_##name,
#include "gen/cold_ops.inc"
#undef COLD
};

#define A(n) (*(term *)ip[n])
#define Y(n) (*(term *)((char *)E + ip[n]))
#define S(n) SRC(ip[n])
#define D(n) DST(ip[n])
#define I(n) imm_operand(ip[n])
#define NEXT(k) do { ip += (k); goto loop; } while (0)
#define GOTO(w) do { ip = (const cword *)(w); goto loop; } while (0)
#define POP(n) (E = (term *)((char *)E + ip[n]))
#define ENTER(n) do { ip = (const cword *)ip[n]; goto enter; } while (0)
#define CALL(n) do { E[0] = return_word(ip + (n) + 1); ENTER(n); } while (0)
#define RETURN \
  do { \
    if (UNLIKELY(E == base)) return ctx.x[0]; \
    ip = word_address(E[0]); \
    goto loop; \
  } while (0)

// The word behind a header, before it is known that there is one ({} has none): in wasm something always is behind a block.
#ifdef __wasm__
#define WORD_BEHIND(p) (p)[1]
#else
#define WORD_BEHIND(p) (header_size((p)[0]) ? (p)[1] : 0)
#endif

// The fun f of so many arguments, the free variables into the X registers behind them.
#define CALL_FUN(fun, arity, length) { \
    term f = fun; \
    if (UNLIKELY(!is_boxed(f))) goto cold; \
    const term *p = boxed_ptr(f), header = p[0]; \
    const struct fun_entry *fe = ptr_val(WORD_BEHIND(p)); \
    if (UNLIKELY(header != MAKE_HEADER_AUX(KIND_FUN, 2, arity))) { /* not a fun without free variables */ \
      if (UNLIKELY((header & 0xffffffff000000ffu) != (MAKE_HEADER(KIND_FUN, 0) & 0xff) + ((u64)(arity) << 32) || !fe->ip)) goto cold; \
      term *x = &ctx.x[arity]; \
      for (const term *free = p + 3, *end = p + ((u32)header >> 8) + 1; free < end; free++) *x++ = *free; \
    } \
    if (UNLIKELY(!fe->ip)) goto cold; \
    E[0] = return_word(ip + length); \
    ip = fe->ip; \
    goto enter; \
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
  default:
    goto cold;
  }

cold:
  ctx.e = E;
  ip = cold_table[ip[0]](ip, E);
  E = ctx.e;
  if (UNLIKELY(!ip)) return NV;
  goto loop;

enter: // a call was made: ip is the function's entry, the word before it its arity
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

void interp_slice(struct process *p) {
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
