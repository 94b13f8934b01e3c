// SPDX-License-Identifier: Apache-2.0
// BIFs of ports. The meaning of open_port/2 and its relatives is written in Erlang (src/erl/native/spawnlink_port.erl),
// and most of these BIFs trap to it; the others are what that module needs of the core.
#include "bif/bif_process.h"
#include "process/port.h"
#include "process/signal.h"

#define IN_ERLANG_1(name) \
  term bif_##name##_1(struct process *p, term *a) { \
    return (void)p, bif_trap_mfa(ATOM_spawnlink_port, ATOM_##name, 1, a[0]); \
  }
#define IN_ERLANG_2(name) \
  term bif_##name##_2(struct process *p, term *a) { \
    return (void)p, bif_trap_mfa(ATOM_spawnlink_port, ATOM_##name, 2, a[0], a[1]); \
  }
#define IN_ERLANG_3(name) \
  term bif_##name##_3(struct process *p, term *a) { \
    return (void)p, bif_trap_mfa(ATOM_spawnlink_port, ATOM_##name, 3, a[0], a[1], a[2]); \
  }
IN_ERLANG_2(open_port)
IN_ERLANG_3(port_command)
IN_ERLANG_3(port_call)
IN_ERLANG_3(port_control)
IN_ERLANG_1(port_close)
IN_ERLANG_2(port_connect)
IN_ERLANG_1(port_info)
IN_ERLANG_2(port_info)
IN_ERLANG_1(port_get_data)
IN_ERLANG_2(port_set_data)

static void add_port(struct process *p, void *arg) {
  term *list = arg;
  if (p->port) *list = cons(HEAP, p->pid, *list);
}

term bif_ports_0(struct process *p, term *a) {
  (void)p, (void)a;
  term list = NIL;
  process_each(add_port, &list);
  return list;
}

// spawnlink:port(Handle, Args) -> Port: a port linked to its opener, running spawnlink_port:init(Args...).
term bif_spawnlink_port_2(struct process *p, term *a) {
  struct spawn_options o;
  spawn_options_default(&o);
  o.link = o.port = true;
  o.priority = PRIORITY_MAX; // done before its owner goes on, so that it seems to happen at once
  o.port_handle = (u32)small_val(a[0]);
  struct process *port = process_spawn(p, ATOM_spawnlink_port, ATOM_init, a[1], &o, NULL);
  return port ? port->pid : bif_system_limit();
}

// spawnlink:port_connect(Port, Pid) -> boolean: makes Pid the owner of the port and links it to the port.
term bif_spawnlink_port_connect_2(struct process *p, term *a) {
  (void)p;
  struct process *port = endpoint_find(a[0]), *to = process_find(a[1]);
  if (!port || !port->port || !to) return ATOM_false;
  if (link_add(port, to) == LINK_NO_MEMORY) return bif_system_limit();
  port->parent = to->pid;
  return ATOM_true;
}

// spawnlink:port_tell(Pid) -> ok: Pid will get {Port, closed} when the calling port is closed.
term bif_spawnlink_port_tell_1(struct process *p, term *a) {
  if (!p->port) return bif_badarg();
  p->port->tell = a[0];
  return ATOM_ok;
}
