// SPDX-License-Identifier: Apache-2.0
// Cold operations of control: funs, apply, calls of functions that are not there yet, and the
// static code that every process starts and ends in.
#include "base/hostcalls.h"
#include "bif/bif.h"
#include "code/load.h"
#include "interp/semantics.h"
#include "interp/undefined.h"
#include "process/held.h"
#include "process/signal.h"
#include "process/timer.h"

// --- static code: process.c sets its registers when it makes a process
const cword code_normal_exit[] = {OP_normal_exit};
const cword code_apply_fun[] = {OP_apply_fun_start};
const cword code_apply_mfa[] = {OP_hibernate_wake};

const cword *cold_normal_exit(const cword *ip, term *E) {
  (void)ip, (void)E;
  exit_process(ctx.p, ATOM_normal);
  return exception_exit();
}

// Puts the elements of a proper list into x0 and up. False: the list is improper or too long.
static bool spread(term list, u32 *n) {
  u32 k = 0;
  for (; is_cons(list); list = tl(list)) {
    if (k == MAX_ARITY) return false;
    ctx.x[k++] = hd(list);
  }
  *n = k;
  return list == NIL;
}

const cword *cold_apply_fun_start(const cword *ip, term *E) { // x0 = fun, x1 = arguments
  term fun = ctx.x[0];
  u32 n;
  if (!spread(ctx.x[1], &n)) return exception_error(ip, E, ATOM_badarg);
  ctx.x[n] = fun;
  return interp_call_fun(ip, E, n, NULL, 0);
}

const cword *cold_hibernate_wake(const cword *ip, term *E) { // x0, x1, x2 = module, function, arguments
  struct process *p = ctx.p;
  p->hibernated = false;
  term m = ctx.x[0], f = ctx.x[1];
  u32 n;
  if (!is_atom(m) || !is_atom(f) || !spread(ctx.x[2], &n)) return exception_error(ip, E, ATOM_badarg);
  struct export *e = export_get(m, f, n);
  if (!e) return exception_error(ip, E, ATOM_system_limit);
  ctx.e = E;
  return interp_enter(e->ip);
}

const cword *cold_call_fun_trap(const cword *ip, term *E) {
  OPERANDS(call_fun_trap);
  return interp_call_fun(ip, E, (u32)op->arity, NULL, 0);
}

const cword *cold_yield(const cword *ip, term *E) {
  ctx.e = E;
  ctx.ip = word_address(E[0]);
  ctx.live = 1;
  ctx.status = RUN_YIELD;
  (void)ip;
  return NULL;
}

// --- funs
// As in OTP, where the caller of a body call is on the stack already, the caller appears twice.
static const cword *bad_fun(const cword *ip, term *E, u32 arity, bool tail_call) {
  term f = ctx.x[arity], reason;
  if (!is_fun(f)) {
    reason = tuple2(HEAP, ATOM_badfun, f);
  } else {
    term list = NIL;
    for (u32 i = arity; i--;) list = cons(HEAP, ctx.x[i], list);
    reason = tuple2(HEAP, ATOM_badarity, tuple2(HEAP, f, list));
  }
  return tail_call ? exception_error(ip, E, reason) : exception_error_twice(ip, E, reason);
}

// How many X registers the call at ip reads when it is done again; call_fun2 names the register of its fun.
static u32 call_fun_live(const cword *ip, u32 arity) {
  u32 live = arity + 1;
  if (ip[0] != OP_call_fun2 && ip[0] != OP_call_fun2_last) return live;
  src_word fun = OPERANDS_AT(call_fun2, ip)->fun; // fun is the first operand of both
  if (fun.word & 1) return live;
  size_t at = (size_t)((const term *)fun.word - ctx.x);
  return at < MAX_X_REGISTERS && at >= live ? (u32)at + 1 : live;
}

const cword *interp_call_fun(const cword *ip, term *E, u32 arity, const cword *ret, size_t pop) {
  term f = ctx.x[arity];
  if (!is_fun(f) || header_aux(boxed_header(f)) != arity) return bad_fun(ip, E, arity, !ret);
  const term *p = boxed_ptr(f);
  const cword *target;
  if (header_kind(p[0]) == KIND_EXPORT) {
    target = ((const struct export *)ptr_val(p[1]))->ip;
  } else {
    struct fun_entry *fe = ptr_val(p[1]);
    if (!fe->ip) {
      term why;
      switch (undefined_load(fe->module, &why)) {
        case LOADER_FETCHING: return undefined_wait(ip, E, call_fun_live(ip, arity));
        default: break;
      }
      if (!fe->ip && module_find(fe->module))
        // The fun came with a module version that did not have it.
        return exception_error(ip, E, tuple2(HEAP, ATOM_badfun, f));
      if (!fe->ip) {
        E = (term *)((char *)E + pop);
        if (ret) E[0] = return_word(ret);
        return undefined_lambda(ip, E, fe->module, f, arity);
      }
    }
    u32 n = header_size(p[0]) - 2;
    for (u32 i = 0; i < n; i++) ctx.x[arity + i] = p[3 + i];
    target = fe->ip;
  }
  E = (term *)((char *)E + pop);
  if (ret) E[0] = return_word(ret);
  ctx.e = E;
  return interp_enter(target);
}

const cword *cold_make_fun(const cword *ip, term *E) {
  OPERANDS(make_fun);
  u32 n = (u32)op->count;
  term *h = heap_alloc(HEAP, n + 3);
  struct fun_entry *fe = (struct fun_entry *)op->fun;
  h[0] = MAKE_HEADER_AUX(KIND_FUN, n + 2, fe->arity - n);
  h[1] = make_ptr(fe);
  h[2] = ctx.p->pid;
  const op_make_fun_item *at = op->items, *end = at + n;
  for (term *to = h + 3; at < end; at++) *to++ = SRC(at->free);
  DST(op->dst) = make_boxed(h);
  return (const cword *)end;
}

// --- apply: module in x[n], function in x[n+1]
// For an apply of apply: the function that it would apply, if its arguments are correct.
static struct export *apply_target(u32 n) {
  term m = ctx.x[n], f = ctx.x[n + 1];
  u32 length;
  while (m == ATOM_erlang && f == ATOM_apply && n == 3 && is_atom(ctx.x[0]) && is_atom(ctx.x[1]) &&
         bif_list_length(ctx.x[2], &length) && length <= MAX_ARITY) {
    m = ctx.x[0];
    f = ctx.x[1];
    spread(ctx.x[2], &n);
  }
  if (!is_atom(m) || !is_atom(f)) return NULL;
  return export_get(m, f, n);
}

static const cword *bad_apply(const cword *ip, term *E, u32 n) {
  term list = NIL;
  for (u32 i = n; i--;) list = cons(HEAP, ctx.x[i], list);
  term args[3] = {ctx.x[n], ctx.x[n + 1], list};
  return exception_guard_bif(ip, E, ATOM_apply, ATOM_badarg, args, 3);
}

const cword *cold_apply(const cword *ip, term *E) {
  OPERANDS(apply);
  u32 n = (u32)op->arity;
  struct export *e = apply_target(n);
  if (!e) return bad_apply(ip, E, n);
  E[0] = return_word(BEHIND(op));
  ctx.e = E;
  return interp_enter(e->ip);
}

const cword *cold_apply_last(const cword *ip, term *E) {
  OPERANDS(apply_last);
  u32 n = (u32)op->arity;
  struct export *e = apply_target(n);
  if (!e) return bad_apply(ip, E, n);
  ctx.e = exception_keep_caller(ip, (term *)((char *)E + op->frame), e);
  return interp_enter(e->ip);
}

// --- loops of foreign code
// Compilers make no such loops, so it is not known which registers are in use here.
const cword *cold_loop(const cword *ip, term *E) {
  OPERANDS(loop);
  if (LIKELY(--ctx.fcalls >= 0)) return BEHIND(op);
  if (!held_stop(ip, E)) {
    ctx.heap.exhausted = true;
    return exception_error(ip, E, ATOM_system_limit);
  }
  return NULL;
}
