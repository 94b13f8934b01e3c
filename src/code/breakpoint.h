// SPDX-License-Identifier: Apache-2.0
// Breakpoints of erts_debug:breakpoint/2: a function that has one is not run, its calls go to
// error_handler:breakpoint/3. While it is set, the word at the function's entry is OP_breakpoint; what stood there is
// kept by the module, and nothing ever runs it. A new version of a module has none.
#ifndef CODE_BREAKPOINT_H
#define CODE_BREAKPOINT_H

#include "code/code.h"

// Sets or clears them in the current version; name NV: of every function, arity -1: of every arity. Answers how many
// functions there are of that name, SIZE_MAX when memory is out.
size_t breakpoint_set(struct module *m, term name, i64 arity, bool on);
// The function whose entry this is; it has a breakpoint.
const struct function_info *breakpoint_function(const struct module *m, const cword *entry);

#endif
