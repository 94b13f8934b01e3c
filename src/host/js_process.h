// SPDX-License-Identifier: Apache-2.0
// JavaScript as a process: what a JS process does, done in its name. It has no code; between ticks the
// host enters it, calls a BIF as it, and leaves. Its mailbox waits until the host takes it.
#ifndef HOST_JS_PROCESS_H
#define HOST_JS_PROCESS_H

#include "gen/seam.h" // enum js_operation
#include "host/vm.h"

enum vm_status js_request(enum js_operation op, const u8 *etf, size_t n);

#endif
