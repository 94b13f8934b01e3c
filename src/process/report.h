// SPDX-License-Identifier: Apache-2.0
// Reports that the emulator itself sends to the system logger. Called by exit.c.
#ifndef PROCESS_REPORT_H
#define PROCESS_REPORT_H

#include "process/process.h"

void report_init(void);
void report_crash(struct process *p, term value); // p ends with an error that nobody caught: value is {Reason, Stack}
void report_max_heap(struct process *p);          // the running process is over max_heap_size
// Init has ended: as erl does, the VM halts with status 1.
void report_system_exit(const struct process *p, term reason);

#endif
