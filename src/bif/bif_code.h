// SPDX-License-Identifier: Apache-2.0
// The modules OTP has inside the emulator, in the order erlang:pre_loaded/0 tells them.
#ifndef BIF_BIF_CODE_H
#define BIF_BIF_CODE_H

#include "term/term.h"

#define PRELOADED_MODULES {ATOM_persistent_term, ATOM_counters, ATOM_atomics, ATOM_erts_dirty_process_signal_handler, \
  ATOM_erts_literal_area_collector, ATOM_erl_tracer, ATOM_erts_internal, ATOM_erlang, ATOM_erl_prim_loader, ATOM_prim_zip, \
  ATOM_prim_net, ATOM_prim_socket, ATOM_socket_registry, ATOM_zlib, ATOM_prim_file, ATOM_prim_inet, ATOM_prim_eval, \
  ATOM_prim_buffer, ATOM_init, ATOM_erl_init, ATOM_erts_code_purger}

bool code_is_preloaded(term module);

// As code_load; but a module with an on_load function is kept apart until that has run (*on_load is set): it is not to
// be called yet but through erlang:call_on_load_function/1. NULL as code_load's.
struct module;
struct load_error;
struct module *code_load_pending(term name, const u8 *beam, size_t len, struct load_error *e, bool *on_load);
bool code_pend(struct module *m, bool ours); // a staged module waits for its on_load function, which our code server runs or OTP's; false: no memory
bool code_is_pending(term name); // its on_load function runs or has still to run
bool code_is_pending_here(term name); // and our code server sees to it

void code_bif_close(void);

#endif
