// SPDX-License-Identifier: Apache-2.0
// What the process room itself needs of process dictionaries; BIFs use the functions in process.h.
#ifndef PROCESS_DICTIONARY_H
#define PROCESS_DICTIONARY_H

#include "process/process.h"

struct gc_roots dictionary_roots(struct process *p);
u64 dictionary_memory(const struct process *p);
void dictionary_clear(struct process *p);
void dictionary_free(struct process *p);

#endif
