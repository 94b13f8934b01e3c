// SPDX-License-Identifier: Apache-2.0
//
// Runs suites of tests in order and adds up their results: `node scripts/test.js [SUITE[/PART]...]`; without names all
// suites. A part is a room or a module of tests/erl (`erl/signals`, `erl-gc/term/term_maps`), a file of tests/js
// (`js/vm`) or a C test (`c/gc`). What the chosen suites need is built first. A suite that does not end, or ends
// without reporting how many tests it ran, has failed. The last line is `N passed, N failed`, and counts cases.

import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const node = process.execPath;
const tests = (folder, pattern) => readdirSync(folder).filter((name) => pattern.test(name));

const FETCH =
  'for what in "otp sid" "elixir bookworm" "elixir sid"; do scripts/fetch-$what || [ $? = 77 ] || exit 1; done';

/**
 * The builds that suites need, in the order in which they run; `needs` names them. A build that fails counts as a
 * failed case; otherwise it does not count.
 */
const BUILDS = [
  { name: 'native', command: ['scripts/build', 'native'] },
  { name: 'wasm', together: true, command: ['scripts/build', 'wasm', 'pack'] },
  { name: 'debug', command: ['scripts/build', 'debug'] },
  // Other releases of Erlang and Elixir; a suite that needs one which is not available is skipped and says so.
  { name: 'fetch', together: true, command: ['sh', '-c', FETCH] },
  { name: 'dist', command: ['scripts/build', 'dist'] },
];

/** A suite of tests/erl/run.js: runs the given rooms, or all, unless parts are named. */
const erl = (name, needs, args, rooms = []) => ({
  name,
  needs,
  parts: 'a room or a module of tests/erl',
  isPart: (part) => {
    const [room, module] = part.split('/');
    return existsSync(`tests/erl/${room}`) && (module === undefined || existsSync(`tests/erl/${room}/${module}.erl`));
  },
  command: (parts) => [node, 'tests/erl/run.js', ...args, ...(parts.length > 0 ? parts : rooms)],
});
const modes = (...names) => names.flatMap((name) => ['--mode', name]);
const runner = (name, needs, ...args) => ({ name, needs, command: () => [node, `tests/${name}/run.js`, ...args] });

// The output of a `quiet` suite is printed only when it fails. Consecutive suites marked `together` run at the same
// time, because they mostly wait. A suite marked `asserts` counts assertions and is itself one case.
const SUITES = [
  { name: 'layers', command: () => ['scripts/check-layers'], quiet: true },
  { name: 'operands', command: () => ['scripts/check-operands'], quiet: true },
  { name: 'collects', command: () => ['scripts/check-collects'], quiet: true },
  { name: 'seam', command: () => ['scripts/check-seam'], quiet: true },
  { name: 'form', command: () => ['scripts/check-form'], quiet: true },
  { name: 'names', command: () => ['scripts/check-names'], quiet: true },
  ...tests('tests/c', /^test_\w+\.c$/).map((file) => ({
    name: `c/${file.slice('test_'.length, -2)}`,
    needs: ['native'],
    command: () => [`build/native/${file.slice(0, -2)}`],
    quiet: true,
    asserts: true,
  })),
  erl('erl', ['native', 'wasm'], []),
  // The libraries and compilers of later releases, compared with their own erl.
  erl('erl-trixie', ['wasm'], ['--otp', 'trixie', ...modes('wasm')]),
  erl('erl-sid', ['wasm', 'fetch'], ['--otp', 'sid', ...modes('wasm')]),
  erl('erl-records', ['native', 'fetch'], ['--otp', 'sid', ...modes('native', 'gc-stress')], ['record']),
  {
    name: 'js',
    needs: ['wasm', 'debug', 'fetch', 'dist'],
    parts: 'a file tests/js/PART.test.js',
    isPart: (part) => existsSync(`tests/js/${part}.test.js`),
    // One file needs the bundles only where it says so. It uses those other releases that were fetched before.
    partNeeds: (part) => (part === 'otp' ? ['wasm', 'dist'] : ['wasm']),
    command: (parts) => [node, 'node_modules/jest/bin/jest.js', ...parts.map((part) => `tests/js/${part}.test.js`)],
  },
  // The wasm that has assertions and the heap verifier.
  erl('erl-debug', ['wasm', 'debug'], modes('debug'), ['signals', 'term']),
  // Elixir on the libraries of OTP 25, and the newest Elixir on those of OTP 29.
  { ...runner('elixir', ['native', 'wasm', 'fetch']), together: true },
  { ...runner('elixir', ['native', 'wasm', 'fetch'], 'sid'), name: 'elixir-sid', together: true },
  // Two nodes; one of them, both or neither is erl.
  { ...runner('nodes', ['native', 'wasm']), together: true },
  // Processes and signals with slices so short that a process can be scheduled out at every call.
  erl('erl-slices', ['native'], modes('slice=1', 'slice=3', 'slice=7'), ['interp', 'process', 'signals', 'otp']),
  // A collection at every possible point: a term that is not a root does not survive it.
  erl('erl-gc', ['native'], modes('gc-stress'), ['interp', 'term', 'binary', 'signals']),
  // Every collection in portions, between which other processes run.
  erl('erl-portions', ['native'], modes('gc-portion=100'), ['process', 'signals']),
  // Runs long operations one at a time and checks that no tick keeps the host waiting.
  runner('budget', ['wasm']),
  // Runs a program again and again; memory runs out at each of its allocations in turn.
  runner('failures', ['native']),
  // Random programs and leak tests with small numbers; `npm run soak` has the full ones.
  runner('soak', ['native', 'wasm'], ...modes('native', 'slice=2', 'wasm')),
  runner('leak', ['wasm']),
  ...['examples', 'package', 'recipes'].map((name) => runner(name, ['wasm', 'dist'])),
  // The playground, in Chromium.
  runner('web', ['wasm', 'dist']),
  { name: 'size', needs: ['wasm', 'dist'], command: () => ['scripts/check-size'] },
];

/** Says which names are not suites, and lists the suites. @param {string} why */
function refuse(why) {
  const names = [...new Set(SUITES.map(({ name }) => name.replace(/^c\/.*/, 'c')))];
  console.error(
    `scripts/test.js: ${why}\nsuites: ${names.join(' ')}\nC tests: ${SUITES.filter(({ asserts }) => asserts)
      .map(({ name }) => name)
      .join(' ')}\nparts, as in erl/signals, erl/term/term_maps, js/vm: see tests/README.md`,
  );
  process.exit(2);
}

/** The suites that the words name, each with its named parts, in the order of SUITES. */
function choose(words) {
  const chosen = new Map(words.length === 0 ? SUITES.map((suite) => [suite, []]) : []);
  const whole = new Set();
  for (const word of words) {
    const suites = SUITES.filter(({ name }) => name === word || name.startsWith(`${word}/`));
    const name = word.split('/')[0];
    const owner = SUITES.find((suite) => suite.name === name && suite.isPart);
    const part = word.slice(name.length + 1);
    if (suites.length === 0 && !owner) refuse(`there is no suite ${word}`);
    if (suites.length === 0 && !owner.isPart(part)) refuse(`${name} has no ${part}: a part of it is ${owner.parts}`);
    for (const suite of suites) {
      chosen.set(suite, []);
      whole.add(suite);
    }
    if (suites.length === 0 && !whole.has(owner)) chosen.set(owner, [...(chosen.get(owner) ?? []), part]);
  }
  return SUITES.filter((suite) => chosen.has(suite)).map((suite) => ({ ...suite, chosen: chosen.get(suite) }));
}

/** The builds that these suites need, followed by the suites. */
function plan(suites) {
  const needs = suites.flatMap(({ needs = [], partNeeds, chosen }) =>
    chosen.length > 0 && partNeeds ? chosen.flatMap(partNeeds) : needs,
  );
  const builds = BUILDS.filter(({ name }) => needs.includes(name));
  return [
    ...builds.map(({ name, ...rest }) => ({ ...rest, name: `build-${name}`, build: true })),
    ...suites.map((suite) => ({ ...suite, command: suite.command(suite.chosen) })),
  ];
}

const SANITIZERS = { ASAN_OPTIONS: 'detect_leaks=1:abort_on_error=0', UBSAN_OPTIONS: 'print_stacktrace=1' };
/** Lines that are not interesting when a suite has failed. */
const SUCCESS = /^\s*ok |^PASS |\u2713|, 0 failed|longest tick|: ok$|nothing left/;
const TALLY = /^\s*(?:\w+: )?(\d+) passed, (\d+) failed(?:, (\d+) skipped)?\s*$/;

// The longest time that a suite may take. On an idle machine with two cores, the slowest takes a tenth of it.
const LIMIT_MS = 15 * 60_000;

/** How many lines of a failed suite are repeated at the end. */
const NEWS = 60;

/** The counts in a suite's output: its last tally line, or Jest's own; undefined when there is none. */
function count(lines) {
  for (const line of lines.toReversed()) {
    const tally = TALLY.exec(line);
    if (tally) return { passed: Number(tally[1]), failed: Number(tally[2]), skipped: Number(tally[3] ?? 0) };
    const jest = /^Tests:\s+(?:.*?(\d+) failed, )?(?:.*?(\d+) passed, )?.*\d+ total$/.exec(line);
    if (jest) return { passed: Number(jest[2] ?? 0), failed: Number(jest[1] ?? 0) };
  }
  return undefined;
}

/** The process groups of running suites; they are killed when this program is interrupted. @type {Set<number>} */
const children = new Set();
function end(group) {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {} // it has ended
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => {
    children.forEach(end);
    process.exit(1);
  });

/** Runs a suite and prints its lines with its name in front, so that its tally is not taken for the total. */
function run({ name, command, quiet, build }) {
  return new Promise((resolve) => {
    const child = spawn(command[0], command.slice(1), {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...SANITIZERS, FORCE_COLOR: '0', ...process.env },
      detached: true,
    });
    children.add(child.pid);
    const lines = [];
    const show = (line) => process.stdout.write(`${name} | ${line}\n`);
    for (const stream of [child.stdout, child.stderr]) {
      let rest = '';
      const take = (line) => {
        lines.push(line);
        if (!quiet && line !== '') show(line);
      };
      stream.setEncoding('utf8');
      stream.on('data', (text) => {
        const parts = (rest + text).split(/\r?\n/);
        rest = parts.pop();
        parts.forEach(take);
      });
      stream.on('end', () => rest !== '' && take(rest));
    }
    let broken = '';
    // It has a process group of its own, so that all processes it has started end with it.
    const limit = setTimeout(() => {
      broken = `not finished after ${LIMIT_MS / 1000} s`;
      end(child.pid);
    }, LIMIT_MS);
    child.on('error', (error) => (broken = error.message));
    child.on('close', (status, signal) => {
      clearTimeout(limit);
      children.delete(child.pid);
      const result = count(lines) ?? { passed: 0, failed: 0 };
      if (!build && result.passed + result.failed + (result.skipped ?? 0) === 0)
        broken ||= 'ended without a count of its tests';
      // A suite that ended badly without naming a failed test (a crash, a sanitizer's report) has failed.
      if ((status !== 0 || broken) && result.failed === 0) result.failed = 1;
      if (quiet && result.failed > 0) lines.slice(-100).forEach(show);
      if (broken || signal) show(broken || `ended by ${signal}`);
      // Repeated at the very end, because of a long log often only the end is kept.
      if (result.failed > 0)
        result.news = [
          ...lines.filter((line) => line !== '' && !SUCCESS.test(line)).slice(-NEWS),
          ...(broken ? [broken] : []),
        ];
      resolve(result);
    });
  });
}

const begunAll = Date.now();
const total = { passed: 0, failed: 0, assertions: 0 };
/** @type {Map<string, string[]>} the output of suites that failed */
const failed = new Map();
/** The next suites that run at the same time. */
function* groups() {
  const group = [];
  for (const suite of plan(choose(process.argv.slice(2)))) {
    if (group.length > 0 && !(suite.together && group[0].together)) yield group.splice(0);
    group.push(suite);
  }
  if (group.length > 0) yield group;
}

/** Counts a suite of assertions as one case, and its assertions separately. */
function asCase(result) {
  const asserted = result.passed + result.failed;
  return {
    ...result,
    assertions: result.passed,
    passed: asserted > 0 && result.failed === 0 ? 1 : 0,
    failed: result.failed > 0 ? 1 : 0,
  };
}

/** @returns {string} the result of a suite, for its line */
function verdict({ build, asserts }, { passed, failed, assertions }) {
  if (build) return failed > 0 ? 'FAILED' : 'done';
  return `${passed} of ${passed + failed} passed${asserts ? `, ${assertions} assertions` : ''}`;
}

async function report(suite) {
  const begun = Date.now();
  let result = await run(suite);
  if (suite.build) result.passed = 0;
  if (suite.asserts) result = asCase(result);
  total.passed += result.passed;
  total.failed += result.failed;
  total.assertions += result.assertions ?? 0;
  if (result.failed > 0) failed.set(suite.name, result.news);
  console.log(`[test] ${suite.name}: ${verdict(suite, result)} (${((Date.now() - begun) / 1000).toFixed(1)} s)`);
}

for (const group of groups()) await Promise.all(group.map(report));
console.log(`[test] all: ${((Date.now() - begunAll) / 1000).toFixed(0)} s`);
for (const [name, lines] of failed) for (const line of lines) console.log(`${name} | ${line}`);
if (failed.size > 0) console.log(`[test] with failures: ${[...failed.keys()].join(' ')}`);
if (total.assertions > 0) console.log(`[test] assertions in C tests, not counted as cases: ${total.assertions}`);
console.log(`${total.passed} passed, ${total.failed} failed`);
// Running no test at all is a failure.
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
