// SPDX-License-Identifier: Apache-2.0
// Libraries of others that lie in a wasm of their own, loaded when a program first needs one. Each is one function over
// bytes: that of its wasm (wasm.c) and of the native host (tests/c/native_libraries.c). The VM asks by host_file
// (src/base/hostcalls.h); nothing of the VM is known here.
#ifndef LIBRARIES_LIBRARY_H
#define LIBRARIES_LIBRARY_H

#include <stddef.h>
#include <stdint.h>

#include "gen/seam.h" // enum library_error, the operations of each library

// operation, handle and number: as src/base/seam.tab describes them. The answer is its size, and *out says where it
// stays until the next call; or an error.
typedef int32_t library_call(uint32_t operation, uint32_t handle, const uint8_t *in, size_t n, uint32_t number,
                             const uint8_t **out);

library_call regex_call; // regex/regex.h
library_call zlib_call;  // zlib/zlib_streams.c
library_call zstd_call;  // zstd/zstd_contexts.c

#endif
