// SPDX-License-Identifier: Apache-2.0
// Signals that were sent but not yet received. In OTP a process receives its signals when it is scheduled, and when a
// receive has looked at all its messages. If the receiver is not running, nobody can observe whether a signal takes
// effect at once or when the receiver is scheduled: so here it takes effect at once. Only signals for which somebody
// could observe the difference wait in a queue:
// - Signals that a running process brings upon itself: an exit signal or alias message to itself, the DOWN of a
//   process that does not exist, the exit of a port it has closed; and every signal that comes behind these.
// - Signals to a process that an exit signal has doomed: it will end, but until it is scheduled it still has its
//   name, its tables and its place among processes(). Links, monitors and questions that come behind the exit signal
//   are answered with noproc.
#ifndef PROCESS_SIGNAL_QUEUE_H
#define PROCESS_SIGNAL_QUEUE_H

#include "process/process.h"

struct kept;
struct exit_signal;
// The process p is running. reason is an immediate term, or kept owns it and is shared. False: no memory.
bool signal_queue_message(struct process *p, struct message *m); // only when other signals wait already
bool signal_queue_alias(struct process *p, struct message *m, u64 alias, bool priority);
bool signal_queue_exit(struct process *p, const struct exit_signal *e);
bool signal_queue_down(struct process *p, u64 monitor, term reason, struct kept *kept);
// The DOWN of a monitor whose target does not exist. As in OTP it is only sent together with the next monitor or
// signal of the process to the same target (signal_queue_send), or when the process is scheduled out.
bool signal_queue_unsent_down(struct process *p, u64 monitor, term reason);
// Sends it if its target is to; NV: whatever its target is.
void signal_queue_send(struct process *p, term to);
// Drops exit signals that the link to from has sent: it is unlinked now.
void signal_queue_unlinked(struct process *p, term from);
// The process p is doomed. Queues behind the signal that doomed it what another process does to it: pid links to it,
// unlinks, monitors it, or waits until it is gone. pid is of this node, or NV for a process of another node.
enum behind { BEHIND_LINK, BEHIND_UNLINK, BEHIND_MONITOR, BEHIND_QUESTION };
bool signal_queue_behind(struct process *p, enum behind what, term pid, u64 monitor);
// Whether pid was linked to p when that was doomed, and has unlinked since.
bool signal_queue_was_linked(const struct process *p, term pid);
// p is gone: answers the first waiting signal
void signal_queue_answer(struct process *p);
void signal_queue_drop(struct process *p); // drops a DOWN that was not sent yet

bool signal_queue_urgent(const struct process *p); // whether a priority message is among the signals of p
void signal_queue_receive(struct process *p);      // receives all of them, in order; this may end p
void signal_queue_leave(struct process *p);        // p has been scheduled out: receives all of them

#endif
