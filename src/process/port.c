// SPDX-License-Identifier: Apache-2.0
// The table of ports, and their exits. Invariant: p->port is only set for ports; it is in the table as long as the
// port is open.
#include "process/port.h"

#include "base/hostcalls.h"
#include "process/signal.h"
#include "process/table.h"

static struct id_map ports;
static u64 last_number;

bool port_add(struct process *p, u32 handle) {
  struct port *port = mem_alloc(sizeof *port, MEM_PROCESS);
  if (!port) return false;
  *port = (struct port){.node = {.key = make_port(++last_number & 0x0FFFFFFF)}, .p = p, .handle = handle, .tell = NV};
  if (!id_map_add(&ports, &port->node)) {
    mem_free(port, sizeof *port, MEM_PROCESS);
    return false;
  }
  p->pid = port->node.key;
  p->port = port;
  table_list_add(p);
  return true;
}

void port_remove(struct process *p) {
  if (id_map_find(&ports, p->pid) == &p->port->node) id_map_remove(&ports, &p->port->node);
}

void port_closed(struct process *p) {
  struct port *port = p->port;
  u8 *out = NULL;
  size_t n;
  if (port->handle) host_file(PORT_CLOSE, port->handle, NULL, 0, 0, &out, &n);
  port->handle = 0;
  struct process *to = process_find(port->tell);
  port->tell = NV;
  term message[3] = {MAKE_HEADER(KIND_TUPLE, 2), p->pid, ATOM_closed};
  if (to) (void)signal_send(NULL, to, make_boxed(message));
}

struct process *port_find(term t) {
  struct port *port = (struct port *)id_map_find(&ports, t);
  return port && port->p->state != PROCESS_EXITING ? port->p : NULL;
}

void port_exit(struct process *p, term from, term reason, struct kept *kept, bool by_link) {
  if (reason == ATOM_normal && by_link && from != p->parent) return;
  if (reason == ATOM_kill && !by_link) reason = ATOM_killed;
  bool idle = p->state == PROCESS_WAITING && !p->mailbox.length;
  if (idle || !signal_exit_message(p, from, reason)) exit_process_kept(p, reason, kept);
}
