// SPDX-License-Identifier: Apache-2.0
// The releases whose suites are run: each with its own erl, compiler, libraries and source, and a folder for results.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/**
 * For each release number, Debian's suite that has it; undefined for the installed release.
 * @type {Record<string, string | undefined>}
 */
export const RELEASES = { 25: undefined, 27: 'trixie', 29: 'sid' };

/** The last line that a script of ours prints. When the script fails, exits with its status and reason. */
function fetched(script, ...args) {
  const r = spawnSync(join(root, 'scripts', script), args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  if (r.status !== 0) process.exit(r.status ?? 1);
  return r.stdout.trim().split('\n').at(-1);
}

/** The folder for results of a release; fetches nothing. @param {string} number */
export const workOf = (number) => join(root, `build/conformance${RELEASES[number] ? `-${number}` : ''}`);

/** The folder into which scripts/fetch-otp-source unpacks a release's source. @param {string} number */
export const sourceFolder = (number) => join(root, `build/otp-source${RELEASES[number] ? `-${RELEASES[number]}` : ''}`);

/**
 * @typedef {object} Release
 * @property {string} number
 * @property {string} erl
 * @property {string} otpRoot
 * @property {string} source of OTP
 * @property {string} work
 * @property {string} runnerBeams
 */

/** @param {string} number @returns {Release} */
export function openRelease(number) {
  const suite = RELEASES[number];
  const folder = suite && fetched('fetch-otp', suite);
  const erl = folder ? join(folder, 'erl') : 'erl';
  const otpRoot = folder
    ? join(folder, 'usr/lib/erlang')
    : execFileSync('erl', ['-noshell', '-eval', 'io:put_chars(code:root_dir()), halt().'], { encoding: 'utf8' });
  const work = workOf(number);
  return {
    number,
    erl,
    otpRoot,
    source: fetched('fetch-otp-source', ...(suite ? [suite] : [])),
    work,
    runnerBeams: join(work, 'ebin/runner'),
  };
}

const newer = (a, b) => !existsSync(b) || statSync(a).mtimeMs > statSync(b).mtimeMs;

/**
 * Compiles what is newer than its beam with the release's own compiler. Returns the first error, or ''.
 * @param {Release} release @param {string[]} files @param {string} out @param {string[]} includes
 * @param {string} cwd @param {Record<string, string | undefined>} env
 */
export function erlc({ erl }, files, out, includes, cwd, env) {
  mkdirSync(out, { recursive: true });
  const stale = files.filter((f) => newer(f, join(out, basename(f, '.erl') + '.beam')));
  if (stale.length === 0) return '';
  const text = (words) => `[${words.map((word) => JSON.stringify(word)).join(',')}]`;
  const program = `R = [compile:file(F, [debug_info, nowarn_deprecated_function, report_errors, {outdir,
  ${JSON.stringify(out)}} | [{i, I} || I <- ${text(includes)}]]) || F <- ${text(stale)}],
    halt(case lists:member(error, R) of true -> 1; false -> 0 end).`;
  const r = spawnSync(erl, ['-noshell', '-eval', program], { cwd, env, encoding: 'utf8' });
  return r.status === 0
    ? ''
    : (r.stdout + r.stderr)
        .trim()
        .split('\n')
        .find((line) => !/sctp|ESOCK/.test(line)) || 'erlc failed';
}
