// SPDX-License-Identifier: Apache-2.0
// Timers: those of receive ... after, and those of send_after and start_timer, which send a message. All are in one
// binary heap, ordered by time and then by the order in which they were started; starting and cancelling take
// logarithmic time. Times are those of host_monotonic_us.
#ifndef PROCESS_TIMER_H
#define PROCESS_TIMER_H

#include "process/idmap.h"
#include "process/process.h"

struct timer {
  struct id_node node; // key: id of the reference
  u32 index;           // place in the heap
  u8 wrap;             // start_timer: the message is {timeout, Ref, Message}
  u64 at_us;
  struct process *to; // NULL: the destination is a name, which is looked up when the timer fires
  term name;
  struct timer *next, *prev; // in to->timers
  struct kept *message;
};
void timer_init(void);
void timer_destroy(void);
// Receive timers. timer_receive_start does nothing if the timer runs already, for a receive that looks at its mailbox
// again goes on waiting for the same time. False: no memory.
bool timer_receive_start(struct process *p, u64 ms);
void timer_receive_cancel(struct process *p);
// Message timers. The destination is either to or name. Answers the id of the timer's reference; 0: no memory.
u64 timer_start(struct process *to, term name, u64 at_us, term message, bool wrap);
struct timer *timer_find(u64 id); // NULL: it has fired or was cancelled
void timer_cancel(struct timer *t);
u64 timer_left_ms(const struct timer *t); // milliseconds, rounded up
u64 timer_next(void);                     // when the next timer fires; UINT64_MAX: there is none
void timer_fire(u64 now_us);              // fires the timers that are due, but not too many of them in one call
u32 timer_count(void);

#endif
