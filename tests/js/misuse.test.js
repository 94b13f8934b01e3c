// SPDX-License-Identifier: Apache-2.0
//
// Runs the table of misuse.js on js/, in another Node, which notices errors that are not caught. tests/package runs it
// on the published bundles.
import { expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const url = (path) => String(new URL(`../../js/${path}`, import.meta.url));

test('whatever the API is given: a clear error or a value, and the VM goes on', () => {
  const program = fileURLToPath(new URL('misuse.js', import.meta.url));
  const { stdout } = spawnSync(process.execPath, [program, url('index.js'), url('distribution.js')], {
    encoding: 'utf8',
  });
  expect(stdout).toMatch(/^\d{4} passed, 0 failed\n$/);
}, 240_000);
