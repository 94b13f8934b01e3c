// SPDX-License-Identifier: Apache-2.0
// Operations in the name of a JavaScript process (see js_process.h). Links, monitors and signals are made by the same
// BIFs that Erlang code calls, so everything that holds for processes holds for these too. A process is entered and
// left within one request, so nothing else runs in between.

#include "host/js_process.h"

#include "base/alloc.h"
#include "bif/bif.h"
#include "code/code.h"
#include "memory/copy.h"
#include "process/held.h"
#include "process/signal.h"
#include "term/etf.h"

enum { RECEIVE_BYTES = 1 << 20 };

static struct process *js_process(term pid) {
  struct process *p = is_local_pid(pid) ? process_find(pid) : NULL;
  if (p && p->is_js) exit_doomed(p); // if it is doomed, this is its turn
  return p && p->is_js && !p->ends ? p : NULL;
}

// A JavaScript process keeps nothing on a heap between requests, because what a BIF has built has been answered by
// now.
static void leave(struct process *p) {
  process_leave(p);
  heap_discard(&p->heap);
}

static bool copy_arguments(term list, term *out, u32 *arity) {
  u32 n = 0;
  for (; is_cons(list) && n < 8; list = tl(list)) out[n++] = copy_term(HEAP, hd(list));
  *arity = n;
  return list == NIL;
}

static enum vm_status call(const term *request) {
  struct process *p = js_process(request[0]);
  if (!p) return vm_fail(VM_NO_PROCESS, "not a live JavaScript process");
  term args[8];
  u32 arity;
  process_enter(p);
  enum vm_status status;
  struct export *e = NULL;
  if (copy_arguments(request[3], args, &arity)) e = export_find(request[1], request[2], arity);
  // put/2 would keep a term in the dictionary, but there is no heap for it.
  if (!e || !e->bif || e->function == ATOM_put) {
    status = vm_fail(VM_BAD_ARGUMENT, "no such built-in function");
  } else {
    ctx.fcalls = REDUCTIONS_PER_SLICE;
    ctx.fault_info = ctx.fault_args = ctx.fault_trace = NV;
    term value = e->bif(p, args);
    if (value != NV) status = vm_answer(tuple2(HEAP, ATOM_ok, value));
    else if (ctx.bif_status == BIF_RAISE) status = vm_answer(tuple2(HEAP, ctx.fault_class, ctx.fault_reason));
    else if (ctx.bif_status == BIF_EXITING) status = vm_answer(tuple2(HEAP, ATOM_ok, ATOM_true));
    else status = vm_fail(VM_BAD_ARGUMENT, "the function continues in Erlang code");
    held_free(p);
  }
  ctx.fault_reason = ctx.fault_info = ctx.fault_args = ctx.fault_trace = NV;
  leave(p);
  return status;
}

// If there is no memory to hand over the outcome of a call (see spawnlink_js.erl), this is answered instead: error,
// system_limit.
static bool answer_no_memory(term message, const struct etf_options *o) {
  if (!is_tuple_of(message, 3) || tuple_elements(message)[0] != ATOM_spawnlink_reply) return false;
  term outcome = tuple3(HEAP, ATOM_error, ATOM_system_limit, NIL);
  return etf_encode(&vm_result, tuple3(HEAP, ATOM_spawnlink_reply, tuple_elements(message)[1], outcome), o);
}

// A message that cannot be handed over for lack of memory ends the process, as with any other process.
static enum vm_status receive(term pid, bool *mail_left) {
  static const struct etf_options to_host = {.minor_version = 2, .host = true};
  struct process *p = js_process(pid);
  if (!p) return vm_fail(VM_NO_PROCESS, "not a live JavaScript process");
  vm_fail(VM_OK, "");
  mem_overdraft(MEM_OVERDRAFT); // room to hear that there is none
  process_enter(p);
  mailbox_reset(p);
  enum vm_status status = VM_OK;
  for (struct message *m; vm_result.len < RECEIVE_BYTES && (m = mailbox_peek(p));) {
    size_t before = vm_result.len;
    if (!etf_encode(&vm_result, m->value, &to_host) || vm_result.failed) {
      vm_result.len = before;
      vm_result.failed = false;
      if (before > 0) break;
      if (!answer_no_memory(m->value, &to_host)) status = vm_fail(VM_NO_MEMORY, "no memory for the message");
      if (status != VM_OK) break;
    }
    mailbox_remove(p);
  }
  *mail_left = p->mailbox.length > 0;
  leave(p);
  mem_overdraft(0);
  if (status != VM_OK) exit_process(p, ATOM_system_limit);
  return status;
}

static enum vm_status request(enum js_operation op, term t, bool *mail_left) {
  if (op == JS_RECEIVE) return receive(t, mail_left);
  if (op == JS_CALL && is_tuple_of(t, 4)) return call(tuple_elements(t));
  if (op == JS_EXIT && is_tuple_of(t, 2)) {
    struct process *p = js_process(tuple_elements(t)[0]);
    if (!p) return vm_fail(VM_NO_PROCESS, "not a live JavaScript process");
    exit_process(p, tuple_elements(t)[1]);
    return VM_OK;
  }
  return vm_fail(VM_BAD_ARGUMENT, "no such request");
}

enum vm_status js_request(enum js_operation op, const u8 *etf, size_t n, bool *mail_left) {
  struct vm_term t;
  enum vm_status status = vm_term_decode(&t, etf, n);
  if (status != VM_OK) return status;
  status = request(op, t.value, mail_left);
  vm_term_free(&t);
  return status;
}
