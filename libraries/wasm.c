// SPDX-License-Identifier: Apache-2.0
// The exports of a library's wasm, which has its own memory; js/host/library.js calls them. LIBRARY is the library's
// function.
#include <stdlib.h>

#include "gen/seam.h"
#include "library.h"

#define EXPORT(name) __attribute__((export_name(#name), used))
enum { KEPT = 1 << 20 }; // a larger buffer is freed after the call

static uint8_t *buffer;
static const uint8_t *answer;
static size_t room;

void emscripten_notify_memory_growth(size_t memory_index);
void emscripten_notify_memory_growth(size_t memory_index) { (void)memory_index; }

// The ABI number of the seam.tab that this was built with, as in vm.wasm.
__attribute__((export_name(SEAM_ABI_EXPORT), used)) uint32_t library_abi(void) { return SEAM_ABI; }

// Where the caller puts the request; 0: there is no memory.
EXPORT(library_buffer) uint8_t *library_buffer(size_t n) {
  if (n > room) {
    free(buffer);
    buffer = malloc(n);
    room = buffer ? n : 0;
  }
  return buffer;
}

// Returns the size of the answer, or an error.
EXPORT(library_request) int32_t library_request(uint32_t operation, uint32_t handle, size_t n, uint32_t number) {
  int32_t size = LIBRARY(operation, handle, buffer, n, number, &answer);
  if (room > KEPT) {
    free(buffer);
    buffer = NULL;
    room = 0;
  }
  return size;
}

EXPORT(library_answer) const uint8_t *library_answer(void) { return answer; }
