// SPDX-License-Identifier: Apache-2.0
// BIFs of registered names.
#include "bif/bif_process.h"
#include "bif/bif_system.h"
#include "process/port.h"

term bif_register_2(struct process *p, term *a) {
  (void)p;
  if (!is_atom(a[0]) || a[0] == ATOM_undefined) return bif_badarg_because(ATOM_none);
  struct process *to = endpoint_find(a[1]);
  if (!to) return bif_badarg_because(is_local_pid(a[1]) || is_port(a[1]) ? ATOM_notalive : ATOM_none);
  if (to->name != NV) return bif_badarg_because(ATOM_registered_name);
  return registered_add(a[0], to) ? ATOM_true : bif_badarg_because(ATOM_none);
}

term bif_unregister_1(struct process *p, term *a) {
  (void)p;
  return is_atom(a[0]) && registered_remove(a[0]) ? ATOM_true : bif_badarg();
}

term bif_whereis_1(struct process *p, term *a) {
  (void)p;
  if (!is_atom(a[0])) return bif_badarg();
  term pid = registered_whereis(a[0]);
  return pid == NV ? ATOM_undefined : pid;
}

static void add_name(term name, term pid, void *arg) {
  (void)pid;
  term *list = arg;
  *list = cons(HEAP, name, *list);
}

term bif_registered_0(struct process *p, term *a) {
  (void)p, (void)a;
  term list = NIL;
  registered_each(add_name, &list);
  return list;
}
