// SPDX-License-Identifier: Apache-2.0
// Decides from when on a module may be called. A module is loaded in one of three ways: it is called and the host has
// its bytes (loader_obtain), the host gives it (vm_load), or OTP's code server prepares and finishes it (bif_code.c). A
// module with an on_load function is pending until that function has run: it is loaded, but only its on_load function
// can be called.
#ifndef CODE_LOADER_H
#define CODE_LOADER_H

#include "code/load.h"

// The modules inside OTP's emulator, in the order of erlang:pre_loaded/0. Here they are loaded when they are called,
// but count as loaded before that; as in OTP, their functions have no lines in stack traces.
enum { PRELOADED_COUNT = 21 };
extern const term loader_preloaded[PRELOADED_COUNT];
bool loader_is_preloaded(term module);

enum loader_result {
  LOADER_LOADED,   // it can be called
  LOADER_MISSING,  // the host does not have it, or it cannot be loaded: load_failed_hook was called
  LOADER_FETCHING, // the running process is woken when it has arrived, and asks again
  LOADER_ON_LOAD   // its on_load function must run first
};
// When the host could not get the module, *why is the host's text, which the caller frees (MEM_SYSTEM); otherwise NULL.
enum loader_result loader_obtain(term module, u8 **why, size_t *why_size);

// Makes a staged module wait for its on_load function, which our code server runs (src/erl/bare/spawnlink_code.erl), or
// OTP's. A module of the same name that waits already is dropped. False: no memory; the caller still owns the module.
bool loader_pend(struct module *m, bool ours);
bool loader_is_pending_here(term module); // whether our code server is responsible for it
// The on_load function of a pending module, which is about to run; NULL: no module of this name is pending.
struct export *loader_on_load(term module);
// Called when the on_load function has run; keep: publish the module. False: it is not pending, or it cannot be
// published and stays pending.
bool loader_on_load_done(term module, bool keep);
void loader_close(void);

#endif
