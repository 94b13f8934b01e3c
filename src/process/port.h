// SPDX-License-Identifier: Apache-2.0
// Ports. A port is a process whose identifier is a port: links, monitors, name and teardown are those of any process,
// in one mechanism; its code (src/erl/native/spawnlink_port.erl) speaks the protocol of open_port/2 and frames bytes; the host
// serves the outside end (enum host_port_operation). The connected process is its parent. Here: the table of ports, and
// where their signals differ (erts "Ports", and io.c's erts_deliver_port_exit).
#ifndef PROCESS_PORT_H
#define PROCESS_PORT_H

#include "process/process.h"

struct kept;
struct port {
  struct id_node node; // key: the port's term
  struct process *p;
  u32 handle;          // the host's; 0: none
  term tell;           // pid that gets {Port, closed} in the end, or NV
};

bool port_add(struct process *p, u32 handle); // gives p its identifier. False: no memory
void port_remove(struct process *p);          // from the table: it cannot be found any more
void port_closed(struct process *p);          // ends the outside end, tells who asked; again: nothing
struct process *endpoint_find(term t);        // living process or open port; NULL
// An exit signal to a port. Queues it behind what was sent before, so that this is done first.
void port_exit(struct process *p, term from, term reason, struct kept *kept, bool by_link);

#endif
