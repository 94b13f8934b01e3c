// SPDX-License-Identifier: Apache-2.0
//
// Runs the suites of tests in order and adds up what they report: `node scripts/test.js [SUITE...]`. A suite that does
// not exist yet is left out; one that ends without saying how many tests it ran, or does not end, has failed. The last
// line is `N passed, N failed`.

import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const node = process.execPath;
const tests = (folder, pattern) =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true })
        .filter((name) => pattern.test(name))
        .sort()
    : [];

// Each suite: when it exists, what to run. `builds` count one failure if they fail and nothing if they do not;
// `quiet` suites are printed only when they fail; those `together` in the list run at once: they mostly wait.
const SUITES = [
  { name: 'layers', command: ['scripts/check-layers'], quiet: true },
  { name: 'form', command: ['scripts/check-form'], quiet: true },
  { name: 'build-native', build: true, command: ['scripts/build', 'native'] },
  ...tests('tests/c', /^test_\w+\.c$/).map((file) => ({
    name: `c/${file.slice('test_'.length, -2)}`,
    command: [`build/native/${file.slice(0, -2)}`],
    quiet: true,
  })),
  { name: 'build-wasm', build: true, together: true, command: ['scripts/build', 'wasm', 'pack'] },
  // What later suites would fetch (tests in JavaScript boot these releases too); those skip in the open what cannot be
  // had.
  {
    name: 'fetch',
    build: true,
    together: true,
    command: [
      'sh',
      '-c',
      'for what in "otp sid" "elixir bookworm" "elixir sid"; do scripts/fetch-$what || [ $? = 77 ] || exit 1; done',
    ],
  },
  { name: 'build-dist', build: true, when: 'js/index.js', command: ['scripts/build', 'dist'] },
  { name: 'erl', when: 'tests/erl/run.js', command: [node, 'tests/erl/run.js'] },
  // The libraries and compilers of later releases, against their own erl.
  ...['trixie', 'sid'].map((suite) => ({
    name: `erl-${suite}`,
    when: 'tests/erl/run.js',
    command: [node, 'tests/erl/run.js', '--otp', suite, '--mode', 'wasm'],
  })),
  {
    name: 'erl-records',
    when: 'tests/erl/run.js',
    command: [node, 'tests/erl/run.js', '--otp', 'sid', '--mode', 'native', '--mode', 'gc-stress', 'record'],
  },
  {
    name: 'js',
    when: tests('tests/js', /\.test\.js$/).length > 0,
    command: [
      node,
      '--experimental-vm-modules',
      '--no-warnings',
      '--expose-gc',
      'node_modules/jest/bin/jest.js',
      '--config',
      'jest.config.js',
    ],
  },
  // Elixir on the libraries of OTP 25, and the newest on those of OTP 29.
  { name: 'elixir', together: true, when: 'tests/elixir/run.js', command: [node, 'tests/elixir/run.js'] },
  { name: 'elixir-sid', together: true, when: 'tests/elixir/run.js', command: [node, 'tests/elixir/run.js', 'sid'] },
  // Two nodes, of which one or both or none is erl.
  { name: 'nodes', together: true, when: 'tests/nodes/run.js', command: [node, 'tests/nodes/run.js'] },
  // Processes and signals again, where every call is a place to be scheduled out.
  {
    name: 'erl-slices',
    when: 'tests/erl/run.js',
    command: [
      node,
      'tests/erl/run.js',
      ...['slice=1', 'slice=3', 'slice=7'].flatMap((mode) => ['--mode', mode]),
      'interp',
      'process',
      'signals',
      'otp',
    ],
  },
  // A collection wherever there may be one: a term that nobody holds does not survive it.
  {
    name: 'erl-gc',
    when: 'tests/erl/run.js',
    command: [node, 'tests/erl/run.js', '--mode', 'gc-stress', 'interp', 'term', 'binary', 'signals'],
  },
  // Every collection in portions, between which others run.
  {
    name: 'erl-portions',
    when: 'tests/erl/run.js',
    command: [node, 'tests/erl/run.js', '--mode', 'gc-portion=100', 'process', 'signals'],
  },
  // One long operation at a time, in ticks: none keeps the host waiting.
  { name: 'budget', when: 'tests/budget/run.js', command: [node, 'tests/budget/run.js'] },
  // Out of memory at every allocation of a program, one after the other.
  { name: 'failures', when: 'tests/failures/run.js', command: [node, 'tests/failures/run.js'] },
  // Random programs and leaks, in small; `npm run soak` has the full numbers.
  {
    name: 'soak',
    when: 'tests/soak/run.js',
    command: [node, 'tests/soak/run.js', ...['native', 'slice=2', 'wasm'].flatMap((mode) => ['--mode', mode])],
  },
  { name: 'leak', when: 'tests/leak/run.js', command: [node, 'tests/leak/run.js'] },
  ...['examples', 'package', 'recipes'].map((name) => ({
    name,
    when: `tests/${name}/run.js`,
    command: [node, `tests/${name}/run.js`],
  })),
  // The playground, in Chromium.
  { name: 'web', when: 'tests/web/run.js', command: [node, 'tests/web/run.js'] },
  { name: 'size', when: 'js/index.js', command: ['scripts/check-size'] },
];

const SANITIZERS = { ASAN_OPTIONS: 'detect_leaks=1:abort_on_error=0', UBSAN_OPTIONS: 'print_stacktrace=1' };
/** What a line says that is no news when a suite has failed. */
const SUCCESS = /^\s*ok |^PASS |\u2713|, 0 failed|longest tick|: ok$|nothing left/;
const TALLY = /^\s*(?:\w+: )?(\d+) passed, (\d+) failed(?:, (\d+) skipped)?\s*$/;

// How long a suite may take before it is ended; the slowest takes a tenth of it on a machine of two cores that has
// nothing else to do.
const LIMIT_MS = 15 * 60_000;

/** How many lines of a suite that failed are told again at the end. */
const NEWS = 60;

/** The counts in a suite's output: its last tally line, or Jest's own; undefined without one. */
function count(lines) {
  for (const line of lines.toReversed()) {
    const tally = TALLY.exec(line);
    if (tally) return { passed: Number(tally[1]), failed: Number(tally[2]), skipped: Number(tally[3] ?? 0) };
    const jest = /^Tests:\s+(?:.*?(\d+) failed, )?(?:.*?(\d+) passed, )?.*\d+ total$/.exec(line);
    if (jest) return { passed: Number(jest[2] ?? 0), failed: Number(jest[1] ?? 0) };
  }
  return undefined;
}

/** Process groups of the suites that run: when this program is interrupted, they are too. @type {Set<number>} */
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

/** Runs a suite, passing its lines on under its name: its own tally is not to be taken for the total. */
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
    // In a process group of its own, so that what it started ends with it.
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
      // A suite that ended badly without saying which test failed (a crash, a sanitizer's report) has failed.
      if ((status !== 0 || broken) && result.failed === 0) result.failed = 1;
      if (quiet && result.failed > 0) lines.slice(-100).forEach(show);
      if (broken || signal) show(broken || `ended by ${signal}`);
      // Told again at the very end: of a long log, often only the end is kept.
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
const only = process.argv.slice(2);
const wanted = ({ name, build, when = true }) =>
  (typeof when === 'string' ? existsSync(when) : when) &&
  (build || only.length === 0 || only.some((o) => name === o || name.startsWith(`${o}/`)));
const total = { passed: 0, failed: 0 };
/** @type {Map<string, string[]>} what suites that failed said */
const failed = new Map();
/** Suites that run at once. */
function* groups() {
  const group = [];
  for (const suite of SUITES.filter(wanted)) {
    if (group.length > 0 && !(suite.together && group[0].together)) yield group.splice(0);
    group.push(suite);
  }
  if (group.length > 0) yield group;
}

async function report(suite) {
  const begun = Date.now();
  const result = await run(suite);
  if (suite.build) result.passed = 0;
  total.passed += result.passed;
  total.failed += result.failed;
  if (result.failed > 0) failed.set(suite.name, result.news);
  const verdict = suite.build
    ? result.failed
      ? 'FAILED'
      : 'done'
    : `${result.passed} of ${result.passed + result.failed} passed`;
  console.log(`[test] ${suite.name}: ${verdict} (${((Date.now() - begun) / 1000).toFixed(1)} s)`);
}

for (const group of groups()) await Promise.all(group.map(report));
console.log(`[test] all: ${((Date.now() - begunAll) / 1000).toFixed(0)} s`);
for (const [name, lines] of failed) for (const line of lines) console.log(`${name} | ${line}`);
if (failed.size > 0) console.log(`[test] with failures: ${[...failed.keys()].join(' ')}`);
console.log(`${total.passed} passed, ${total.failed} failed`);
// No test at all is no success.
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
