// SPDX-License-Identifier: Apache-2.0
// The modules OTP has inside the emulator, in the order erlang:pre_loaded/0 tells them.
#ifndef BIF_BIF_CODE_H
#define BIF_BIF_CODE_H

#define PRELOADED_MODULES {ATOM_persistent_term, ATOM_counters, ATOM_atomics, ATOM_erts_dirty_process_signal_handler, \
  ATOM_erts_literal_area_collector, ATOM_erl_tracer, ATOM_erts_internal, ATOM_erlang, ATOM_erl_prim_loader, ATOM_prim_zip, \
  ATOM_prim_net, ATOM_prim_socket, ATOM_socket_registry, ATOM_zlib, ATOM_prim_file, ATOM_prim_inet, ATOM_prim_eval, \
  ATOM_prim_buffer, ATOM_init, ATOM_erl_init, ATOM_erts_code_purger}

void code_bif_close(void);

#endif
