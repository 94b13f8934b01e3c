// SPDX-License-Identifier: Apache-2.0
// Funs as values: making external funs, and the properties of a fun.
#include "bif/bif.h"
#include "code/code.h"
#include "gen/bifs.h"

term bif_make_fun_3(struct process *p, term *a) {
  (void)p;
  i64 arity;
  if (!is_atom(a[0]) || !is_atom(a[1]) || !bif_small(a[2], 0, MAX_ARITY, &arity)) return bif_badarg();
  struct export *e = export_get(a[0], a[1], (u32)arity);
  if (!e) return bif_system_limit();
  term *f = heap_alloc(HEAP, 2);
  f[0] = MAKE_HEADER_AUX(KIND_EXPORT, 1, arity);
  f[1] = make_ptr(e);
  return make_boxed(f);
}

static term environment(const term *f, u32 n) {
  term list = NIL;
  while (n > 0) list = cons(HEAP, f[3 + --n], list);
  return list;
}

// The value of an item of a local fun; NV: there is no such item.
static term local_item(const term *f, term item) {
  const struct fun_entry *e = ptr_val(f[1]);
  u32 free_count = header_size(f[0]) - 2;
  switch (atom_index(item)) {
    case ATOM_IDX_type: return ATOM_local;
    case ATOM_IDX_module: return e->module;
    // Only loaded code knows the name; OTP returns [] for a fun whose module is not loaded.
    case ATOM_IDX_name: return e->ip ? e->function : NIL;
    case ATOM_IDX_arity: return make_small(header_aux(f[0]));
    case ATOM_IDX_env: return environment(f, free_count);
    case ATOM_IDX_pid: return f[2];
    case ATOM_IDX_index: return make_small(e->old_index);
    case ATOM_IDX_uniq: return make_small(e->old_uniq);
    case ATOM_IDX_new_index: return make_small(e->index);
    case ATOM_IDX_new_uniq: return binary_from(HEAP, e->uniq, sizeof e->uniq);
    case ATOM_IDX_refc: return make_small(2);
    default: return NV;
  }
}

static term export_item(const term *f, term item) {
  const struct export *e = ptr_val(f[1]);
  switch (atom_index(item)) {
    case ATOM_IDX_type: return ATOM_external;
    case ATOM_IDX_module: return e->module;
    case ATOM_IDX_name: return e->function;
    case ATOM_IDX_arity: return make_small(e->arity);
    case ATOM_IDX_env: return NIL;
    case ATOM_IDX_pid:
    case ATOM_IDX_index:
    case ATOM_IDX_uniq:
    case ATOM_IDX_new_index:
    case ATOM_IDX_new_uniq:
    case ATOM_IDX_refc: return ATOM_undefined;
    default: return NV;
  }
}

static term fun_item(term fun, term item) {
  const term *f = boxed_ptr(fun);
  return header_kind(f[0]) == KIND_FUN ? local_item(f, item) : export_item(f, item);
}

term bif_fun_info_2(struct process *p, term *a) {
  (void)p;
  if (!is_fun(a[0]) || !is_atom(a[1])) return bif_badarg();
  term value = fun_item(a[0], a[1]);
  return value == NV ? bif_badarg() : tuple2(HEAP, a[1], value);
}

term bif_fun_info_mfa_1(struct process *p, term *a) {
  (void)p;
  if (!is_fun(a[0])) return bif_badarg();
  return tuple3(HEAP, fun_item(a[0], ATOM_module), fun_item(a[0], ATOM_name), fun_item(a[0], ATOM_arity));
}
