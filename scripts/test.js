// SPDX-License-Identifier: Apache-2.0
//
// Runs the suites of tests in order and adds up what they report: `node scripts/test.js [SUITE...]`. A suite that does not
// exist yet is left out; one that does not say how many tests it ran counts as one. The last line is `N passed, N failed`.

import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const node = process.execPath;
const tests = (folder, pattern) => (existsSync(folder) ? readdirSync(folder, { recursive: true }).filter((name) => pattern.test(name)).sort() : []);

// Each suite: when it exists, what to run. `builds` count one failure if they fail and nothing if they do not;
// `quiet` suites are printed only when they fail.
const SUITES = [
  { name: 'layers', command: ['scripts/check-layers'], quiet: true },
  { name: 'build-native', build: true, command: ['scripts/build', 'native'] },
  ...tests('tests/c', /^test_\w+\.c$/).map((file) => ({ name: `c/${file.slice('test_'.length, -2)}`, command: [`build/native/${file.slice(0, -2)}`], quiet: true })),
  { name: 'build-wasm', build: true, command: ['scripts/build', 'wasm', 'pack'] },
  { name: 'build-dist', build: true, when: 'js/index.js', command: ['scripts/build', 'dist'] },
  { name: 'erl', when: 'tests/erl/run.js', command: [node, 'tests/erl/run.js'] },
  {
    name: 'js',
    when: tests('tests/js', /\.test\.js$/).length > 0,
    command: [node, '--experimental-vm-modules', '--no-warnings', '--expose-gc', 'node_modules/jest/bin/jest.js', '--config', 'jest.config.js'],
  },
  // Processes and signals again, where every call is a place to be scheduled out.
  { name: 'erl-slices', when: 'tests/erl/run.js', command: [node, 'tests/erl/run.js', ...['slice=1', 'slice=4'].flatMap((mode) => ['--mode', mode]), 'process', 'signals'] },
  // Random programs and leaks, in small; `npm run soak` has the full numbers.
  { name: 'soak', when: 'tests/soak/run.js', command: [node, 'tests/soak/run.js', '--mode', 'native', '--mode', 'wasm'] },
  { name: 'leak', when: 'tests/leak/run.js', command: [node, 'tests/leak/run.js'] },
  ...['examples', 'web', 'package'].map((name) => ({ name, when: `tests/${name}/run.js`, command: [node, `tests/${name}/run.js`] })),
  { name: 'size', when: 'js/index.js', command: ['scripts/check-size'] },
];

const SANITIZERS = { ASAN_OPTIONS: 'detect_leaks=1:abort_on_error=0', UBSAN_OPTIONS: 'print_stacktrace=1' };
const TALLY = /^\s*(?:\w+: )?(\d+) passed, (\d+) failed(?:, \d+ skipped)?\s*$/;

/** The counts in a suite's output: its last tally line, or Jest's own. */
function count(lines, status) {
  for (const line of lines.toReversed()) {
    const tally = TALLY.exec(line);
    if (tally) return { passed: Number(tally[1]), failed: Number(tally[2]) };
    const jest = /^Tests:\s+(?:.*?(\d+) failed, )?(?:.*?(\d+) passed, )?.*\d+ total$/.exec(line);
    if (jest) return { passed: Number(jest[2] ?? 0), failed: Number(jest[1] ?? 0) };
  }
  return { passed: status === 0 ? 1 : 0, failed: 0 };
}

/** Runs a suite, passing its lines on under its name: its own tally is not to be taken for the total. */
function run({ name, command, quiet }) {
  return new Promise((resolve) => {
    const child = spawn(command[0], command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'], env: { ...SANITIZERS, FORCE_COLOR: '0', ...process.env } });
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
    child.on('error', (error) => (broken = error.message));
    child.on('close', (status, signal) => {
      const result = count(lines, status);
      // A suite that ended badly without saying which test failed (a crash, a sanitizer's report) has failed.
      if ((status !== 0 || broken) && result.failed === 0) result.failed = 1;
      if (quiet && result.failed > 0) lines.slice(-100).forEach(show);
      if (broken || signal) show(broken || `ended by ${signal}`);
      resolve(result);
    });
  });
}

const only = process.argv.slice(2);
const wanted = ({ name, build, when = true }) => (typeof when === 'string' ? existsSync(when) : when) && (build || only.length === 0 || only.some((o) => name === o || name.startsWith(`${o}/`)));
const total = { passed: 0, failed: 0 };
const failed = [];
for (const suite of SUITES.filter(wanted)) {
  const begun = Date.now();
  const result = await run(suite);
  if (suite.build) result.passed = 0;
  total.passed += result.passed;
  total.failed += result.failed;
  if (result.failed > 0) failed.push(suite.name);
  const verdict = suite.build ? (result.failed ? 'FAILED' : 'done') : `${result.passed} of ${result.passed + result.failed} passed`;
  console.log(`[test] ${suite.name}: ${verdict} (${((Date.now() - begun) / 1000).toFixed(1)} s)`);
}
if (failed.length > 0) console.log(`[test] with failures: ${failed.join(' ')}`);
console.log(`${total.passed} passed, ${total.failed} failed`);
// No test at all is no success.
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
