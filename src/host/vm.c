// SPDX-License-Identifier: Apache-2.0
// Opens and closes the VM: the one file that knows every room and the order in which they start. It sets the hooks by
// which lower rooms call upper ones (interpreter, zlib). Called by host/wasm.c and the native runner. vm_close frees
// everything that was allocated since vm_open.

#include "host/vm.h"

#include "base/alloc.h"
#include "base/hostcalls.h"
#include "bif/bif_keep.h"
#include "bif/bif_system.h"
#include "bif/bif_term.h"
#include "code/loader.h"
#include "ets/ets.h"
#include "host/event.h"
#include "host/handle.h"
#include "interp/interp.h"
#include "memory/copy.h"
#include "memory/gc.h"
#include "process/collection.h"
#include "process/signal.h"
#include "term/etf.h"
#include "term/number.h"
#include "term/print.h"
#include "term/ref.h"

struct bytes vm_result;
static bool is_open;

static bool zlib_inflate(const u8 *in, size_t n, u8 *out, size_t out_n, size_t *consumed) {
  return host_inflate(in, n, out, out_n, consumed);
}

enum vm_status vm_open(const struct vm_options *o) {
  ASSERT(!is_open);
  mem_set_limit(o->memory_limit);
  bytes_init(&vm_result);
  atom_init();
  ref_init(o->seed);
  etf_node_name = atom_from_c("nonode@nohost");
  etf_inflate = zlib_inflate;
  bif_term_init();
  code_init();
  process_init();
  scheduler_init();
  ets_init();
  bif_open();
  interp_init();
  handle_open();
  gc_stress = VM_GC_STRESS || o->gc_stress != 0;
  if (o->gc_portion) collection_portion = o->gc_portion;
  scheduler_slice = o->slice ? o->slice : REDUCTIONS_PER_SLICE;
  if (o->max_processes) process_set_limit(o->max_processes);
  vm_halt_requested = 0;
  is_open = true;
  return VM_OK;
}

void vm_close(void) {
  if (!is_open) return;
  process_destroy_all();
  ets_destroy();
  bif_close();
  code_destroy();
  atom_destroy();
  handle_close();
  event_close();
  bytes_free(&vm_result);
  is_open = false;
}

// Reductions after which vm_tick looks at the ring of events and at the halt flag.
enum { TICK_PORTION = 200000 };

enum tick_result vm_tick(u64 budget_us, u64 max_reductions, i64 *wake_us) {
  u64 deadline = host_monotonic_us() + budget_us;
  *wake_us = 0;
  for (;;) {
    u64 portion = max_reductions && max_reductions < TICK_PORTION ? max_reductions : TICK_PORTION;
    enum tick_result result = scheduler_tick(deadline, portion, wake_us);
    if (vm_halt_requested) return TICK_HALTED;
    if (result != TICK_RUNNABLE || event_ring_full()) return result;
    if (max_reductions) {
      max_reductions -= portion;
      if (max_reductions == 0) return result;
    }
    if (host_monotonic_us() >= deadline) return result;
  }
}

// --- Answers --------------------------------------------------------------------------------------

static void result_clear(void) {
  vm_result.len = 0;
  vm_result.failed = false;
}

enum vm_status vm_fail(enum vm_status status, const char *what) {
  result_clear();
  bytes_text(&vm_result, what);
  return status;
}

enum vm_status vm_answer(term t) {
  static const struct etf_options to_host = {.minor_version = 2, .host = true};
  result_clear();
  if (!etf_encode(&vm_result, t, &to_host) || vm_result.failed)
    return vm_fail(VM_NO_MEMORY, "no memory for the answer");
  return VM_OK;
}

enum vm_status vm_term_decode(struct vm_term *t, const u8 *etf, size_t n) {
  memset(t, 0, sizeof *t);
  size_t used = 0;
  struct etf_error error = {0, "malformed"};
  t->value = etf_decode(&t->heap, etf, n, ETF_HOST, &used, &error);
  if (t->value != NV && !t->heap.exhausted && used == n) return VM_OK;
  bool no_memory = t->heap.exhausted;
  vm_term_free(t);
  if (no_memory) return vm_fail(VM_NO_MEMORY, "no memory for the term");
  vm_fail(VM_BAD_TERM, error.what ? error.what : "malformed");
  bytes_text(&vm_result, " at byte ");
  bytes_unsigned(&vm_result, error.offset);
  return VM_BAD_TERM;
}

void vm_term_free(struct vm_term *t) {
  heap_discard(&t->heap);
  t->value = 0;
}

// --- Code -----------------------------------------------------------------------------------------

void (*load_failed_hook)(const struct load_error *e);

void load_error_text(struct bytes *out, const struct load_error *e) {
  if (e->module != NV) print_atom(out, e->module);
  bytes_put(out, '\n');
  bytes_text(out, e->where.chunk);
  bytes_put(out, '\n');
  bytes_unsigned(out, e->where.offset);
  bytes_put(out, '\n');
  bytes_text(out, e->where.what ? e->where.what : "malformed");
}

// As code:load_binary/3: a version before the last goes, and with it the processes that still run it.
static void purge(term name) {
  if (!code_has_old(name)) return;
  keep_kill_users_of_old(name, NV, EXIT_CAUSE_HOST);
  keep_purge_old(name);
}

// A process runs the on_load function; callers of the module wait until it is done.
static enum vm_status run_on_load(struct module *m) {
  struct vm_term args = {.value = NIL};
  term name = m->name, pid;
  if (!loader_pend(m, true)) {
    code_discard(m);
    return vm_fail(VM_NO_MEMORY, "no memory to load the module");
  }
  args.value = cons(&args.heap, name, NIL);
  enum vm_status status = vm_spawn_term(ATOM_spawnlink_code, ATOM_on_load, args.value, NIL, &pid);
  vm_term_free(&args);
  return status == VM_OK ? vm_answer(name) : status;
}

enum vm_status vm_load(const u8 *name, size_t name_len, const u8 *beam, size_t len) {
  term expected = name_len ? atom_from_utf8(name, name_len) : NV;
  struct load_error e = {.module = NV};
  struct module *m = code_stage(expected, beam, len, &e);
  if (m && m->on_load) return run_on_load(m);
  if (m) {
    purge(m->name);
    if (code_publish(m)) return vm_answer(m->name);
    code_discard(m);
    e.no_memory = true;
  }
  if (e.no_memory) return vm_fail(VM_NO_MEMORY, "no memory to load the module");
  if (e.module == NV) e.module = expected;
  result_clear();
  load_error_text(&vm_result, &e);
  return VM_BAD_CODE;
}
