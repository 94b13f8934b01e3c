// SPDX-License-Identifier: Apache-2.0
// From pid to process. Numbers are handed out in rising order and skip those whose slot is taken; the
// slot of a number is its low bits, so doubling the table keeps every process findable.
#ifndef PROCESS_TABLE_H
#define PROCESS_TABLE_H

#include "process/process.h"

bool table_init(void);
void table_destroy(void);
bool table_add(struct process *p);    // gives p its pid; false: limit reached or no memory
void table_remove(struct process *p); // p->pid stays, process_find does not find it any more
void table_list_add(struct process *p);    // at the end of the list of all processes
void table_list_remove(struct process *p); // out of the list of all processes

#endif
