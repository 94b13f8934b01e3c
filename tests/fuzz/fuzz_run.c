// SPDX-License-Identifier: Apache-2.0
// A libFuzzer program for running: of any bytes that load as a module, every export is run with arguments of several
// types, for some thousand reductions and with collections in between. The code must neither damage the VM's memory nor
// end the VM, and every process must keep its invariants (process/verify.c).
#include "base/alloc.h"
#include "code/load.h"
#include "host/vm.h"
#include "process/table.h"
#include "term/etf.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

static const char *const texts[] = {
    "\x83k\x00\x03\x01\x02\x03",
    "\x83h\x03w\x01"
    "aa\x01j",
    "\x83m\x00\x00\x00\x05hello",
    "\x83t\x00\x00\x00\x01w\x01"
    "aa\x07",
    "\x83"
    "a\x05",
    "\x83j",
};
static const u8 lengths[] = {7, 9, 11, 11, 3, 2};

static void call(struct module *m, u32 k) {
  struct vm_term args[MAX_ARITY];
  u32 arity = m->exports[k]->arity;
  for (u32 i = 0; i < arity; i++)
    vm_term_decode(&args[i], (const u8 *)texts[(i + k) % COUNT_OF(lengths)], lengths[(i + k) % COUNT_OF(lengths)]);
  struct heap *h = arity ? &args[0].heap : NULL;
  term list = NIL, pid;
  for (u32 i = arity; i-- > 0;) list = cons(h, args[i].value, list);
  if (m->exports[k]->owner == m) vm_spawn_term(m->name, m->exports[k]->function, list, NIL, &pid);
  for (u32 i = 0; i < arity; i++) vm_term_free(&args[i]);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len) {
  i64 wake;
  if (vm_open(&(struct vm_options){
          .memory_limit = 256u << 20, .seed = 1, .max_processes = 1000, .slice = 50, .gc_stress = len & 1}) != VM_OK)
    PANIC("the VM does not open");
  scheduler_verifies = true;
  struct load_error e = {0};
  struct module *m = code_load(NV, data, len, &e);
  for (u32 k = 0; m && k < m->export_count && k < 20; k++) {
    call(m, k);
    vm_tick(20000, 3000, &wake);
    if (vm_halt_requested) break;
  }
  vm_close();
  if (mem_live_blocks() != 0) PANIC("a leak");
  return 0;
}
