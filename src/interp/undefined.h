// SPDX-License-Identifier: Apache-2.0
// Calls of functions that are not there yet: the module is asked of the host when first called.
#ifndef INTERP_UNDEFINED_H
#define INTERP_UNDEFINED_H

#include "code/loader.h"
#include "interp/interp.h"

// As loader_obtain. Of a module that is missing because the host could not get it, *why becomes the host's text, a
// binary; else it stays as it is.
enum loader_result undefined_load(term module, term *why);
const cword *undefined_wait(const cword *ip, term *E, u32 live); // waits for the host, then runs ip again
// A fun whose module cannot be had: error_handler:undefined_lambda(Module, Fun, Arguments), arguments in X registers.
const cword *undefined_lambda(const cword *ip, term *E, term module, term fun, u32 arity);
const cword *exception_undef(const struct export *e, term *E, term why); // why: as of undefined_load, or NV

#endif
