// SPDX-License-Identifier: Apache-2.0
//
// Which modules of OTP go into which pack (scripts/otp-pack.js). The lists serve all releases from 25 on; a module that
// a release does not have is left out of its packs. The set `full` has all modules.

/** What a bare VM needs to start, to do a first call, and to print a line of text. A page waits for this pack. */
const FIRST = {
  kernel: 'error_handler logger_config',
  stdlib: 'io io_lib io_lib_format lists maps timer unicode',
  spawnlink: 'spawnlink_init spawnlink_io spawnlink_log spawnlink_code spawnlink_js spawnlink_sup spawnlink_native js',
};

/**
 * What OTP's behaviours need, the data structures that most programs use, output of terms, and crash reports. These
 * modules are connected: io_lib_pretty asks epp for its default encoding, and erl_scan asks erl_features whether an
 * atom is a reserved word, which looks at init's arguments.
 */
const BASE = {
  erts: 'erlang erts_internal init prim_eval persistent_term atomics counters zlib',
  kernel: 'application application_controller code error_logger logger logger_backend logger_filters logger_formatter',
  stdlib: `binary calendar epp erl_anno erl_features erl_scan gb_sets gb_trees gen gen_event gen_server gen_statem
    io_lib_pretty math orddict ordsets proc_lib proplists queue sets string supervisor sys unicode_util`,
  spawnlink: 'spawnlink_applications spawnlink_erlang spawnlink_zlib spawnlink_keeper spawnlink_js_sup',
};

/** What programs reach the network by, and what that needs of stdlib. */
const NETWORK = {
  stdlib: 'base64 uri_string',
  inets: '*',
};

/**
 * The compiler and erl_eval with the parts of stdlib that they need: an editor in a page, or a shell, needs this pack
 * too.
 */
const COMPILER = {
  compiler: '*',
  stdlib: `array beam_lib digraph digraph_utils erl_bits erl_error erl_eval erl_expand_records erl_internal erl_lint
    erl_parse erl_pp eval_bits filename io_lib_fread otp_internal`,
  kernel: 'file',
  spawnlink: 'spawnlink_cli spawnlink_compile spawnlink_eval',
};

/** The modules of the compiler application that only its own developers, or rare options, need. */
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

/** The applications that come first in `full`; the other applications of the OTP root follow. */
export const FULL = ['erts', 'kernel', 'stdlib', 'compiler', 'syntax_tools', 'parsetools'];

/**
 * @param {'first' | 'base' | 'network' | 'compiler' | 'full'} set
 * @returns {(application: string, module: string) => boolean} whether the set has a module
 */
export function inSet(set) {
  if (set === 'full') return () => true;
  const lists = Object.entries({ first: FIRST, base: BASE, network: NETWORK, compiler: COMPILER }[set]).map(
    ([name, modules]) => [name, new Set(modules.split(/\s+/))],
  );
  const wanted = new Map(/** @type {[string, Set<string>][]} */ (lists));
  return (application, module) => {
    const modules = wanted.get(application);
    return modules !== undefined && (modules.has(module) || (modules.has('*') && !COMPILER_WITHOUT.has(module)));
  };
}

/** The modules of the first pack that are stored uncompressed: every start needs them, before an inflate is loaded. */
export const PLAIN = 'spawnlink_init spawnlink_log logger_config spawnlink_js error_handler'.split(' ');

/**
 * The modules of a full pack that a VM loads when it boots, in that order, and then those that OTP's shell loads: so a
 * boot inflates no other blocks.
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
