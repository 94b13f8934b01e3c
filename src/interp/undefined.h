// SPDX-License-Identifier: Apache-2.0
// Calls of functions whose module is not loaded: the host is asked for the module at its first call.
#ifndef INTERP_UNDEFINED_H
#define INTERP_UNDEFINED_H

#include "code/loader.h"
#include "interp/interp.h"

// Like loader_obtain. When the host could not get the module, *why becomes the host's text, a binary; otherwise it does
// not change.
enum loader_result undefined_load(term module, term *why);
// Waits for the host, then runs the operation at ip again.
const cword *undefined_wait(const cword *ip, term *E, u32 live);
// For a fun whose module is not available: calls error_handler:undefined_lambda(Module, Fun, Arguments); the arguments
// are in X registers.
const cword *undefined_lambda(const cword *ip, term *E, term module, term fun, u32 arity);
const cword *exception_undef(const struct export *e, term *E, term why); // why: as from undefined_load, or NV

#endif
