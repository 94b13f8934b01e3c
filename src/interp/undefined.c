// SPDX-License-Identifier: Apache-2.0
// A call of a function that no loaded module exports. The host is asked for the module: it is loaded at once when its
// bytes are available, and waited for when they are being fetched; only the caller waits. On a booted system (OTP's
// code_server is registered), error_handler is called instead, as in OTP.
#include "interp/undefined.h"

#include "base/alloc.h"
#include "code/breakpoint.h"
#include "interp/semantics.h"
#include "term/binary.h"

enum loader_result undefined_load(term module, term *why) {
  u8 *text;
  size_t n;
  enum loader_result result = loader_obtain(module, &text, &n);
  if (!text) return result;
  *why = binary_from(HEAP, text, n);
  mem_free(text, n, MEM_SYSTEM);
  return result;
}

const cword *undefined_wait(const cword *ip, term *E, u32 live) {
  ctx.e = E;
  ctx.ip = ip;
  ctx.live = live;
  ctx.status = RUN_WAIT;
  return NULL;
}

static term arguments(u32 n) {
  term list = NIL;
  while (n--) list = cons(HEAP, ctx.x[n], list);
  return list;
}

// Calls Handler:Function(x...) with the call's own return address.
static const cword *call_handler(struct export *handler, term *E, term a, term b, term c) {
  ctx.x[0] = a;
  ctx.x[1] = b;
  ctx.x[2] = c;
  ctx.e = E;
  return interp_enter(handler->ip);
}

// The function of this name with arity 3 in the process's error_handler; NULL: there is none.
static struct export *error_handler(term function) {
  struct export *handler = export_get(ctx.p->error_handler, function, 3);
  term why;
  if (handler && !export_defined(handler)) undefined_load(handler->module, &why);
  return handler && export_defined(handler) ? handler : NULL;
}

// Whether OTP's own code server runs. A bare VM has a stand-in, which begins in erlang:hibernate/3
// (src/erl/bare/spawnlink_init.erl) and leaves loading to the VM.
static bool is_booted(void) {
  struct process *p = registered_find(ATOM_code_server);
  return p && p->initial[1] != ATOM_hibernate;
}

// Whether OTP's code server does not know the module: those inside OTP's emulator, and our own.
static bool is_built_in(term module) { return loader_is_preloaded(module) || code_is_own(module); }

const cword *undefined_lambda(const cword *ip, term *E, term module, term fun, u32 arity) {
  struct export *handler = export_get(ctx.p->error_handler, ATOM_undefined_lambda, 3);
  return handler ? call_handler(handler, E, module, fun, arguments(arity)) : exception_error(ip, E, ATOM_system_limit);
}

const cword *cold_undefined_function(const cword *ip, term *E) {
  OPERANDS(undefined_function);
  struct export *e = (struct export *)op->function;
  if (export_defined(e) && e->ip != ip) return e->ip;
  bool booted = is_booted();
  term why = NV;
  if (!booted || e->module == ctx.p->error_handler || is_built_in(e->module) || loader_is_pending_here(e->module)) {
    switch (undefined_load(e->module, &why)) {
      case LOADER_FETCHING: return undefined_wait(ip, E, e->arity);
      case LOADER_ON_LOAD: {
        struct export *first = export_get(ATOM_spawnlink_code, ATOM_undefined_function, 3);
        if (first && (export_defined(first) || undefined_load(first->module, &why) == LOADER_LOADED) &&
            export_defined(first))
          return call_handler(first, E, e->module, e->function, arguments(e->arity));
        why = NV; // the module is there by now
        break;
      }
      default: break;
    }
    if (export_defined(e)) return e->ip;
  }
  struct export *fallback = export_find(e->module, ATOM_handle_undefined_function, 2);
  if (fallback && export_defined(fallback)) return call_handler(fallback, E, e->function, arguments(e->arity), NV);
  if (booted || ctx.p->error_handler != ATOM_error_handler) {
    struct export *handler = error_handler(ATOM_undefined_function);
    if (handler && handler != e) return call_handler(handler, E, e->module, e->function, arguments(e->arity));
  }
  return exception_undef(e, E, why);
}

const cword *cold_breakpoint(const cword *ip, term *E) {
  const struct module *m = module_of(ip);
  const struct function_info *f = breakpoint_function(m, ip);
  struct export *handler = error_handler(ATOM_breakpoint);
  if (handler) return call_handler(handler, E, m->name, f->name, arguments(f->arity));
  struct export *e = export_get(m->name, f->name, f->arity);
  return e ? exception_undef(e, E, NV) : exception_error(ip, E, ATOM_system_limit);
}
