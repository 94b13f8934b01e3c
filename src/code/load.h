// SPDX-License-Identifier: Apache-2.0
// One load = check, stage, translate, publish; or leave no trace. The check pass (check.c) decodes
// every instruction once and proves registers, labels, atoms, literals, imports and lambdas in range,
// so that translation can fail only for want of memory or for an opcode it does not know.
#ifndef CODE_LOAD_H
#define CODE_LOAD_H

#include "code/beam_file.h"
#include "code/code.h"

// Module NV when unknown yet.
struct load_error {
  term module;
  struct beam_error where;
  bool no_memory;
};
// Loads and makes current (the former current version becomes old; an old one must have been purged).
struct module *code_load(term expected_name, const u8 *beam, size_t len, struct load_error *e);
// Told of a module that could not be loaded when it was first called (undef is all its caller sees), or NULL.
extern void (*load_failed_hook)(const struct load_error *e);
// Two steps, for code:prepare_loading / on_load: stage builds a module that nothing can call yet.
struct module *code_stage(term expected_name, const u8 *beam, size_t len, struct load_error *e);
bool code_publish(struct module *m);
void code_discard(struct module *m);
void code_cannot_publish(struct module *m, struct load_error *e); // discards it and says why it could not be published
bool code_delete(term name);                                      // current becomes old
bool code_has_old(term name);
void code_purge_old(term name); // the caller has made sure that no process uses it
bool code_owns(const struct module *m, const cword *ip);

// What translate.c gets from load.c ...
struct load_state {
  struct beam_file *file;
  struct module *m; // name, literals, funs set; code, functions, lines, constants filled by translate
  term *atoms;      // atoms[1..]; [0] = NIL
  struct export **imports;
  cword **labels; // label -> address, set by translate (label_count + 1 entries)
};
// ... and its answer. False: e filled; everything it allocated is given back.
bool translate(struct load_state *s, struct beam_error *e);
// Highest generic opcode that translate knows, and whether it knows one.
bool translate_knows(u32 opcode);
void translate_set_registers(term *x, double *f); // addresses of ctx's registers, before the first load

#endif
