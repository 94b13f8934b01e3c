// SPDX-License-Identifier: Apache-2.0
// Tells the native host where to find modules. Used by native_main.c and by C tests that run Erlang code.
#ifndef NATIVE_HOST_H
#define NATIVE_HOST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/base.h"

void native_host_path(const char *directory); // searched in the order in which they are added
unsigned native_host_otp(const char *root);   // adds lib/*/ebin of the applications that a bare VM uses
extern bool native_host_virtual_clock;        // time passes only by native_host_advance
void native_host_advance(unsigned long long microseconds);
void native_host_free(void);

// native_ports.c
long long native_port(unsigned operation, unsigned handle, const unsigned char *in, size_t n, long long number);
bool native_ports_poll(long milliseconds); // waits a moment for input from outside; false: no port is open

// native_libraries.c
i64 native_library(u32 operation, u32 handle, const u8 *in, size_t n, i64 number, u8 **out, size_t *n_out);

struct module;
void native_disasm(const struct module *m); // native_disasm.c

#endif
