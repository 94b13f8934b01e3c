// SPDX-License-Identifier: Apache-2.0
// Run queues by priority and the tick. The engine (interp) is called through run_slice.
#ifndef PROCESS_SCHEDULER_H
#define PROCESS_SCHEDULER_H

#include "process/process.h"

extern void (*run_slice)(struct process *p);   // set by interp_init; runs one slice (process_enter .. process_leave), leaves ctx.status
extern void (*js_ready_hook)(struct process *p); // a JavaScript process has something in its mailbox

void scheduler_init(void);
void scheduler_ready(struct process *p);       // waiting -> runnable (no-op when runnable, suspended or exiting)
void scheduler_doomed(struct process *p);      // gets its turn whatever state it is in
bool scheduler_in_turn(const struct process *p); // its slice is over, its turn is not (only when tests make slices short)
void scheduler_remove(struct process *p);      // out of its run queue
enum tick_result { TICK_IDLE, TICK_RUNNABLE, TICK_TIMER, TICK_HALTED };
// Runs until the deadline (host clock, microseconds), until max_reductions are used (0: no such limit),
// or nothing is runnable. *wake: time of the next timer in microseconds (monotonic) for TICK_TIMER.
enum tick_result scheduler_tick(u64 deadline_us, u64 max_reductions, i64 *wake_us);
u32 scheduler_runnable(void);                  // length of all run queues
extern u32 scheduler_slice;                    // reductions a slice, 4000; tests set 1..7
extern u64 scheduler_switches, scheduler_reductions; // since the VM started
u64 scheduler_busy_us(void);                   // spent in ticks since the VM started
extern bool scheduler_verifies;                // debug: process_verify after every slice, a broken invariant stops the VM
extern u32 vm_halt_requested;                  // erlang:halt: the tick ends and no other does anything
extern i32 vm_halt_code;

#endif
