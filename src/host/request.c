// SPDX-License-Identifier: Apache-2.0
// Requests of the host to processes that run: spawn, send, exit. Terms come decoded or in external term format, and
// are checked in full before anything happens; answers go to vm_result. Called between ticks only, when no process
// runs, so signals may be delivered at once.

#include "host/vm.h"

#include "base/alloc.h"
#include "code/load.h"
#include "process/signal.h"
#include "term/map.h"
#include "term/ref.h"

// Options of a spawn: a proper list of link | monitor | {name, Atom} | {parent, Pid} | {group_leader,
// Pid} | {priority, max|high|normal|low} | {min_heap_size, Words} | {fullsweep_after, N} |
// {max_heap_size, Words} | js | {trap_exit, Boolean}.
struct request_options {
  struct spawn_options spawn;
  struct process *parent;
  term name;
  bool trap_exit;
};

static bool parse_priority(term t, u8 *priority) {
  if (t == ATOM_max) *priority = PRIORITY_MAX;
  else if (t == ATOM_high) *priority = PRIORITY_HIGH;
  else if (t == ATOM_normal) *priority = PRIORITY_NORMAL;
  else if (t == ATOM_low) *priority = PRIORITY_LOW;
  else return false;
  return true;
}

static bool parse_pair(struct request_options *o, term key, term value) {
  bool is_number = is_small(value) && small_val(value) >= 0 && small_val(value) <= UINT32_MAX;
  if (key == ATOM_name) return is_atom(value) && value != ATOM_undefined && ((o->name = value), true);
  if (key == ATOM_parent) return is_local_pid(value) && (o->parent = process_find(value));
  if (key == ATOM_group_leader) return is_local_pid(value) && ((o->spawn.group_leader = value), true);
  if (key == ATOM_priority) return parse_priority(value, &o->spawn.priority);
  if (key == ATOM_trap_exit) return atom_is_bool(value) && ((o->trap_exit = value == ATOM_true), true);
  if (!is_number) return false;
  if (key == ATOM_min_heap_size) o->spawn.memory.min_heap_words = (u32)small_val(value);
  else if (key == ATOM_fullsweep_after) o->spawn.memory.fullsweep_after = (u32)small_val(value);
  else if (key == ATOM_max_heap_size) {
    o->spawn.memory.max_heap_words = (u64)small_val(value);
    o->spawn.memory.max_heap_flags = 3;
  } else return false;
  return true;
}

static bool parse_options(struct request_options *o, term list) {
  memset(o, 0, sizeof *o);
  spawn_options_default(&o->spawn);
  o->name = NV;
  for (; is_cons(list); list = tl(list)) {
    term t = hd(list);
    if (t == ATOM_link) o->spawn.link = true;
    else if (t == ATOM_monitor) o->spawn.monitor = true;
    else if (t == ATOM_js) o->spawn.js = true;
    else if (!is_tuple_of(t, 2) || !parse_pair(o, tuple_elements(t)[0], tuple_elements(t)[1])) return false;
  }
  bool needs_parent = o->spawn.link || o->spawn.monitor;
  return list == NIL && (o->parent || !needs_parent);
}

static bool is_argument_list(term list) {
  u32 n = 0;
  for (; is_cons(list) && n <= MAX_ARITY; list = tl(list)) n++;
  return list == NIL && n <= MAX_ARITY;
}

static enum vm_status spawn(term m, term f, term args, term options, struct process **made, u64 *monitor) {
  struct request_options o;
  if (!is_atom(m) || !is_atom(f) || !is_argument_list(args))
    return vm_fail(VM_BAD_ARGUMENT, "not a module, a function and a list of arguments");
  if (!parse_options(&o, options)) return vm_fail(VM_BAD_ARGUMENT, "bad spawn option");
  if (o.name != NV && registered_whereis(o.name) != NV) return vm_fail(VM_BAD_ARGUMENT, "the name is taken");
  if (o.spawn.group_leader == NV && !o.parent) {
    struct process *user = registered_find(ATOM_user);
    if (user) o.spawn.group_leader = user->pid;
  }
  struct process *p = process_spawn(o.parent, m, f, args, &o.spawn, monitor);
  if (!p) return vm_fail(VM_LIMIT, "no more processes: the limit is reached or memory is out");
  p->trap_exit = o.trap_exit;
  p->hosted = true;
  if (o.name != NV) registered_add(o.name, p);
  *made = p;
  return VM_OK;
}

enum vm_status vm_spawn_term(term m, term f, term args, term options, term *pid) {
  struct process *p;
  u64 monitor = 0;
  enum vm_status status = spawn(m, f, args, options, &p, &monitor);
  if (status == VM_OK) *pid = p->pid;
  return status;
}

enum vm_status vm_spawn(const u8 *etf, size_t n) {
  struct vm_term t;
  enum vm_status status = vm_term_decode(&t, etf, n);
  if (status != VM_OK) return status;
  struct process *p;
  u64 monitor = 0;
  term *e = is_tuple_of(t.value, 4) ? tuple_elements(t.value) : NULL;
  if (!e) status = vm_fail(VM_BAD_ARGUMENT, "not {M, F, A, Options}");
  else status = spawn(e[0], e[1], e[2], e[3], &p, &monitor);
  if (status == VM_OK) {
    term pid = p->pid;
    if (monitor) pid = tuple2(&t.heap, pid, ref_from_id(&t.heap, monitor));
    status = vm_answer(pid);
  }
  vm_term_free(&t);
  return status;
}

static enum vm_status send(term to, term message, struct process *from) {
  switch (signal_send_to(from, to, message)) {
    case SEND_OK:
    case SEND_NOSUSPEND: return VM_OK;
    case SEND_BADARG: return vm_fail(is_atom(to) ? VM_NO_PROCESS : VM_BAD_ARGUMENT, "no process has that name");
    default: return vm_fail(VM_NO_MEMORY, "no memory for the message");
  }
}

enum vm_status vm_send(const u8 *etf, size_t n) {
  struct vm_term t;
  enum vm_status status = vm_term_decode(&t, etf, n);
  if (status != VM_OK) return status;
  term *e = is_tuple_of(t.value, 3) ? tuple_elements(t.value) : NULL;
  if (!e) status = vm_fail(VM_BAD_ARGUMENT, "not {To, Message, From}");
  else status = send(e[0], e[1], is_local_pid(e[2]) ? process_find(e[2]) : NULL);
  vm_term_free(&t);
  return status;
}

enum vm_status vm_exit(const u8 *etf, size_t n) {
  struct vm_term t;
  mem_overdraft(MEM_OVERDRAFT); // it may end who has taken all there was
  enum vm_status status = vm_term_decode(&t, etf, n);
  mem_overdraft(0);
  if (status != VM_OK) return status;
  term *e = is_tuple_of(t.value, 3) ? tuple_elements(t.value) : NULL;
  if (!e || !(is_local_pid(e[0]) || is_atom(e[0]))) {
    status = vm_fail(VM_BAD_ARGUMENT, "not {Process, Reason, From}");
  } else {
    struct process *to = is_atom(e[0]) ? registered_find(e[0]) : process_find(e[0]);
    // An exit signal that no process sends comes from init, as in a shutdown.
    struct process *init = registered_find(ATOM_init);
    bool by_process = is_local_pid(e[2]);
    term from = by_process ? e[2] : init ? init->pid : NV;
    if (to) signal_exit(from == NV ? to->pid : from, to, e[1], by_process ? EXIT_CAUSE_EXIT : EXIT_CAUSE_HOST);
    else status = is_atom(e[0]) ? vm_fail(VM_NO_PROCESS, "no process has that name") : VM_OK;
  }
  vm_term_free(&t);
  return status;
}
