// SPDX-License-Identifier: Apache-2.0
// JavaScript as a process: what a JS process does, done in its name. It has no code; between ticks the
// host enters it, calls a BIF as it, and leaves. Its mailbox waits until the host takes it.
#ifndef HOST_JS_PROCESS_H
#define HOST_JS_PROCESS_H

#include "host/vm.h"

enum js_operation {
  JS_CALL,    // {Pid, Module, Function, Args}: a BIF called as Pid. Answers {ok, Value} or {Class, Reason}
  JS_RECEIVE, // Pid: takes messages out of its mailbox. Answers external terms, one after the other
  JS_EXIT     // {Pid, Reason}: it ends by itself
};
enum vm_status js_request(enum js_operation op, const u8 *etf, size_t n);

#endif
