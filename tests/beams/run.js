// SPDX-License-Identifier: Apache-2.0
// Checks that OTP's compiler makes the same beams on ours as on erl, byte for byte, from every module of the named
// applications (by default stdlib).
//   node tests/beams/run.js [--otp SUITE] [application ...]
// --otp: another release, as scripts/fetch-otp unpacks it, compiled from the forms in its beams. Otherwise the
// installed release, compiled from its source (scripts/fetch-otp-source). This takes minutes, so it is not part of npm
// test; there, tests/erl/compiler compiles a few modules.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fetched } from '../fetched.js';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const args = process.argv.slice(2);
const at = args.indexOf('--otp');
const suite = at < 0 ? undefined : args.splice(at, 2)[1];
const applications = args.length > 0 ? args : ['stdlib'];

const otp = suite && fetched('fetch-otp', suite);
const erl = otp ? join(otp, 'erl') : 'erl';
const otpRoot = otp
  ? join(otp, 'usr/lib/erlang')
  : spawnSync(erl, ['-noshell', '-eval', 'io:put_chars(code:root_dir()), halt().'], { encoding: 'utf8' }).stdout;
const source = suite ? '/nowhere' : fetched('fetch-otp-source');
const out = join(root, 'build/tests/beams');
mkdirSync(out, { recursive: true });
spawnSync('erlc', ['-o', out, join(root, 'tests/beams/beams.erl')], { stdio: 'inherit' });

/** What beams.erl prints about each beam. @returns {Map<string, string>} */
function told(command, argv) {
  const begun = Date.now();
  const r = spawnSync(
    command,
    [...argv, '-noshell', '-pa', out, '-run', 'beams', 'main', source, ...applications, '-s', 'erlang', 'halt'],
    {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, TZ: 'UTC' },
    },
  );
  if (!r.stdout.endsWith('end\n')) throw new Error(`${command} ended early with ${r.status}`);
  console.log(`${command}: ${((Date.now() - begun) / 1000).toFixed(1)} s`);
  return new Map(
    [...r.stdout.matchAll(/^(\S+\.beam) ([^]*?)(?=\n\S+\.beam |\nend\n)/gm)].map(([, name, what]) => [name, what]),
  );
}

const expected = told(erl, []);
const ours = told(process.execPath, [join(root, 'js/cli.js'), 'run', '--otp', otpRoot]);
let passed = 0,
  failed = 0;
for (const [name, what] of expected) {
  if (what === ours.get(name) && /^\{(source|forms),\d+,/.test(what)) {
    passed++;
    continue;
  }
  failed++;
  console.log(`${name}\n  erl  ${what}\n  ours ${ours.get(name)}`);
}
const of = (kind) => [...expected.values()].filter((what) => what.startsWith(`{${kind},`)).length;
console.log(`${applications.join(' ')}: ${of('source')} modules from source, ${of('forms')} from forms`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
