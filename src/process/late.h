// SPDX-License-Identifier: Apache-2.0
// Signals whose effect OTP shows later than their sending, although delivery here is immediate: exit
// signals and alias messages that a process sends to itself, DOWN for a name that nobody has (undone when it
// stops trapping, ends the alias or the monitor before it has received them); and what comes back to a
// running process: the EXITs and DOWNs of those it kills, DOWN noproc of a dead pid, noconnection. Those come
// when it has been scheduled out, so that exit(P, kill), unlink(P) does what it does in OTP.
#ifndef PROCESS_LATE_H
#define PROCESS_LATE_H

#include "process/process.h"

void late_self_exit(struct process *p, struct message *m);            // m, 'EXIT' from itself, is in its mailbox
void late_self_alias(struct process *p, struct message *m, u64 alias);
void late_self_down(struct process *p, struct message *m, u64 monitor); // DOWN noproc of a name; the monitor goes once it is seen
struct kept;
// reason is immediate or owned by kept, which is shared. False: no memory.
bool late_down(struct process *p, u64 monitor, term reason, struct kept *kept);
bool late_link_exit(struct process *p, term from, term reason, struct kept *kept);
void late_unlinked(struct process *p, term from);                     // no EXIT of that link may come any more
void late_received(struct process *p);                                // p has looked at all its messages
void late_message_gone(struct process *p, const struct message *m);
void late_untrapped(struct process *p);                               // may exit p
void late_unaliased(struct process *p, u64 alias);
void late_demonitored(struct process *p, u64 monitor);
// Whether a process that only yields has run on for long enough: so what a few lines of code see does not
// depend on how long slices are.
bool late_due(const struct process *p);
// p, running, has asked another process: in OTP it waits for the answer, what is late comes before it.
void late_hasten(struct process *p);
void late_deliver(struct process *p);                                 // p was scheduled out
void late_free(struct process *p);

#endif
