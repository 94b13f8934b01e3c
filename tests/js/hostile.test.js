// SPDX-License-Identifier: Apache-2.0
// Beams that no compiler makes (hostile.erl): the loader refuses them, or only the process that runs them dies.
import { jest } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { compile, vm } from './helper.js';

jest.setTimeout(120_000);

test('code that no compiler makes harms nothing', async () => {
  const machine = await vm();
  machine.load(compile(readFileSync(new URL('hostile.erl', import.meta.url), 'utf8')));
  const [refused, ran, wrong, sum] = await machine.call('hostile', 'main', []);
  expect([refused, ran, String(wrong), sum]).toEqual([33, 29, '', 500500]);
});
