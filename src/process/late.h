// SPDX-License-Identifier: Apache-2.0
// Signals whose effect OTP shows later than their sending, although delivery here is immediate: exit
// signals and alias messages that a process sends to itself (undone when it stops trapping or ends the
// alias before it has received them), and answers from those who are not there (DOWN noproc of a dead
// pid, noconnection), which come only when the process has been scheduled out.
#ifndef PROCESS_LATE_H
#define PROCESS_LATE_H

#include "process/process.h"

void late_self_exit(struct process *p, struct message *m);            // m, 'EXIT' from itself, is in its mailbox
void late_self_alias(struct process *p, struct message *m, u64 alias);
bool late_down(struct process *p, u64 monitor, term reason);          // reason is an atom. False: no memory
bool late_link_exit(struct process *p, term from, term reason);
void late_received(struct process *p);                                // p has looked at all its messages
void late_message_gone(struct process *p, const struct message *m);
void late_untrapped(struct process *p);                               // may exit p
void late_unaliased(struct process *p, u64 alias);
void late_deliver(struct process *p);                                 // p was scheduled out
void late_free(struct process *p);

#endif
