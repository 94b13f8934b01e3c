// SPDX-License-Identifier: Apache-2.0
// Regular expressions by the machine's PCRE2: the same code as re.wasm's.
#include <string.h>

#include "base/alloc.h"
#include "base/hostcalls.h"
#include "native_host.h"
#include "regex/regex.h"

i64 native_regex(u32 operation, const u8 *in, size_t n, u8 **out, size_t *n_out) {
  static const u8 no_memory[1];
  size_t size;
  const u8 *answer = regex_call((enum regex_operation)operation, in, n, &size);
  if (!answer) {
    answer = no_memory;
    size = sizeof no_memory;
  }
  u8 *block = mem_alloc(size, MEM_SYSTEM);
  if (!block) return 0; // the caller sees that there is no data
  memcpy(block, answer, size);
  *out = block;
  *n_out = size;
  return (i64)size;
}
