// SPDX-License-Identifier: Apache-2.0
// The whole of what the VM asks of the machine it runs on. Implemented in host/wasm.c as imports of
// the wasm module, and in tests/c/native_host.c for the native build. Nothing else reaches outside.
#ifndef BASE_HOSTCALLS_H
#define BASE_HOSTCALLS_H

#include "base/base.h"

u64 host_monotonic_us(void);                 // microseconds, never goes back
u64 host_system_us(void);                    // microseconds since 1970-01-01 UTC
i32 host_utc_offset_s(i64 utc_seconds);      // local time minus UTC, seconds
void host_random(u8 *out, size_t n);         // entropy (seeded when the VM is)
void host_write(int fd, const u8 *data, size_t n); // 1 standard output, 2 standard error
// Bytes of a module not loaded yet. 1: *data/*n are set (freed with mem_free(data, n, MEM_SYSTEM));
// 0: no such module; 2: being fetched, the VM is told by vm_module_arrived(name).
int host_module(const u8 *name, size_t len, u8 **data, size_t *n);
// zlib streams. inflate: n_out is the exact size expected. deflate: returns a mem_alloc'ed block (MEM_SYSTEM) or NULL.
bool host_inflate(const u8 *in, size_t n, u8 *out, size_t n_out, size_t *consumed);
u8 *host_deflate(const u8 *in, size_t n, int level, size_t *n_out);
bool host_gunzip(const u8 *in, size_t n, u8 **out, size_t *n_out); // gzip'd beams

#endif
