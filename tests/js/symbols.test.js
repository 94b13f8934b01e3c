// SPDX-License-Identifier: Apache-2.0
//
// The error of a VM that fails names the C functions: for the release wasm by its symbol map, for the debug wasm by the
// names in it, together with the text of PANIC and ASSERT.

import { expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cFunctions } from '../../js/host/symbols.js';
import { ArgumentError, AssetError, createVM, UnsupportedError } from '../../js/index.js';

const dist = (name) => new URL(`../../dist/${name}`, import.meta.url);
const names = new Map([
  ['7', 'wasm_tick'],
  ['123', 'gc_collect'],
]);

test.each([
  [
    'V8',
    `RuntimeError: unreachable
    at wasm://wasm/00b1c5e2:wasm-function[123]:0x4567
    at wasm://wasm/00b1c5e2:wasm-function[99]:0x4568
    at wasm://wasm/00b1c5e2:wasm-function[7]:0x1234
    at Machine.call (file:///js/vm/machine.js:108:40)`,
  ],
  [
    'V8, of a wasm with names',
    `RuntimeError: unreachable
    at gc_collect (wasm://wasm/vm-debug.wasm-00b1:wasm-function[55]:0x4567)
    at wasm_tick (wasm://wasm/vm-debug.wasm-00b1:wasm-function[56]:0x1234)
    at new Machine (file:///js/vm/machine.js:108:40)`,
  ],
  [
    'Firefox',
    `wasm-function[123]@http://localhost/vm.wasm:wasm-function[123]:0x4567
wasm-function[7]@http://localhost/vm.wasm:wasm-function[7]:0x1234
call@http://localhost/vm/machine.js:108:40`,
  ],
  [
    'Firefox, of a wasm with names',
    `gc_collect@http://localhost/vm-debug.wasm:wasm-function[55]:0x4567
wasm_tick@http://localhost/vm-debug.wasm:wasm-function[56]:0x1234
call@http://localhost/vm/machine.js:108:40`,
  ],
  [
    'Safari',
    `<?>.wasm-function[123]@[wasm code]
<?>.wasm-function[7]@[wasm code]
call@http://localhost/vm/machine.js:108:40`,
  ],
  [
    'Safari, of a wasm with names',
    `<?>.wasm-function[gc_collect]@[wasm code]
<?>.wasm-function[wasm_tick]@[wasm code]
call@http://localhost/vm/machine.js:108:40`,
  ],
])('the C functions on a stack of %s', (_, stack) => {
  expect(cFunctions(stack, names)).toEqual(['gc_collect', 'wasm_tick']);
});

test('a deep stack is cut, one without wasm names nothing', () => {
  expect(cFunctions('wasm-function[7]\n'.repeat(50), names)).toHaveLength(12);
  expect(cFunctions('Error: x\n    at f (file:///a.js:1:2)', names)).toEqual([]);
});

/**
 * The errors with which requests fail, each in a VM in another Node, because Jest rewrites stacks and removes the
 * numbers of functions.
 * @param {string} body the body of a function of a VM and the instance of its wasm, which fails
 * @param {string} options of createVM, in JavaScript
 */
function failure(body, options) {
  const program = `
    import { readFileSync } from 'node:fs';
    import { createVM } from '${new URL('../../js/index.js', import.meta.url)}';
    import { cFunctions } from '${new URL('../../js/host/symbols.js', import.meta.url)}';
    import { Machine } from '${new URL('../../js/vm/machine.js', import.meta.url)}';
    const dist = (name) => new URL(name, '${dist('')}');
    const { instantiate } = WebAssembly;
    let instance;
    WebAssembly.instantiate = async (...args) => (instance = await instantiate(...args));
    const vm = await createVM({ autostart: false, ...${options} });
    try {
      ${body}
    } catch (error) {
      console.log(JSON.stringify({ name: error.name, code: error.code, message: error.message }));
    }`;
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' }));
}

/** Overwrites all memory of the VM above the C stack, and then sends a request to it. */
const BREAK = `
  new Uint8Array(instance.exports.memory.buffer, 2 ** 20).fill(0xff);
  vm.spawn('lists', 'reverse', [[1, 2, 3]]);
  vm.tick();`;
const BYTES = "wasm: readFileSync(dist('vm.wasm'))";

test.each([
  ['beside vm.wasm', '{}'],
  ['beside a vm.wasm that was given', "{ wasm: dist('vm.wasm') }"],
  ['given by URL', `{ ${BYTES}, symbols: dist('vm.wasm.symbols') }`],
  ['given as bytes', `{ ${BYTES}, symbols: readFileSync(dist('vm.wasm.symbols')) }`],
])('a trap of the release wasm names C functions by the map %s', (_, options) => {
  const error = failure(BREAK, options);
  expect(error.code).toBe('CRASH');
  const [, request, functions] = /^the VM failed in vm_(\w+): .* \(in (.*)\)$/.exec(error.message);
  const map = readFileSync(dist('vm.wasm.symbols'), 'utf8');
  const known = [...map.matchAll(/^\d+:(.+)$/gm)].map(([, name]) => name);
  for (const name of functions.split(' < ')) expect(known).toContain(name);
  // The outermost function is the C function of the export (src/host/wasm.c).
  expect(functions.split(' < ').at(-1)).toBe(`wasm_${request}`);
});

test('without a map a trap is told without them', () => {
  expect(failure(BREAK, `{ ${BYTES} }`).message).toMatch(/^the VM failed in vm_\w+: [^(]*$/);
});

test('a map that is not there is told', async () => {
  await expect(createVM({ symbols: dist('no.symbols') })).rejects.toThrow(AssetError);
  await expect(createVM({ symbols: 5 })).rejects.toThrow('symbols is a path, a URL or bytes, not 5');
});

test('debug and wasm exclude each other', async () => {
  await expect(createVM({ debug: true, wasm: dist('vm.wasm') })).rejects.toThrow(ArgumentError);
});

if (existsSync(dist('vm-debug.wasm'))) {
  test('the debug wasm runs the same JavaScript', async () => {
    const vm = await createVM({ debug: true });
    expect(await vm.call('lists', 'sort', [[3, 1, 2]])).toEqual([1, 2, 3]);
    vm.close();
    expect(vm.leaked).toBe(0);
  });

  test('a trap of the debug wasm has names of its own', () => {
    expect(failure(BREAK, '{ debug: true }').message).toMatch(/ \(in .*wasm_\w+\)$/);
  });

  test('ASSERT says file, line and expression', () => {
    const again = 'new Machine(instance, (stack) => cFunctions(stack, new Map())).open({ memoryLimit: 2 ** 20 })';
    expect(failure(again, '{ debug: true }').message).toMatch(
      /^the VM failed in vm_open: src\/host\/vm\.c:\d+: not true: !is_open \(in panic_at < vm_open < wasm_open\)$/,
    );
  });
} else {
  test('where there is no debug wasm, that is said', async () => {
    const error = await createVM({ debug: true }).catch((error) => error);
    expect(error).toBeInstanceOf(UnsupportedError);
    expect(error.message).toMatch(/after scripts\/build debug .*: cannot get .*vm-debug\.wasm/);
  });
}
