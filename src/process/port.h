// SPDX-License-Identifier: Apache-2.0
// Ports. A port is a process whose identifier is a port, so its links, monitors, name and teardown are those of any
// process. Its code (src/erl/native/spawnlink_port.erl) speaks the protocol of open_port/2 and frames bytes; the host
// serves the other end, outside the VM (the port operations of base/seam.tab). The process connected to the port is its
// parent. This file has the table of ports, and the treatment of exit signals, which differs from that of processes
// (erts "Ports", and erts_deliver_port_exit in OTP's io.c).
#ifndef PROCESS_PORT_H
#define PROCESS_PORT_H

#include "process/process.h"

struct kept;
struct port {
  struct id_node node; // key: the port's term
  struct process *p;
  u32 handle; // the host's handle of the other end; 0: there is none
  term tell;  // the pid that gets {Port, closed} when the port has ended, or NV
};

bool port_add(struct process *p, u32 handle); // gives p its identifier. False: no memory
void port_remove(struct process *p);          // removes it from the table: nobody finds it any more
// Closes the other end and tells who asked for that; does nothing the second time.
void port_closed(struct process *p);
struct process *port_find(term t); // the open port that t identifies, or NULL
// Sends an exit signal to a port. The port does what was sent to it before first, so the signal is queued behind
// that.
void port_exit(struct process *p, term from, term reason, struct kept *kept, bool by_link);

#endif
