// SPDX-License-Identifier: Apache-2.0
// BIFs that raise exceptions: erlang:error, exit, throw, raise, nif_error. They leave in ctx what the interpreter adds
// to the stack trace: fault_args (the caller's arguments), fault_info (its error_info), or fault_trace (a whole trace
// given by the program).
#include "bif/bif.h"
#include "bif/bif_system.h"
#include "gen/bifs.h"

term bif_error_1(struct process *p, term *a) {
  (void)p;
  return bif_error(a[0]);
}

term bif_error_2(struct process *p, term *a) {
  (void)p;
  bif_error(a[0]);
  if (is_list(a[1])) ctx.fault_args = a[1];
  return NV;
}

// erlang:error(Reason, Args | none, Options): the only option with a meaning is {error_info, Map}; malformed options
// are ignored, as in OTP.
term bif_error_3(struct process *p, term *a) {
  bif_error_2(p, a);
  for (term l = a[2]; is_cons(l); l = tl(l)) {
    if (!is_tuple_of(hd(l), 2)) continue;
    const term *e = tuple_elements(hd(l));
    if (e[0] == ATOM_error_info && is_map(e[1])) ctx.fault_info = e[1];
  }
  return NV;
}

term bif_exit_1(struct process *p, term *a) {
  (void)p;
  return bif_raise(ATOM_exit, a[0]);
}

term bif_throw_1(struct process *p, term *a) {
  (void)p;
  return bif_raise(ATOM_throw, a[0]);
}

term bif_nif_error_1(struct process *p, term *a) {
  (void)p;
  return bif_error(a[0]);
}

term bif_nif_error_2(struct process *p, term *a) { return bif_error_2(p, a); }

// An entry of a trace in the form {M,F,A,Location} or {Fun,Args,Location}; NV: t is no entry.
static term trace_entry(term t) {
  if (!is_tuple(t)) return NV;
  const term *e = tuple_elements(t);
  bool mf = tuple_arity(t) >= 2 && is_atom(e[0]) && is_atom(e[1]);
  switch (tuple_arity(t)) {
    case 2: return is_fun(e[0]) ? tuple3(HEAP, e[0], e[1], NIL) : NV;
    case 3:
      if (is_fun(e[0])) return is_list(e[2]) ? t : NV;
      return mf ? tuple4(HEAP, e[0], e[1], e[2], NIL) : NV;
    case 4: return mf && is_list(e[3]) ? t : NV;
    default: return NV;
  }
}

// erlang:raise(Class, Reason, Stacktrace): when its arguments are bad, it does not raise but returns badarg.
term bif_raise_3(struct process *p, term *a) {
  (void)p;
  if (a[0] != ATOM_error && a[0] != ATOM_exit && a[0] != ATOM_throw) return ATOM_badarg;
  static term kept[1024]; // as many as system_flag(backtrace_depth, N) allows
  u32 n = 0, depth = system_backtrace_depth();
  term l = a[2];
  for (; is_cons(l); l = tl(l)) {
    term entry = trace_entry(hd(l));
    if (entry == NV) return ATOM_badarg;
    if (n < depth) kept[n++] = entry;
  }
  if (l != NIL) return ATOM_badarg;
  term trace = NIL;
  while (n > 0) trace = cons(HEAP, kept[--n], trace);
  bif_raise(a[0], a[1]);
  ctx.fault_trace = trace;
  return NV;
}
