// SPDX-License-Identifier: Apache-2.0
// Runs Elixir's own tests on erl and on ours: those of its libraries elixir, eex, ex_unit and logger, from Debian's
// source package, with Debian's build of the same version. Each VM compiles the test scripts itself.
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fetched } from '../fetched.js';

const here = dirname(fileURLToPath(import.meta.url));
const PACKAGE = 'elixir-lang';
/** For each library, its test helper and the folder of its tests. */
const TESTS = {
  eex: { helper: 'test/test_helper.exs', folder: 'test' },
  logger: { helper: 'test/test_helper.exs', folder: 'test' },
  ex_unit: { helper: 'test/test_helper.exs', folder: 'test' },
  elixir: { helper: 'test/elixir/test_helper.exs', folder: 'test/elixir' },
};

/**
 * @typedef {object} Place where run.js found things
 * @property {string} root
 * @property {string} suite Debian's suite
 * @property {string} otpRoot
 * @property {(command: string, args: string[], cwd: string) => Promise<Map<string, string>>} run
 */

/**
 * Runs the tests of those libraries; yields the name of each library and its results on erl and on ours.
 * @param {Place} place @param {string[]} names none: all
 */
export async function* elixirTests({ root, suite, otpRoot, run }, names) {
  const built = fetched('fetch-elixir', suite);
  const source = join(fetched('fetch-ecosystem', suite, PACKAGE), PACKAGE);
  if (!existsSync(source)) return void console.log(`${PACKAGE} not fetched`);
  const version = readFileSync(join(source, 'VERSION'), 'utf8').trim();
  const app = readFileSync(join(built, 'elixir/ebin/elixir.app'), 'utf8');
  if (!app.includes(`"${version}"`)) throw new Error(`the source is Elixir ${version}, the build is another one`);
  // Some tests start bin/elixir of the source tree.
  for (const name of ['eex', 'elixir', 'ex_unit', 'iex', 'logger', 'mix'])
    if (!existsSync(join(source, 'lib', name, 'ebin')))
      symlinkSync(join(built, name, 'ebin'), join(source, 'lib', name, 'ebin'));
  const paths = ['elixir', 'eex', 'ex_unit', 'iex', 'logger', 'mix'].flatMap((name) => [
    '-pa',
    join(built, name, 'ebin'),
  ]);
  process.env.ELIXIR_ASSERT_TIMEOUT ??= '5000'; // how long tests wait for messages; a busy machine is slow
  for (const [name, { helper, folder }] of Object.entries(TESTS)) {
    if (names.length > 0 && !names.includes(name)) continue;
    const cwd = join(source, 'lib', name);
    const scripts = ['-r', helper, '-r', join(here, 'formatter.exs'), '-pr', `${folder}/**/*_test.exs`];
    const args = ['-noshell', ...paths, '-s', 'elixir', 'start_cli', '-extra', ...scripts];
    const ours = [join(root, 'js/cli.js'), 'run', '--otp', otpRoot, '--boot', ...args];
    yield [`elixir: ${name}`, await run('erl', args, cwd), await run(process.execPath, ours, cwd)];
  }
}
