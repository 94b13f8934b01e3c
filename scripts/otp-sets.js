// SPDX-License-Identifier: Apache-2.0
//
// Which modules of OTP go in which pack (scripts/otp-pack.js). A module that a release does not have is left out of its
// packs: the lists are for all releases from 25 on. What is in none of the small packs is in `full`, which has
// everything.

/** What a bare VM starts with, and what a first call and a line of text as output need. A page waits for it. */
const FIRST = {
  kernel: 'error_handler logger_config',
  stdlib: 'io io_lib io_lib_format lists maps timer unicode',
  spawnlink: 'spawnlink_init spawnlink_io spawnlink_log spawnlink_code spawnlink_js spawnlink_sup spawnlink_native js',
};

/**
 * What OTP's behaviours need, the data structures that most programs use, terms as output and reports of crashes:
 * io_lib_pretty asks epp for its default encoding, and erl_scan with erl_features whether an atom is a reserved word,
 * which look at what init was given.
 */
const BASE = {
  erts: 'erlang erts_internal init prim_eval persistent_term atomics counters zlib',
  kernel: 'application application_controller code error_logger logger logger_backend logger_filters logger_formatter',
  stdlib: `binary calendar epp erl_anno erl_features erl_scan gb_sets gb_trees gen gen_event gen_server gen_statem
    io_lib_pretty math orddict ordsets proc_lib proplists queue sets string supervisor sys unicode_util`,
  spawnlink: 'spawnlink_applications spawnlink_erlang spawnlink_zlib spawnlink_keeper',
};

/**
 * The compiler and erl_eval with the parts of stdlib they need: what an editor in a page, or a shell, asks for besides
 * those.
 */
const COMPILER = {
  compiler: '*',
  stdlib: `array beam_lib digraph digraph_utils erl_bits erl_error erl_eval erl_expand_records erl_internal erl_lint
    erl_parse erl_pp eval_bits filename io_lib_fread otp_internal`,
  kernel: 'file',
  spawnlink: 'spawnlink_cli',
};

/** Of the compiler application, what only its own developers, or rare options, ask for. */
const COMPILER_WITHOUT = new Set([
  'beam_disasm',
  'beam_listing',
  'beam_ssa_lint',
  'beam_ssa_pp',
  'beam_core_to_ssa_pp',
  'core_lint',
  'core_parse',
  'core_pp',
  'core_scan',
  'cerl_inline',
  'v3_kernel_pp',
  'sys_core_prepare',
  'cerl_prettypr',
]);

/** The applications `full` starts with; the others of the OTP root follow. */
export const FULL = ['erts', 'kernel', 'stdlib', 'compiler', 'syntax_tools', 'parsetools'];

/**
 * @param {'first' | 'base' | 'compiler' | 'full'} set
 * @returns {(application: string, module: string) => boolean} whether the set has a module
 */
export function inSet(set) {
  if (set === 'full') return () => true;
  const lists = Object.entries({ first: FIRST, base: BASE, compiler: COMPILER }[set]).map(([name, modules]) => [
    name,
    new Set(modules.split(/\s+/)),
  ]);
  const wanted = new Map(/** @type {[string, Set<string>][]} */ (lists));
  return (application, module) => {
    const modules = wanted.get(application);
    return modules !== undefined && (modules.has(module) || (modules.has('*') && !COMPILER_WITHOUT.has(module)));
  };
}

/** Of the first pack, what is stored as it is: what every start needs is there before an inflate is. */
export const PLAIN = 'spawnlink_init spawnlink_log logger_config spawnlink_js error_handler'.split(' ');

/**
 * Of a full pack, what a VM that boots loads, in that order, and what OTP's shell loads next: a boot inflates no more
 * than that.
 */
export const BOOT = `erts.app kernel.app stdlib.app compiler.app syntax_tools.app parsetools.app sasl.app
  spawnlink.app start_clean.boot spawnlink_boot init erlang erl_prim_loader prim_file spawnlink_prim_file
  error_handler application application_controller application_master code code_server erl_eval erl_lint erl_parse
  error_logger ets file filename file_server file_io_server gen gen_event gen_server heart kernel logger
  logger_filters logger_server logger_backend logger_config logger_simple_h lists proc_lib supervisor logger_proxy
  logger_olp queue proplists os spawnlink_erlang peer beam_lib binary gb_sets gb_trees unicode erl_features
  standard_error supervisor_bridge spawnlink_port inet_db inet_config inet_udp inet prim_inet inet_parse rpc
  net_kernel global rand maps erl_distribution global_group erpc user_sup user_drv user gen_statem prim_tty
  spawnlink_prim_tty re spawnlink_re io group edlin logger_sup io_lib edlin_key io_lib_format logger_handler_watcher
  kernel_config kernel_refc erl_signal_handler logger_formatter logger_std_h logger_h_common c orddict raw_file_io
  spawnlink_js erts_internal shell shell_default filelib epp erl_scan erl_anno erl_internal io_lib_pretty string
  unicode_util edlin_expand spawnlink_tty_sl`.split(/\s+/);
