// SPDX-License-Identifier: Apache-2.0
// Runs the scripts that fetch other releases, sources and Elixir for tests.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * The folder that a script of ours prints. If it is not available, the tests are skipped and this is reported.
 * @param {string} script of scripts/
 * @param {string[]} args
 */
export function fetched(script, ...args) {
  const { status, stdout, stderr } = spawnSync(fileURLToPath(new URL(`../scripts/${script}`, import.meta.url)), args, {
    encoding: 'utf8',
  });
  if (status === 0) return stdout.trim().split('\n').at(-1);
  console.log(`skipped: ${stderr.trim().split('\n').at(-1)}`);
  console.log(status === 77 ? '0 passed, 0 failed, 1 skipped' : '0 passed, 1 failed');
  process.exit(status === 77 ? 0 : 1);
}
