// SPDX-License-Identifier: Apache-2.0
// erts_debug:breakpoint/2, with which OTP's debugger redirects calls of a module's functions to itself.
#include "bif/bif.h"
#include "code/breakpoint.h"
#include "gen/bifs.h"

struct wanted {
  term name;
  i64 arity;
  bool on, failed;
  size_t found;
};

static void set(struct module *m, void *arg) {
  struct wanted *w = arg;
  size_t n = m == module_find(m->name) ? breakpoint_set(m, w->name, w->arity, w->on) : 0;
  if (n == SIZE_MAX) w->failed = true;
  else w->found += n;
}

// Takes {Module, Function, Arity}, where Function and Arity may be '_', and true or false. Returns the number of
// functions that match.
term bif_breakpoint_2(struct process *p UNUSED, term *a) {
  if (!is_tuple_of(a[0], 3) || !atom_is_bool(a[1])) return bif_badarg();
  const term *mfa = tuple_elements(a[0]);
  struct wanted w = {.name = NV, .arity = -1, .on = a[1] == ATOM_true};
  u32 n = 3;
  while (n > 0 && mfa[n - 1] == ATOM_underscore) n--;
  for (u32 i = 0; i < n; i++)
    if (i == 2 ? !is_small(mfa[2]) : !is_atom(mfa[i]) || mfa[i] == ATOM_underscore) return bif_badarg();
  if (n > 1) w.name = mfa[1];
  if (n > 2) w.arity = small_val(mfa[2]) < 0 ? INT64_MAX : small_val(mfa[2]);
  struct module *m = n > 0 ? module_find(mfa[0]) : NULL;
  if (m) set(m, &w);
  if (n == 0) module_each(set, &w);
  return w.failed ? bif_system_limit() : make_small((i64)w.found);
}
