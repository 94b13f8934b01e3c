// SPDX-License-Identifier: Apache-2.0
#include "process/stack.h"

const cword *stack_ip(const struct process *p) { return p == ctx.p ? ctx.ip : p->ip; }

struct stack_walk stack_walk(const struct process *p) {
  struct code_place place;
  const cword *ip = stack_ip(p);
  struct stack_walk w = {p == ctx.p ? ctx.e : p->e, p->stack_start + p->stack_words, NULL};
  if (p->is_js || !p->stack_start) return (struct stack_walk){NULL, NULL, NULL};
  if (ip && code_place(ip, false, &place) && place.has_frame) w.at++;
  return w;
}

struct stack_walk stack_walk_from(const term *e, bool has_frame) {
  return (struct stack_walk){has_frame ? e + 1 : e, ctx.p->stack_start + ctx.p->stack_words, NULL};
}

const cword *stack_return(struct stack_walk *w) {
  for (const term *word; (word = stack_next(w)) != NULL;) {
    if (!is_return_word(*word) || word_address(*word) == w->last) continue;
    return w->last = word_address(*word);
  }
  return NULL;
}
