// SPDX-License-Identifier: Apache-2.0
// Erlang time. The native time unit is the nanosecond. Erlang monotonic time is the host's monotonic clock itself, so
// timers and erlang:monotonic_time agree without an offset.
#ifndef BIF_BIF_TIME_H
#define BIF_BIF_TIME_H

#include "term/heap.h"

void time_open(void); // when the VM starts: sets the zero of the wall clock and of unique integers
i64 time_monotonic_ns(void);
i64 time_offset_ns(void);
i64 time_start_ns(void);           // monotonic time at time_open
term time_monotonic_integer(void); // how many unique_integer([monotonic]) has given, as a term on HEAP
void time_set_monotonic_integer(u64 n);

#endif
