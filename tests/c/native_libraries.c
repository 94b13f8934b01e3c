// SPDX-License-Identifier: Apache-2.0
// The libraries that have a wasm of their own (libraries/), linked into this program with the machine's PCRE2 and zlib.
// Zstandard is left out, because only OTP 29 needs it, and its tests run in wasm.
#include <string.h>

#include "base/alloc.h"
#include "base/hostcalls.h"
#include "library.h"
#include "native_host.h"

i64 native_library(u32 operation, u32 handle, const u8 *in, size_t n, i64 number, u8 **out, size_t *n_out) {
  if (operation >> SERVICE_SHIFT >= SERVICE_ZSTD) return HOST_ENOTSUP;
  const u8 *answer = NULL;
  library_call *call = operation >> SERVICE_SHIFT == SERVICE_RE ? regex_call : zlib_call;
  i32 size = call(operation, handle, in, n, (u32)number, &answer);
  u8 *block = size > 0 ? mem_alloc((size_t)size, MEM_SYSTEM) : NULL;
  if (!block) return size; // the caller sees a size without data
  memcpy(block, answer, (size_t)size);
  *out = block;
  *n_out = (size_t)size;
  return size;
}
