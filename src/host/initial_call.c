// SPDX-License-Identifier: Apache-2.0
// Reads '$initial_call', which proc_lib leaves in the dictionary of a process it starts. Before the process has run
// that far, the same is found in the arguments that the process was spawned with.

#include "host/initial_call.h"

#include "term/boxed.h"

// Reads the first `max` elements of a list into `items`. Answers how many elements the whole list has.
static u32 list_items(term list, term *items, u32 max) {
  u32 n = 0;
  for (; is_cons(list) && n <= MAX_ARITY; list = tl(list), n++)
    if (n < max) items[n] = hd(list);
  return n;
}

// The third element of '$initial_call' is an arity, or a list of arguments in older releases.
static bool read_noted(const struct process *p, struct function_name *call) {
  term noted = p->sensitive || !p->dictionary ? NV : dictionary_get((struct process *)p, ATOM_dollar_initial_call);
  if (noted == NV || !is_tuple_of(noted, 3)) return false;
  const term *e = tuple_elements(noted);
  if (!is_atom(e[0]) || !is_atom(e[1])) return false;
  *call = (struct function_name){e[0], e[1], is_small(e[2]) ? (u32)small_val(e[2]) : list_items(e[2], NULL, 0)};
  return true;
}

// Does for gen:init_it(Behaviour, Starter, Parent, [Name,] Callback, Argument, Options) what
// proc_lib:translate_initial_call/1 does. Supervisors are gen_servers whose callback module is supervisor.
static struct function_name behaviour_call(const term *a, u32 n) {
  struct function_name plain = {ATOM_gen, ATOM_init_it, n};
  if (n < 6 || n > 7) return plain;
  term module = a[n - 3], argument = a[n - 2];
  if (a[0] == ATOM_gen_event) return (struct function_name){ATOM_gen_event, ATOM_init_it, 6};
  if (a[0] == ATOM_gen_server && module == ATOM_supervisor && is_tuple_of(argument, 3))
    return (struct function_name){ATOM_supervisor, tuple_elements(argument)[1], 1};
  if (a[0] == ATOM_gen_server && module == ATOM_supervisor_bridge && is_cons(argument))
    return (struct function_name){ATOM_supervisor_bridge, hd(argument), 1};
  return is_atom(module) ? (struct function_name){module, ATOM_init, 1} : plain;
}

// Whether p has not yet run proc_lib:init_p with that many arguments. Then these lie at the end of its stack.
static bool is_before_init_p(const struct process *p, u32 arguments) {
  if (p->live != arguments || p->initial_arity != arguments) return false;
  const struct export *entry = export_get(ATOM_proc_lib, ATOM_init_p, arguments);
  return entry && p->ip == entry->ip;
}

// init_p(Parent, Ancestors, Fun) and init_p(Parent, Ancestors, Module, Function, Arguments)
static bool read_arguments(const struct process *p, struct function_name *call) {
  if (p->is_js || p->initial[0] != ATOM_proc_lib || p->initial[1] != ATOM_init_p) return false;
  if (is_before_init_p(p, 3)) return is_fun(p->e[-1]) && fun_name(p->e[-1], call);
  if (!is_before_init_p(p, 5)) return false;
  term m = p->e[-3], f = p->e[-2], a[7];
  if (!is_atom(m) || !is_atom(f)) return false;
  u32 n = list_items(p->e[-1], a, COUNT_OF(a));
  *call = m == ATOM_gen && f == ATOM_init_it ? behaviour_call(a, n) : (struct function_name){m, f, n};
  return true;
}

struct function_name initial_call_of(const struct process *p) {
  struct function_name call = {p->initial[0], p->initial[1], p->initial_arity};
  // During a collection nobody may look into its heap.
  if (!p->collection && !read_noted(p, &call)) read_arguments(p, &call);
  return call;
}
