// SPDX-License-Identifier: Apache-2.0
// From when on a module may be called. A module comes in one of three ways: it is called and the host has its bytes
// (loader_obtain), the host gives it (vm_load), or OTP's code server prepares and finishes it (bif_code.c). One that
// has an on_load function is pending until that has run: it is loaded, and only its on_load function can be called.
#ifndef CODE_LOADER_H
#define CODE_LOADER_H

#include "code/load.h"

// The modules that OTP has inside its emulator, in the order erlang:pre_loaded/0 tells them. Here they are loaded when
// they are called, but count as loaded before; and as in OTP their functions have no lines in stack traces.
enum { PRELOADED_COUNT = 21 };
extern const term loader_preloaded[PRELOADED_COUNT];
bool loader_is_preloaded(term module);

enum loader_result {
  LOADER_LOADED,   // it can be called
  LOADER_MISSING,  // the host does not have it, or it cannot be loaded: load_failed_hook was told
  LOADER_FETCHING, // whoever runs is woken when it is there, and asks again
  LOADER_ON_LOAD   // its on_load function has to run first
};
// Of a module that is missing because the host could not get it, *why is the host's text, to be freed (MEM_SYSTEM);
// else NULL.
enum loader_result loader_obtain(term module, u8 **why, size_t *why_size);

// A staged module waits for its on_load function, which our code server runs (src/erl/spawnlink_code.erl) or else
// OTP's. False: no memory; the module is still the caller's. One of the same name that waits already goes: the last
// counts.
bool loader_pend(struct module *m, bool ours);
bool loader_is_pending_here(term module); // and our code server sees to it
// The on_load function of a pending module, which is about to run; NULL: none is pending.
struct export *loader_on_load(term module);
// It has run. keep: the module is published. False: it is not pending, or cannot be published and is pending still.
bool loader_on_load_done(term module, bool keep);
void loader_close(void);

#endif
