// SPDX-License-Identifier: Apache-2.0
// What other files of code/ need of module.c in addition to code.h.
#ifndef CODE_MODULE_H
#define CODE_MODULE_H

#include "code/code.h"

// The versions of the module with this name. A slot is made once and not freed before code_destroy.
struct module_slot {
  term name;
  struct module *current, *old;
  struct module_slot *next;
};
struct module_slot *module_slot_get(term name); // NULL = out of memory
struct module_slot *module_slot_find(term name);
bool module_range_add(struct module *m); // from now on module_of finds it
void module_range_remove(struct module *m);
void module_free(struct module *m); // frees all that it owns; parts that were never made are NULL
void module_destroy(void);          // frees every module and the tables

#endif
