// SPDX-License-Identifier: Apache-2.0
// Libraries with a wasm of their own: a library is fetched when it is first used, and only the process that uses it
// waits. Without the wasm, its Erlang module fails by name.
import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import { Atom } from '../../js/index.js';
import { vm as createVM } from './helper.js';

const wasm = readFileSync(new URL('../../dist/zlib.wasm', import.meta.url));
const list = [...Array(1000).keys()];
const compressed = [list, [Atom.for('compressed')]];

test('only the process that compresses waits for zlib.wasm, and only the first time', async () => {
  let arrive;
  let asked = 0;
  const response = { then: (done) => void (asked++, (arrive = () => done(new Response(wasm)))) };
  const vm = await createVM({ zlib: response });
  expect(await vm.call('lists', 'sum', [list])).toBe(499500);
  expect(asked).toBe(0);
  const packed = vm.call('erlang', 'term_to_binary', compressed);
  expect(await vm.call('lists', 'sum', [list])).toBe(499500);
  while (!arrive) await new Promise((done) => setTimeout(done, 5));
  expect(await Promise.race([packed, vm.call('lists', 'sum', [list])])).toBe(499500);
  arrive();
  const bytes = await packed;
  const plain = await vm.call('erlang', 'term_to_binary', [list]);
  expect([...bytes.subarray(0, 2)]).toEqual([131, 80]);
  expect(Buffer.from(inflateSync(bytes.subarray(6)))).toEqual(Buffer.from(plain.subarray(1)));
  expect(await vm.call('erlang', 'term_to_binary', compressed)).toEqual(bytes);
  expect(asked).toBe(1);
});

test.each([
  ['there is none', new URL('file:///nowhere/zlib.wasm')],
  ['it is no wasm', new Uint8Array([1, 2, 3])],
])('%s: told, and the function fails by name', async (_, zlib) => {
  const vm = await createVM({ zlib });
  const told = [];
  vm.on('error', (error) => told.push(error));
  await expect(vm.call('zlib', 'zip', ['abc'])).rejects.toThrow("{notsup,'zlib.wasm'}");
  expect(told.length).toBe(1);
  expect(await vm.call('lists', 'sum', [list])).toBe(499500);
});
