// SPDX-License-Identifier: Apache-2.0
//
// Names the C functions in the stack of a trap. The published vm.wasm has no names of functions; its symbol map,
// vm.wasm.symbols, has them by the function's number.

import { asBytes } from '../base/bytes.js';
import { TextDecoder } from '../base/host.js';
import { fileBytes, isLocal, readBytes, toUrl } from './loader.js';

/** The first characters of a symbol map, which begins with the name of function 0. */
const MAGIC = '0:';
/** How many functions of a stack are named, beginning with the innermost; those further out seldom tell anything. */
const MOST = 12;

/** The names of functions by their numbers. @param {Uint8Array} bytes @returns {Map<string, string>} */
const parse = (bytes) =>
  new Map([...new TextDecoder().decode(bytes).matchAll(/^(\d+):(.+)$/gm)].map(([, number, name]) => [number, name]));

/**
 * The names of the C functions on a stack, innermost first. V8, Firefox and Safari write the number of a wasm function,
 * or its name where the wasm has names.
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
 * A function that names the C functions on a stack, for a VM that fails. It has the names from the option `symbols`;
 * without the option, from the file beside vm.wasm where that is on this machine, as in a checkout. That file is read
 * only when a VM fails.
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
