// SPDX-License-Identifier: Apache-2.0
// Shared by the BIFs of processes (bif_signal, bif_spawn, bif_process, bif_timer, bif_process_info).
#ifndef BIF_BIF_PROCESS_H
#define BIF_BIF_PROCESS_H

#include "bif/bif.h"

#include "gen/bifs.h"

term bif_badopt(void);  // badarg whose error_info says that an option was bad
term bif_exiting(void); // makes the running process exit; returns NV for its BIF
// For a BIF that sent signals which may have killed processes: finishes their exits and returns value. Otherwise
// arranges that the running process ends, or that the BIF is called again with a[0] = NV; the BIF then returns its
// value at once.
term bif_after_exits(struct process *p, term *a, term value);
// Whether `of` has received the signals that p and others sent to it, so that p may be told about its state; p must
// look `of` up again. False: return NV, and the BIF is called again.
bool bif_received(struct process *p, struct process *of);
bool bif_monitor_options(term list, term *tag, u8 *alias, bool *priority); // {tag, T}, {alias, Mode}, priority
bool bif_priority_options(term list, bool *priority);                      // a list that holds nothing else
bool bif_priority(term t, u8 *priority);
bool bif_max_heap_size(term t, u64 *words, u64 *flags); // process_flag's and spawn_opt's value
term bif_max_heap_term(u64 words, u64 flags);           // the same value as a map
term bif_backtrace(const struct process *p);            // a binary; NV: no memory
// Prepends {Address, Bytes, References} of each reference-counted binary to list.
term bif_binaries(const term *offheap, term list);

#endif
