// SPDX-License-Identifier: Apache-2.0
// BIFs that make processes: spawn, spawn_link, spawn_opt, spawn_request. All options are checked before anything is
// made.
#include "bif/bif_process.h"
#include "bif/bif_dist.h"
#include "bif/bif_system.h"
#include "memory/copy.h"
#include "process/kept.h"
#include "process/node.h"
#include "term/etf.h"
#include "term/ref.h"

struct request {
  struct spawn_options o;
  term reply_tag;
  bool reply_ok, reply_error;
};

static void request_default(struct request *r) {
  spawn_options_default(&r->o);
  r->reply_tag = ATOM_spawn_reply;
  r->reply_ok = r->reply_error = true;
}

static bool parse_reply(struct request *r, term value) {
  if (value != ATOM_yes && value != ATOM_no && value != ATOM_success_only && value != ATOM_error_only) return false;
  r->reply_ok = value == ATOM_yes || value == ATOM_success_only;
  r->reply_error = value == ATOM_yes || value == ATOM_error_only;
  return true;
}

static bool parse_size(term value, u32 *out) {
  i64 n;
  if (!bif_small(value, 0, UINT32_MAX / 16, &n)) return false;
  *out = (u32)n;
  return true;
}

static bool parse_pair(struct request *r, term key, term value, bool is_request) {
  struct spawn_options *o = &r->o;
  i64 n;
  if (key == ATOM_monitor) {
    o->monitor = true;
    return bif_monitor_options(value, &o->monitor_tag, &o->alias, &o->monitor_priority);
  }
  if (key == ATOM_link && system_otp_release() >= 28) {
    o->link = true;
    return bif_priority_options(value, &o->link_priority);
  }
  if (key == ATOM_priority) return bif_priority(value, &o->priority);
  if (key == ATOM_min_heap_size) return parse_size(value, &o->memory.min_heap_words);
  if (key == ATOM_fullsweep_after) return parse_size(value, &o->memory.fullsweep_after);
  if (key == ATOM_max_heap_size) return bif_max_heap_size(value, &o->memory.max_heap_words, &o->memory.max_heap_flags);
  if (key == ATOM_message_queue_data) return (o->message_off_heap = value == ATOM_off_heap) || value == ATOM_on_heap;
  if (key == ATOM_async_dist) return o->async_dist = value == ATOM_true, atom_is_bool(value);
  if (key == ATOM_min_bin_vheap_size) return parse_size(value, &o->memory.min_vheap_words);
  if (key == ATOM_scheduler) return bif_small(value, 0, SMALL_MAX, &n);
  if (is_request && key == ATOM_reply_tag) return r->reply_tag = value, true;
  if (is_request && key == ATOM_reply) return parse_reply(r, value);
  return false;
}

// False: an option is unknown or has a bad value. The rest of the list is read all the same, because the options about
// the reply still count.
static bool parse_options(struct request *r, term list, bool is_request) {
  bool ok = true;
  for (; is_cons(list); list = tl(list)) {
    term t = hd(list);
    if (t == ATOM_link) r->o.link = true, r->o.link_priority = false;
    else if (t == ATOM_monitor) r->o.monitor = true;
    else if (!is_tuple_of(t, 2) || !parse_pair(r, tuple_elements(t)[0], tuple_elements(t)[1], is_request)) ok = false;
  }
  bool fits = !r->o.memory.max_heap_words || r->o.memory.max_heap_words >= r->o.memory.min_heap_words;
  return ok && fits && list == NIL;
}

static bool is_mfa(term m, term f, term args) {
  u32 n;
  return is_atom(m) && is_atom(f) && bif_list_length(args, &n);
}

static bool too_many(term args) {
  u32 n;
  return bif_list_length(args, &n) && n > MAX_ARITY;
}

static term spawn(struct process *p, term *a, const struct spawn_options *o) {
  if (!is_mfa(a[0], a[1], a[2])) return bif_badarg();
  u64 monitor = 0;
  struct process *child = too_many(a[2]) ? NULL : process_spawn(p, a[0], a[1], a[2], o, &monitor);
  if (!child) return bif_system_limit();
  bif_bump(20);
  return o->monitor ? tuple2(HEAP, child->pid, ref_from_id(HEAP, monitor)) : child->pid;
}

term bif_spawn_3(struct process *p, term *a) {
  struct spawn_options o;
  spawn_options_default(&o);
  return spawn(p, a, &o);
}

term bif_spawn_link_3(struct process *p, term *a) {
  struct spawn_options o;
  spawn_options_default(&o);
  o.link = true;
  return spawn(p, a, &o);
}

term bif_spawn_opt_4(struct process *p, term *a) {
  struct request r;
  request_default(&r);
  if (!is_mfa(a[0], a[1], a[2])) return bif_badarg();
  if (!parse_options(&r, a[3], false)) return bif_badopt();
  return spawn(p, a, &r.o);
}

// Sends {Tag, Ref, ok | error, What}.
static bool reply(struct process *p, const struct request *r, u64 id, term outcome, term what) {
  if (!(outcome == ATOM_ok ? r->reply_ok : r->reply_error)) return true;
  return signal_send(p, p, tuple4(HEAP, r->reply_tag, ref_from_id(HEAP, id), outcome, what));
}

// erts_internal:spawn_request(M, F, Args, Options): returns the reference, or badarg as a value.
term bif_spawn_request_4(struct process *p, term *a) {
  struct request r;
  u32 n;
  request_default(&r);
  if (!is_mfa(a[0], a[1], a[2]) || !bif_list_length(a[3], &n)) return ATOM_badarg;
  u64 id = ref_next_id(), monitor = id;
  bool ok;
  if (!parse_options(&r, a[3], true)) {
    ok = reply(p, &r, id, ATOM_error, ATOM_badopt);
  } else {
    struct process *child = too_many(a[2]) ? NULL : process_spawn(p, a[0], a[1], a[2], &r.o, &monitor);
    ok = child ? reply(p, &r, id, ATOM_ok, child->pid) : reply(p, &r, id, ATOM_error, ATOM_system_limit);
  }
  return ok ? ref_from_id(HEAP, id) : bif_system_limit();
}

term bif_spawn_request_abandon_1(struct process *p, term *a) {
  if (!is_ref(a[0])) return bif_badarg();
  // A local request is answered before anyone can abandon it.
  return make_bool(is_local_ref(a[0]) && request_abandon(ref_id(a[0]), p));
}

// The options that are sent to the other node: without those about the reply and about a monitor, which are used here.
static term options_there(term list) {
  term out = NIL;
  for (; is_cons(list); list = tl(list)) {
    term t = hd(list), key = is_tuple_of(t, 2) ? tuple_elements(t)[0] : NV;
    if (key == ATOM_monitor) t = ATOM_monitor;
    if (key != ATOM_reply && key != ATOM_reply_tag) out = cons(HEAP, t, out);
  }
  return out;
}

// Sends the request {29, Request, From, GroupLeader, {M, F, Arity}, Options}, followed by Args.
static bool ask(struct process *p, struct node *n, u64 id, const struct request *r, const term *mfa, term options) {
  term t, *e = heap_tuple(HEAP, 6, &t);
  u32 arity;
  if (!request_add(n, id, p, &r->o, r->reply_tag, r->reply_ok, r->reply_error)) return false;
  bif_list_length(mfa[2], &arity);
  e[0] = make_small(DIST_SPAWN_REQUEST), e[1] = ref_from_id(HEAP, id), e[2] = p->pid,
  e[3] = copy_term(HEAP, p->group_leader);
  e[4] = tuple3(HEAP, mfa[0], mfa[1], make_small(arity)), e[5] = options_there(options);
  if (node_send(n, t, mfa[2])) return true;
  return request_answered(n, id, 0, ATOM_system_limit);
}

// erts_internal:dist_spawn_request(Node, {M, F, Args}, Options, spawn_request | spawn_opt)
term bif_dist_spawn_request_4(struct process *p, term *a) {
  struct request r;
  u32 n;
  request_default(&r);
  if (!is_atom(a[0]) || !is_tuple_of(a[1], 3) || !bif_list_length(a[2], &n)) return ATOM_badarg;
  term *mfa = tuple_elements(a[1]);
  if (!is_mfa(mfa[0], mfa[1], mfa[2])) return ATOM_badarg;
  bool for_spawn_opt = a[3] == atom_from_c("spawn_opt");
  u64 id = ref_next_id();
  bool fit = parse_options(&r, a[2], !for_spawn_opt);
  struct node *node = fit && a[0] != etf_node_name ? node_connect(a[0]) : NULL;
  bool ok =
      node ? ask(p, node, id, &r, mfa, a[2]) : reply(p, &r, id, ATOM_error, fit ? ATOM_noconnection : ATOM_badopt);
  if (!ok) return bif_system_limit();
  term ref = ref_from_id(HEAP, id);
  return for_spawn_opt ? tuple2(HEAP, ref, make_bool(r.o.monitor)) : ref;
}

// Makes a process for one of another node. Returns its pid, or the atom that says why there is none.
term dist_spawn(struct process *remote, term mfa, term args, term options, term leader, struct kept *ref, u32 *flags) {
  struct request r;
  request_default(&r);
  if (!is_tuple_of(mfa, 3) || !is_mfa(tuple_elements(mfa)[0], tuple_elements(mfa)[1], args) ||
      !parse_options(&r, options, true))
    return ATOM_badopt;
  r.o.relative = remote;
  r.o.monitor_ref = ref;
  r.o.group_leader = leader;
  struct process *p =
      too_many(args) ? NULL : process_spawn(NULL, tuple_elements(mfa)[0], tuple_elements(mfa)[1], args, &r.o, NULL);
  if (!p) return ATOM_system_limit;
  p->parent_kept = kept_new(remote->pid);
  if (p->parent_kept) p->parent = p->parent_kept->value;
  *flags = r.o.link | (u32)r.o.monitor << 1;
  return p->pid;
}

term bif_spawn_system_process_3(struct process *p, term *a) { return bif_spawn_3(p, a); }
