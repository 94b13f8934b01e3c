// SPDX-License-Identifier: Apache-2.0
// Libraries of other projects, each in a wasm of its own, which is loaded when a program first needs it. Each is one
// function over bytes, called by its wasm (wasm.c) and by the native host (tests/c/native_libraries.c). The VM calls it
// through host_file (src/base/hostcalls.h). Nothing here knows the VM.
#ifndef LIBRARIES_LIBRARY_H
#define LIBRARIES_LIBRARY_H

#include <stddef.h>
#include <stdint.h>

#include "gen/seam.h" // enum library_error, the operations of each library

// src/base/seam.tab describes operation, handle and number. Returns the size of the answer, which stays at *out until
// the next call; or an error.
typedef int32_t library_call(uint32_t operation, uint32_t handle, const uint8_t *in, size_t n, uint32_t number,
                             const uint8_t **out);

library_call regex_call; // regex/regex.h
library_call zlib_call;  // zlib/zlib_streams.c
library_call zstd_call;  // zstd/zstd_contexts.c

#endif
