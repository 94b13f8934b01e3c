// SPDX-License-Identifier: Apache-2.0
// What the other files of code/ need of module.c beyond code.h.
#ifndef CODE_MODULE_H
#define CODE_MODULE_H

#include "code/code.h"

// Where a name has its versions. Made once, never freed before code_destroy.
struct module_slot {
  term name;
  struct module *current, *old;
  struct module_slot *next;
};
struct module_slot *module_slot_get(term name); // NULL = out of memory
struct module_slot *module_slot_find(term name);
bool module_range_add(struct module *m); // module_of knows it from now on
void module_range_remove(struct module *m);
void module_free(struct module *m); // all it owns; parts that were never made are NULL
void module_destroy(void);          // every module and the tables

#endif
