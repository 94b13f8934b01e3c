// SPDX-License-Identifier: Apache-2.0
// One load checks, stages, translates and publishes a module, or leaves no trace. The check pass (check.c) decodes
// every instruction once and proves that registers, labels, atoms, literals, imports and lambdas are in range. So
// translation can fail only when there is no memory, or for an opcode that it does not know.
#ifndef CODE_LOAD_H
#define CODE_LOAD_H

#include "code/beam_file.h"
#include "code/code.h"

// module is NV as long as it is unknown.
struct load_error {
  term module;
  struct beam_error where;
  bool no_memory;
};
// Loads a module and makes it the current version. The former current version becomes the old one; an old one must have
// been purged before.
struct module *code_load(term expected_name, const u8 *beam, size_t len, struct load_error *e);
// Called with the error when a module could not be loaded at its first call, whose caller only gets undef; may be NULL.
extern void (*load_failed_hook)(const struct load_error *e);
// The two steps of a load, for code:prepare_loading and on_load: code_stage makes a module that nothing can call yet.
struct module *code_stage(term expected_name, const u8 *beam, size_t len, struct load_error *e);
bool code_publish(struct module *m);
void code_discard(struct module *m);
// Discards it, and says in *e why it cannot be published.
void code_cannot_publish(struct module *m, struct load_error *e);
bool code_delete(term name); // the current version becomes the old one
bool code_has_old(term name);
void code_purge_old(term name); // the caller has made sure that no process uses it
bool code_owns(const struct module *m, const cword *ip);

// What load.c gives to translate.c.
struct load_state {
  struct beam_file *file;
  struct module *m; // name, literals and funs are set; translate fills code, functions, lines and constants
  term *atoms;      // atoms[1..]; [0] = NIL
  struct export **imports;
  cword **labels; // label -> address, set by translate (label_count + 1 entries)
};
// False: *e says why, and everything that was allocated is freed.
bool translate(struct load_state *s, struct beam_error *e);
// Whether translate knows this generic opcode.
bool translate_knows(u32 opcode);
void translate_set_registers(term *x, double *f); // addresses of ctx's registers, before the first load

#endif
