// SPDX-License-Identifier: Apache-2.0
// Differential tests: every module under tests/erl/ROOM exports main/0 and prints deterministic lines. It runs on the
// installed erl and on ours; each line that is equal is a passed case.
//   node tests/erl/run.js [--mode native|wasm|debug|boot|slice=N|gc-stress|gc-portion=N|stress] [--otp DIR|SUITE
//   [--installed-erlc]] [--show] [ROOM|MODULE ...]
// Without --mode: native (with sanitizers), then wasm. debug is the debug wasm, boot is wasm with OTP's own init.
// gc-stress collects at every opportunity; stress is a build that collects at every allocation (scripts/build stress).
// --otp: another release, as a folder made by scripts/fetch-otp, or as a suite of Debian, which is then fetched: ours
// is compared with its erl, runs its libraries, and the tests are compiled by its compiler (--installed-erlc: by the
// machine's).
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fetched } from '../fetched.js';
import { known, unfit } from './differences.js';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const TIMEOUT_MS = 120_000;

const args = process.argv.slice(2);
const names = [];
const modes = [];
let show = false,
  otp = null,
  installed = false;
for (let i = 0; i < args.length; i++) {
  if (args[i] === '--mode') modes.push(args[++i]);
  else if (args[i] === '--show') show = true;
  else if (args[i] === '--otp') otp = args[++i];
  else if (args[i] === '--installed-erlc') installed = true;
  else names.push(args[i]);
}
if (otp && !otp.includes('/')) otp = fetched('fetch-otp', otp);
otp &&= resolve(otp);
if (modes.length === 0) modes.push('native', 'wasm');
const erl = otp ? join(otp, 'erl') : 'erl';
// The libraries of the erl that ours is compared with, not those of the packs.
const otpRoot = otp
  ? join(otp, 'usr/lib/erlang')
  : execFileSync('erl', ['-noshell', '-eval', 'io:put_chars(code:root_dir()), halt().'], { encoding: 'utf8' });
const release = otp ? Number(readdirSync(join(otpRoot, 'releases')).find((name) => /^\d+$/.test(name))) : 0;
const out = join(root, 'build/tests', otp && !installed ? `erl-${basename(otp)}` : 'erl');
const env = { ...process.env, TZ: 'UTC', ...(otp && { OTP_ROOT: otpRoot }) };
const debugEnv = { ...env, SPAWNLINK_DEBUG: '1' };

function sources() {
  const found = [];
  for (const room of readdirSync(join(root, 'tests/erl'), { withFileTypes: true })) {
    if (!room.isDirectory()) continue;
    for (const f of readdirSync(join(root, 'tests/erl', room.name)))
      if (f.endsWith('.erl'))
        found.push({ room: room.name, module: basename(f, '.erl'), path: join(root, 'tests/erl', room.name, f) });
  }
  for (const t of found) t.helper = !/^-export\(\[.*\bmain\/0\b/m.test(readFileSync(t.path, 'utf8'));
  const called = (t) => [t.module, t.room, `${t.room}/${t.module}`];
  for (const name of names) {
    if (found.some((t) => called(t).includes(name) && !(t.helper && t.room !== name))) continue;
    const rooms = [...new Set(found.map((t) => t.room))].sort().join(' ');
    console.error(`tests/erl has no test ${name}; its rooms: ${rooms}; a test is MODULE or ROOM/MODULE`);
    process.exit(2);
  }
  const chosen = found.filter((t) => names.length === 0 || called(t).some((name) => names.includes(name)));
  const rooms = new Set(chosen.map((t) => t.room));
  return found.filter((t) => chosen.includes(t) || (t.helper && rooms.has(t.room)));
}

function compile(tests) {
  mkdirSync(out, { recursive: true });
  const helpers = ['difftest', 'pcase'].map((name) => join(root, `tests/erl/${name}.erl`));
  const all = [...tests.map((t) => t.path), ...helpers];
  const stale = all.filter((p) => {
    const beam = join(out, basename(p, '.erl') + '.beam');
    return !existsSync(beam) || statSync(beam).mtimeMs < statSync(p).mtimeMs;
  });
  if (stale.length === 0) return;
  if (!otp || installed)
    return execFileSync('erlc', ['+nowarn_deprecated_function', '-W0', '-o', out, ...stale], { stdio: 'inherit' });
  // Instructions of older releases are only made by a compiler that still knows them.
  const old = stale.filter((p) => /^-compile\(.*\br24\b/m.test(readFileSync(p, 'utf8')));
  if (old.length > 0) execFileSync('erlc', ['-W0', '-o', out, ...old], { stdio: 'inherit' });
  const options = `[nowarn_deprecated_function, report_errors, {outdir, ${JSON.stringify(out)}}]`;
  const files = stale
    .filter((p) => !old.includes(p))
    .map((p) => JSON.stringify(p))
    .join(', ');
  execFileSync(erl, ['-noshell', '-eval', `[{ok, _} = compile:file(F, ${options}) || F <- [${files}]], halt().`], {
    stdio: 'inherit',
  });
}

/** Resolves with what erl prints when it runs these modules. */
function erlPrints(modules) {
  const child = spawn(erl, ['+S', '1', '-noshell', '-pa', out, '-s', 'difftest', 'all', ...modules], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 600_000,
  });
  let stdout = '',
    stderr = '';
  child.stdout.setEncoding('utf8').on('data', (d) => (stdout += d));
  child.stderr.setEncoding('utf8').on('data', (d) => (stderr += d));
  return new Promise((done) => child.on('close', () => done({ stdout, stderr })));
}

// What erl prints, by module; with one scheduler, as ours has. The emulator of a release may crash in a test; then the
// test is skipped, and this is reported.
async function oracle(tests) {
  const results = new Map();
  for (let rest = tests.map((t) => t.module); rest.length > 0; ) {
    const { stdout, stderr } = await erlPrints(rest);
    let lines = null,
      last = null;
    for (const line of stdout.split('\n')) {
      const m = /^@@ (\S+)$/.exec(line);
      if (m) results.set((last = m[1]), (lines = []));
      else lines?.push(line);
    }
    if (last === 'end') break;
    if (!otp || last === null) throw new Error(`erl ended early after ${last}\n${stderr}`);
    console.log(`${last}: skipped, erl of ${otp} crashed in it`);
    results.set(last, null);
    rest = rest.slice(rest.indexOf(last) + 1);
  }
  for (const [k, l] of results) if (l?.[l.length - 1] === '' && k !== 'end') l.pop();
  return results;
}

/**
 * The flags of the native runner. In stress mode everything is slow, so the clock is virtual: no timeout may fire
 * early.
 */
function flagsOf(mode) {
  const [kind, number] = mode.split('=');
  return (
    {
      slice: ['-slice', number],
      'gc-portion': ['-gc-portion', number],
      'gc-stress': ['-gc-stress'],
      stress: ['-virtual-clock'],
    }[kind] ?? []
  );
}

function command(mode, module) {
  if (mode === 'wasm' || mode === 'debug')
    return [
      process.execPath,
      [join(root, 'js/cli.js'), 'run', '--otp', otpRoot, '-noshell', '-pa', out, '-s', 'difftest', 'main', module],
    ];
  if (mode === 'boot')
    return [
      process.execPath,
      [
        join(root, 'js/cli.js'),
        'run',
        '--boot',
        '--otp',
        otpRoot,
        '-pa',
        out,
        '-s',
        'difftest',
        'main',
        module,
        '-s',
        'erlang',
        'halt',
      ],
    ];
  const flags = flagsOf(mode);
  const build = mode === 'stress' ? 'stress' : 'native';
  return [join(root, `build/${build}/spawnlink_native`), [...flags, '-pa', out, 'difftest', 'main', module]];
}

function ours(mode, module) {
  return new Promise((done) => {
    const [cmd, argv] = command(mode, module);
    const child = spawn(cmd, argv, { env: mode === 'debug' ? debugEnv : env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '',
      stderr = '';
    child.stdout.setEncoding('utf8').on('data', (d) => (stdout += d));
    child.stderr.setEncoding('utf8').on('data', (d) => (stderr += d));
    const timer = setTimeout(
      () => {
        stderr += '\n(timed out)';
        child.kill('SIGKILL');
      },
      mode === 'stress' ? 8 * TIMEOUT_MS : TIMEOUT_MS,
    );
    child.on('error', (e) => {
      clearTimeout(timer);
      done({ lines: [], stderr: String(e), code: -1 });
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      const lines = stdout.split('\n');
      if (lines[lines.length - 1] === '') lines.pop();
      done({ lines, stderr, code });
    });
  });
}

/** The number of lines that are known to differ in this release, by reason. @type {Map<string, number>} */
const skipped = new Map();

/**
 * By module, what erl prints when it runs again: where erl differs from itself, either line is right.
 * @type {Map<string, string[]>}
 */
const again = new Map();
async function second(module) {
  if (!again.has(module)) again.set(module, (await oracle([{ module }])).get(module) ?? []);
  return again.get(module);
}

async function compare(test, expected, got, mode) {
  let passed = 0,
    failed = 0;
  const reason = known(release, test.module);
  const n = Math.max(expected.length, got.lines.length);
  for (let i = 0; i < n; i++) {
    if (expected[i] === got.lines[i]) {
      passed++;
      continue;
    }
    const why = reason(expected[i], got.lines[i]);
    if (why) {
      skipped.set(why, (skipped.get(why) ?? 0) + 1);
      continue;
    }
    const other = (await second(test.module))[i];
    if (other !== undefined && other === got.lines[i]) {
      console.log(
        `${mode} ${test.room}/${test.module} line ${i + 1}: erl answers now this, now that\n  erl  ` +
          `${clip(expected[i])}\n  erl  ${clip(other)}`,
      );
      passed++;
      continue;
    }
    failed++;
    if (show || failed <= 3)
      console.log(
        `${mode} ${test.room}/${test.module} line ${i + 1}\n  erl  ${clip(expected[i])}\n  ours ${clip(got.lines[i])}`,
      );
  }
  if (got.code !== 0) {
    failed++;
    console.log(`${mode} ${test.room}/${test.module}: exit code ${got.code}\n${clip(got.stderr, 1500)}`);
  }
  return [passed, failed];
}
const clip = (s, n = 300) => (s === undefined ? '(nothing)' : s.length > n ? s.slice(0, n) + '...' : s);

const all = sources().filter(({ module }) => {
  const why = unfit(release, module);
  if (why) console.log(`${module}: skipped: ${why}`);
  return !why;
});
compile(all);
const tests = all.filter((t) => !t.helper);
/** Modules that cannot be run when every allocation collects. */
const NOT_IN_STRESS = {
  port_test: 'programs of the machine do not wait for the virtual clock',
  process_growth: 'a heap of some MB is collected at every allocation: hours',
};
// erl and ours run at the same time, each on one of two processors; when erl is done, ours has both.
const running = oracle(tests);
const results = [];
for (const mode of modes) {
  const queue = tests.filter((t) => {
    const why = mode === 'stress' && NOT_IN_STRESS[t.module];
    if (why) console.log(`stress ${t.module}: skipped: ${why}`);
    return !why;
  });
  const worker = async () => {
    for (let test; (test = queue.shift()); ) results.push({ mode, test, got: await ours(mode, test.module) });
  };
  await Promise.all([worker(), running.then(worker)]);
}
const expected = await running;
let passed = 0,
  failed = 0;
for (const { mode, test, got } of results) {
  if (!expected.get(test.module)) continue; // erl crashed in this module
  const [p, f] = await compare(test, expected.get(test.module), got, mode);
  passed += p;
  failed += f;
  if (f || show) console.log(`${mode} ${test.room}/${test.module}: ${p} passed, ${f} failed`);
}
for (const [why, count] of skipped) console.log(`skipped ${count}, as this release differs: ${why}`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
