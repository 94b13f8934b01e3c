// SPDX-License-Identifier: Apache-2.0
// The soak test of signals: random programs (soak_model.erl) run on erl and on ours, where the invariants of links and
// monitors are checked after every slice (release build, -verify), and in wasm. A program whose result differs is made
// smaller by leaving out steps as long as it still differs, and is then shown.
//   node tests/soak/run.js [--programs N] [--first SEED] [--mode release|native|slice=N|stress|wasm]...
// Without --mode: release and wasm. Programs whose results differ between two runs of erl contain a race and are
// counted separately.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const out = join(root, 'build/tests/soak');
const CHUNK = 500,
  TIMEOUT_MS = 600_000,
  SHOWN = 5;

let programs = 300,
  first = 1;
const modes = [];
const args = process.argv.slice(2);
for (let i = 0; i < args.length; i++) {
  if (args[i] === '--programs') programs = Number(args[++i]);
  else if (args[i] === '--first') first = Number(args[++i]);
  else if (args[i] === '--mode') modes.push(args[++i]);
  else throw new Error(`unknown argument ${args[i]}`);
}
if (modes.length === 0) modes.push('release', 'wasm');

function command(system, argv) {
  if (system === 'erl')
    return ['erl', ['+S', '1', '-noshell', '-pa', out, '-run', 'soak_model', 'run', ...argv, '-s', 'init', 'stop']];
  if (system === 'wasm')
    return [
      process.execPath,
      [
        join(root, 'js/cli.js'),
        'run',
        '-noshell',
        '-pa',
        out,
        '-run',
        'soak_model',
        'run',
        ...argv,
        '-s',
        'init',
        'stop',
      ],
    ];
  // Under GC stress everything is slow, so the clock is virtual: no timeout may fire early.
  const [build, flags] = system.startsWith('slice=')
    ? ['native', ['-slice', system.slice(6)]]
    : [system, system === 'stress' ? ['-virtual-clock'] : []];
  return [
    join(root, `build/${build}/spawnlink_native`),
    [...flags, '-verify', '-pa', out, 'soak_model', 'run', ...argv],
  ];
}

/** The lines that a system prints; an additional last line reports a bad end. */
function run(system, ...argv) {
  return new Promise((done) => {
    const [cmd, rest] = command(system, argv.map(String));
    const child = spawn(cmd, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '',
      stderr = '';
    child.stdout.setEncoding('utf8').on('data', (d) => (stdout += d));
    child.stderr.setEncoding('utf8').on('data', (d) => (stderr += d));
    const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS);
    child.on('error', (e) => done([String(e)]));
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const lines = stdout.split('\n').filter((l) => l !== '');
      if (code !== 0) lines.push(`ended with ${signal ?? code}: ${stderr.slice(-2000)}`);
      done(lines);
    });
  });
}

const pairs = (lines) => new Map(lines.map((l) => l.split(' ', 2)));
const without = (steps) => (steps.length ? steps.join(',') : 'none');

/** Leaves out as many steps of a program as possible such that it still differs. */
async function shrink(system, seed, steps) {
  let left = steps,
    size = Math.ceil(left.length / 2);
  for (;;) {
    const candidates = [];
    for (let i = 0; i < left.length; i += size) candidates.push(left.filter((_, k) => k < i || k >= i + size));
    const names = candidates.map((kept) => without(steps.filter((s) => !kept.includes(s))));
    const [theirs, ours] = (
      await Promise.all([run('erl', 'try', seed, ...names), run(system, 'try', seed, ...names)])
    ).map(pairs);
    const found = candidates.findIndex((kept, i) => kept.length && theirs.get(names[i]) !== ours.get(names[i]));
    if (found >= 0) {
      left = candidates[found];
      size = Math.min(size, Math.ceil(left.length / 2));
    } else if (size === 1) return steps.filter((s) => !left.includes(s));
    else size = Math.ceil(size / 2);
  }
}

async function explain(system, seed) {
  const removed = await shrink(
    system,
    seed,
    Array.from({ length: 40 }, (_, i) => i + 1),
  );
  const [theirs, ours] = await Promise.all([
    run('erl', 'show', seed, without(removed)),
    run(system, 'show', seed, without(removed)),
  ]);
  console.log(`seed ${seed}, ${system}: differs from erl; made small: show ${seed} ${without(removed)}`);
  for (let i = 0; i < Math.max(theirs.length, ours.length); i++)
    if (theirs[i] === ours[i]) console.log(`  both ${theirs[i]}`);
    else {
      console.log(`  erl  ${theirs[i]}\n  ours ${ours[i]}`);
      break;
    }
}

mkdirSync(out, { recursive: true });
execFileSync('erlc', ['-o', out, join(root, 'tests/soak/soak_model.erl')], { stdio: 'inherit' });
const begun = Date.now();
let passed = 0,
  failed = 0,
  races = 0;
for (let from = first; from < first + programs; from += CHUNK) {
  const to = Math.min(from + CHUNK, first + programs) - 1;
  const expected = await run('erl', 'run', from, to);
  if (expected.length !== to - from + 1) throw new Error(`erl: ${expected.at(-1)}`);
  for (const mode of modes) {
    const lines = await run(mode, 'run', from, to);
    const got = pairs(lines);
    if (lines.length !== expected.length) console.log(`${mode}, seeds ${from} to ${to}: ${lines.at(-1)}`);
    for (const line of expected) {
      const [seed, hash] = line.split(' ');
      if (got.get(seed) === hash) passed++;
      else if ((await Promise.all([1, 2, 3].map(() => run('erl', 'run', seed, seed)))).some((l) => l[0] !== line))
        races++;
      else {
        failed++;
        if (failed <= SHOWN) await explain(mode, seed);
        else console.log(`seed ${seed}, ${mode}: differs`);
      }
    }
  }
  if (programs > CHUNK)
    console.error(
      `[soak] seeds ${from} to ${to}: ${passed} equal, ${failed} different, ${races} races, ` +
        `${Math.round((Date.now() - begun) / 1000)} s`,
    );
}
if (races) console.log(`${races} programs are races: erl does not agree with itself`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
