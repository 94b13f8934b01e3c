// SPDX-License-Identifier: Apache-2.0
// The few BIFs through which our own Erlang modules (src/erl) reach the host: output, input, loading of modules,
// files.

#include "base/alloc.h"
#include "base/hostcalls.h"
#include "bif/bif.h"
#include "bif/bif_system.h"
#include "code/loader.h"
#include "gen/bifs.h"
#include "host/event.h"
#include "host/vm.h"
#include "term/ref.h"

// spawnlink:write(Fd, IoData) -> ok
term host_bif_write(struct process *p, term *a) {
  (void)p;
  i64 fd;
  struct bytes out;
  if (!bif_small(a[0], 1, 2, &fd)) return bif_badarg();
  bytes_init(&out);
  bool ok = iolist_append(&out, a[1]);
  bool failed = out.failed;
  if (ok && !failed) host_write((int)fd, out.data, out.len);
  bif_io_bytes[1] += out.len;
  bif_bump((u32)(out.len / 64) + 1);
  bytes_free(&out);
  if (failed) return bif_system_limit();
  return ok ? ATOM_ok : bif_badarg();
}

// spawnlink:want_input() -> ok: asks the host to send {spawnlink_input, Binary | eof} to the caller.
term host_bif_want_input(struct process *p, term *a) {
  (void)a;
  event_host(HOST_EVENT_INPUT, p->pid);
  return ATOM_ok;
}

static term no_module(u8 *why, size_t size) {
  if (why) mem_free(why, size, MEM_SYSTEM);
  return ATOM_false;
}

// spawnlink:load(Module) -> true | false | on_load: loads a module that the host has, as the first call to it would
// do. on_load: the module's on_load function has to run before anything calls the module.
term host_bif_load(struct process *p, term *a) {
  (void)p;
  u8 *why;
  size_t n;
  if (!is_atom(a[0])) return bif_badarg();
  switch (loader_obtain(a[0], &why, &n)) {
    case LOADER_LOADED: return ATOM_true;
    case LOADER_ON_LOAD: return ATOM_on_load;
    case LOADER_FETCHING: return bif_wait();
    default: return no_module(why, n);
  }
}

// spawnlink:beam(Module) -> Binary | false: the bytes of a module that the host has and that is not loaded.
term host_bif_beam(struct process *p, term *a) {
  (void)p;
  if (!is_atom(a[0])) return bif_badarg();
  size_t n, size;
  u8 *data;
  const u8 *name = atom_text(a[0], &n);
  int found = host_module(name, n, &data, &size);
  if (found == 2) return bif_wait();
  if (found == 0) return no_module(data, size);
  term beam = binary_from(HEAP, data, size);
  mem_free(data, size, MEM_SYSTEM);
  return beam == NV ? bif_system_limit() : beam;
}

// --- Resources of the host ----------------------------------------------------------------------------

enum { REFC_HOST = 0x686F7374, RESOURCE_KIND_BITS = 2 }; // "host"
struct resource {
  u32 operation;
  u32 number;
  term owner;
};

static void resource_destroy(struct refc *r) {
  struct resource it;
  u8 *data = NULL;
  size_t n = 0;
  memcpy(&it, r->data, sizeof it);
  host_file(it.operation, it.number >> RESOURCE_KIND_BITS, NULL, 0, 0, &data, &n);
  if (data) mem_free(data, n, MEM_SYSTEM);
  mem_free(r, offsetof(struct refc, data) + r->cap, MEM_BINARY);
}

static bool resource_of(term t, struct resource *it) {
  struct refc *r = ref_resource(t);
  if (!r || r->type != REFC_HOST) return false;
  memcpy(it, r->data, sizeof *it);
  return true;
}

static bool handle_of(term t, i64 *handle) {
  struct resource it;
  if (!resource_of(t, &it)) return bif_small(t, 0, 0x7FFFFFFF, handle);
  *handle = it.number >> RESOURCE_KIND_BITS;
  return true;
}

// spawnlink:resource(Operation, Handle * 4 + Kind) -> Reference: when nobody has the reference any more, the host is
// asked to do Operation with Handle.
term host_bif_resource_2(struct process *p, term *a) {
  i64 operation, number;
  if (!bif_small(a[0], 0, 255, &operation) || !bif_small(a[1], 0, 0x7FFFFFFF, &number)) return bif_badarg();
  struct resource it = {(u32)operation, (u32)number, p->pid};
  struct refc *r = refc_new(sizeof it, sizeof it);
  if (!r) return bif_system_limit();
  memcpy(r->data, &it, sizeof it);
  r->type = REFC_HOST;
  r->destroy = resource_destroy;
  return ref_magic(HEAP, r);
}

// spawnlink:resource(Term) -> {Operation, Handle * 4 + Kind, pid of the process that made it} | undefined
term host_bif_resource_1(struct process *p, term *a) {
  (void)p;
  struct resource it;
  if (!resource_of(a[0], &it)) return ATOM_undefined;
  return tuple3(HEAP, make_small(it.operation), make_small(it.number), it.owner);
}

// spawnlink:file(Operation, Handle or the reference that has it, IoData, Number) -> {Value, Data} | number of an
// error. See host_file in base/hostcalls.h.
term host_bif_file(struct process *p, term *a) {
  (void)p;
  i64 operation, handle, number;
  struct bytes in;
  if (!bif_small(a[0], 0, 255, &operation) || !handle_of(a[1], &handle) ||
      !bif_small(a[3], SMALL_MIN, SMALL_MAX, &number))
    return bif_badarg();
  bytes_init(&in);
  bool ok = iolist_append(&in, a[2]), failed = in.failed;
  u8 *data = NULL;
  size_t n = 0;
  i64 value = ok && !failed ? host_file((u32)operation, (u32)handle, in.data, in.len, number, &data, &n) : 0;
  bif_bump((u32)((in.len + n) / 64) + 1);
  bytes_free(&in);
  if (!ok) return bif_badarg();
  term out = data ? binary_from(HEAP, data, n) : NIL;
  if (data) mem_free(data, n, MEM_SYSTEM);
  if (failed || out == NV) return bif_system_limit();
  return value < 0 ? make_small(value) : tuple2(HEAP, make_small(value), out);
}
