// SPDX-License-Identifier: Apache-2.0
// Signals: they act when their receiver is scheduled, as in OTP. What nobody can tell from that is done when they are sent:
// see signal_queue.h. A message is a signal. Exits run from a work list (exit.c), so chains of any length neither recurse
// nor freeze the host.
#ifndef PROCESS_SIGNAL_H
#define PROCESS_SIGNAL_H

#include "process/process.h"

enum { SIGNAL_OVERDRAFT = 1 << 16 }; // bytes beyond the limit of memory that EXIT and DOWN messages may use

// Sends a copy of value. from: NULL when the host sends. False: no memory (the sender should get system_limit).
bool signal_send(struct process *from, struct process *to, term value);
// The destination of "!": pid, registered name, {Name, Node}, alias, port. Result of the send.
enum send_result { SEND_OK, SEND_BADARG, SEND_NO_MEMORY, SEND_NOSUSPEND };
enum send_result signal_send_to(struct process *from, term destination, term value);
// What was sent through the alias id is received: false when it is an alias no more.
bool signal_alias_message(struct process *to, struct message *m, u64 id, bool priority);
// To an alias of this node: a priority message if it is a priority alias.
enum send_result signal_send_priority(struct process *from, term ref, term value);
// exit/2. cause tells what JS events report.
enum exit_cause { EXIT_CAUSE_LINK, EXIT_CAUSE_EXIT2, EXIT_CAUSE_MONITOR, EXIT_CAUSE_HOST, EXIT_CAUSE_GROUP };
void signal_exit(term from, struct process *to, term reason, enum exit_cause cause);
struct kept;
struct exit_signal {
  term from, reason;
  struct kept *kept;       // owns reason, or NULL
  u64 alias;               // sent through this alias; 0: to the process
  enum exit_cause cause;
  bool by_link;            // the record is gone already
  bool normal_kills;       // exit(self(), normal)
  bool priority;           // its message is a priority message, if the alias is one for that
};
void signal_exit_alias(term from, term ref, term reason, bool priority); // to who has that alias, nobody else
void signal_exit_by_link(struct process *to, struct exit_signal *e); // the signal of a broken link
void signal_exit_received(struct process *to, const struct exit_signal *e); // by the running process
// A message to could not be made that no sender answers for: {'EXIT', ...}, 'DOWN', a timer's. Without it to might wait for
// ever, so it is to who is out of memory.
void signal_lost(struct process *to);
bool signal_exit_message(struct process *to, term from, term reason); // just {'EXIT', From, Reason}. False: no memory

// p will exit with reason when it is scheduled; until then it is there for everybody. The first reason wins.
void exit_when_scheduled(struct process *p, term reason, struct kept *kept);
void exit_doomed(struct process *p);                         // a doomed process is scheduled, or its end cannot wait
// Marks p as exiting with reason (copied out of any heap) and queues its teardown. The one place a
// process dies. Idempotent: the first reason wins. A running process must be left before anything else:
// its BIF returns BIF_EXITING, or the engine RUN_EXIT.
void exit_process(struct process *p, term reason);
void exit_process_kept(struct process *p, term reason, struct kept *kept); // shares kept, which owns reason (or NULL)
// Works on queued teardowns until done or the units are used up. True: all done. Stops at a process that runs.
bool exit_work(u32 *units);
bool exit_pending(void);
void exit_init(void);
// The running process dies of an exception nobody caught: makes the exit reason, reports it, exits.
void exit_uncaught(struct process *p, term fault_class, term reason, term stacktrace);
// The running process outgrew max_heap_size: reports it when asked to. True: it is to be killed.
bool exit_max_heap(struct process *p);
extern bool (*exit_ets_hook)(struct process *p, u32 units); // gives away or deletes p's tables; false: call again
extern term system_logger;       // atom or pid that gets reports of crashes

// suspend.c
bool suspend_add(struct process *holder, struct process *target);    // false: no memory
bool suspend_valid(const struct process *p);                         // debug: the records of p agree
bool suspend_remove(struct process *holder, struct process *target); // false: holder does not suspend target
u32 suspend_holds(const struct process *holder, const struct process *target);
void suspend_each(const struct process *holder, void (*fn)(term target, u32 count, void *), void *arg);
bool suspend_release(struct process *p);     // one of those p holds or is held by; false: none left

// verify.c (debug): every link on both sides, no record names a dead process, counts right. False: broken.
bool process_verify(void);

#endif
