// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Loop } from '../../js/vm/loop.js';

const turns = () => new Promise((resolve) => setTimeout(resolve, 20));

test('runs while there is something to do, then not at all', async () => {
  let n = 0;
  const loop = new Loop(() => ++n < 5);
  await turns();
  expect(n).toBe(0);
  loop.start();
  await turns();
  expect(n).toBe(5);
  loop.wake();
  loop.wake();
  await turns();
  expect(n).toBe(6);
  loop.stop();
  loop.wake();
  await turns();
  expect(n).toBe(6);
  loop.close();
  loop.start();
  await turns();
  expect(n).toBe(6);
});

test('a number of milliseconds is waited for, a wake comes first', async () => {
  const at = [];
  const begun = performance.now();
  const loop = new Loop(() => (at.push(performance.now() - begun), at.length === 1 ? 30 : false));
  loop.start();
  await new Promise((resolve) => setTimeout(resolve, 80));
  expect(at).toHaveLength(2);
  expect(at[1]).toBeGreaterThanOrEqual(28);
  loop.close();
  const second = [];
  const other = new Loop(() => (second.push(1), second.length === 1 ? 10_000 : false));
  other.start();
  await turns();
  other.wake();
  await turns();
  expect(second).toHaveLength(2);
  other.close();
});

test('Node exits when a VM is idle, and waits for its timers', () => {
  const index = fileURLToPath(new URL('../../js/index.js', import.meta.url));
  const program = `
    import { createVM } from ${JSON.stringify(index)};
    const vm = await createVM();
    vm.on('exit', () => console.log('ended'));
    vm.spawn('timer', 'sleep', [100]);
    vm.spawn('gen_server', 'enter_loop', []);`;
  expect(
    execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8', timeout: 10_000 }),
  ).toContain('ended\n');
});
