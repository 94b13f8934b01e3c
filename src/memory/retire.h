// SPDX-License-Identifier: Apache-2.0
// Literal areas that nothing new can refer to (persistent terms replaced or erased, literals of purged
// code) but that terms in processes may still refer to. They wait here until a mark over all memory of
// all processes finds no word that could be a pointer into them. Marking is conservative: what looks
// like a pointer keeps an area, so raw words need no telling apart.
#ifndef MEMORY_RETIRE_H
#define MEMORY_RETIRE_H

#include "term/heap.h"

void retire_literals(void *block, size_t size, term *offheap); // takes the area and its counted objects
u64 retire_bytes(void);
extern u64 retire_clock;                        // slices of processes so far
// Whether it lies in an area that has waited since a slice before this one: OTP, too, gives such terms to their last owners
// a while after. Slow.
bool retire_holds(uintptr_t address);
bool retire_due(void);                          // enough waits for a sweep to be worth its time
void retire_mark_begin(void);
void retire_mark(const term *words, size_t n);
void retire_sweep(void);                        // frees the areas not marked since retire_mark_begin
void retire_free_all(void);                     // the VM closes
// Whether any word could be a pointer into [start, start + bytes).
bool retire_refers(const term *words, size_t n, uintptr_t start, size_t bytes);

#endif
