// SPDX-License-Identifier: Apache-2.0
// Leak gates: after very many links, monitors, spawns and mass exits, the memory in use is the same as before, to the
// byte and block, and no tick of 8 ms takes more than 16 ms. In wasm through createVM, natively through leak:native.
//   node tests/leak/run.js [--full] [--native] [case ...]
// Without --full the numbers are a hundredth. --native also runs the release build, which must free every block.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Atom, createVM } from '../../js/index.js';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const out = join(root, 'build/tests/leak');
const args = process.argv.slice(2);
const full = args.includes('--full');
const wanted = args.filter((a) => !a.startsWith('--'));
const BUDGET_MS = 8,
  LONGEST_MS = 16,
  ATTEMPTS = 3;

// The case with the most processes comes first: afterwards the table of processes, which does not shrink, has its size.
const CASES = [
  ['chain', 1_000_000, 10_000],
  ['star', 100_000, 10_000],
  ['mesh', 2_000, 200],
  ['watched', 100_000, 10_000],
  ['link_unlink', 1_000_000, 10_000],
  ['monitor_demonitor', 1_000_000, 10_000],
  ['alias_unalias', 1_000_000, 10_000],
  ['spawn_link_exit', 1_000_000, 10_000],
  ['spawn_monitor_exit', 1_000_000, 10_000],
  ['spawn_exit', 1_000_000, 10_000],
];

mkdirSync(out, { recursive: true });
execFileSync('erlc', ['-o', out, join(root, 'tests/leak/leak.erl')], { stdio: 'inherit' });
let passed = 0,
  failed = 0;
const check = (ok, text) => {
  if (ok) passed++;
  else failed++;
  console.log(`${text}${ok ? '' : '   FAILED'}`);
};

/** How many milliseconds this thread has run; other work on the machine does not count for a tick. */
const schedstat = `/proc/self/task/${process.pid}/schedstat`;
const threadTime = existsSync(schedstat)
  ? () => Number(readFileSync(schedstat, 'utf8').split(' ')[0]) / 1e6
  : () => performance.now();

/** Runs a case by ticks; resolves with its exit reason and the longest tick. */
async function run(vm, name, n) {
  let done,
    longest = 0,
    ticks = 0;
  vm.call(
    'leak',
    'run',
    [name, n].map((x) => (typeof x === 'string' ? Atom.for(x) : x)),
  ).then(
    (value) => (done = String(value)),
    (error) => (done = String(error)),
  );
  const settled = () => done !== undefined;
  while (!settled()) {
    const begun = performance.now(),
      ran = threadTime();
    const { state, wake } = vm.tick({ budget: BUDGET_MS });
    longest = Math.max(longest, Math.min(performance.now() - begun, threadTime() - ran));
    ticks++;
    // Turns of the event loop let the promise settle; a VM that waits for a timer waits here too.
    await new Promise((turn) => (state === 'timer' && wake > 1 ? setTimeout(turn, wake) : setImmediate(turn)));
  }
  while (vm.tick({ budget: BUDGET_MS }).state === 'runnable');
  return { reason: done, longest, ticks };
}

const vm = await createVM({ autostart: false, stdout: false, stderr: false, memoryLimit: 3.5 * 2 ** 30 });
vm.load(readFileSync(join(out, 'leak.beam')));
const cases = CASES.filter(([name]) => wanted.length === 0 || wanted.includes(name));
for (const [name] of cases) await run(vm, name, 50);
let largest = 0;
for (const [name, many, few] of cases) {
  const n = full ? many : few;
  let before, after, result;
  // A tick may be long because the machine was busy, so the shortest of several attempts counts.
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const begun = performance.now();
    before = vm.stats();
    const got = await run(vm, name, n);
    after = vm.stats();
    result = {
      ...got,
      seconds: (performance.now() - begun) / 1000,
      longest: Math.min(got.longest, result?.longest ?? Infinity),
    };
    if (result.longest <= LONGEST_MS && after.memory === before.memory) break;
  }
  largest = Math.max(largest, n);
  const same = after.memory === before.memory && after.blocks === before.blocks && after.processes === before.processes;
  const what = same
    ? 'nothing left'
    : `left: ${after.memory - before.memory} bytes, ${after.blocks - before.blocks} blocks, ` +
      `${after.processes - before.processes} processes`;
  const line =
    `wasm   ${name.padEnd(20)} ${String(n).padStart(8)} ${result.seconds.toFixed(1).padStart(6)} ` +
    `s, ${what}, longest tick ${result.longest.toFixed(1)} ms of ${result.ticks}`;
  check(
    same && result.reason === 'normal' && result.longest <= LONGEST_MS,
    `${line}${result.reason === 'normal' ? '' : `, ${result.reason}`}`,
  );
}
vm.close();
check(vm.leaked === 0, `wasm   ${vm.leaked} blocks left at the end`);
if (args.includes('--native')) {
  const r = spawnSync(
    join(root, 'build/release/spawnlink_native'),
    ['-leaks', '-pa', out, 'leak', 'native', full ? '10000' : '100'],
    { encoding: 'utf8' },
  );
  console.log(r.stdout.replace(/^/gm, 'native ').trimEnd());
  check(r.status === 0, `native exit code ${r.status} ${r.stderr}`);
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
