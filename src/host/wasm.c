// SPDX-License-Identifier: Apache-2.0
// The surface of the wasm module: exports for js/vm/vm.js, imports from js/host/imports.js (module "env"). Numbers
// that may need more than 32 bits cross as doubles. JavaScript writes bytes for the VM into blocks of vm_alloc, and
// frees these itself. Answers stay in vm_result until the next request, events stay in the ring.

#include "base/alloc.h"
#include "base/hostcalls.h"
#include "bif/bif_system.h"
#include "host/event.h"
#include "host/inspect.h"
#include "host/js_process.h"
#include "host/vm.h"

#define EXPORT(name) __attribute__((export_name(#name), used))
#define IMPORT(name) __attribute__((import_module("env"), import_name(#name)))

// --- Imports --------------------------------------------------------------------------------------

IMPORT(host_monotonic) double import_monotonic(void);
IMPORT(host_system) double import_system(void);
IMPORT(host_utc_offset) i32 import_utc_offset(double utc_seconds);
// Size of the module's bytes, which import_take then copies to out; or enum module_answer.
IMPORT(host_module) i32 import_module(const u8 *name, size_t n);
// These keep their output until import_take. They answer -1 when they fail.
IMPORT(host_inflate) i32 import_inflate(const u8 *in, size_t n, size_t n_out);
IMPORT(host_gunzip) i32 import_gunzip(const u8 *in, size_t n);
// Answers a value or an error. The operations that answer data (see imports.js) keep it until import_take, and their
// value is its size.
IMPORT(host_file) double import_file(u32 operation, u32 handle, const u8 *in, size_t n, double number);
IMPORT(host_take) i32 import_take(u8 *out); // answers how many bytes of the input were used

u64 host_monotonic_us(void) { return (u64)import_monotonic(); }
u64 host_system_us(void) { return (u64)import_system(); }
i32 host_utc_offset_s(i64 utc_seconds) { return import_utc_offset((double)utc_seconds); }
void host_write(int fd, const u8 *data, size_t n) { event_output(fd, data, n); }

// Processes that wait for a module that is being fetched.
struct waiter {
  struct waiter *next;
  term pid;
};
static struct waiter *waiters;

static void wait_for_module(void) {
  struct waiter *w = ctx.p ? mem_alloc(sizeof *w, MEM_SYSTEM) : NULL;
  if (!w) return;
  *w = (struct waiter){.next = waiters, .pid = ctx.p->pid};
  waiters = w;
}

static void wake_waiters(bool run) {
  struct waiter *list = waiters;
  waiters = NULL;
  for (struct waiter *w = list, *next; w; w = next) {
    next = w->next;
    struct process *p = run ? process_find(w->pid) : NULL;
    if (p) scheduler_ready(p);
    mem_free(w, sizeof *w, MEM_SYSTEM);
  }
}

// Wakes all of them: each looks again, and one that waits for another module is told to wait once more.
void vm_module_arrived(const u8 *name, size_t len) {
  (void)name, (void)len;
  wake_waiters(true);
}

static bool take(i32 size, u8 **out, size_t *n_out) {
  if (size < 0) return false;
  u8 *block = mem_alloc((size_t)size, MEM_SYSTEM);
  if (!block) return false;
  import_take(block);
  *out = block;
  *n_out = (size_t)size;
  return true;
}

int host_module(const u8 *name, size_t len, u8 **data, size_t *n) {
  *data = NULL;
  i32 size = import_module(name, len);
  if (size == MODULE_PENDING) {
    wait_for_module();
    return 2;
  }
  if (size > MODULE_WHY) return take(size, data, n);
  take(MODULE_WHY - size, data, n); // why there is none
  return 0;
}

bool host_inflate(const u8 *in, size_t n, u8 *out, size_t n_out, size_t *consumed) {
  if (import_inflate(in, n, n_out) != (i32)n_out) return false;
  size_t used = (size_t)import_take(out);
  if (consumed) *consumed = used;
  return true;
}

bool host_gunzip(const u8 *in, size_t n, u8 **out, size_t *n_out) { return take(import_gunzip(in, n), out, n_out); }

i64 host_file(u32 operation, u32 handle, const u8 *in, size_t n, i64 number, u8 **out, size_t *n_out) {
  double value = import_file(operation, handle, in, n, (double)number);
  bool with_data = operation >> SERVICE_SHIFT >= SERVICE_ZLIB || (operation < 32 && FILE_WITH_DATA >> operation & 1);
  if (value >= 0 && with_data) take((i32)value, out, n_out);
  return (i64)value;
}

// --- Exports --------------------------------------------------------------------------------------
// Only JavaScript calls these, by their export names, so no header declares them.
#pragma clang diagnostic ignored "-Wmissing-prototypes"

// Its name tells JavaScript, before there is an instance, of which seam.tab this wasm was made.
__attribute__((export_name(SEAM_ABI_EXPORT), used)) u32 wasm_abi(void) { return SEAM_ABI; }

// What a call tells beside its value: JavaScript reads it in place, since a call for each number would take longer than
// a small request.
static u32 answers[ANSWER_ROOM + 1];
EXPORT(vm_answers) const u32 *wasm_answers(void) { return answers; }

static i32 answered(enum vm_status status) {
  answers[ANSWER_RESULT] = (u32)(uintptr_t)vm_result.data;
  answers[ANSWER_RESULT_SIZE] = (u32)vm_result.len;
  return (i32)status;
}

// A small request can be written even when there is no memory for anything else: it may be the one that ends the
// process that has taken all memory.
static u8 room[ANSWER_ROOM_SIZE];

EXPORT(vm_open) i32 wasm_open(double memory_limit, double seed, u32 max_processes, u32 slice, u32 stress) {
  struct vm_options o = {(u64)memory_limit, (u64)seed, max_processes, slice, stress, 0};
  enum vm_status status = vm_open(&o);
  if (status == VM_OK) event_open();
  answers[ANSWER_ROOM] = (u32)(uintptr_t)room;
  return answered(status);
}

EXPORT(vm_close) void wasm_close(void) {
  wake_waiters(false);
  vm_close();
}

EXPORT(vm_alloc) void *wasm_alloc(size_t n) { return mem_alloc(n ? n : 1, MEM_SYSTEM); }
EXPORT(vm_free) void wasm_free(void *block, size_t n) { mem_free(block, n ? n : 1, MEM_SYSTEM); }

static i64 wake;
EXPORT(vm_tick) i32 wasm_tick(double budget_us, double max_reductions) {
  i32 result = (i32)vm_tick((u64)budget_us, (u64)max_reductions, &wake);
  size_t n;
  answers[ANSWER_EVENTS] = (u32)(uintptr_t)event_ring(&n, &answers[ANSWER_EVENTS_LOST]);
  answers[ANSWER_EVENTS_SIZE] = (u32)n;
  return result;
}
// The time of the next timer, after a tick that has answered TICK_TIMER.
EXPORT(vm_wake) double wasm_wake(void) { return (double)wake; }
EXPORT(vm_halt_code) i32 wasm_halt_code(void) { return vm_halt_code; } // after a tick that has answered TICK_HALTED
EXPORT(vm_blocks) double wasm_blocks(void) { return (double)mem_live_blocks(); }
EXPORT(vm_memory) double wasm_memory(void) { return (double)mem_live_total(); }
EXPORT(vm_process_count) u32 wasm_process_count(void) { return process_count(); }

EXPORT(vm_events_clear) void wasm_events_clear(void) { event_ring_clear(); }
EXPORT(vm_event_mask) void wasm_event_mask(u32 mask) { event_mask = mask; }

EXPORT(vm_load) i32 wasm_load(const u8 *name, size_t name_len, const u8 *beam, size_t len) {
  return answered(vm_load(name, name_len, beam, len));
}
EXPORT(vm_otp_release) void wasm_otp_release(u32 release) { system_set_otp_release(release); }
EXPORT(vm_env) i32 wasm_env(const u8 *name, size_t name_len, const u8 *value, size_t len) {
  return answered(system_env_put(name, name_len, value, len) ? VM_OK : vm_fail(VM_NO_MEMORY, "no memory for it"));
}
EXPORT(vm_module_arrived) void wasm_module_arrived(void) { vm_module_arrived(NULL, 0); }
EXPORT(vm_spawn) i32 wasm_spawn(const u8 *etf, size_t n) { return answered(vm_spawn(etf, n)); }
EXPORT(vm_send) i32 wasm_send(const u8 *etf, size_t n) { return answered(vm_send(etf, n)); }
EXPORT(vm_exit) i32 wasm_exit(const u8 *etf, size_t n) { return answered(vm_exit(etf, n)); }
EXPORT(vm_js) i32 wasm_js(u32 operation, const u8 *etf, size_t n) {
  bool mail_left = false;
  enum vm_status status = js_request((enum js_operation)operation, etf, n, &mail_left);
  answers[ANSWER_MAIL_LEFT] = mail_left;
  return answered(status);
}
EXPORT(vm_inspect) i32 wasm_inspect(void) { return answered(inspect()); }
