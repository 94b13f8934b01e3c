// SPDX-License-Identifier: Apache-2.0
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { ArgumentError, Atom } from '../../js/index.js';
import { otpRoot as root, vm } from './helper.js';

const pack = readFileSync(new URL('../../dist/otp.pack', import.meta.url));
const wasm = readFileSync(new URL('../../dist/vm.wasm', import.meta.url));
let server;
let base = '';
beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === '/otp.pack') response.end(pack);
    else if (request.url === '/vm.wasm') response.setHeader('content-type', 'application/wasm').end(wasm);
    else response.writeHead(404).end();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${server.address().port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const release = (v) => v.call('erlang', 'system_info', [Atom.for('otp_release')], { pretty: true });
const reversed = (v) => v.call('lists', 'reverse', [[1, 2]]);

test.each([
  ['by default', () => undefined],
  ['pack bytes', () => new Uint8Array(pack)],
  ['an ArrayBuffer', () => new Uint8Array(pack).buffer],
  ['a path', () => 'dist/otp.pack'],
  ['a URL', () => new URL('../../dist/otp.pack', import.meta.url)],
  ['over the network', () => `${base}/otp.pack`],
  ['an OTP root', () => root],
  ['a folder of beams and a pack', () => [`${root}/lib/stdlib-4.2/ebin`, 'dist/otp.pack']],
])('modules from %s', async (_, otp) => {
  const v = await vm({ otp: otp() });
  expect(await reversed(v)).toEqual([2, 1]);
  expect(await release(v)).toMatch(/^\d\d$/);
});

test('no modules at all: built-in functions work, others are undef', async () => {
  const v = await vm({ otp: false });
  expect(await v.call('erlang', '+', [1, 2])).toBe(3);
  await expect(v.call('string', 'uppercase', ['a'])).rejects.toMatchObject({ reason: Atom.for('undef') });
});

test('wasm over the network, and what is wrong with a source', async () => {
  expect(await reversed(await vm({ wasm: `${base}/vm.wasm` }))).toEqual([2, 1]);
  await expect(vm({ wasm: `${base}/none.wasm` })).rejects.toThrow('404');
  await expect(vm({ otp: `${base}/none.pack` })).rejects.toThrow('404');
  await expect(vm({ otp: new Uint8Array(100) })).rejects.toThrow('not an OTP pack');
  await expect(vm({ otp: pack.slice(0, 1000) })).rejects.toThrow('OTP pack');
  await expect(vm({ otp: /** @type {any} */ (7) })).rejects.toThrow(ArgumentError);
  await expect(vm({ modules: /** @type {any} */ (7) })).rejects.toThrow(ArgumentError);
});

test('environment variables are those of the option', async () => {
  const v = await vm({ env: { NAME: 'välue', NONE: undefined } });
  expect(await v.call('os', 'getenv', [[...'NAME'].map((c) => c.charCodeAt(0))], { pretty: true })).toBe('välue');
  expect(await v.call('os', 'getenv', [[...'HOME'].map((c) => c.charCodeAt(0))])).toBe(false);
});

// Loading Node's zlib and inflating takes time, so a start does without it.
test('a start and a first call of what it has loaded inflate nothing', () => {
  const loaded = (call) =>
    execFileSync(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `
      import { createVM } from ${JSON.stringify(new URL('../../dist/spawnlink.js', import.meta.url).href)};
      const vm = await createVM({ stdout: (text) => console.error(text) });
      await vm.call(${call});
      console.log(process.moduleLoadList.includes('NativeModule zlib'));`,
      ],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
    ).trim();
  expect(loaded("'erlang', 'length', [[1, 2, 3]]")).toBe('false');
  expect(loaded("'lists', 'sum', [[1, 2, 3]]")).toBe('true');
  expect(loaded("'ordsets', 'from_list', [[1]]")).toBe('true');
});

test('what is below the root of a large map, down to its pairs', async () => {
  const v = await vm();
  const keys = async (/** @type {any} */ map) => {
    if (map.size <= 32) return [...map].map(([key]) => key);
    const children = await v.call('erts_internal', 'map_hashmap_children', [map]);
    return (
      await Promise.all(children.map((/** @type {any} */ child) => (child.size ? keys(child) : child.items)))
    ).flat();
  };
  const all = Array.from({ length: 2000 }, (_, i) => i);
  const found = await keys(new Map(all.map((key) => [key, 'x'])));
  expect(found.sort((a, b) => a - b)).toEqual(all);
});
