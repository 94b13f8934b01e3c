// SPDX-License-Identifier: Apache-2.0
// Timer BIFs: send_after, start_timer, cancel_timer, read_timer. Times are milliseconds; a timer never
// fires early.
#include "bif/bif_process.h"
#include "bif/bif_time.h"
#include "base/hostcalls.h"
#include "process/signal.h"
#include "process/timer.h"
#include "term/ref.h"

#define LONGEST_MS ((i64)1 << 43) // as in OTP, whose clock ends there

static term bad_time(void) {
  bif_badarg();
  term pairs[] = {ATOM_cause, ATOM_time, ATOM_module, ATOM_erl_erts_errors};
  ctx.fault_info = map_from_pairs(HEAP, pairs, 2);
  return NV;
}

static bool abs_option(term list, bool *is_abs) {
  for (; is_cons(list); list = tl(list)) {
    if (!is_tuple_of(hd(list), 2)) return false;
    term *e = tuple_elements(hd(list));
    if (e[0] != ATOM_abs || !atom_is_bool(e[1])) return false;
    *is_abs = e[1] == ATOM_true;
  }
  return list == NIL;
}

static term start(term *a, term options, bool wrap) {
  bool is_abs = false;
  i64 ms;
  if (!abs_option(options, &is_abs)) return bif_badopt();
  if (!is_local_pid(a[1]) && !is_atom(a[1])) return bif_badarg();
  if (!bif_small(a[0], is_abs ? -LONGEST_MS : 0, LONGEST_MS, &ms)) return bad_time();
  if (is_abs && ms < time_start_ns() / 1000000) return bad_time(); // before the VM started
  struct process *to = process_find(a[1]);
  if (is_local_pid(a[1]) && !to) return ref_new(HEAP); // never fires
  u64 at = is_abs ? (u64)(ms < 0 ? 0 : ms) * 1000 : host_monotonic_us() + (u64)ms * 1000;
  u64 id = timer_start(to, to ? NV : a[1], at, a[2], wrap);
  return id ? ref_from_id(HEAP, id) : bif_system_limit();
}

term bif_send_after_3(struct process *p, term *a) { return (void)p, start(a, NIL, false); }
term bif_send_after_4(struct process *p, term *a) { return (void)p, start(a, a[3], false); }
term bif_start_timer_3(struct process *p, term *a) { return (void)p, start(a, NIL, true); }
term bif_start_timer_4(struct process *p, term *a) { return (void)p, start(a, a[3], true); }

struct timer_options {
  bool async, info;
};

static bool timer_options(term list, struct timer_options *o, bool is_cancel) {
  o->async = false;
  o->info = true;
  for (; is_cons(list); list = tl(list)) {
    if (!is_tuple_of(hd(list), 2)) return false;
    term *e = tuple_elements(hd(list));
    if (!atom_is_bool(e[1])) return false;
    if (e[0] == ATOM_async) o->async = e[1] == ATOM_true;
    else if (e[0] == ATOM_info && is_cancel) o->info = e[1] == ATOM_true;
    else return false;
  }
  return list == NIL;
}

static term look(struct process *p, term ref, term options, bool is_cancel) {
  struct timer_options o;
  if (!timer_options(options, &o, is_cancel) || !is_ref(ref)) return bif_badarg();
  struct timer *t = is_local_ref(ref) ? timer_find(ref_id(ref)) : NULL;
  term left = t ? make_small((i64)timer_left_ms(t)) : ATOM_false;
  if (t && is_cancel) timer_cancel(t);
  if (o.async && o.info && !signal_send(p, p, tuple3(HEAP, is_cancel ? ATOM_cancel_timer : ATOM_read_timer, ref, left)))
    return bif_system_limit();
  return o.async || !o.info ? ATOM_ok : left;
}

term bif_cancel_timer_1(struct process *p, term *a) { return look(p, a[0], NIL, true); }
term bif_cancel_timer_2(struct process *p, term *a) { return look(p, a[0], a[1], true); }
term bif_read_timer_1(struct process *p, term *a) { return look(p, a[0], NIL, false); }
term bif_read_timer_2(struct process *p, term *a) { return look(p, a[0], a[1], false); }
