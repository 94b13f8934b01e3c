// SPDX-License-Identifier: Apache-2.0
// The ring of events out to the host: a growing buffer of compact records in linear memory, read and
// emptied by the host after each tick, in order, none lost. A tick ends early when it is full enough.
//
// A record, little endian: u32 size of the whole record, u8 kind, u8 flags, u16 detail, u64 subject (a
// pid as its term word), then what the flags say, in this order:
//   EVENT_A_WORD    u64 a, a pid as its term word     EVENT_A_TERM  u32 length, external term
//   EVENT_B_WORD    u64 b                             EVENT_B_TERM  u32 length, external term
//   EVENT_DETAIL    u64 detail
//   EVENT_PROCESS   registered name, module, function of the initial call: each u8 length, UTF-8 (length
//                   0: none); u8 arity
//   EVENT_BYTES     u32 length, bytes
#ifndef HOST_EVENT_H
#define HOST_EVENT_H

#include "process/event.h"

enum event_flag { EVENT_A_WORD = 1, EVENT_A_TERM = 2, EVENT_B_WORD = 4, EVENT_B_TERM = 8, EVENT_DETAIL = 16, EVENT_PROCESS = 32, EVENT_BYTES = 64 };
// Kinds of the host itself, after those of process/event.h.
enum host_event { HOST_EVENT_OUTPUT = 32, HOST_EVENT_INPUT, HOST_EVENT_MAIL, HOST_EVENT_LOAD_FAILED };

void event_open(void);                   // sets event_hook
void event_close(void);
bool event_ring_full(void);
const u8 *event_ring(size_t *n, u32 *lost); // what was recorded since event_ring_clear
void event_ring_clear(void);
void event_output(int fd, const u8 *data, size_t n); // detail = fd
void event_host(enum host_event kind, term subject);

#endif
