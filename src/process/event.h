// SPDX-License-Identifier: Apache-2.0
// Events: what the world outside the VM can watch. This room reports them through one hook; host/event.c writes them
// down for JavaScript as compact records. A kind of event whose bit in event_mask is clear costs one test and nothing
// else.
#ifndef PROCESS_EVENT_H
#define PROCESS_EVENT_H

#include "gen/seam.h" // enum event_kind: what each event says
#include "process/process.h"

extern u32 event_mask; // bit 1 << kind for each kind that is wanted
extern void (*event_hook)(enum event_kind kind, struct process *p, term subject, term a, term b, u64 detail);
#define EVENT(kind, p, subject, a, b, detail) \
  do { \
    if (UNLIKELY(event_mask >> (kind)&1)) event_hook(kind, p, subject, a, b, detail); \
  } while (0)

#endif
