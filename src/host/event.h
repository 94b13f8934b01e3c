// SPDX-License-Identifier: Apache-2.0
// The ring of events out to the host: a growing buffer of compact records in linear memory, read and
// emptied by the host after each tick, in order, none lost. A tick ends early when it is full enough.
//
// A record, little endian: u32 size of the whole record, u8 kind, u8 flags, u16 detail, u64 subject (a
// pid as its term word), then the fields of its flags. Kinds, flags and fields are in src/base/seam.tab.
#ifndef HOST_EVENT_H
#define HOST_EVENT_H

#include "process/event.h"


void event_open(void);                   // sets event_hook
void event_close(void);
bool event_ring_full(void);
const u8 *event_ring(size_t *n, u32 *lost); // what was recorded since event_ring_clear
void event_ring_clear(void);
void event_output(int fd, const u8 *data, size_t n); // detail = fd
void event_host(enum host_event kind, term subject);

#endif
