// SPDX-License-Identifier: Apache-2.0
// The table that leads from a pid to its process. Pid numbers are handed out in rising order; a number whose slot is
// taken is skipped. The slot of a number is its low bits, so every process is still found when the table doubles.
#ifndef PROCESS_TABLE_H
#define PROCESS_TABLE_H

#include "process/process.h"

bool table_init(void);
void table_destroy(void);
bool table_add(struct process *p);         // gives p its pid; false: limit reached or no memory
void table_remove(struct process *p);      // process_find does not find p any more; p->pid stays
void table_list_add(struct process *p);    // appends p to the list of all processes
void table_list_remove(struct process *p); // removes p from it

#endif
