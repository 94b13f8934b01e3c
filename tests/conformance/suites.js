// SPDX-License-Identifier: Apache-2.0
// Which of OTP's suites are run, and which calls make a case one that a single VM without ports cannot pass.

/** By application, in the order of the report. When a release lacks a suite, it is left out. */
export const SUITES = {
  emulator: `a after beam beam_literals bif big binary bs_bincomp bs_bit_binaries bs_construct bs_match_bin
    bs_match_int bs_match_misc bs_match_tail bs_utf code counters atomics decode_packet exception float fun gc guard
    hash hibernate list_bif map match_spec message_queue_data module_info multi_load nested nofrag num_bif op
    persistent_term process receive ref register send_term signal monitor erl_link small statistics system_info time
    timer_bif tuple unique`.split(/\s+/),
  stdlib: `argparse array base64 beam_lib binary_module c calendar dets dict digraph digraph_utils edlin_context
      edlin_expand epp erl_anno erl_eval erl_expand_records erl_internal erl_lint erl_pp erl_scan error_logger_h
      escript ets ets_tough file_sorter filelib filename fixtable format gen_event gen_fsm gen_server gen_statem graph
      id_transform io io_ansi io_proto json lists log_mf_h maps math ms_transform proc_lib proplists qlc queue rand
      random re records select sets shell shell_docs shell_docs_markdown sigils sofs stdlib string supervisor
      supervisor_bridge sys tar timer timer_simple unicode unicode_util uri_string y2k zip zstd`.split(/\s+/),
  kernel:
    `application code disk_log erl_prim_loader erpc error_handler error_logger error_logger_warn file file_name global
      global_group group init kernel kernel_config logger logger_disk_log_h logger_env_var logger_filters
      logger_formatter logger_legacy logger_olp logger_proxy logger_simple_h logger_std_h logger_stress multi_load os
      pdict pg prim_file ram_file rpc standard_error wrap_log_reader zlib`.split(/\s+/),
  compiler: `andor apply beam_block beam_bounds beam_debug_info beam_disasm beam_doc beam_except beam_jump beam_reorder
      beam_ssa beam_ssa_check beam_type beam_types beam_utils beam_validator bif bs_bincomp bs_bit_binaries
      bs_construct bs_match bs_size_expr bs_utf compilation compile core core_alias core_fold error float fun guard
      inline lc map match maybe mc misc native_record overridden_bif random_code receive record regressions trycatch
      warnings zlc`.split(/\s+/),
  syntax_tools: ['merl', 'syntax_tools'],
  parsetools: ['leex', 'yecc'],
  eunit: ['eunit'],
  mnesia: ['mnesia'],
  xmerl: ['xmerl', 'xmerl_sax', 'xmerl_sax_stream', 'xmerl_xsd'],
};

/** The folder with the suites of an application in OTP's source. @param {string} group */
export const sourceOf = (group) => (group === 'emulator' ? 'erts/emulator/test' : `lib/${group}/test`);

/**
 * Every suite with a unique key: its name, or APPLICATION/NAME when an earlier application has a suite of that name.
 * @type {{group: string, name: string, key: string}[]}
 */
export const ALL = [];
for (const [group, list] of Object.entries(SUITES)) {
  for (const name of list)
    ALL.push({ group, name, key: ALL.some((other) => other.name === name) ? `${group}/${name}` : name });
}

// Flags that a suite needs: its module uses a feature that is off by default.
export const FLAGS = { erl_eval: ['-enable-feature', 'maybe_expr'], maybe: ['-enable-feature', 'maybe_expr'] };

// A case that calls one of these, directly or through the suite's own functions, needs more than one VM: [module,
// function or *, reason]
export const NEEDS = [
  ['peer', '*', 'starts another node'],
  ['slave', '*', 'starts another node'],
  ['test_server', 'start_peer', 'starts another node'],
  ['test_server', 'start_node', 'starts another node'],
  ['net_kernel', '*', 'distribution'],
  ['erl_ddll', '*', 'loads a driver'],
  ['erlang', 'load_nif', 'loads a NIF'],
  ['gen_tcp', '*', 'sockets'],
  ['gen_udp', '*', 'sockets'],
  ['socket', '*', 'sockets'],
  ['erlang', 'trace', 'tracing'],
  ['erlang', 'trace_pattern', 'tracing'],
  ['dbg', '*', 'tracing'],
  ['seq_trace', '*', 'tracing'],
  ['erl_tracer', '*', 'tracing'],
  ['erts_debug', 'breakpoint', 'tracing'],
];
