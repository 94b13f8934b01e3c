// SPDX-License-Identifier: Apache-2.0
// What the native host needs to be told: where modules are found. Used by native_main.c and by C tests
// that run Erlang code.
#ifndef NATIVE_HOST_H
#define NATIVE_HOST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/base.h"

void native_host_path(const char *directory); // searched first to last added
unsigned native_host_otp(const char *root);   // adds lib/*/ebin of the applications a bare VM uses
extern bool native_host_virtual_clock;        // time stands still but for native_host_advance
void native_host_advance(unsigned long long microseconds);
void native_host_free(void);

// native_ports.c
long long native_port(unsigned operation, unsigned handle, const unsigned char *in, size_t n, long long number);
bool native_ports_poll(long milliseconds); // waits a moment for what comes from outside; false: no port is open

// native_libraries.c
i64 native_library(u32 operation, u32 handle, const u8 *in, size_t n, i64 number, u8 **out, size_t *n_out);

struct module;
void native_disasm(const struct module *m); // native_disasm.c

#endif
