// SPDX-License-Identifier: Apache-2.0
// Writes event records (layout in event.h). A record is usually small, and may be allocated beyond the memory limit;
// if there is no memory even so, it is not written, and counted as lost. Until event_open is called, as in the native
// build, events cost nothing.

#include "host/event.h"

#include "base/alloc.h"
#include "base/bytes.h"
#include "code/load.h"
#include "host/initial_call.h"
#include "host/vm.h"
#include "term/atom.h"
#include "process/scheduler.h"
#include "term/etf.h"

enum { RING_FULL = 1 << 20, RING_OVERDRAFT = 4 * RING_FULL };

static struct bytes ring;
static bool is_open;
static u32 lost;

static void put_u32(u32 v) { bytes_append(&ring, &v, 4); }
static void put_u64(u64 v) { bytes_append(&ring, &v, 8); }

static size_t record_begin(u8 kind, u8 flags, u16 detail, term subject) {
  size_t at = ring.len;
  mem_overdraft(RING_OVERDRAFT);
  put_u32(0);
  bytes_put(&ring, kind);
  bytes_put(&ring, flags);
  bytes_append(&ring, &detail, 2);
  put_u64(subject);
  return at;
}

static bool record_end(size_t at) {
  mem_overdraft(0);
  if (ring.failed) {
    ring.len = at;
    ring.failed = false;
    lost++;
    return false;
  }
  u32 size = (u32)(ring.len - at);
  memcpy(ring.data + at, &size, 4);
  return true;
}

static void put_term(term t) {
  static const struct etf_options to_host = {.minor_version = 2, .host = true};
  size_t at = ring.len;
  put_u32(0);
  if (!etf_encode(&ring, t, &to_host)) ring.failed = true;
  if (ring.failed) return;
  u32 n = (u32)(ring.len - at - 4);
  memcpy(ring.data + at, &n, 4);
}

static void put_value(term t) {
  if (t == NV) return;
  if (is_local_pid(t)) put_u64(t);
  else put_term(t);
}

static u8 value_flag(term t, u8 word, u8 etf) { return t == NV ? 0 : is_local_pid(t) ? word : etf; }

static void put_atom_text(term atom) {
  size_t n = 0;
  const u8 *text = is_atom(atom) ? atom_text(atom, &n) : NULL;
  if (n > 255) n = 0;
  bytes_put(&ring, (u8)n);
  if (n) bytes_append(&ring, text, n);
}

static void record(enum event_kind kind, struct process *p, term subject, term a, term b, u64 detail) {
  if (is_local_port(subject)) return; // ports have no events of their own
  bool about_process = p && EVENT_WITH_PROCESS >> kind & 1;
  u8 flags = value_flag(a, EVENT_A_WORD, EVENT_A_TERM) | value_flag(b, EVENT_B_WORD, EVENT_B_TERM);
  if (about_process) flags |= EVENT_PROCESS;
  if (detail >> 16) flags |= EVENT_DETAIL;
  size_t at = record_begin((u8)kind, flags, (u16)detail, subject);
  put_value(a);
  put_value(b);
  if (flags & EVENT_DETAIL) put_u64(detail);
  if (about_process) {
    struct function_name call = initial_call_of(p);
    put_atom_text(p->name);
    put_atom_text(call.module);
    put_atom_text(call.function);
    bytes_put(&ring, (u8)call.arity);
  }
  // The end of a process is always reported, if need be without its reason.
  if (!record_end(at) && kind == EVENT_EXIT && a != NV) record(kind, p, subject, NV, NV, 0);
}

// The same text as vm_load's error: module, chunk, offset and what was wrong, each on a line.
static void load_failed(const struct load_error *e) {
  size_t at = record_begin(HOST_EVENT_LOAD_FAILED, EVENT_BYTES, 0, NV), text = ring.len;
  put_u32(0);
  load_error_text(&ring, e);
  u32 n = (u32)(ring.len - text - 4);
  if (!ring.failed) memcpy(ring.data + text, &n, 4);
  record_end(at);
}

// Writes one record when the mailbox stops being empty: the host then takes all messages that are in it.
static void mail(struct process *p) {
  if (p->mailbox.length == 1) event_host(HOST_EVENT_MAIL, p->pid);
}

void event_open(void) {
  bytes_init(&ring);
  lost = 0;
  is_open = true;
  event_hook = record;
  js_ready_hook = mail;
  load_failed_hook = load_failed;
}

void event_close(void) {
  if (!is_open) return;
  bytes_free(&ring);
  event_mask = 0;
  load_failed_hook = NULL;
  js_ready_hook = NULL;
  is_open = false;
}

bool event_ring_full(void) { return ring.len >= RING_FULL; }

const u8 *event_ring(size_t *n, u32 *lost_count) {
  *n = ring.len;
  *lost_count = lost;
  return ring.data;
}

void event_ring_clear(void) {
  lost = 0;
  ring.len = 0;
  // After a burst of events the memory is given back.
  if (ring.cap > 2 * RING_FULL) {
    bytes_free(&ring);
    bytes_init(&ring);
  }
}

void event_output(int fd, const u8 *data, size_t n) {
  if (!is_open) return;
  size_t at = record_begin(HOST_EVENT_OUTPUT, EVENT_BYTES, (u16)fd, NV);
  put_u32((u32)n);
  bytes_append(&ring, data, n);
  record_end(at);
}

void event_value_freed(u32 number, u32 given) {
  if (!is_open) return;
  size_t at = record_begin(HOST_EVENT_VALUE_FREED, EVENT_DETAIL, 0, NV);
  put_u64((u64)number << 32 | given);
  record_end(at);
}

void event_host(enum host_event kind, term subject) {
  if (is_open) record_end(record_begin((u8)kind, 0, 0, subject));
}
