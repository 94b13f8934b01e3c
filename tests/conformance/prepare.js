// SPDX-License-Identifier: Apache-2.0
// Prepares the suites of a release: compiles them with the release's own compiler, and copies the data that their cases
// need.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { erlc, root } from './release.js';
import { NEEDS, sourceOf } from './suites.js';

/** @import { Release } from './release.js' */

/**
 * Modules of OTP's common_test that are used unchanged: one runs the examples of the documentation as cases, the other
 * properties, which are skipped when no tool for them is installed.
 */
const COMMON_TEST = ['ct_doctest', 'ct_property_test'];

/** Compiles our runner and a stand-in for common_test: its headers and few modules. @param {Release} release */
export function prepareRunner(release) {
  const { source, work, runnerBeams } = release;
  const own = join(root, 'tests/conformance');
  const files = readdirSync(own)
    .filter((f) => f.endsWith('.erl'))
    .map((f) => join(own, f));
  const failed = erlc(release, files, runnerBeams, [], own, process.env);
  if (failed) throw new Error(failed);
  const library = join(work, 'lib/common_test');
  if (!existsSync(join(library, 'include'))) {
    mkdirSync(join(library, 'ebin'), { recursive: true });
    symlinkSync(join(source, 'lib/common_test/include'), join(library, 'include'));
  }
  const env = { ...process.env, ERL_LIBS: join(work, 'lib') };
  const theirs = COMMON_TEST.map((name) => join(source, 'lib/common_test/src', `${name}.erl`)).filter(existsSync);
  const complaint = erlc(release, theirs, runnerBeams, [], own, env);
  if (complaint) throw new Error(complaint);
}

/** Whether this release's source has a suite. @param {string} source @param {string} group @param {string} name */
export const hasSuite = (source, group, name) => existsSync(join(source, sourceOf(group), `${name}_SUITE.erl`));

/**
 * Compiles a suite and the helpers beside it. Returns its folders and the cases that need more than one node, each with
 * the reason; or that this release has no such suite; or why it does not compile.
 */
export function prepareSuite(release, group, name) {
  const { source, work } = release;
  const from = join(source, sourceOf(group));
  // Must not be the name of an application, or code:lib_dir would find it.
  const ebin = join(work, 'ebin', `${group}_test`);
  const env = { ...process.env, ERL_LIBS: join(work, 'lib'), ERL_TOP: source };
  if (!hasSuite(source, group, name)) return { ebin, absent: true };
  // With lib itself in the path, -include_lib finds the headers in an application's source, which no installed release
  // has.
  const includes = [from, join(source, 'lib/stdlib/include'), join(source, 'lib/kernel/include'), join(source, 'lib')];
  beside(from, ebin);
  const helpers = readdirSync(from)
    .filter((f) => f.endsWith('.erl') && !f.endsWith('_SUITE.erl'))
    .map((f) => join(from, f));
  helpers.push(join(source, 'erts/emulator/test/erts_test_utils.erl')); // suites of stdlib use it too
  // A helper that does not compile only fails the cases that call it.
  for (const helper of helpers) erlc(release, [helper], ebin, includes, from, env);
  const failed = erlc(release, [join(from, `${name}_SUITE.erl`)], ebin, includes, from, env);
  if (failed) return { ebin, failed };
  return { ebin, data: join(from, `${name}_SUITE_data`), excluded: excluded(release, join(ebin, `${name}_SUITE`)) };
}

/**
 * Suites look for sources, .app files and data beside their own beam, as in OTP's own installation of tests.
 */
function beside(from, ebin) {
  mkdirSync(ebin, { recursive: true });
  for (const entry of readdirSync(from)) {
    if (!entry.endsWith('.beam') && !existsSync(join(ebin, entry))) symlinkSync(join(from, entry), join(ebin, entry));
  }
}

function excluded({ erl, runnerBeams }, beam) {
  const table = `[${NEEDS.map(([m, f, why]) => `{${m},${f === '*' ? "'*'" : f},${JSON.stringify(why)}}`).join(',')}]`;
  const text = execFileSync(erl, ['-noshell', '-pa', runnerBeams, '-run', 'analyse', 'main', beam, table], {
    encoding: 'utf8',
  });
  return new Map(
    text
      .split('\n')
      .filter((line) => line.includes('\t'))
      .map((line) => line.split('\t')),
  );
}

/** Makes a folder for one suite on one engine: a copy of its data, and a folder to write to. */
export function prepareFolders(release, engine, key, data) {
  const folder = join(release.work, 'run', engine, key.replace('/', '-'));
  const name = key.slice(key.indexOf('/') + 1);
  rmSync(folder, { recursive: true, force: true });
  const [priv, copy] = [join(folder, 'priv'), join(folder, `${name}_SUITE_data`)];
  mkdirSync(priv, { recursive: true });
  if (data && existsSync(data)) cpSync(data, copy, { recursive: true });
  else mkdirSync(copy);
  compileData(release, copy);
  return { folder, priv: priv + '/', data: copy + '/' };
}

/** Compiles NAME/src to NAME/ebin, and what the data's Makefile.src compiles with erlc. */
function compileData(release, copy) {
  for (const entry of readdirSync(copy)) {
    const sources = join(copy, entry, 'src');
    if (!existsSync(sources) || !existsSync(join(copy, entry, 'ebin'))) continue;
    const files = readdirSync(sources)
      .filter((f) => f.endsWith('.erl'))
      .map((f) => join(sources, f));
    erlc(release, files, join(copy, entry, 'ebin'), [], copy, process.env);
  }
  const makefile = join(copy, 'Makefile.src');
  if (!existsSync(makefile)) return;
  for (const [, out, file] of readFileSync(makefile, 'utf8').matchAll(
    /^\terlc(?: \$\(EFLAGS\))?(?: -o ?(\S+))? (\S+\.erl)$/gm,
  )) {
    erlc(release, [join(copy, file)], join(copy, out ?? '.'), [copy], copy, process.env);
  }
}
