// SPDX-License-Identifier: Apache-2.0
// Writes the snapshot of inspect.h into vm_result. It only reads, and is called between ticks.

#include "host/inspect.h"

#include "code/code.h"
#include "host/initial_call.h"
#include "process/links.h"
#include "term/atom.h"

static void put_u32(u32 v) { bytes_append(&vm_result, &v, 4); }
static void put_u64(u64 v) { bytes_append(&vm_result, &v, 8); }

static void put_atom(term atom) {
  size_t n = 0;
  const u8 *text = is_atom(atom) ? atom_text(atom, &n) : NULL;
  if (n > 255) n = 0;
  bytes_put(&vm_result, (u8)n);
  if (n) bytes_append(&vm_result, text, n);
}

static void put_relations(const struct process *p) {
  u32 n = 0; // number of peers on this node
  for (struct link *l = p->links.first; l; l = link_next(l, p)) n += !link_peer(l, p)->remote;
  put_u32(n);
  for (struct link *l = p->links.first; l; l = link_next(l, p))
    if (!link_peer(l, p)->remote) put_u64(link_peer(l, p)->pid);
  n = 0;
  for (struct monitor *m = p->links.own; m; m = m->own_next) n += m->target && !m->target->remote;
  put_u32(n);
  for (struct monitor *m = p->links.own; m; m = m->own_next)
    if (m->target && !m->target->remote) put_u64(m->target->pid);
}

static void put_process(struct process *p, void *arg) {
  u32 *count = arg;
  if (p->port) return;
  struct function_name call = initial_call_of(p);
  struct code_place place = {.module = NV, .function = NV};
  bool known = !p->is_js && p->ip && code_place(p->ip, false, &place);
  ++*count;
  put_u64(p->pid);
  bytes_put(&vm_result,
            (u8)(p->state | (p->suspend_count ? INSPECT_SUSPENDED : 0) | (p->hibernated ? INSPECT_HIBERNATED : 0)));
  bytes_put(&vm_result, (u8)((p->trap_exit ? INSPECT_TRAPS_EXITS : 0) | (p->is_js ? INSPECT_JS : 0)));
  bytes_put(&vm_result, p->priority);
  bytes_put(&vm_result, (u8)call.arity);
  bytes_put(&vm_result, known ? (u8)place.arity : 0);
  put_u32(p->mailbox.length);
  put_u64(process_memory(p));
  put_u64(p->reductions);
  put_u64(is_local_pid(p->parent) ? p->parent : NV);
  put_atom(p->name);
  put_atom(call.module);
  put_atom(call.function);
  put_atom(known ? place.module : NV);
  put_atom(known ? place.function : NV);
  put_relations(p);
}

enum vm_status inspect(void) {
  u32 count = 0;
  vm_fail(VM_OK, "");
  put_u32(0);
  process_each(put_process, &count);
  if (vm_result.failed) return vm_fail(VM_NO_MEMORY, "no memory for the snapshot");
  memcpy(vm_result.data, &count, 4);
  return VM_OK;
}
