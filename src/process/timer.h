// SPDX-License-Identifier: Apache-2.0
// Timers: of receive ... after, and of send_after and start_timer. One binary heap ordered by time, then
// by order of starting; starting and cancelling take logarithmic time. All time is host_monotonic_us.
#ifndef PROCESS_TIMER_H
#define PROCESS_TIMER_H

#include "process/idmap.h"
#include "process/process.h"

struct timer {
  struct id_node node;        // key: id of the reference
  u32 index;                  // in the heap
  u8 wrap;                    // start_timer: the message is {timeout, Ref, Message}
  u64 at_us;
  struct process *to;         // NULL: to a name, looked up when the timer fires
  term name;
  struct timer *next, *prev;  // in to->timers
  struct kept *message;
};
void timer_init(void);
void timer_destroy(void);
// Receive timers. start does nothing while the timer runs (a receive that looks again waits on). False:
// the time is up already (p->timed_out is then cleared): go to the timeout.
bool timer_receive_start(struct process *p, u64 ms);
void timer_receive_cancel(struct process *p);
// Message timers. Either to or name. 0 = out of memory, else the reference's id.
u64 timer_start(struct process *to, term name, u64 at_us, term message, bool wrap);
struct timer *timer_find(u64 id);            // NULL: fired or cancelled
void timer_cancel(struct timer *t);
u64 timer_left_ms(const struct timer *t);    // rounded up
u64 timer_next(void);                        // when the next one fires, UINT64_MAX: none
void timer_fire(u64 now_us);                 // those that are due, a bounded number of them
u32 timer_count(void);

#endif
