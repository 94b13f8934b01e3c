// SPDX-License-Identifier: Apache-2.0
// Signals that were sent and are not yet received. A process receives its signals when it is scheduled, and when a
// receive has looked at all its messages. Nobody can tell whether what was sent to a process that does not run was
// received at once: so it is, and only what could be told apart waits in a queue:
// - what a running process brings on itself (an exit signal or an alias message to itself, DOWN of who is not there, the
//   exit of a port it has closed), and whatever comes behind that;
// - what comes to a process that an exit signal has doomed: it is decided that it ends, but it has its name, its tables and
//   its place among processes() until it is scheduled. Links, monitors and questions behind that signal find nobody.
#ifndef PROCESS_SIGNAL_QUEUE_H
#define PROCESS_SIGNAL_QUEUE_H

#include "process/process.h"

struct kept;
struct exit_signal;
// Of a running process. reason is immediate or owned by kept, which is shared. False: no memory.
bool signal_queue_message(struct process *p, struct message *m);             // only behind other signals
bool signal_queue_alias(struct process *p, struct message *m, u64 alias, bool priority);
bool signal_queue_exit(struct process *p, const struct exit_signal *e);
bool signal_queue_down(struct process *p, u64 monitor, term reason, struct kept *kept);
// A monitor of who is not there: as in OTP it is only sent with the process's next monitor or signal to the same process
// (signal_queue_send), or when it is scheduled out.
bool signal_queue_unsent_down(struct process *p, u64 monitor, term reason);
void signal_queue_send(struct process *p, term to);                          // NV: to whomever
void signal_queue_unlinked(struct process *p, term from);                    // no exit of that link may come any more
// Of a doomed process: pid has linked to it (or has unlinked, or waits until it is gone), or monitors it. pid is of this
// node, or NV for a process of another node.
enum behind { BEHIND_LINK, BEHIND_UNLINK, BEHIND_MONITOR, BEHIND_QUESTION };
bool signal_queue_behind(struct process *p, enum behind what, term pid, u64 monitor);
bool signal_queue_was_linked(const struct process *p, term pid);             // linked when p was doomed, then unlinked
void signal_queue_answer(struct process *p);                                 // p is gone: answers the first one
void signal_queue_drop(struct process *p);                                   // what was not sent

bool signal_queue_urgent(const struct process *p); // there is a priority message among them
void signal_queue_receive(struct process *p); // all of them, in order; may end p
void signal_queue_leave(struct process *p);   // p has been scheduled out

#endif
