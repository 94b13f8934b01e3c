// SPDX-License-Identifier: Apache-2.0
// Events: what the world outside the VM can watch. This room reports them through one hook; host/event.c writes them
// down for JavaScript as compact records. A kind of event whose bit in event_mask is clear costs one test and nothing
// else.
#ifndef PROCESS_EVENT_H
#define PROCESS_EVENT_H

#include "process/process.h"

enum event_kind {
  EVENT_EXIT,       // subject = pid, a = reason; p still has its name and its initial call
  EVENT_SIGNAL,     // subject = to, a = from, b = reason, detail = enum exit_cause << 8 | enum signal_outcome
  EVENT_SPAWN,      // subject = pid, a = pid of the parent or NV; the host takes the initial call from p
  EVENT_LINK,       // subject and a = the two pids
  EVENT_UNLINK,
  EVENT_MONITOR,    // subject = watcher, a = target, detail = monitor id
  EVENT_DEMONITOR,
  EVENT_DOWN,       // subject = watcher, a = target, b = reason
  EVENT_REGISTER,   // subject = pid, a = name
  EVENT_UNREGISTER,
  EVENT_MESSAGE,    // subject = to, a = from or NV, b = message
  EVENT_CRASH,      // subject = pid, a = {Reason, Stack} of an error or throw that nobody caught
  EVENT_KIND_COUNT
};
enum signal_outcome { SIGNAL_KILLED, SIGNAL_TRAPPED, SIGNAL_IGNORED };
extern u32 event_mask;                                   // bit 1 << kind for each kind that is wanted
extern void (*event_hook)(enum event_kind kind, struct process *p, term subject, term a, term b, u64 detail);
#define EVENT(kind, p, subject, a, b, detail) \
  do { if (UNLIKELY(event_mask >> (kind) & 1)) event_hook(kind, p, subject, a, b, detail); } while (0)

#endif
