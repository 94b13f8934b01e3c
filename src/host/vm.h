// SPDX-License-Identifier: Apache-2.0
// The VM as its host sees it: one per program or wasm instance, opened and closed as a whole. Requests
// that carry terms take them as external term format (the local variant: pids, references and funs of
// this VM stay themselves) and answer in vm_result. Used by host/wasm.c and by tests/c/native_main.c.
#ifndef HOST_VM_H
#define HOST_VM_H

#include "base/bytes.h"
#include "gen/seam.h" // enum vm_status
#include "process/scheduler.h"
#include "term/heap.h"

struct vm_options {
  u64 memory_limit;   // bytes, 0: none
  u64 seed;           // of references
  u32 max_processes;  // 0: the default
  u32 slice;          // reductions a slice, 0: the default
  u32 gc_stress;      // collect at every opportunity
  u32 gc_portion;     // words that are collected at once, 0: as usual (tests)
};
extern struct bytes vm_result;

enum vm_status vm_open(const struct vm_options *o);
void vm_close(void);  // gives everything back; mem_live_blocks() is 0 afterwards
// Runs until the budget (microseconds) or max_reductions (0: no such limit) is used up, nothing is
// runnable, the program halted, or so many events wait that the host should read them first.
enum tick_result vm_tick(u64 budget_us, u64 max_reductions, i64 *wake_us);

struct load_error;
void load_error_text(struct bytes *out, const struct load_error *e); // for js/base/errors.js to take apart
enum vm_status vm_load(const u8 *name, size_t name_len, const u8 *beam, size_t len); // name may be empty
void vm_module_arrived(const u8 *name, size_t len); // a module host_module said is being fetched is here, or will not come

// {Module, Function, Args, Options}; options as in vm_spawn's text. Answers the pid, or {Pid, Ref}.
enum vm_status vm_spawn(const u8 *etf, size_t n);
enum vm_status vm_spawn_term(term m, term f, term args, term options, term *pid);
enum vm_status vm_send(const u8 *etf, size_t n);   // {To, Message, From | undefined}
enum vm_status vm_exit(const u8 *etf, size_t n);   // {To, Reason, From | undefined}

// A term decoded from the host's bytes, in fragments of its own.
struct vm_term { struct heap heap; term value; };
enum vm_status vm_term_decode(struct vm_term *t, const u8 *etf, size_t n);
void vm_term_free(struct vm_term *t);
enum vm_status vm_answer(term t);                  // encodes t into vm_result
enum vm_status vm_fail(enum vm_status status, const char *what);

#endif
