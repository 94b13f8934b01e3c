// SPDX-License-Identifier: Apache-2.0
// Gets OTP's suites ready in build/conformance: fetched, compiled by the installed erlc, with the data their cases want.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NEEDS, SOURCE } from './suites.js';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
export const work = join(root, 'build/conformance');
export const runnerBeams = join(work, 'ebin/runner');

/** OTP's source; exits with 77 and the reason when it cannot be had. */
export function fetchSource() {
  const r = spawnSync(join(root, 'scripts/fetch-otp-source'), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  if (r.status !== 0) process.exit(r.status ?? 1);
  return r.stdout.trim();
}

const newer = (a, b) => !existsSync(b) || statSync(a).mtimeMs > statSync(b).mtimeMs;

function erlc(files, out, flags, cwd, env) {
  mkdirSync(out, { recursive: true });
  const stale = files.filter((f) => newer(f, join(out, basename(f, '.erl') + '.beam')));
  if (stale.length === 0) return '';
  const r = spawnSync('erlc', ['-W0', '+debug_info', ...flags, '-o', out, ...stale], { cwd, env, encoding: 'utf8' });
  return r.status === 0 ? '' : (r.stdout + r.stderr).trim().split('\n')[0] || 'erlc failed';
}

/** Our runner, and a common_test of headers only. */
export function prepareRunner(source) {
  const own = join(root, 'tests/conformance');
  const files = readdirSync(own).filter((f) => f.endsWith('.erl')).map((f) => join(own, f));
  const failed = erlc(files, runnerBeams, [], own, process.env);
  if (failed) throw new Error(failed);
  const library = join(work, 'lib/common_test');
  if (existsSync(join(library, 'include'))) return;
  mkdirSync(join(library, 'ebin'), { recursive: true });
  symlinkSync(join(source, 'lib/common_test/include'), join(library, 'include'));
}

/**
 * Compiles a suite and the helpers beside it. Answers its folders, the cases that are not single-node with the reason, or
 * why it does not compile.
 */
export function prepareSuite(source, group, name) {
  const from = join(source, SOURCE[group]);
  const ebin = join(work, 'ebin', `${group}_test`); // not the name of an application: code:lib_dir would find it here
  const env = { ...process.env, ERL_LIBS: join(work, 'lib'), ERL_TOP: source };
  const flags = ['-I', from, '-I', join(source, 'lib/stdlib/include'), '-I', join(source, 'lib/kernel/include')];
  const helpers = readdirSync(from).filter((f) => f.endsWith('.erl') && !f.endsWith('_SUITE.erl')).map((f) => join(from, f));
  helpers.push(join(source, 'erts/emulator/test/erts_test_utils.erl')); // which suites of stdlib use too
  for (const helper of helpers) erlc([helper], ebin, flags, from, env); // what does not compile is missed by who calls it
  const failed = erlc([join(from, `${name}_SUITE.erl`)], ebin, flags, from, env);
  if (failed) return { ebin, failed };
  return { ebin, data: join(from, `${name}_SUITE_data`), excluded: excluded(join(ebin, `${name}_SUITE`)) };
}

function excluded(beam) {
  const table = `[${NEEDS.map(([m, f, why]) => `{${m},${f === '*' ? "'*'" : f},${JSON.stringify(why)}}`).join(',')}]`;
  const text = execFileSync('erl', ['-noshell', '-pa', runnerBeams, '-run', 'analyse', 'main', beam, table], { encoding: 'utf8' });
  return new Map(text.split('\n').filter(Boolean).map((line) => line.split('\t')));
}

/** A folder of its own for one suite on one engine: a copy of its data, and one to write in. Sources in NAME/src are compiled to NAME/ebin. */
export function prepareFolders(engine, name, data) {
  const folder = join(work, 'run', engine, name);
  rmSync(folder, { recursive: true, force: true });
  const [priv, copy] = [join(folder, 'priv'), join(folder, `${name}_SUITE_data`)];
  mkdirSync(priv, { recursive: true });
  if (data && existsSync(data)) cpSync(data, copy, { recursive: true });
  else mkdirSync(copy);
  for (const entry of readdirSync(copy)) {
    const sources = join(copy, entry, 'src');
    if (!existsSync(sources) || !existsSync(join(copy, entry, 'ebin'))) continue;
    const files = readdirSync(sources).filter((f) => f.endsWith('.erl')).map((f) => join(sources, f));
    spawnSync('erlc', ['-W0', '-o', join(copy, entry, 'ebin'), ...files]);
  }
  return { folder, priv: priv + '/', data: copy + '/' };
}
