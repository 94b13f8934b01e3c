// SPDX-License-Identifier: Apache-2.0
// A libFuzzer program for loading: any bytes are either a module or give a typed error; a module is published and
// purged. Its code is not run, because the check proves registers, frames and labels, but, like OTP's loader, neither
// types nor live counts.
#include "base/alloc.h"
#include "code/load.h"
#include "host/vm.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

int LLVMFuzzerTestOneInput(const u8 *data, size_t len) {
  static u32 inputs;
  // A VM never frees atoms, so a new VM is made from time to time, which also detects leaks.
  if (inputs++ % 1000 == 0) {
    if (inputs > 1) vm_close();
    if (mem_live_blocks() != 0 || vm_open(&(struct vm_options){.memory_limit = 512u << 20, .seed = 1}) != VM_OK)
      PANIC("left-over blocks, or the VM does not open");
  }
  struct load_error e = {0};
  struct module *m = code_stage(NV, data, len, &e);
  if (!m) {
    if (!e.no_memory && (!e.where.what || !e.where.chunk[0])) PANIC("refused, and not said why");
    return 0;
  }
  term name = m->name;
  if (!code_publish(m)) PANIC("not published");
  code_delete(name);
  code_purge_old(name);
  return 0;
}
