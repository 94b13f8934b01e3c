// SPDX-License-Identifier: Apache-2.0
// Breakpoints of erts_debug:breakpoint/2. A function with a breakpoint does not run: its calls go to
// error_handler:breakpoint/3. While the breakpoint is set, the word at the function's entry is OP_breakpoint; the
// module keeps the original word, which nothing runs meanwhile. A new version of a module has no breakpoints.
#ifndef CODE_BREAKPOINT_H
#define CODE_BREAKPOINT_H

#include "code/code.h"

// Sets or clears breakpoints in the current version; name NV means every function, arity -1 every arity. Returns the
// number of functions that match, SIZE_MAX when there is no memory.
size_t breakpoint_set(struct module *m, term name, i64 arity, bool on);
// The function with this entry, which has a breakpoint.
const struct function_info *breakpoint_function(const struct module *m, const cword *entry);

#endif
