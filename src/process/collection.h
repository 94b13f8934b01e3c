// SPDX-License-Identifier: Apache-2.0
// Collections of processes. A small heap is collected at once. A large one is collected in portions, between which
// other processes run: nobody but the process itself looks into its heap, so it is enough that it does not run meanwhile. It
// stops at the operation that wanted the room, with all registers held (held.h), and does that again in the end.
// Between the portions nothing is built on the process's heap (mailbox.c), and who must look into it, or into its
// dictionary, first calls collection_finish.
#ifndef PROCESS_COLLECTION_H
#define PROCESS_COLLECTION_H

#include "process/process.h"

// Words that are collected at once, and in one portion.
extern u32 collection_portion;

// Collects the running process: x[0..live) are roots, as are its stack, its dictionary and the message it looks at.
// False: leave the loop of the interpreter. Either it must exit (exit_reason is set: max_heap_size, or no memory:
// system_limit), or p->collection is set, and the operation at ip, before which nothing has been done that cannot be
// done twice, will be done (again) once the collection is through.
MAY_GC bool process_collect(struct process *p, const cword *ip, u32 live, size_t need, bool major);
// The next portion, of a process that is to run. False: it cannot run yet, or must exit.
MAY_GC bool collection_go_on(struct process *p);
MAY_GC void collection_finish(struct process *p);  // to the end; p may have to exit. Does nothing if there is none
void collection_drop(struct process *p);           // p's heap will only be destroyed
u64 collection_memory(const struct process *p);    // bytes of the block that it is copied to

// A major collection of a process that does not run, asked for by the one that runs. False: it is not through; call
// again, not to begin.
bool process_garbage_collect(struct process *p, bool begins);
// The same of a process that hibernates, whose stack and heap are cut to what they hold: then or, if p->collection is
// set now, when that is through.
void process_shrink(struct process *p);

#endif
