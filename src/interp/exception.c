// SPDX-License-Identifier: Apache-2.0
// Exceptions: capturing the raw stack trace, finding the nearest handler, and what happens when a BIF has returned no
// value. A raw trace is a tuple {Class, Entries, Address...}: Entries are finished {M,F,A,Location} terms that come
// first; the addresses are code addresses as small integers, first that of the failing operation (0: none), then return
// addresses. It becomes a list only when somebody reads it (exception_trace).
#include "interp/semantics.h"
#include "bif/bif_system.h"
#include "interp/undefined.h"
#include "process/held.h"
#include "process/signal.h"
#include "process/stack.h"
#include "process/timer.h"

enum { DEEPEST_BACKTRACE = 1024 }; // the largest N of system_flag(backtrace_depth, N)

static term location(const struct code_place *place, term info) {
  term list = info == NV ? NIL : cons(HEAP, tuple2(HEAP, ATOM_error_info, info), NIL);
  if (place->line && place->file != NV) {
    list = cons(HEAP, tuple2(HEAP, ATOM_line, make_small(place->line)), list);
    list = cons(HEAP, tuple2(HEAP, ATOM_file, place->file), list);
  }
  return list;
}

static term list_of(const term *items, u32 n) {
  term list = NIL;
  while (n--) list = cons(HEAP, items[n], list);
  return list;
}

static term entry(term m, term f, term a, term where) { return tuple4(HEAP, m, f, a, where); }

// The module that explains the errors of a module's BIFs (EEP 54).
static term explainer(term module) {
  static const term stdlib[] = {ATOM_binary, ATOM_ets, ATOM_lists, ATOM_maps, ATOM_math, ATOM_re, ATOM_unicode};
  for (u32 i = 0; i < COUNT_OF(stdlib); i++)
    if (stdlib[i] == module) return ATOM_erl_stdlib_errors;
  return module == ATOM_os ? ATOM_erl_kernel_errors : ATOM_erl_erts_errors;
}

// {M,F,Args,[{error_info,#{module => erl_erts_errors}}]} for a BIF that failed.
static term bif_entry(const struct export *bif, const term *args) {
  term pairs[2] = {ATOM_module, explainer(bif->module)};
  term info = ctx.fault_info;
  if (info == NV) info = map_from_pairs(HEAP, pairs, 1);
  if (bif->module == ATOM_records)
    return entry(bif->module, bif->function, list_of(args, bif->arity), NIL); // these explain nothing
  term where = cons(HEAP, tuple2(HEAP, ATOM_error_info, info), NIL);
  return entry(bif->module, bif->function, list_of(args, bif->arity), where);
}

// Builds {Class, Entries, Ip, Return...}. ip is NULL when the failing operation has no place of its own.
static term raw_trace(term class, term entries, const cword *ip, const term *E, bool has_frame) {
  static const cword *found[DEEPEST_BACKTRACE];
  u32 n = 0;
  struct stack_walk w = stack_walk_from(E, has_frame);
  u32 depth = system_backtrace_depth(), first = ip ? 1 : 0;
  for (term l = entries; is_cons(l); l = tl(l)) first++;
  depth = depth > first ? depth - first : 0;
  for (const cword *address; n < depth && (address = stack_return(&w)) != NULL;) found[n++] = address;
  term raw, *e = heap_tuple(HEAP, n + 3, &raw);
  e[0] = class;
  e[1] = entries;
  e[2] = ip ? make_ptr(ip) : 0;
  for (u32 i = 0; i < n; i++) e[3 + i] = make_ptr(found[i]);
  return raw;
}

// Whether a trace contains a module of a program. If it does, our own modules are left out, because in OTP the emulator
// does their work.
static bool has_foreign_place(const term *e, u32 n) {
  struct code_place place;
  for (u32 i = 2; i < n; i++)
    if (e[i] && code_place(ptr_val(e[i]), i > 2, &place) && !code_is_own(place.module)) return true;
  return false;
}

static bool is_raw_trace(term t) { return is_tuple(t) && tuple_arity(t) >= 2; }

term exception_trace(term raw, bool whole) {
  if (!is_raw_trace(raw)) return raw;
  const term *e = tuple_elements(raw);
  u32 n = tuple_arity(raw);
  static term items[DEEPEST_BACKTRACE + 1];
  u32 count = 0;
  bool foreign = !whole && has_foreign_place(e, n);
  for (u32 i = 2; i < n && count < DEEPEST_BACKTRACE; i++) {
    struct code_place place;
    if (!e[i] || !code_place(ptr_val(e[i]), i > 2, &place) || (foreign && code_is_own(place.module))) continue;
    items[count++] = entry(place.module, place.function, make_small(place.arity), location(&place, NV));
  }
  term list = list_of(items, count);
  if (e[1] == NIL) return list;
  u32 k = 0;
  for (term l = e[1]; is_cons(l) && k < COUNT_OF(items); l = tl(l)) items[k++] = hd(l);
  while (k--) list = cons(HEAP, items[k], list);
  return list;
}

const cword *exception_exit(void) {
  ctx.status = RUN_EXIT;
  return NULL;
}

// Continues in the innermost handler. The frame of a Y register begins at the nearest return word below it, or at E for
// the topmost frame; the word at E itself is never a Y register.
static const cword *unwind(term *E, term raw) {
  struct process *p = ctx.p;
  if (p->catches == 0) {
    ctx.e = E;
    exit_uncaught(p, ctx.fault_class, ctx.fault_reason, exception_trace(raw, false));
    return exception_exit();
  }
  const term *frame = E, *word;
  for (struct stack_walk w = stack_walk_from(E, true); (word = stack_next(&w)) != NULL;) {
    if (is_return_word(*word)) frame = word;
    else if (is_catch_word(*word)) {
      ctx.e = (term *)frame;
      ctx.x[0] = NV;
      ctx.x[1] = ctx.fault_class;
      ctx.x[2] = ctx.fault_reason;
      ctx.x[3] = raw;
      mailbox_reset(p);
      return word_address(*word);
    }
  }
  PANIC("catches > 0, and no catch word on the stack");
}

static const cword *raise_with(const cword *ip, term *E, term entries, bool with_place) {
  struct code_place place;
  bool known = code_place(ip, false, &place);
  return unwind(E, raw_trace(ctx.fault_class, entries, with_place ? ip : NULL, E, known && place.has_frame));
}

static void clear_extras(void) { ctx.fault_args = ctx.fault_info = ctx.fault_trace = NV; }

const cword *exception_error(const cword *ip, term *E, term reason) {
  clear_extras();
  ctx.fault_class = ATOM_error;
  ctx.fault_reason = reason;
  return raise_with(ip, E, NIL, true);
}

const cword *exception_error_twice(const cword *ip, term *E, term reason) {
  struct code_place place;
  if (!code_place(ip, false, &place)) return exception_error(ip, E, reason);
  clear_extras();
  ctx.fault_class = ATOM_error;
  ctx.fault_reason = reason;
  term first = entry(place.module, place.function, make_small(place.arity), location(&place, NV));
  return raise_with(ip, E, cons(HEAP, first, NIL), true);
}

// erlang:error/2,3 add arguments or error_info to the entry of the calling function.
static term decorated_entries(const cword *caller, bool is_return) {
  struct code_place place;
  if (!code_place(caller, is_return, &place)) return NIL;
  term args = ctx.fault_args == NV ? make_small(place.arity) : ctx.fault_args;
  return cons(HEAP, entry(place.module, place.function, args, location(&place, ctx.fault_info)), NIL);
}
static const cword *raise_decorated(const cword *ip, term *E) {
  term entries = decorated_entries(ip, false);
  return raise_with(ip, E, entries, entries == NIL);
}

const cword *exception_raise(const cword *ip, term *E) {
  if (ctx.fault_trace != NV) { // erlang:raise/3, or an exception raised again, brings its trace
    term trace = ctx.fault_trace, raw;
    clear_extras();
    if (is_raw_trace(trace)) return unwind(E, trace);
    term *e = heap_tuple(HEAP, 2, &raw);
    e[0] = ctx.fault_class;
    e[1] = trace;
    return unwind(E, raw);
  }
  if (ctx.fault_args != NV || ctx.fault_info != NV) return raise_decorated(ip, E);
  return raise_with(ip, E, NIL, true);
}

// BIFs whose purpose is to raise do not appear in the stack trace.
static bool raises_on_purpose(const struct export *bif) {
  if (bif->module != ATOM_erlang) return false;
  term f = bif->function;
  return f == ATOM_error || (f == ATOM_exit && bif->arity == 1) || f == ATOM_throw || f == ATOM_raise;
}

static bool is_call_bif(const cword *ip) {
  return ip[0] == OP_call_bif || ip[0] == OP_call_bif_only || ip[0] == OP_call_bif_last;
}

static size_t popped_frame(const cword *ip) {
  return ip[0] == OP_call_bif_last ? OPERANDS_AT(call_bif_last, ip)->frame : 0;
}

static const cword *bif_failed(const cword *ip, term *E, const struct export *bif, const term *args) {
  // The address of a stub is no place in a module: the caller is found through the return word at E.
  bool stub = ip[0] == OP_call_bif_stub;
  if (raises_on_purpose(bif) && ctx.fault_trace == NV) {
    if (!stub) return exception_raise(ip, E);
    bool decorated = (ctx.fault_args != NV || ctx.fault_info != NV) && is_return_word(E[0]);
    term entries = decorated ? decorated_entries(word_address(E[0]), true) : NIL;
    return unwind(E, raw_trace(ctx.fault_class, entries, NULL, E, entries != NIL));
  }
  if (ctx.fault_trace != NV) return exception_raise(ip, E);
  term entries = cons(HEAP, bif_entry(bif, args), NIL);
  clear_extras();
  if (stub) return unwind(E, raw_trace(ctx.fault_class, entries, NULL, E, false));
  return raise_with(ip, E, entries, true);
}

// When apply calls error/1 or a similar function as a tail call, OTP still shows the caller in the stack trace; so a
// frame stands for the caller here. Such a function never returns.
term *exception_keep_caller(const cword *ip, term *E, const struct export *called) {
  if (!called->bif || !raises_on_purpose(called) || ip[0] == OP_call_bif_stub || E - 1 < ctx.slim) return E;
  E[-1] = return_word(ip + 1);
  return E - 1;
}

const cword *exception_bif(const cword *ip, term *E, const struct export *bif, const term *args, const cword *next) {
  if (ctx.bif_status == BIF_HIBERNATE) return NULL; // process_hibernate has set e, ip, live and status
  switch (ctx.bif_status) {
    case BIF_RAISE: return bif_failed(ip, E, bif, args);
    case BIF_TRAP:
      E = (term *)((char *)E + popped_frame(ip));
      if (next) E[0] = return_word(next);
      else E = exception_keep_caller(ip, E, ctx.trap);
      ctx.e = E;
      return interp_enter(ctx.trap->ip);
    case BIF_YIELD:
    case BIF_WAIT:
      if (!is_call_bif(ip) && ip[0] != OP_call_bif_stub) { // a guard BIF
        if (ctx.bif_status == BIF_WAIT) PANIC("a BIF that cannot wait wants to");
        if (held_stop(ip, E)) return NULL;
        ctx.heap.exhausted = true;
        return exception_exit();
      }
      ctx.e = E;
      ctx.ip = ip;
      ctx.live = bif->arity;
      ctx.status = ctx.bif_status == BIF_YIELD ? RUN_YIELD : RUN_WAIT;
      return NULL;
    default: ctx.e = E; return exception_exit();
  }
}

const cword *exception_guard_bif(const cword *ip, term *E, term function, term reason, const term *args, u32 n) {
  const struct export *bif = export_get(ATOM_erlang, function, n);
  clear_extras();
  ctx.fault_class = ATOM_error;
  ctx.fault_reason = reason;
  return raise_with(ip, E, cons(HEAP, bif_entry(bif, args), NIL), true);
}

const cword *exception_arithmetic(const cword *ip, term *E, term function, term a, term b) {
  term args[2] = {a, b};
  return exception_guard_bif(ip, E, function, num_limit_hit() ? ATOM_system_limit : ATOM_badarith, args, 2);
}

// function_clause: the arguments are in X registers, and there is no frame.
const cword *cold_func_info(const cword *ip, term *E) {
  OPERANDS(func_info);
  struct code_place place = {.file = NV};
  bool known = code_place(ip, false, &place);
  u32 arity = (u32)op->arity;
  term where = known ? location(&place, NV) : NIL;
  term first = entry(imm_operand(op->module), imm_operand(op->function), list_of(ctx.x, arity), where);
  clear_extras();
  ctx.fault_class = ATOM_error;
  ctx.fault_reason = ATOM_function_clause;
  return unwind(E, raw_trace(ATOM_error, cons(HEAP, first, NIL), NULL, E, false));
}

// The error_info of an undef whose module the host could not get: #{cause => {{M,F,Arity}, Why}, module =>
// spawnlink_native}. format_error/2 of src/erl/native/spawnlink_native.erl makes a text of it.
static term undef_info(const struct export *e, term why) {
  term function = tuple3(HEAP, e->module, e->function, make_small(e->arity));
  term pairs[4] = {ATOM_cause, tuple2(HEAP, function, why), ATOM_module, ATOM_spawnlink_native};
  return map_from_pairs(HEAP, pairs, 2);
}

// The caller's entry has the error_info too, because OTP's erl_error, which writes crash reports, does not read it from
// the first entry of an undef.
static term undef_caller(term *E, term info) {
  struct code_place place;
  if (system_backtrace_depth() < 2 || !is_return_word(E[0])) return NIL;
  if (!code_place(word_address(E[0]), true, &place)) return NIL;
  if (code_is_own(place.module)) return NIL; // left out of stack traces
  return cons(HEAP, entry(place.module, place.function, make_small(place.arity), location(&place, info)), NIL);
}

// Raises undef for an export that was called with its arguments in X registers.
const cword *exception_undef(const struct export *e, term *E, term why) {
  term where = NIL, caller = NIL;
  if (why != NV) {
    term info = undef_info(e, why);
    where = cons(HEAP, tuple2(HEAP, ATOM_error_info, info), NIL);
    caller = undef_caller(E, info);
  }
  term first = entry(e->module, e->function, list_of(ctx.x, e->arity), where);
  clear_extras();
  ctx.fault_class = ATOM_error;
  ctx.fault_reason = ATOM_undef;
  return unwind(E, raw_trace(ATOM_error, cons(HEAP, first, caller), NULL, E, caller != NIL));
}

const cword *cold_catch_end(const cword *ip, term *E) {
  OPERANDS(catch_end);
  YREG(op->catch) = NIL;
  ctx.p->catches--;
  if (ctx.x[0] != NV) return BEHIND(op);
  term class = ctx.x[1], reason = ctx.x[2];
  if (class == ATOM_throw) ctx.x[0] = reason;
  else {
    if (class == ATOM_error) reason = tuple2(HEAP, reason, exception_trace(ctx.x[3], false));
    ctx.x[0] = tuple2(HEAP, ATOM_EXIT, reason);
  }
  return BEHIND(op);
}

const cword *cold_try_case(const cword *ip, term *E) {
  OPERANDS(try_case);
  if (UNLIKELY(ctx.x[0] != NV)) return exception_error(ip, E, ATOM_badarg); // by a path that compilers exclude
  YREG(op->catch) = NIL;
  ctx.p->catches--;
  memmove(ctx.x, ctx.x + 1, 3 * sizeof(term));
  return BEHIND(op);
}

const cword *cold_try_case_end(const cword *ip, term *E) {
  OPERANDS(try_case_end);
  return exception_error(ip, E, tuple2(HEAP, ATOM_try_clause, SRC(op->value)));
}
const cword *cold_badmatch(const cword *ip, term *E) {
  OPERANDS(badmatch);
  return exception_error(ip, E, tuple2(HEAP, ATOM_badmatch, SRC(op->value)));
}
const cword *cold_case_end(const cword *ip, term *E) {
  OPERANDS(case_end);
  return exception_error(ip, E, tuple2(HEAP, ATOM_case_clause, SRC(op->value)));
}
const cword *cold_badrecord(const cword *ip, term *E) {
  OPERANDS(badrecord);
  return exception_error(ip, E, tuple2(HEAP, ATOM_badrecord, SRC(op->value)));
}
const cword *cold_if_end(const cword *ip, term *E) { return exception_error(ip, E, ATOM_if_clause); }

static const cword *raise_again(const cword *ip, term *E, term class, term reason, term trace) {
  ctx.fault_class = class;
  ctx.fault_reason = reason;
  ctx.fault_trace = trace;
  return exception_raise(ip, E);
}

const cword *cold_raise(const cword *ip, term *E) { // raw trace, reason: a try without a matching clause
  OPERANDS(raise);
  term raw = SRC(op->trace), reason = SRC(op->reason);
  term class = is_raw_trace(raw) ? tuple_elements(raw)[0] : ATOM_error;
  if (class != ATOM_exit && class != ATOM_throw) class = ATOM_error;
  return raise_again(ip, E, class, reason, raw);
}

const cword *cold_raw_raise(const cword *ip, term *E) { // erlang:raise(x0, x1, x2) with a trace that was not read
  OPERANDS(raw_raise);
  term class = ctx.x[0];
  if (class != ATOM_error && class != ATOM_exit && class != ATOM_throw) {
    ctx.x[0] = ATOM_badarg;
    return BEHIND(op);
  }
  term trace = ctx.x[2];
  // The raw trace stays changed.
  if (is_raw_trace(trace) && tuple_elements(trace)[0] != class) tuple_elements(trace)[0] = class;
  return raise_again(ip, E, class, ctx.x[1], ctx.x[2]);
}

const cword *cold_build_stacktrace(const cword *ip, term *E) {
  OPERANDS(build_stacktrace);
  (void)E;
  const struct module *m = module_of(ip);
  ctx.x[0] = exception_trace(ctx.x[0], m && code_is_own(m->name)); // our own modules look for their callers
  return BEHIND(op);
}
