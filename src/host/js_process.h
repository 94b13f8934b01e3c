// SPDX-License-Identifier: Apache-2.0
// JavaScript processes: processes without code, in whose name JavaScript acts. Between ticks the host enters such a
// process, calls a BIF as it, and leaves it. Its messages wait in its mailbox until the host takes them.
#ifndef HOST_JS_PROCESS_H
#define HOST_JS_PROCESS_H

#include "gen/seam.h" // enum js_operation
#include "host/vm.h"

// mail_left: whether messages are left in the mailbox after JS_RECEIVE, which takes a limited number of bytes.
enum vm_status js_request(enum js_operation op, const u8 *etf, size_t n, bool *mail_left);

#endif
