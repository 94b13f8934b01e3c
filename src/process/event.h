// SPDX-License-Identifier: Apache-2.0
// What the outside can watch. The process room reports through one hook; host/event.c writes compact
// records for JavaScript. A kind whose bit is clear in event_mask costs one test and nothing else.
#ifndef PROCESS_EVENT_H
#define PROCESS_EVENT_H

#include "process/process.h"

enum event_kind {
  EVENT_EXIT,       // subject = pid, a = reason; p still has name, initial call
  EVENT_SIGNAL,     // subject = to, a = from, b = reason, detail = enum exit_cause << 8 | enum signal_outcome
  EVENT_SPAWN,      // subject = pid, a = parent pid or NV, b = {M,F,Arity} packed by the host from p
  EVENT_LINK,       // subject, a = the two pids
  EVENT_UNLINK,
  EVENT_MONITOR,    // subject = watcher, a = target, detail = monitor id
  EVENT_DEMONITOR,
  EVENT_DOWN,       // subject = watcher, a = target, b = reason
  EVENT_REGISTER,   // subject = pid, a = name
  EVENT_UNREGISTER,
  EVENT_MESSAGE,    // subject = to, a = from or NV, b = message
  EVENT_CRASH,      // subject = pid, a = {Reason, Stack}: uncaught error or throw
  EVENT_KIND_COUNT
};
enum signal_outcome { SIGNAL_KILLED, SIGNAL_TRAPPED, SIGNAL_IGNORED };
extern u32 event_mask;                                   // bit per enum event_kind
extern void (*event_hook)(enum event_kind kind, struct process *p, term subject, term a, term b, u64 detail);
#define EVENT(kind, p, subject, a, b, detail) \
  do { if (UNLIKELY(event_mask >> (kind) & 1)) event_hook(kind, p, subject, a, b, detail); } while (0)

#endif
