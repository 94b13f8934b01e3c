// SPDX-License-Identifier: Apache-2.0
// The BIFs of distribution that net_kernel, dist_util and a distribution controller call (erlang(3), "dist_ctrl_*";
// others are internal to OTP). bif_dist_signal.c performs the signals in packets from other nodes. We do not offer atom
// caches or fragments to other nodes, so each packet is one whole signal.
#include "bif/bif_dist.h"

#include "base/alloc.h"
#include "bif/bif_process.h"
#include "term/etf.h"
#include "term/ref.h"

// What we support, as bits of the distribution protocol. Mandatory: references, pids, ports, funs, floats, maps, atoms
// as all releases from 25 on encode them, and the handshake of these releases.
// By default also: monitors, monitors by name, Unicode I/O, short atoms, unlink ids; spawn requests, wide pids and
// ports, aliases.
#define FLAGS_MANDATORY ((i64)0x1070F94)
#define FLAGS_DEFAULT (FLAGS_MANDATORY | 0x6005028 | (i64)13 << 32)
enum { PASS_THROUGH = 112 };

term bif_get_dflags_0(struct process *p, term *a) {
  (void)p, (void)a;
  static const i64 flags[] = {FLAGS_DEFAULT, FLAGS_MANDATORY, FLAGS_DEFAULT, 0x802042, 0x2000};
  term t, *e = heap_tuple(HEAP, 6, &t);
  e[0] = atom_from_c("erts_dflags");
  for (u32 i = 0; i < 5; i++) e[1 + i] = make_small(flags[i]);
  return t;
}

static bool is_node_name(term t) {
  size_t n;
  const u8 *text = is_atom(t) ? atom_text(t, &n) : NULL;
  const u8 *at = text ? memchr(text, '@', n) : NULL;
  return at && at > text && at < text + n - 1 && !memchr(at + 1, '@', (size_t)(text + n - 1 - at));
}

term bif_setnode_2(struct process *p, term *a) {
  (void)p;
  i64 creation;
  struct process *kernel = registered_find(ATOM_net_kernel);
  if (!is_node_name(a[0]) || a[0] == ATOM_nonode_nohost || !bif_small(a[1], 1, UINT32_MAX, &creation) || node_alive() ||
      !kernel)
    return bif_badarg();
  node_set_name(a[0], (u32)creation);
  kernel->dist = true;
  node_tell(ATOM_nodeup, a[0], false, 0, NV);
  return ATOM_true;
}

static term handle(const struct node *n) { return ref_from_id(HEAP, n->id); }

term bif_new_connection_1(struct process *p, term *a) {
  (void)p;
  struct node *n = is_node_name(a[0]) && a[0] != etf_node_name ? node_get(a[0]) : NULL;
  if (!n) return bif_badarg();
  if (n->state == NODE_IDLE) node_pending(n);
  return handle(n);
}

term bif_abort_pending_connection_2(struct process *p, term *a) {
  if (a[0] == NV) return ATOM_true;
  if (!is_atom(a[0]) || !is_local_ref(a[1])) return bif_badarg();
  struct node *n = node_by_handle(a[1]);
  if (n && n->state == NODE_CONNECTED) return ATOM_false;
  if (n) node_down(n, ATOM_noconnection);
  return bif_after_exits(p, a, ATOM_true);
}

// erts_internal:create_dist_channel(Node, Controller, {Flags, Creation}) -> {ok, Handle} | badarg
term bif_create_dist_channel_3(struct process *p, term *a) {
  i64 flags, creation;
  struct process *kernel = registered_find(ATOM_net_kernel), *controller = process_find(a[1]);
  const struct node *other = node_first;
  while (other && other->controller != a[1]) other = other->next;
  struct node *n = is_node_name(a[0]) && a[0] != etf_node_name ? node_get(a[0]) : NULL;
  if (!node_alive() || !kernel || !controller || other || !n || n->state != NODE_PENDING || !is_tuple_of(a[2], 2))
    return ATOM_badarg;
  const term *e = tuple_elements(a[2]);
  if (!bif_small(e[0], 0, SMALL_MAX, &flags) || !bif_small(e[1], 0, UINT32_MAX, &creation) || ~flags & FLAGS_MANDATORY)
    return ATOM_badarg;
  if (!signal_send(NULL, kernel, tuple4(HEAP, ATOM_dist_ctrlr, a[1], a[0], p->pid))) return ATOM_system_limit;
  if (!node_connected(n, controller, (u64)flags, (u32)creation)) return ATOM_system_limit;
  return tuple2(HEAP, ATOM_ok, handle(n));
}

// --- The controller -------------------------------------------------------------------------------------------

// The connection that the caller controls; NULL: an exception was raised.
static struct node *controlled(const struct process *p, term handle) {
  struct node *n = node_by_handle(handle);
  if (!n) bif_badarg();
  else if (n->controller != p->pid) bif_error(ATOM_notsup), n = NULL;
  return n;
}

term bif_dist_ctrl_input_handler_2(struct process *p, term *a) {
  struct node *n = controlled(p, a[0]);
  if (!n) return NV;
  if (!is_local_pid(a[1])) return bif_badarg();
  n->input = a[1];
  return ATOM_ok;
}

term bif_dist_ctrl_get_data_1(struct process *p, term *a) {
  struct node *n = controlled(p, a[0]);
  if (!n) return NV;
  if (!n->first) return ATOM_none;
  size_t size = n->first->size;
  term data = binary_from(HEAP, n->first->data, size);
  if (data == NV) return bif_system_limit();
  node_packet_taken(n);
  n->out++;
  bif_bump((u32)(size / 64));
  data = cons(HEAP, data, NIL);
  return n->get_size ? tuple2(HEAP, make_small((i64)size), data) : data;
}

term bif_dist_ctrl_get_data_notification_1(struct process *p, term *a) {
  struct node *n = controlled(p, a[0]);
  if (!n) return NV;
  n->notify = true;
  node_notify(n);
  return ATOM_ok;
}

term bif_dist_ctrl_get_opt_2(struct process *p, term *a) {
  struct node *n = controlled(p, a[0]);
  if (!n) return NV;
  return a[1] == ATOM_get_size ? make_bool(n->get_size) : bif_badarg();
}

term bif_dist_ctrl_set_opt_3(struct process *p, term *a) {
  struct node *n = controlled(p, a[0]);
  if (!n) return NV;
  if (a[1] != ATOM_get_size || !atom_is_bool(a[2])) return bif_badarg();
  bool old = n->get_size;
  n->get_size = a[2] == ATOM_true;
  return make_bool(old);
}

term bif_dist_get_stat_1(struct process *p, term *a) {
  (void)p;
  const struct node *n = node_by_handle(a[0]);
  if (!n) return bif_badarg();
  return tuple4(HEAP, ATOM_ok, make_small((i64)n->in), make_small((i64)n->out), make_small((i64)n->queued));
}

// --- Packets from the other node -----------------------------------------------------------------------------

static bool take(struct node *n, const u8 *data, size_t size) {
  size_t used, used_too;
  struct etf_error error;
  if (*data++ != PASS_THROUGH) return false;
  size--;
  term control = etf_decode(HEAP, data, size, 0, &used, &error);
  if (control == NV) return false;
  term message = used < size ? etf_decode(HEAP, data + used, size - used, 0, &used_too, &error) : NV;
  return (used == size || (message != NV && used + used_too == size)) && dist_perform(n, control, message);
}

term bif_dist_ctrl_put_data_2(struct process *p, term *a) {
  if (a[0] == NV) return ATOM_ok; // called again after all exits are done
  struct node *n = node_by_handle(a[0]);
  if (!n) return bif_badarg();
  if (n->input != p->pid) return bif_error(ATOM_notsup);
  if (!is_binary(a[1])) return bif_trap_mfa(ATOM_spawnlink_dist, ATOM_put_data, 2, a[0], a[1]);
  size_t size;
  u8 *tmp = NULL;
  const u8 *data = binary_bytes(a[1], &size, &tmp);
  if (!data) return bif_system_limit();
  n->in++;
  term controller = n->controller;
  bool good = size == 0 || take(n, data, size);
  if (tmp) mem_free(tmp, size, MEM_SYSTEM);
  bif_bump((u32)(size / 64));
  if (!good && !ctx.heap.exhausted)
    return bif_trap_mfa(ATOM_spawnlink_dist, ATOM_damaged, 3, controller, n->name, a[1]);
  return bif_after_exits(p, a, ATOM_ok);
}

// --- process_flag({monitor_nodes, Options}, Boolean) ------------------------------------------------------------

// Reads one option of net_kernel:monitor_nodes into bits. False: it is no such option.
static bool option(term key, term value, u32 *bits) {
  u32 bit = key == ATOM_connection_id ? NODES_ID : key == ATOM_nodedown_reason ? NODES_REASON : 0;
  if (bit) return *bits |= value == ATOM_true ? bit : 0, atom_is_bool(value);
  u32 kinds = value == ATOM_visible  ? NODES_VISIBLE
              : value == ATOM_hidden ? NODES_HIDDEN
              : value == ATOM_all    ? NODES_VISIBLE | NODES_HIDDEN
                                     : 0;
  *bits |= kinds;
  return key == ATOM_node_type && kinds;
}

// Reads [] or a map, which net_kernel makes of the list of options; the key `list` says that there was a list.
static bool options_of(term t, u32 *bits) {
  *bits = 0;
  if (!is_map(t)) return t == NIL;
  struct map_iter it;
  term key, value;
  *bits = NODES_MAP;
  for (map_iter_init(&it, t); map_iter_next(&it, &key, &value);)
    if (!(key == ATOM_list && value == ATOM_true) && !option(key, value, bits)) return false;
  if (map_get(t, ATOM_list) != NV) *bits &= ~(u32)NODES_MAP;
  return true;
}

term dist_monitor_nodes(struct process *p, term options, term on) {
  u32 bits;
  i64 count = 0;
  if (!atom_is_bool(on) || !options_of(options, &bits)) return bif_badarg();
  for (struct monitor *m = p->links.own, *next; m; m = next) {
    next = m->own_next;
    if (m->kind != MONITOR_NODES || m->object != make_small(bits)) continue;
    count++;
    if (on == ATOM_false) monitor_remove(m);
  }
  if (on == ATOM_true && !monitor_add(ref_next_id(), p, node_watched(), MONITOR_NODES, make_small(bits), NV, NV))
    return bif_system_limit();
  return make_small(count);
}
