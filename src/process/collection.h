// SPDX-License-Identifier: Apache-2.0
// Collections of processes. A small heap is collected at once. A large one is collected in portions, between which
// other processes run; since nobody but the process itself looks into its heap, it is enough that the process does
// not run until the collection is done. It stops at the operation that needs heap, with all its registers held
// (held.h), and does that operation again in the end. Between the portions nobody builds terms on its heap
// (mailbox.c), and whoever must look into the heap, or into the process dictionary, first calls collection_finish.
#ifndef PROCESS_COLLECTION_H
#define PROCESS_COLLECTION_H

#include "process/process.h"

// Heaps of up to so many words are collected at once; a portion takes so many words.
extern u32 collection_portion;

// Collects the running process. Roots are x[0..live), its stack, its dictionary and the message it is looking at.
// need: words of room wanted. False: the interpreter must leave its loop. Then either the process must exit
// (exit_reason is set: it is over max_heap_size, or there is no memory), or p->collection is set: the operation at ip
// is done (again) once the collection is complete, so nothing may have been done in it that cannot be done twice.
MAY_GC bool process_collect(struct process *p, const cword *ip, u32 live, size_t need, bool major);
// Does the next portion, for a process that is scheduled. False: the process cannot run yet, or it must exit.
MAY_GC bool collection_go_on(struct process *p);
// Collects to the end, after which p may have to exit; does nothing if no collection is under way.
MAY_GC void collection_finish(struct process *p);
void collection_drop(struct process *p);        // gives the collection up: p's heap will only be freed
u64 collection_memory(const struct process *p); // bytes of the block that the heap is copied to

// Does a major collection of p, which is not running, for the process that runs. False: it is not complete; call
// again with begins = false.
bool process_garbage_collect(struct process *p, bool begins);
// Does a major collection of p, which hibernates, and cuts its stack and heap to what they hold. If p->collection is
// set afterwards, that happens when the collection is complete.
void process_shrink(struct process *p);

#endif
