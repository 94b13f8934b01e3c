// SPDX-License-Identifier: Apache-2.0
// The events for the host: a growing buffer of compact records in linear memory. The host reads and empties it after
// each tick; records come in order, and none is lost. A tick ends early when the buffer is full enough.
//
// A record, little endian: u32 size of the whole record, u8 kind, u8 flags, u16 detail, u64 subject (a
// pid as its term word), then the fields of its flags. Kinds, flags and fields are in src/base/seam.tab.
#ifndef HOST_EVENT_H
#define HOST_EVENT_H

#include "process/event.h"

void event_open(void); // sets event_hook
void event_close(void);
bool event_ring_full(void);
// What was recorded since event_ring_clear; *lost: the number of records for which there was no memory.
const u8 *event_ring(size_t *n, u32 *lost);
void event_ring_clear(void);
void event_output(int fd, const u8 *data, size_t n); // the detail of the record is fd
void event_value_freed(u32 number, u32 given);       // of a handle (host/handle.h)
void event_host(enum host_event kind, term subject);

#endif
