// SPDX-License-Identifier: Apache-2.0
// What the emulator itself tells the system logger.
#ifndef PROCESS_REPORT_H
#define PROCESS_REPORT_H

#include "process/process.h"

void report_init(void);
void report_crash(struct process *p, term value);  // p dies of an error nobody caught: {Reason, Stack}
void report_max_heap(struct process *p);           // the running process outgrew max_heap_size
void report_system_exit(const struct process *p, term reason); // init has ended: the VM halts with status 1, as erl

#endif
