// SPDX-License-Identifier: Apache-2.0
// The exports of re.wasm, which has a memory of its own, for js/re.js.
#include <stdlib.h>

#include "regex/regex.h"

#define EXPORT(name) __attribute__((export_name(#name), used))
enum { KEPT = 1 << 20 }; // a larger buffer is given back after the call

static uint8_t *buffer;
static size_t room, result_size;

void emscripten_notify_memory_growth(size_t memory_index);
void emscripten_notify_memory_growth(size_t memory_index) { (void)memory_index; }

// Where the request goes; 0: there is no memory.
EXPORT(re_buffer) uint8_t *re_buffer(size_t n) {
  if (n > room) {
    free(buffer);
    buffer = malloc(n);
    room = buffer ? n : 0;
  }
  return buffer;
}

// Address of the answer, or 0.
EXPORT(re_call) const uint8_t *re_call(uint32_t operation, size_t n) {
  const uint8_t *answer = regex_call((enum regex_operation)operation, buffer, n, &result_size);
  if (room > KEPT) {
    free(buffer);
    buffer = NULL;
    room = 0;
  }
  return answer;
}

EXPORT(re_size) size_t re_size(void) { return result_size; }
