// SPDX-License-Identifier: Apache-2.0
// The VM as its host sees it. There is one for each program or wasm instance, opened and closed as a whole. Requests
// take terms in external term format (its local variant, which keeps pids, references and funs of this VM) and leave
// their answer in vm_result. Called by host/wasm.c and tests/c/native_main.c.
#ifndef HOST_VM_H
#define HOST_VM_H

#include "base/bytes.h"
#include "gen/seam.h" // enum vm_status
#include "process/scheduler.h"
#include "term/heap.h"

struct vm_options {
  u64 memory_limit;  // bytes; 0: no limit
  u64 seed;          // for the numbers of references
  u32 max_processes; // 0: the default
  u32 slice;         // reductions in a slice; 0: the default
  u32 gc_stress;     // not 0: collect at every opportunity (tests)
  u32 gc_portion;    // words that are collected at once; 0: the default (tests)
};
extern struct bytes vm_result;

enum vm_status vm_open(const struct vm_options *o);
void vm_close(void); // frees everything; afterwards mem_live_blocks() is 0
// Runs processes until the budget (microseconds) or max_reductions (0: no such limit) is used up, no process is
// runnable, the program has halted, or so many events wait that the host should read them first.
enum tick_result vm_tick(u64 budget_us, u64 max_reductions, i64 *wake_us);

struct load_error;
void load_error_text(struct bytes *out, const struct load_error *e); // js/base/errors.js takes this text apart
enum vm_status vm_load(const u8 *name, size_t name_len, const u8 *beam, size_t len); // name may be empty: any module
// host_module has said that this module is being fetched: it is here now, or it will not come
void vm_module_arrived(const u8 *name, size_t len);

// The request is {Module, Function, Args, Options}, with the options listed in request.c. Answers the pid, or {Pid,
// Ref} with a monitor.
enum vm_status vm_spawn(const u8 *etf, size_t n);
enum vm_status vm_spawn_term(term m, term f, term args, term options, term *pid);
enum vm_status vm_send(const u8 *etf, size_t n); // {To, Message, From | undefined}
enum vm_status vm_exit(const u8 *etf, size_t n); // {To, Reason, From | undefined}

// A term decoded from the host's bytes, in fragments of its own.
struct vm_term {
  struct heap heap;
  term value;
};
enum vm_status vm_term_decode(struct vm_term *t, const u8 *etf, size_t n);
void vm_term_free(struct vm_term *t);
enum vm_status vm_answer(term t); // encodes t into vm_result
enum vm_status vm_fail(enum vm_status status, const char *what);

#endif
