// SPDX-License-Identifier: Apache-2.0
// What the native host needs to be told: where modules are found. Used by native_main.c and by C tests
// that run Erlang code.
#ifndef NATIVE_HOST_H
#define NATIVE_HOST_H

#include <stdbool.h>

void native_host_path(const char *directory);  // searched first to last added
unsigned native_host_otp(const char *root);        // adds lib/*/ebin of the applications a bare VM uses
extern bool native_host_virtual_clock;         // time stands still but for native_host_advance
void native_host_advance(unsigned long long microseconds);
void native_host_free(void);

struct module;
void native_disasm(const struct module *m); // native_disasm.c

#endif
