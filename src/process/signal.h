// SPDX-License-Identifier: Apache-2.0
// Signals and their immediate delivery: a signal takes effect in the receiver when it is sent. With one
// thread this satisfies every order Erlang guarantees. A message is a signal. Exits run from a work list
// (exit.c), so chains of any length neither recurse nor freeze the host.
#ifndef PROCESS_SIGNAL_H
#define PROCESS_SIGNAL_H

#include "process/process.h"

// Sends a copy of value. from: NULL when the host sends. False: no memory (the sender should get system_limit).
bool signal_send(struct process *from, struct process *to, term value);
// The destination of "!": pid, registered name, {Name, Node}, alias, port. Result of the send.
enum send_result { SEND_OK, SEND_BADARG, SEND_NO_MEMORY, SEND_NOSUSPEND };
enum send_result signal_send_to(struct process *from, term destination, term value);
// exit/2. cause tells what JS events report.
enum exit_cause { EXIT_CAUSE_LINK, EXIT_CAUSE_EXIT2, EXIT_CAUSE_MONITOR, EXIT_CAUSE_HOST, EXIT_CAUSE_GROUP };
void signal_exit(term from, struct process *to, term reason, enum exit_cause cause);

// Marks p as exiting with reason (copied out of any heap) and queues its teardown. The one place a
// process dies. Idempotent: the first reason wins.
void exit_process(struct process *p, term reason);
// Works on queued teardowns until done or units are used up. True: all done.
bool exit_work(u32 units);
bool exit_pending(void);

#endif
