// SPDX-License-Identifier: Apache-2.0
// process_info/1,2. One table maps the name of an item to the function that makes its value. Everything is copied to
// the caller's heap; the other process is not running, so its state is consistent.
#include "base/alloc.h"
#include "bif/bif_process.h"
#include "bif/bif_system.h"
#include "memory/copy.h"
#include "memory/gc.h"
#include "process/collection.h"
#include "process/dictionary.h"
#include "process/signal_queue.h"
#include "process/port.h"
#include "process/signal.h"
#include "process/stack.h"
#include "term/etf.h"
#include "term/hash.h"

// Copies a term of another heap to the caller's. NV: no memory.
static term copied(struct process *p, term t) {
  if (p == ctx.p || is_immediate(t)) return t;
  size_t words = copy_size(t);
  bif_bump((u32)(words / 16 < 1000 ? words / 16 : 1000));
  return copy_term(HEAP, t);
}

// --- Where it is -----------------------------------------------------------------------------------------

static term mfa(term m, term f, u32 arity) { return tuple3(HEAP, m, f, make_small(arity)); }

static term file_text(term file) {
  size_t len;
  u8 *tmp = NULL;
  const u8 *bytes = is_bitstring(file) ? binary_bytes(file, &len, &tmp) : NULL;
  if (!bytes) return file;
  term list = NIL;
  while (len) list = cons(HEAP, make_small(bytes[--len]), list);
  return list;
}

static term location(const struct code_place *place) {
  if (!place->line) return NIL;
  term line = cons(HEAP, tuple2(HEAP, ATOM_line, make_small(place->line)), NIL);
  return place->file == NV ? line : cons(HEAP, tuple2(HEAP, ATOM_file, file_text(place->file)), line);
}

static term place_term(const struct code_place *place) {
  return tuple4(HEAP, place->module, place->function, make_small(place->arity), location(place));
}

// The innermost code places on the stack, at most max. Equal neighbours, which recursion makes, count once.
static u32 places(const struct process *p, struct code_place *out, u32 max) {
  u32 n = 0;
  if (p->is_js) return 0;
  const cword *ip = stack_ip(p);
  struct stack_walk w = stack_walk(p);
  if (ip && code_place(ip, false, &out[0])) n = 1;
  for (const cword *address; n < max && (address = stack_return(&w)) != NULL;)
    if (code_place(address, true, &out[n])) n++;
  return n;
}

static bool at_place(struct process *p, struct code_place *place) { return !p->hibernated && places(p, place, 1) == 1; }

// When a process began in a fun, its initial call is erlang:apply/2.
static term initial_mfa(const struct process *p) {
  return p->began_in_fun ? mfa(ATOM_erlang, ATOM_apply, 2) : mfa(p->initial[0], p->initial[1], p->initial_arity);
}

static term initial_place(const struct process *p) {
  const term *e = tuple_elements(initial_mfa(p));
  return tuple4(HEAP, e[0], e[1], e[2], NIL);
}

static term info_current_function(struct process *p) {
  struct code_place place;
  if (p->hibernated) return mfa(ATOM_erlang, ATOM_hibernate, 3);
  if (at_place(p, &place)) return mfa(place.module, place.function, place.arity);
  return p->is_js ? ATOM_undefined : initial_mfa(p);
}

static term info_current_location(struct process *p) {
  struct code_place place;
  if (p->hibernated) return tuple4(HEAP, ATOM_erlang, ATOM_hibernate, make_small(3), NIL);
  if (at_place(p, &place)) return place_term(&place);
  return p->is_js ? ATOM_undefined : initial_place(p);
}

static term info_current_stacktrace(struct process *p) {
  u32 depth = (u32)small_val(system_flag_value(ATOM_backtrace_depth));
  if (depth == 0) return NIL;
  if (p->hibernated) return cons(HEAP, info_current_location(p), NIL);
  struct code_place *place = mem_alloc(depth * sizeof *place, MEM_SYSTEM);
  if (!place) return NV;
  term list = NIL;
  for (u32 n = places(p, place, depth); n > 0; n--) list = cons(HEAP, place_term(&place[n - 1]), list);
  mem_free(place, depth * sizeof *place, MEM_SYSTEM);
  return list;
}

static term info_initial_call(struct process *p) { return initial_mfa(p); }

static term info_status(struct process *p) {
  if (p == ctx.p) return ATOM_running;
  if (p->suspend_count) return ATOM_suspended;
  return p->state == PROCESS_RUNNABLE ? ATOM_runnable : ATOM_waiting;
}

// --- Mailbox, links, monitors -------------------------------------------------------------------------------

static term info_messages(struct process *p) {
  u32 n = p->sensitive ? 0 : p->mailbox.length;
  if (n == 0) return NIL;
  term *cells = heap_alloc(HEAP, 2 * (size_t)n);
  if (!cells) return NV;
  term list = make_cons(cells);
  for (u32 i = 0; i < 2 * n; i++) cells[i] = NIL;
  u32 i = 0;
  for (struct message *m = p->mailbox.first; m; m = m->next) {
    if (m->value == NV) continue;
    // The caller's own messages are copied too, because they may lie in fragments that are freed with the message.
    term value = is_immediate(m->value) ? m->value : copy_term(HEAP, m->value);
    if (value == NV) return NV;
    cells[2 * i] = value;
    if (++i < n) cells[2 * i - 1] = make_cons(cells + 2 * i);
  }
  bif_bump(n / 4);
  return list;
}

static term info_message_queue_len(struct process *p) { return make_small(p->mailbox.length); }

static term info_links(struct process *p) {
  term list = NIL;
  for (struct link *l = p->links.first; l; l = link_next(l, p))
    list = cons(HEAP, copy_term(HEAP, link_peer(l, p)->pid), list);
  bif_bump(p->links.link_count / 8);
  return list;
}

static term monitor_term(const struct monitor *m) {
  if (m->kind == MONITOR_TIME_OFFSET) return tuple2(HEAP, ATOM_time_offset, ATOM_clock_service);
  term what = m->name != NV ? tuple2(HEAP, m->name, m->object) : copy_term(HEAP, m->object);
  return tuple2(HEAP, m->kind == MONITOR_PORT ? ATOM_port : ATOM_process, what);
}

static term info_monitors(struct process *p) {
  term list = NIL;
  for (struct monitor *m = p->links.own; m; m = m->own_next)
    if (m->kind < MONITOR_NODE) list = cons(HEAP, monitor_term(m), list);
  return list;
}

static term info_monitored_by(struct process *p) {
  term list = NIL;
  for (struct monitor *m = p->links.watched_last; m; m = m->watch_prev)
    list = cons(HEAP, copy_term(HEAP, m->watcher->pid), list);
  return list;
}

static void add_suspend(term target, u32 count, void *arg) {
  term *list = arg;
  *list = cons(HEAP, tuple3(HEAP, target, make_small(count), make_small(0)), *list);
}

static term info_suspending(struct process *p) {
  term list = NIL;
  suspend_each(p, add_suspend, &list);
  return list;
}

// --- Data ------------------------------------------------------------------------------------------------------

struct pairs {
  struct process *p;
  term list;
};

static void add_pair(term key, term value, void *arg) {
  struct pairs *d = arg;
  if (d->list == NV) return;
  key = copied(d->p, key);
  value = copied(d->p, value);
  d->list = key == NV || value == NV ? NV : cons(HEAP, tuple2(HEAP, key, value), d->list);
}

static term info_dictionary(struct process *p) {
  struct pairs d = {p, NIL};
  if (!p->sensitive) dictionary_each(p, add_pair, &d);
  return d.list;
}

static term info_label(struct process *p) {
  term label = dictionary_get(p, ATOM_process_label);
  return label == NV ? ATOM_undefined : copied(p, label);
}

static term info_group_leader(struct process *p) { return copy_term(HEAP, p->group_leader); }
static term info_trap_exit(struct process *p) { return make_bool(p->trap_exit); }
static term info_error_handler(struct process *p) { return p->error_handler; }
static term info_parent(struct process *p) { return p->parent == NV ? ATOM_undefined : copy_term(HEAP, p->parent); }
static term info_registered_name(struct process *p) { return p->name == NV ? NIL : p->name; }
static term info_queue_data(struct process *p) { return p->message_on_heap ? ATOM_on_heap : ATOM_off_heap; }
static term info_async_dist(struct process *p) { return make_bool(p->async_dist); }
static term info_nil(struct process *p) { return (void)p, NIL; }
static term info_false(struct process *p) { return (void)p, ATOM_false; }
static term info_zero(struct process *p) { return (void)p, make_small(0); }
static term info_catchlevel(struct process *p) { return make_small(p->catches); }
static term info_bin_vheap(struct process *p) { return make_small(p->area.min_vheap); }

static term info_priority(struct process *p) {
  static const term names[] = {[PRIORITY_MAX] = ATOM_max,
                               [PRIORITY_HIGH] = ATOM_high,
                               [PRIORITY_NORMAL] = ATOM_normal,
                               [PRIORITY_LOW] = ATOM_low};
  return names[p->priority];
}

static term info_backtrace(struct process *p) { return bif_backtrace(p); }

// --- Memory ------------------------------------------------------------------------------------------------------

static u64 old_words(const struct process *p) { return p->area.old_words; }
static u64 frag_words(const struct process *p) { return (p == ctx.p ? &ctx.heap : &p->heap)->frag_words; }

static term info_heap_size(struct process *p) { return make_small(p->area.words); }
static term info_total_heap_size(struct process *p) {
  u64 messages = p->message_on_heap ? mailbox_words(p) : 0;
  return make_small((i64)(p->area.words + old_words(p) + frag_words(p) + messages));
}
static term info_stack_size(struct process *p) { return make_small(process_stack_used(p)); }
static term info_memory(struct process *p) { return make_small((i64)process_memory(p)); }
static term info_min_heap(struct process *p) { return make_small(p->area.min_words); }
static term info_max_heap(struct process *p) { return bif_max_heap_term(p->area.max_words, p->max_heap_flags); }
static term info_fullsweep(struct process *p) { return make_small(p->area.fullsweep_after); }

static term info_reductions(struct process *p) {
  u64 now = p->reductions + (p == ctx.p ? (u64)((i64)process_entered_fcalls() - ctx.fcalls) : 0);
  return make_small((i64)now);
}

static term pair_list(const term *pairs, u32 n) {
  term list = NIL;
  while (n--) list = cons(HEAP, tuple2(HEAP, pairs[2 * n], pairs[2 * n + 1]), list);
  return list;
}

static term info_garbage_collection(struct process *p) {
  term pairs[] = {ATOM_max_heap_size,      info_max_heap(p),
                  ATOM_min_bin_vheap_size, make_small(p->area.min_vheap),
                  ATOM_min_heap_size,      info_min_heap(p),
                  ATOM_fullsweep_after,    info_fullsweep(p),
                  ATOM_minor_gcs,          make_small(p->area.minor_count)};
  return pair_list(pairs, 5);
}

static term info_garbage_collection_info(struct process *p) {
  struct heap *h = process_heap(p);
  i64 used = p->is_js ? 0 : h->top - p->area.start, recent = p->is_js || !p->area.high ? used : h->top - p->area.high;
  i64 old = p->area.old_start ? p->area.old_top - p->area.old_start : 0;
  term pairs[] = {ATOM_old_heap_block_size,
                  make_small(p->area.old_words),
                  ATOM_heap_block_size,
                  make_small(p->area.words),
                  ATOM_mbuf_size,
                  make_small(h->frag_words),
                  ATOM_recent_size,
                  make_small(recent),
                  ATOM_stack_size,
                  info_stack_size(p),
                  ATOM_old_heap_size,
                  make_small(old),
                  ATOM_heap_size,
                  make_small(used),
                  ATOM_bin_vheap_size,
                  make_small((i64)(h->offheap_bytes / 8)),
                  ATOM_bin_vheap_block_size,
                  make_small(p->area.min_vheap),
                  ATOM_bin_old_vheap_size,
                  make_small(0),
                  ATOM_bin_old_vheap_block_size,
                  make_small(p->area.min_vheap)};
  return pair_list(pairs, 11);
}

term bif_binaries(const term *offheap, term list) {
  for (const term *b = offheap; b; b = (const term *)(uintptr_t)b[4]) {
    const struct refc *r = (const struct refc *)(uintptr_t)b[3];
    if (header_kind(b[0]) != KIND_REFC_BIN) continue;
    list = cons(HEAP, tuple3(HEAP, int_from_u64(HEAP, (uintptr_t)r), int_from_u64(HEAP, r->size), make_small(r->refs)),
                list);
  }
  return list;
}

static term info_binary(struct process *p) { return bif_binaries(process_heap(p)->offheap, NIL); }

// --- The table ----------------------------------------------------------------------------------------------------

static const struct {
  term name;
  term (*value)(struct process *p);
} items[] = {
    {ATOM_registered_name, info_registered_name},
    {ATOM_current_function, info_current_function},
    {ATOM_initial_call, info_initial_call},
    {ATOM_status, info_status},
    {ATOM_message_queue_len, info_message_queue_len},
    {ATOM_links, info_links},
    {ATOM_dictionary, info_dictionary},
    {ATOM_trap_exit, info_trap_exit},
    {ATOM_error_handler, info_error_handler},
    {ATOM_priority, info_priority},
    {ATOM_group_leader, info_group_leader},
    {ATOM_total_heap_size, info_total_heap_size},
    {ATOM_heap_size, info_heap_size},
    {ATOM_stack_size, info_stack_size},
    {ATOM_reductions, info_reductions},
    {ATOM_garbage_collection, info_garbage_collection},
    {ATOM_suspending, info_suspending},
    // The items below are only given when asked for by name.
    {ATOM_messages, info_messages},
    {ATOM_monitors, info_monitors},
    {ATOM_monitored_by, info_monitored_by},
    {ATOM_memory, info_memory},
    {ATOM_current_location, info_current_location},
    {ATOM_current_stacktrace, info_current_stacktrace},
    {ATOM_trace, info_zero},
    {ATOM_binary, info_binary},
    {ATOM_sequential_trace_token, info_nil},
    {ATOM_catchlevel, info_catchlevel},
    {ATOM_backtrace, info_backtrace},
    {ATOM_last_calls, info_false},
    {ATOM_min_heap_size, info_min_heap},
    {ATOM_min_bin_vheap_size, info_bin_vheap},
    {ATOM_max_heap_size, info_max_heap},
    {ATOM_message_queue_data, info_queue_data},
    {ATOM_garbage_collection_info, info_garbage_collection_info},
    {ATOM_magic_ref, info_nil},
    {ATOM_fullsweep_after, info_fullsweep},
    {ATOM_parent, info_parent},
    {ATOM_async_dist, info_async_dist},
    {ATOM_label, info_label},
};
enum { ITEMS_OF_INFO_1 = 17 };

// spawnlink:process_info_items/0: all names of items.
term bif_process_info_items_0(struct process *p, term *a) {
  (void)p, (void)a;
  term list = NIL;
  for (u32 i = COUNT_OF(items); i > 0; i--) list = cons(HEAP, items[i - 1].name, list);
  return list;
}

// The index of an item; -1: there is none. {dictionary, Key} has the index of dictionary.
static int item_index(term item) {
  if (is_tuple_of(item, 2) && tuple_elements(item)[0] == ATOM_dictionary) item = ATOM_dictionary;
  else if (!is_atom(item)) return -1;
  for (u32 i = 0; i < COUNT_OF(items); i++)
    if (items[i].name == item) return (int)i;
  return -1;
}

static term item_pair(struct process *p, term item) {
  term value;
  if (is_atom(item)) {
    value = items[item_index(item)].value(p);
  } else {
    value = p->sensitive ? NV : dictionary_get(p, tuple_elements(item)[1]);
    value = value == NV ? ATOM_undefined : copied(p, value);
  }
  return value == NV ? NV : tuple2(HEAP, item, value);
}

// The process that is asked about; NULL: *answer is the result, undefined or NV after an exception.
static struct process *subject(struct process *self, term pid, term *answer) {
  struct process *p = endpoint_find(pid);
  if (p == self) signal_queue_receive(p);
  if (self->ends) return *answer = bif_exiting(), NULL;
  if (!bif_received(self, p)) return *answer = NV, NULL;
  p = endpoint_find(pid);
  *answer = ATOM_undefined;
  if (p) collection_finish(p);
  if (!p && !is_local_pid(pid) && !is_local_port(pid) && !(is_pid(pid) && boxed_ptr(pid)[1] == etf_node_name))
    *answer = bif_badarg();
  return p;
}

term bif_process_info_1(struct process *self, term *a) {
  term answer, list = NIL;
  if (is_port(a[0])) return bif_badarg();
  struct process *p = subject(self, a[0], &answer);
  if (!p) return answer;
  for (int i = ITEMS_OF_INFO_1 - 1; i >= 0; i--) {
    if (items[i].name == ATOM_registered_name && p->name == NV) continue;
    term pair = item_pair(p, items[i].name);
    if (pair == NV) return bif_system_limit();
    list = cons(HEAP, pair, list);
  }
  return list;
}

static term info_list(struct process *p, term wanted) {
  u32 n;
  if (!bif_list_length(wanted, &n)) return bif_badarg();
  if (n == 0) return NIL;
  term *cells = heap_alloc(HEAP, 2 * (size_t)n);
  if (!cells) return bif_system_limit();
  for (u32 i = 0; i < 2 * n; i++) cells[i] = NIL;
  for (u32 i = 0; i < n; i++, wanted = tl(wanted)) {
    term pair = item_pair(p, hd(wanted));
    if (pair == NV) return bif_system_limit();
    cells[2 * i] = pair;
    if (i + 1 < n) cells[2 * i + 1] = make_cons(cells + 2 * (i + 1));
  }
  return make_cons(cells);
}

term bif_process_info_2(struct process *self, term *a) {
  return is_port(a[0]) ? bif_badarg() : bif_endpoint_info_2(self, a);
}

term bif_endpoint_info_2(struct process *self, term *a) {
  bool many = is_list(a[1]);
  term w = a[1];
  if (many) {
    while (is_cons(w) && item_index(hd(w)) >= 0) w = tl(w);
    if (w != NIL) return bif_badarg();
  } else if (item_index(w) < 0) {
    return bif_badarg();
  }
  term answer;
  struct process *p = subject(self, a[0], &answer);
  if (!p) return answer;
  if (many) return info_list(p, a[1]);
  if (a[1] == ATOM_registered_name && p->name == NV) return NIL;
  term pair = item_pair(p, a[1]);
  return pair == NV ? bif_system_limit() : pair;
}
