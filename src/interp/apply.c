// SPDX-License-Identifier: Apache-2.0
// erlang:apply/2,3 as functions: they put the elements of the argument list into X registers and trap to the function,
// or, for a fun, to static code that calls the fun in x[arity].
#include "bif/bif.h"
#include "gen/bifs.h"
#include "interp/interp.h"

// For each arity a record like an export, with its code: a call_fun_trap, and before it the number of X registers it
// reads.
static struct export fun_trap[MAX_ARITY + 1];
static struct {
  cword live;
  op_call_fun_trap call;
} fun_trap_code[MAX_ARITY + 1];

static const struct export *trap_to_fun(u32 arity) {
  struct export *e = &fun_trap[arity];
  if (!e->ip) {
    fun_trap_code[arity].live = arity + 1;
    fun_trap_code[arity].call = (op_call_fun_trap){OP_call_fun_trap, arity};
    e->ip = START(&fun_trap_code[arity].call);
    e->arity = arity + 1;
  }
  return e;
}

static bool proper_list(term list, u32 *n) {
  u32 k = 0;
  for (; is_cons(list); list = tl(list))
    if (++k > MAX_ARITY) return false;
  *n = k;
  return list == NIL;
}

static void spread(term list) {
  for (term *x = ctx.x; is_cons(list); list = tl(list)) *x++ = hd(list);
}

static term trap(const struct export *e) {
  ctx.trap = e;
  return bif_stop(BIF_TRAP);
}

term bif_apply_2(struct process *p, term *a) {
  (void)p;
  term fun = a[0], args = a[1];
  u32 n;
  if (!proper_list(args, &n)) return bif_badarg();
  spread(args);
  ctx.x[n] = fun;
  return trap(trap_to_fun(n));
}

term bif_apply_3(struct process *p, term *a) {
  (void)p;
  term m = a[0], f = a[1], args = a[2];
  u32 n;
  // An apply of apply: continue with what that would apply.
  for (;; m = hd(args), f = hd(tl(args)), args = hd(tl(tl(args)))) {
    if (!is_atom(m) || !is_atom(f) || !proper_list(args, &n)) return bif_badarg();
    if (m != ATOM_erlang || f != ATOM_apply || n != 3) break;
  }
  struct export *e = export_get(m, f, n);
  if (!e) return bif_system_limit();
  spread(args);
  return trap(e);
}
