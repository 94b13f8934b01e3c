// SPDX-License-Identifier: Apache-2.0
// Everything that the VM asks of the machine it runs on. host/wasm.c implements it with imports of the wasm module,
// tests/c/native_host.c implements it for the native build. Nothing else in the VM reaches the outside.
#ifndef BASE_HOSTCALLS_H
#define BASE_HOSTCALLS_H

#include "base/base.h"
#include "gen/seam.h"

u64 host_monotonic_us(void);                       // microseconds, never goes back
u64 host_system_us(void);                          // microseconds since 1970-01-01 UTC
i32 host_utc_offset_s(i64 utc_seconds);            // local time minus UTC, seconds
void host_write(int fd, const u8 *data, size_t n); // fd 1 is standard output, 2 is standard error
// Bytes of a module not loaded yet. 1: *data/*n are set (freed with mem_free(data, n, MEM_SYSTEM));
// 0: no such module, and if the host can tell why it could not be had, *data/*n are the text (freed likewise), else
// *data is NULL; 2: being fetched, the VM is told by vm_module_arrived(name).
int host_module(const u8 *name, size_t len, u8 **data, size_t *n);
// Inflates a zlib stream; n_out is the exact size of the result, *consumed the input that was used.
bool host_inflate(const u8 *in, size_t n, u8 *out, size_t n_out, size_t *consumed);
bool host_gunzip(const u8 *in, size_t n, u8 **out, size_t *n_out); // for .beam files compressed with gzip
// Operations of files, ports, the terminal and libraries, as src/base/seam.tab numbers and describes them. The answer
// is 0 or a value, or an error (enum host_error, or enum library_error of a library). Data goes to a block of *n_out
// bytes (MEM_SYSTEM), else *out stays NULL.
i64 host_file(u32 operation, u32 handle, const u8 *in, size_t n, i64 number, u8 **out, size_t *n_out);

#endif
