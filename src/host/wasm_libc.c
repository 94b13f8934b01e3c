// SPDX-License-Identifier: Apache-2.0
//
// What Emscripten's C library would otherwise import from JavaScript, defined here so that vm.wasm imports
// only host_* functions (scripts/check-wasm.js holds it to that). Called by the C library alone.

#include <stddef.h>

void emscripten_notify_memory_growth(size_t memory_index);

// JavaScript notices growth by itself: its views of the old buffer become empty.
void emscripten_notify_memory_growth(size_t memory_index) {
  (void)memory_index;
}
