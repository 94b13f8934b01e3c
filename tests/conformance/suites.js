// SPDX-License-Identifier: Apache-2.0
// Which of OTP's suites are run, and which uses of the machine make a case one that no single VM without ports can
// pass.

export const SUITES = {
  emulator: `a after beam beam_literals bif big binary bs_bincomp bs_bit_binaries bs_construct bs_match_bin bs_match_int
    bs_match_misc bs_match_tail bs_utf code counters atomics decode_packet exception float fun gc guard hash
    hibernate list_bif
    map match_spec message_queue_data module_info multi_load nested nofrag num_bif op persistent_term process receive
    ref
    register send_term signal monitor erl_link small statistics system_info time timer_bif tuple unique`.split(/\s+/),
  stdlib: `array base64 binary_module calendar dict digraph epp erl_eval erl_lint erl_pp erl_scan ets filename gen_event
    gen_server gen_statem io io_proto lists maps math ms_transform proc_lib proplists queue rand re sets sofs string
    supervisor
    sys timer unicode unicode_util uri_string zip beam_lib`.split(/\s+/),
  kernel: ['zlib'],
};

export const SOURCE = { emulator: 'erts/emulator/test', stdlib: 'lib/stdlib/test', kernel: 'lib/kernel/test' };

// What a suite wants on the command line. Its module has a feature that is off unless asked for.
export const FLAGS = { erl_eval: ['-enable-feature', 'maybe_expr'] };

// A case that calls one of these, itself or through the suite's own functions, is not a single-node case. [module,
// function or *, why]
export const NEEDS = [
  ['peer', '*', 'starts another node'],
  ['slave', '*', 'starts another node'],
  ['test_server', 'start_peer', 'starts another node'],
  ['test_server', 'start_node', 'starts another node'],
  ['net_kernel', '*', 'distribution'],
  ['erlang', 'open_port', 'starts a program'],
  ['erl_ddll', '*', 'loads a driver'],
  ['erlang', 'load_nif', 'loads a NIF'],
  ['os', 'cmd', 'starts a program'],
  ['erlang', 'trace', 'tracing'],
  ['erlang', 'trace_pattern', 'tracing'],
  ['dbg', '*', 'tracing'],
  ['seq_trace', '*', 'tracing'],
  ['erl_tracer', '*', 'tracing'],
  ['erts_debug', 'breakpoint', 'tracing'],
];
