// SPDX-License-Identifier: Apache-2.0
// A snapshot of all processes for the host, cheap enough to be drawn many times a second.
#ifndef HOST_INSPECT_H
#define HOST_INSPECT_H

#include "host/vm.h"

// Answers, little endian: u32 number of processes, then for each: u64 pid; u8 state (enum
// process_state and inspect_state), u8 flags (enum inspect_flag), u8 enum priority, u8 arity of the initial call, u8
// arity of the current function; u32 message queue length; u64 memory, u64 reductions, u64 parent (a pid's word, or the
// word of no value); texts (u8 length, UTF-8): name, initial module, initial function, current module, current
// function; u32 n and n u64: links; u32 n and n u64: pids monitored.
enum vm_status inspect(void);

#endif
