// SPDX-License-Identifier: Apache-2.0
// Retired literal areas: areas to which nothing new can refer (replaced or erased persistent terms, literals of
// purged code), but to which terms of processes may still refer. They wait here until a mark over all memory of all
// processes finds no word that could be a pointer into them. Marking is conservative: a word that looks like a
// pointer keeps an area, so words that are no terms need not be told apart.
#ifndef MEMORY_RETIRE_H
#define MEMORY_RETIRE_H

#include "term/heap.h"

void retire_literals(void *block, size_t size, term *offheap); // takes over the area and its reference-counted objects
extern u64 retire_clock;                                       // number of slices that processes have had so far
// Whether address lies in an area that was retired before the present slice. OTP too gives such terms to their last
// owners only after a while. Slow.
bool retire_holds(uintptr_t address);
bool retire_due(void); // whether enough areas wait to make a sweep worth its time
void retire_mark_begin(void);
void retire_mark(const term *words, size_t n);
void retire_sweep(void);    // frees the areas that were not marked since retire_mark_begin
void retire_free_all(void); // called when the VM closes

#endif
