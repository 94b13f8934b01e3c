// SPDX-License-Identifier: Apache-2.0
//
// Names the C functions in the stack of a trap. vm.wasm has no names; its map, vm.wasm.symbols, has them by number.

import { asBytes } from '../base/bytes.js';
import { fileBytes, isLocal, readBytes, toUrl } from './loader.js';

/** How a map begins: with the name of function 0. */
const MAGIC = '0:';
/** Innermost first; what called these is seldom news. */
const MOST = 12;

/** Names by number. @param {Uint8Array} bytes @returns {Map<string, string>} */
const parse = (bytes) =>
  new Map([...new TextDecoder().decode(bytes).matchAll(/^(\d+):(.+)$/gm)].map(([, number, name]) => [number, name]));

/**
 * The C functions on a stack, as V8, Firefox and Safari write them: by number, or by name where the wasm has names.
 *
 * @param {string} stack
 * @param {Map<string, string>} names
 * @returns {string[]}
 */
export function cFunctions(stack, names) {
  const found = [];
  for (const line of stack.split('\n')) {
    const [, id] = /wasm-function\[([^\]]+)\]/.exec(line) ?? [];
    if (id === undefined) continue;
    const [, v8, firefox] = /^ *at (\S+) \(|^([\w.$]+)@/.exec(line) ?? [];
    const name = v8 ?? firefox ?? (/^\d+$/.test(id) ? names.get(id) : id);
    if (name) found.push(name);
  }
  return found.slice(0, MOST);
}

/**
 * What answers the names when a VM fails: from the option `symbols`, else from the file beside vm.wasm, where there is
 * one that can be read at once (in a checkout). That one is read only then.
 *
 * @param {string | URL | Uint8Array | undefined} symbols
 * @param {unknown} wasm where vm.wasm is
 * @returns {Promise<(stack: string) => string[]>}
 */
export async function openSymbols(symbols, wasm) {
  if (symbols !== undefined) {
    const given = asBytes(symbols) ?? (await readBytes(/** @type {string} */ (symbols), 'the option symbols', MAGIC));
    const names = parse(given);
    return (stack) => cFunctions(stack, names);
  }
  return (stack) => {
    let names = new Map();
    try {
      const url = toUrl(`${wasm}.symbols`);
      if (isLocal(url)) names = parse(fileBytes(url, 'symbols'));
    } catch {} // there is none
    return cFunctions(stack, names);
  };
}
