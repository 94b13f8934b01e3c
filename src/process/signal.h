// SPDX-License-Identifier: Apache-2.0
// Signals: messages, exit signals, and the end of a process. As in OTP they take effect when their receiver is
// scheduled; where nobody could tell the difference they take effect when they are sent (signal_queue.h). Exits are
// done from a work list (exit.c), so that a chain of exits of any length neither recurses nor keeps the host waiting.
#ifndef PROCESS_SIGNAL_H
#define PROCESS_SIGNAL_H

#include "gen/seam.h"
#include "process/process.h"

// Sends a copy of value. from is NULL when the host sends. False: no memory (the sender should get system_limit).
bool signal_send(struct process *from, struct process *to, term value);
// Sends to any destination of "!": a pid, registered name, {Name, Node}, alias or port.
enum send_result { SEND_OK, SEND_BADARG, SEND_NO_MEMORY, SEND_NOSUSPEND };
enum send_result signal_send_to(struct process *from, term destination, term value);
// The owner of alias id receives a message that was sent through it, and the alias ends if it is one for a single
// reply. False: it is not an alias of this process any more.
bool signal_alias_message(struct process *to, struct message *m, u64 id, bool priority);
// Sends to an alias of this node. The message is a priority message if the alias was made with that option.
enum send_result signal_send_priority(struct process *from, term ref, term value);
// exit/2. cause says what the JavaScript event reports.
void signal_exit(term from, struct process *to, term reason, enum exit_cause cause);
struct kept;
struct exit_signal {
  term from, reason;
  struct kept *kept; // owns reason, or NULL
  u64 alias;         // the alias that the signal was sent to; 0: it was sent to the process
  enum exit_cause cause;
  bool by_link;      // it comes from a link, whose record is removed already
  bool normal_kills; // it comes from exit(self(), Reason), where the reason normal ends the process too
  // Its EXIT message is a priority message; if it was sent to an alias, only if the alias allows that.
  bool priority;
};
// To the owner of alias ref; to nobody if there is none.
void signal_exit_alias(term from, term ref, term reason, bool priority);
void signal_exit_by_link(struct process *to, struct exit_signal *e);        // the exit signal of a link that is broken
void signal_exit_received(struct process *to, const struct exit_signal *e); // to receives it
// There is no memory for a message to a process, and no sender who could get an error instead: an EXIT, a DOWN, or a
// timer's message. Without it the receiver might wait for ever; so the receiver ends with system_limit.
void signal_lost(struct process *to);
// Sends {'EXIT', From, Reason} as a message and does nothing else. False: no memory.
bool signal_exit_message(struct process *to, term from, term reason);

// p will exit with reason when it is scheduled; until then everybody still sees it. If this is done twice, the first
// reason counts.
void exit_when_scheduled(struct process *p, term reason, struct kept *kept);
// A doomed process exits: it is scheduled, or its end cannot wait.
void exit_doomed(struct process *p);
// Marks p as exiting with reason, which is copied, and queues its teardown. This is the only way in which a process
// ends. For a process that exits already it does nothing: the first reason counts. If p is running, it must be left
// before anything else is done: its BIF returns BIF_EXITING, or the interpreter leaves its loop with RUN_EXIT.
void exit_process(struct process *p, term reason);
// The same; kept owns reason and is shared, or is NULL.
void exit_process_kept(struct process *p, term reason, struct kept *kept);
// Works on the queued teardowns until all are done or *units are used up, and subtracts from *units what it used.
// True: all done. It stops before a process that is running.
bool exit_work(u32 *units);
bool exit_pending(void); // whether teardowns are queued
void exit_init(void);
// The running process ends because of an exception that nobody caught: makes the exit reason, reports the crash to
// the logger, exits.
void exit_uncaught(struct process *p, term fault_class, term reason, term stacktrace);
// The running process is over its max_heap_size: reports that if its options say so. True: it is to be killed.
bool exit_max_heap(struct process *p);
// Set by ets/: gives away or deletes p's tables, some at each call; false: call again.
extern bool (*exit_ets_hook)(struct process *p, u32 units);
extern term system_logger; // atom or pid of the process that gets crash reports

// suspend.c
bool suspend_add(struct process *holder, struct process *target); // false: no memory
// Debug: whether the suspensions of p are consistent.
bool suspend_valid(const struct process *p);
bool suspend_remove(struct process *holder, struct process *target); // false: holder does not suspend target
u32 suspend_holds(const struct process *holder, const struct process *target);
void suspend_each(const struct process *holder, void (*fn)(term target, u32 count, void *), void *arg);
// Removes one suspension that p holds or that holds p; false: there is none.
bool suspend_release(struct process *p);

// verify.c (debug): checks that every link is on both sides, no record refers to a dead process, and the counts are
// right. False: something is broken.
bool process_verify(void);

#endif
