// SPDX-License-Identifier: Apache-2.0
// The function that a process is known by to people: what Observer calls its initial call.
#ifndef HOST_INITIAL_CALL_H
#define HOST_INITIAL_CALL_H

#include "code/code.h"
#include "process/process.h"

// Of a process that proc_lib has started: the function that proc_lib was asked to run, or the callback module's init/1
// when that is a behaviour's own loop. Of one that a fun began: the fun. Of any other: what was spawned. Known from the
// moment of the spawn on, before the process has run. It holds no reference to the process.
struct function_name initial_call_of(const struct process *p);

#endif
