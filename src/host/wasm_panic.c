// SPDX-License-Identifier: Apache-2.0
// Debug builds: lets js/vm/machine.js read, after a trap, what PANIC or ASSERT said. A release build lacks this export.
#include "base/base.h"

#if VM_DEBUG
#pragma clang diagnostic ignored "-Wmissing-prototypes"

__attribute__((export_name("vm_panic_text"), used)) const char *wasm_panic_text(void) { return panic_text(); }
#endif
