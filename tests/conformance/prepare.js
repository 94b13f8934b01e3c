// SPDX-License-Identifier: Apache-2.0
// Gets a release's suites ready: compiled by its own compiler, with the data their cases want.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { erlc, root } from './release.js';
import { NEEDS, SOURCE } from './suites.js';

/** @import { Release } from './release.js' */

/** Our runner, and a common_test of headers only. @param {Release} release */
export function prepareRunner(release) {
  const { source, work, runnerBeams } = release;
  const own = join(root, 'tests/conformance');
  const files = readdirSync(own)
    .filter((f) => f.endsWith('.erl'))
    .map((f) => join(own, f));
  const failed = erlc(release, files, runnerBeams, [], own, process.env);
  if (failed) throw new Error(failed);
  const library = join(work, 'lib/common_test');
  if (existsSync(join(library, 'include'))) return;
  mkdirSync(join(library, 'ebin'), { recursive: true });
  symlinkSync(join(source, 'lib/common_test/include'), join(library, 'include'));
}

/**
 * Compiles a suite and the helpers beside it. Answers its folders, the cases that are not single-node with the reason,
 * or why it does not compile.
 */
export function prepareSuite(release, group, name) {
  const { source, work } = release;
  const from = join(source, SOURCE[group]);
  const ebin = join(work, 'ebin', `${group}_test`); // not the name of an application: code:lib_dir would find it here
  const env = { ...process.env, ERL_LIBS: join(work, 'lib'), ERL_TOP: source };
  const includes = [from, join(source, 'lib/stdlib/include'), join(source, 'lib/kernel/include')];
  if (!existsSync(join(from, `${name}_SUITE.erl`))) return { ebin, failed: 'this release has no such suite' };
  const helpers = readdirSync(from)
    .filter((f) => f.endsWith('.erl') && !f.endsWith('_SUITE.erl'))
    .map((f) => join(from, f));
  helpers.push(join(source, 'erts/emulator/test/erts_test_utils.erl')); // which suites of stdlib use too
  // What does not compile is missed by who calls it.
  for (const helper of helpers) erlc(release, [helper], ebin, includes, from, env);
  const failed = erlc(release, [join(from, `${name}_SUITE.erl`)], ebin, includes, from, env);
  if (failed) return { ebin, failed };
  return { ebin, data: join(from, `${name}_SUITE_data`), excluded: excluded(release, join(ebin, `${name}_SUITE`)) };
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

/**
 * A folder of its own for one suite on one engine: a copy of its data, and one to write in. Sources in NAME/src are
 * compiled to NAME/ebin.
 */
export function prepareFolders({ work }, engine, name, data) {
  const folder = join(work, 'run', engine, name);
  rmSync(folder, { recursive: true, force: true });
  const [priv, copy] = [join(folder, 'priv'), join(folder, `${name}_SUITE_data`)];
  mkdirSync(priv, { recursive: true });
  if (data && existsSync(data)) cpSync(data, copy, { recursive: true });
  else mkdirSync(copy);
  for (const entry of readdirSync(copy)) {
    const sources = join(copy, entry, 'src');
    if (!existsSync(sources) || !existsSync(join(copy, entry, 'ebin'))) continue;
    const files = readdirSync(sources)
      .filter((f) => f.endsWith('.erl'))
      .map((f) => join(sources, f));
    spawnSync('erlc', ['-W0', '-o', join(copy, entry, 'ebin'), ...files]);
  }
  return { folder, priv: priv + '/', data: copy + '/' };
}
