// SPDX-License-Identifier: Apache-2.0
// Tracing, profiling and dynamic probes, which the VM does not have. Queries answer that nothing is traced, switching
// off succeeds, and switching on fails with notsup.
#include "bif/bif.h"
#include "gen/bifs.h"
#include "process/signal.h"
#include "term/etf.h"
#include "term/ref.h"

// erts_internal:trace(What, How, Flags): returns how many processes it applied to.
term bif_trace_3(struct process *p, term *a) {
  (void)p;
  if (!atom_is_bool(a[1])) return bif_badarg();
  return a[1] == ATOM_false ? make_small(0) : bif_notsup("erlang:trace/3");
}

term bif_trace_pattern_3(struct process *p, term *a) {
  (void)p;
  return a[1] == ATOM_false ? make_small(0) : bif_notsup("erlang:trace_pattern/3");
}

term bif_trace_info_2(struct process *p, term *a) {
  (void)p;
  if (!is_atom(a[1])) return bif_badarg();
  if (is_tuple_of(a[0], 3)) {
    const term *mfa = tuple_elements(a[0]);
    if (!is_atom(mfa[0]) || !is_atom(mfa[1]) || !is_small(mfa[2])) return bif_badarg();
    const struct export *e = export_find(mfa[0], mfa[1], (u32)small_val(mfa[2]));
    return tuple2(HEAP, a[1], e && export_defined(e) ? ATOM_false : ATOM_undefined);
  }
  if (a[0] == ATOM_on_load) return tuple2(HEAP, a[1], ATOM_false);
  if (!is_pid(a[0]) && !is_port(a[0]) && !is_atom(a[0])) return bif_badarg();
  return tuple2(HEAP, a[1], NIL);
}

// There are no trace messages, so they have all been delivered.
term bif_trace_delivered_1(struct process *p, term *a) {
  if (!is_pid(a[0]) && a[0] != ATOM_all) return bif_badarg();
  term ref = ref_new(HEAP);
  if (!signal_send(p, p, tuple3(HEAP, ATOM_trace_delivered, a[0], ref))) return bif_system_limit();
  return ref;
}

term bif_seq_trace_2(struct process *p, term *a) {
  (void)p;
  if (a[0] == ATOM_sequential_trace_token && a[1] == NIL) return NIL;
  return bif_notsup("erlang:seq_trace/2");
}
term bif_seq_trace_info_1(struct process *p, term *a) {
  (void)p;
  return is_atom(a[0]) ? tuple2(HEAP, a[0], NIL) : bif_badarg();
}
term bif_seq_trace_print_1(struct process *p, term *a) {
  (void)p, (void)a;
  return ATOM_false;
}
term bif_seq_trace_print_2(struct process *p, term *a) { return bif_seq_trace_print_1(p, a); }

term bif_system_monitor_0(struct process *p, term *a) {
  (void)p, (void)a;
  return ATOM_undefined;
}
term bif_system_monitor_1(struct process *p, term *a) {
  (void)p;
  return a[0] == ATOM_undefined ? ATOM_undefined : bif_notsup("erlang:system_monitor/1");
}
term bif_system_monitor_2(struct process *p, term *a) {
  (void)p;
  return a[0] == ATOM_undefined || a[1] == NIL ? ATOM_undefined : bif_notsup("erlang:system_monitor/2");
}
term bif_system_profile_2(struct process *p, term *a) {
  (void)p;
  return a[0] == ATOM_undefined ? ATOM_undefined : bif_notsup("erlang:system_profile/2");
}

// Tags of dynamic probes, which are arguments of file operations.
term bif_dt_undefined_0(struct process *p, term *a) {
  (void)p, (void)a;
  return ATOM_undefined;
}
term bif_dt_undefined_1(struct process *p, term *a) {
  (void)p, (void)a;
  return ATOM_undefined;
}
term bif_dt_true_1(struct process *p, term *a) {
  (void)p, (void)a;
  return ATOM_true;
}
term bif_dt_same_1(struct process *p, term *a) {
  (void)p;
  return a[0];
}

// --- Small BIFs that other modules of kernel call ---------------------------------------------------

term bif_one_arg_false(struct process *p, term *a) {
  (void)p, (void)a;
  return ATOM_false;
}
term bif_two_args_false(struct process *p, term *a) { return bif_one_arg_false(p, a); }
term bif_warning_map_0(struct process *p, term *a) {
  (void)p, (void)a;
  return ATOM_warning;
}
term bif_printable_range_0(struct process *p, term *a) {
  (void)p, (void)a;
  return ATOM_latin1;
}
term bif_get_creation_0(struct process *p, term *a) {
  (void)p, (void)a;
  return etf_creation ? make_small(etf_creation) : ATOM_undefined;
}
term bif_no_aux_work_threads_0(struct process *p, term *a) {
  (void)p, (void)a;
  return make_small(2); // the scheduler, and one that only OTP has a use for
}
term bif_system_check_1(struct process *p, term *a) {
  (void)p;
  return a[0] == ATOM_schedulers ? ATOM_ok : bif_badarg();
}
term bif_dflag_unicode_io_1(struct process *p, term *a) {
  (void)p;
  return is_pid(a[0]) ? ATOM_true : bif_badarg();
}
