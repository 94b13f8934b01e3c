// SPDX-License-Identifier: Apache-2.0
// The walk over a stack, from the innermost frame out. A stack holds Y registers, words that say where to return to
// (is_return_word) and words that say where to go on when something is caught (is_catch_word); frames have no other
// mark. All who read a stack do it through this: traces of exceptions and the search for a handler
// (interp/exception.c), process_info, backtraces, and the purge of old code.
#ifndef PROCESS_STACK_H
#define PROCESS_STACK_H

#include "process/process.h"

struct stack_walk {
  const term *at, *end; // the next word; behind the outermost
  const cword *last;    // the return address that was told last
};

// Of a process: of the running one as ctx.e and ctx.ip say. A stack that it does not have is empty.
struct stack_walk stack_walk(const struct process *p);
// Of the running process, from e on. has_frame: a function with a frame runs, so that the word at e is stale: it is the
// slot for the return address of the next call.
struct stack_walk stack_walk_from(const term *e, bool has_frame);
const cword *stack_ip(const struct process *p); // where the process is in the code, or will go on; NULL: nowhere

// The next word, or NULL behind the outermost one.
HOT_INLINE const term *stack_next(struct stack_walk *w) { return w->at < w->end ? w->at++ : NULL; }
// The next return address, or NULL. Equal neighbours, which are recursion, count as one.
const cword *stack_return(struct stack_walk *w);

#endif
