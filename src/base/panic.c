// SPDX-License-Identifier: Apache-2.0
// Debug builds: what PANIC and ASSERT say before the VM stops. A native build prints it. In wasm, whoever catches the
// trap asks for it (host/wasm_panic.c).
#include "base/base.h"

#if VM_DEBUG
#include <stdio.h>

static char text[512];

_Noreturn void panic_at(const char *file, int line, const char *what) {
  (void)snprintf(text, sizeof text, "%s:%d: %s", file, line, what);
#ifndef __EMSCRIPTEN__
  (void)fprintf(stderr, "%s\n", text);
#endif
  __builtin_trap();
}

const char *panic_text(void) { return text; }
#endif
