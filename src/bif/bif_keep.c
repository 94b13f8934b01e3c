// SPDX-License-Identifier: Apache-2.0
// Walks over all words that a process can reach: heap blocks, fragments, messages, stack, registers, dictionary. They
// find out whether old code or retired literals are still in use. Kept terms (exit reasons, timers) and ETS rows
// contain no literals, so they are not walked.
#include "bif/bif_keep.h"

#include "code/code.h"
#include "code/load.h"
#include "memory/retire.h"
#include "process/collection.h"
#include "process/dictionary.h"
#include "process/held.h"
#include "process/stack.h"

// Is called for each range of words; returns false to stop the walk.
typedef bool (*words_fn)(const term *words, size_t n, void *arg);

static bool each_frag(const struct frag *f, words_fn fn, void *arg) {
  for (; f; f = f->next)
    if (!fn(f->data, f->used, arg)) return false;
  return true;
}

static bool each_message(const struct process *p, words_fn fn, void *arg) {
  for (const struct message *m = p->mailbox.first; m; m = m->next)
    if (!fn(&m->value, 1, arg) || !each_frag(m->frag, fn, arg)) return false;
  return true;
}

static bool each_heap(const struct process *p, words_fn fn, void *arg) {
  const struct heap *h = p == ctx.p ? HEAP : &p->heap;
  const struct gc_area *a = &p->area;
  if (a->start && !fn(a->start, (size_t)(h->top - a->start), arg)) return false;
  if (a->old_start && !fn(a->old_start, (size_t)(a->old_top - a->old_start), arg)) return false;
  return each_frag(h->frags, fn, arg);
}

static bool each_stack(const struct process *p, words_fn fn, void *arg) {
  const term *e = p == ctx.p ? ctx.e : p->e;
  const term *end = p->stack_start + p->stack_words;
  if (!p->stack_start) return true;
  if (p != ctx.p && !fn(e - p->live, p->live, arg)) return false;
  return fn(e, (size_t)(end - e), arg);
}

static bool each_words(struct process *p, words_fn fn, void *arg) {
  collection_finish(p);
  if (p->dictionary) {
    struct gc_roots d = dictionary_roots(p);
    if (!fn(d.base, d.n, arg)) return false;
  }
  return each_heap(p, fn, arg) && each_stack(p, fn, arg) && each_message(p, fn, arg) && fn(&p->label, 1, arg) &&
         (!p->held || fn(p->held->x, MAX_X_REGISTERS, arg));
}

// --- Retired literals ----------------------------------------------------------------------------

static bool mark_words(const term *words, size_t n, void *arg) {
  (void)arg;
  retire_mark(words, n);
  return true;
}

static void mark_process(struct process *p, void *arg) {
  (void)arg;
  each_words(p, mark_words, NULL);
}

void keep_sweep_when_due(void) {
  if (!retire_due()) return;
  retire_mark_begin();
  process_each(mark_process, NULL);
  retire_mark(ctx.x, MAX_X_REGISTERS);
  retire_mark(&ctx.fault_class, 5);
  retire_sweep();
}

void keep_close(void) {
  persistent_term_close();
  retire_free_all();
}

// --- Old code ------------------------------------------------------------------------------------

// As in OTP, funs of the old version do not count: when such a fun is called later, its module is gone.
bool keep_process_uses_old(struct process *p, term module) {
  struct module *old = module_old(module);
  if (!old || p->is_js) return false;
  const cword *ip = stack_ip(p);
  if (ip && code_owns(old, ip)) return true;
  if (p->timeout_ip && code_owns(old, p->timeout_ip)) return true;
  struct stack_walk w = stack_walk(p);
  for (const term *word; (word = stack_next(&w)) != NULL;)
    if ((is_return_word(*word) || is_catch_word(*word)) && code_owns(old, word_address(*word))) return true;
  return false;
}

struct search {
  struct old_users users;
  term module;
  bool kill;
  term killer;
  enum exit_cause cause;
};

static void find_user(struct process *p, void *arg) {
  struct search *s = arg;
  if (p->state == PROCESS_EXITING || !keep_process_uses_old(p, s->module)) return;
  s->users.found++;
  if (p == ctx.p) s->users.self = true;
  else if (s->kill) {
    signal_exit(s->killer == NV ? p->pid : s->killer, p, ATOM_kill, s->cause);
    exit_doomed(p); // its code is dropped next
  }
}

struct old_users keep_users_of_old(term module) {
  struct search s = {.module = module};
  process_each(find_user, &s);
  return s.users;
}

struct old_users keep_kill_users_of_old(term module, term killer, enum exit_cause cause) {
  struct search s = {.module = module, .kill = true, .killer = killer, .cause = cause};
  process_each(find_user, &s);
  return s.users;
}

void keep_purge_old(term module) {
  code_purge_old(module);
  keep_sweep_when_due();
}
