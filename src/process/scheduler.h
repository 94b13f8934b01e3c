// SPDX-License-Identifier: Apache-2.0
// Run queues, one for each priority, and the tick: the time that the host gives the VM to run processes.
#ifndef PROCESS_SCHEDULER_H
#define PROCESS_SCHEDULER_H

#include "gen/seam.h" // enum tick_result
#include "process/process.h"

// Set by interp_init: runs one slice of p, from process_enter to process_leave, and sets ctx.status.
extern void (*run_slice)(struct process *p);
extern void (*js_ready_hook)(struct process *p); // called when a JavaScript process has got a message

void scheduler_init(void);
// Makes a waiting process runnable; does nothing if it is runnable, suspended or exiting.
void scheduler_ready(struct process *p);
void scheduler_doomed(struct process *p); // queues p whatever state it is in
// p's slice is over, but its turn is not (only when tests make slices shorter than a turn)
bool scheduler_in_turn(const struct process *p);
void scheduler_remove(struct process *p); // takes p out of its run queue
// Runs processes until the host's clock reaches deadline_us (microseconds), max_reductions are used (0: no such
// limit), or no process is runnable. With TICK_TIMER, *wake_us is the time of the next timer (host_monotonic_us).
enum tick_result scheduler_tick(u64 deadline_us, u64 max_reductions, i64 *wake_us);
u32 scheduler_runnable(void);                        // number of processes in all run queues
extern u32 scheduler_slice;                          // reductions in a slice: 4000; tests set 1 to 7
extern u64 scheduler_switches, scheduler_reductions; // counted since the VM started
u64 scheduler_busy_us(void);                         // microseconds spent in ticks since the VM started
// Debug: calls process_verify after each slice; a broken invariant stops the VM.
extern bool scheduler_verifies;
extern u32 vm_halt_requested; // set by erlang:halt: the tick ends, and later ticks do nothing
extern i32 vm_halt_code;

#endif
