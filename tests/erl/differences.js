// SPDX-License-Identifier: Apache-2.0
//
// Lines in which later releases of OTP differ from OTP 25 and the VM answers as 25 does. A line that differs for one of
// these reasons counts as skipped, and run.js prints how many there were for each. `since` is the first release that
// differs, `until` the first that does no more; `line` matches erl's line.

/**
 * Since OTP 26, maps of up to 32 keys order atoms by their numbers, that is, by the order in which they were loaded, on
 * which no program can rely.
 */
const keyOrder = (theirs, ours) => theirs.includes('#{') && [...theirs].sort().join('') === [...ours].sort().join('');

const DIFFERENCES = [
  { since: 26, why: 'order of atom keys in small maps, by the numbers of the atoms', test: keyOrder },
  {
    since: 26,
    why: 'iteration order of maps:fold and the like over atom keys',
    module: 'term_maps',
    line: /^\[\{\[120\],y\}/,
  },
  {
    since: 26,
    module: 'ets_random',
    line: /^bag \d+: results/,
    why: 'a digest over results that hold maps with atom keys',
  },
  {
    since: 26,
    module: 'number_arith',
    line: /./,
    from: /^CRASH error:system_limit/,
    why: 'a shift beyond 2^22 bits is a system_limit',
  },
  {
    since: 29,
    module: 'number_arith',
    line: /^-?\d+ .*\d\.\d+(e-?\d+)?\}$/,
    why: 'big integers become the nearest float',
  },
  { since: 26, module: 'binary_module', line: /^binary:referenced_byte_size/, why: 'size of what is allocated' },
  {
    since: 27,
    until: 28,
    module: 'chardata',
    line: /^7bit false/,
    why: 'unicode:bin_is_7bit/1 of OTP 27 is false for every binary that has bytes; in 25 and 29 it is not',
  },
  { since: 26, module: 'bits_errors', line: /^40: /, why: 'which of two bad fields is told' },
  { since: 26, module: 'ets_basic', line: /cause => (position|default)/, why: 'cause of a badarg' },
  { since: 29, module: 'ets_basic', line: /^new: ok/, why: 'an option of ets:new that 29 knows' },
  {
    since: 26,
    module: 'sizes',
    line: /^append_nothing: \[false/,
    why: 'whether a binary that gets nothing appended is copied',
  },
  {
    since: 26,
    module: 'sizes',
    line: /^erased_binaries: false/,
    why: 'when the binaries of erased persistent terms are given back',
  },
  {
    since: 26,
    module: 'process_state',
    line: /^backtrace_matching /,
    why: 'what a stack trace shows of a binary that is being matched: the rest of it, where 25 says #MatchState',
  },
  {
    since: 26,
    module: 'info_items',
    line: /time_offset|time_warp_mode|tolerant_timeofday|cpu_quota|halt_flush_timeout/,
    why: 'facts about the emulator',
  },
  { since: 26, module: 'system_test', line: /fun_info.*pid|cpu_quota/, why: 'facts about the emulator' },
  {
    since: 26,
    module: 'term_errors',
    line: /external_size|list_to_port|display_string|is_record/,
    why: 'arguments that 25 refuses',
  },
  { since: 26, module: 'term_external', line: /^#Port</, why: 'ports have a newer external format' },
  {
    since: 29,
    module: 'signal_cases',
    line: /^(bad|exit_2) /,
    why: 'exit/2 and link/1 take options and ports that 25 refuses',
  },
  { since: 29, module: 'teardown', line: /^link_dead_twice/, why: 'linking to a dead process twice gives one signal' },
  { since: 29, module: 'rules_test', line: /^A7 /, why: 'linking to a dead process twice gives one signal' },
  { since: 29, module: 're_test', line: /^\{ucp,/, why: 'a newer Unicode in PCRE2' },
];

/** Modules that a release cannot run. Release 0 is the installed one, 25 or later. */
const UNFIT = [
  { since: 29, module: 'bits_old', why: 'instructions that OTP 29 refuses' },
  { since: 28, module: 're_error_test', why: 'what a newer PCRE2 says of bad patterns' },
  ...['ops', 'terms', 'move', 'eval', 'other'].map((name) => ({
    until: 29,
    module: `record_${name}`,
    why: 'native records came with OTP 29',
  })),
  { until: 28, module: 'signal_priority', why: 'priority messages came with OTP 28' },
  { until: 28, module: 'debugger', why: 'the debugger of the emulator came with OTP 28' },
];

/** Why a release does not run a module; undefined if it does. */
export const unfit = (release, module) =>
  UNFIT.find((one) => one.module === module && (one.until ? (release || 25) < one.until : release >= one.since))?.why;

/**
 * For one run of a module: returns a function that gives the known reason why two lines differ, or undefined.
 * @param {number} release @param {string} module
 */
export function known(release, module) {
  const open = new Set();
  return (theirs = '', ours = '') => {
    const found = DIFFERENCES.find((one) => {
      if (release < one.since || release >= (one.until ?? Infinity) || (one.module && one.module !== module))
        return false;
      if (one.test) return one.test(theirs, ours);
      if (one.from?.test(theirs)) open.add(one);
      return one.from ? open.has(one) : one.line.test(theirs);
    });
    return found?.why;
  };
}
