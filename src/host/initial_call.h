// SPDX-License-Identifier: Apache-2.0
// The function by which people know a process: what Observer calls its initial call.
#ifndef HOST_INITIAL_CALL_H
#define HOST_INITIAL_CALL_H

#include "code/code.h"
#include "process/process.h"

// For a process that proc_lib has started: the function that proc_lib was asked to run, or init/1 of the callback
// module if that is the loop of a behaviour. For a process that a fun began: the fun. For any other: the function
// that was spawned. It is known from the spawn on, before the process has run. The answer holds no reference to the
// process.
struct function_name initial_call_of(const struct process *p);

#endif
