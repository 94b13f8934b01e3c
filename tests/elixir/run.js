// SPDX-License-Identifier: Apache-2.0
// Elixir: the cases are compiled once with elixirc on erl, and then run on erl, natively and in wasm. Each line that is
// equal is a passed case.
//   node tests/elixir/run.js [bookworm|sid]
// bookworm: Debian's Elixir for OTP 25, on the installed erl and its libraries. sid: the newest Elixir and OTP that
// Debian has.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fetched } from '../fetched.js';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const here = join(root, 'tests/elixir');
const suite = process.argv[2] ?? 'bookworm';
const TIMEOUT_MS = 120_000;

/** The lines that the cases print. @param {string} output */
const lines = (output) =>
  output
    .split('\n')
    .slice(0, -1)
    .filter((_, index, all) => index > all.indexOf('begin'));

function run(command, args, env = {}) {
  return spawnSync(command, args, {
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
    maxBuffer: 1 << 26,
    env: { ...process.env, ...env },
  });
}

const elixir = fetched('fetch-elixir', suite);
const otp = suite === 'bookworm' ? undefined : fetched('fetch-otp', suite);
const erl = otp ? join(otp, 'erl') : 'erl';
const otpRoot = otp
  ? join(otp, 'usr/lib/erlang')
  : run(erl, ['-noshell', '-eval', 'io:format("~s", [code:root_dir()]), halt().']).stdout;
const out = join(root, 'build/tests/elixir', suite);
const paths = ['elixir', 'logger']
  .map((name) => join(elixir, name, 'ebin'))
  .filter((path) => existsSync(path))
  .concat(out)
  .flatMap((path) => ['-pa', path]);

/** Compiles the sources that have changed since the last time. */
function compile() {
  const sources = ['elixir_cases.ex', 'elixir_run.erl'].map((name) => join(here, name));
  const stamp = join(out, 'stamp');
  if (existsSync(stamp) && sources.every((path) => statSync(path).mtimeMs < statSync(stamp).mtimeMs)) return;
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const text = JSON.stringify(sources[1]);
  const made = [
    run(erl, ['-noshell', ...paths, '-s', 'elixir', 'start_cli', '-extra', '+elixirc', '-o', out, sources[0]]),
    run(erl, [
      '-noshell',
      '-eval',
      `{ok, _} = compile:file(${text}, [report, {outdir, ${JSON.stringify(out)}}]), halt().`,
    ]),
  ];
  const bad = made.find((one) => one.status !== 0);
  if (bad || !existsSync(join(out, 'Elixir.ElixirCases.beam')))
    throw new Error(`the cases do not compile:\n${made.map((one) => one.stdout + one.stderr).join('')}`);
  writeFileSync(stamp, '');
}

const MODES = {
  // The native VM takes its libraries from OTP_ROOT, or else from the installed OTP.
  native: () =>
    run(
      join(root, 'build/native/spawnlink_native'),
      [...paths, 'elixir_run', 'main'],
      otp ? { OTP_ROOT: otpRoot } : {},
    ),
  wasm: () =>
    run(process.execPath, [
      join(root, 'js/cli.js'),
      'run',
      '--otp',
      otpRoot,
      '-noshell',
      ...paths,
      '-s',
      'elixir_run',
      'main',
      '-s',
      'init',
      'stop',
    ]),
};

compile();
const expected = run(erl, ['-noshell', ...paths, '-eval', 'elixir_run:main(), halt().']);
const want = lines(expected.stdout);
if (expected.status !== 0 || want.length === 0) throw new Error(`erl: ${expected.stdout}${expected.stderr}`);
const version = readFileSync(join(elixir, 'elixir/ebin/elixir.app'), 'utf8').match(/vsn,\s*"([^"]*)"/)?.[1];
let passed = 0;
let failed = 0;
for (const [mode, start] of Object.entries(MODES)) {
  const begun = Date.now();
  const { stdout, stderr, status, signal } = start();
  const got = lines(stdout);
  let wrong = 0;
  want.forEach((line, index) => {
    if (got[index] === line) return void passed++;
    failed++;
    if (wrong++ < 5) console.log(`${mode} line ${index + 1}\n  erl  ${line}\n  ours ${got[index]}`);
  });
  if (got.length > want.length) failed++;
  if (wrong > 0 || status !== 0) console.log(`${mode} ended with ${signal ?? status}\n${stderr.slice(0, 2000)}`);
  console.log(`Elixir ${version} ${mode}: ${want.length - wrong} of ${want.length} (${Date.now() - begun} ms)`);
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
