// SPDX-License-Identifier: Apache-2.0
//
// Checks the options of createVM. One whose name is not known, or whose value has the wrong type, is refused with an
// error that names it.

import { asBytes, isUrl, tagOf } from '../base/bytes.js';
import { ArgumentError } from '../base/errors.js';
import { only, shown } from '../term/only.js';
import { isPlain } from '../term/term.js';

/** @import { VMOptions } from './create.js' */

/**
 * What the value of an option must be, in words, and a test whether a value is that.
 * @typedef {[string, (value: any) => boolean]} Kind
 */

const isPlace = (/** @type {any} */ value) => typeof value === 'string' || isUrl(value) || asBytes(value) !== undefined;
const isObject = (/** @type {any} */ value) =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !asBytes(value);
const isFunction = (/** @type {any} */ value) => typeof value === 'function';
const isWasm = (/** @type {any} */ value) =>
  isPlace(value) || tagOf(value) === 'WebAssembly.Module' || isFunction(value?.arrayBuffer) || isFunction(value?.then);

/** @type {Kind} */
const FLAG = ['true or false', (value) => typeof value === 'boolean'];
/** @type {Kind} */
const COUNT = ['a positive integer', (value) => Number.isSafeInteger(value) && value >= 0];
/** @type {Kind} */
const WASM = ['a URL, bytes, a Response or a WebAssembly.Module', isWasm];
/** @type {Kind} */
const FINDER = [
  'an object or Map of bytes by name, or a function',
  (value) => isFunction(value) || (isObject(value) && !isFunction(value.then)),
];
/** @type {Kind} */
const OUTPUT = ['true, false or a function', (value) => typeof value === 'boolean' || isFunction(value)];

/** @type {Record<keyof VMOptions, Kind>} */
const KINDS = {
  wasm: WASM,
  re: WASM,
  zlib: WASM,
  zstd: WASM,
  otp: [
    'a pack (bytes, path or URL), a folder, an array of these, or false',
    (value) => value === false || [value].flat().every(isPlace),
  ],
  modules: FINDER,
  files: [
    "an object of files by path, or in Node 'host'",
    (value) => value === 'host' || (isObject(value) && isPlain(value)),
  ],
  ports: ["'host', in Node", (value) => value === 'host'],
  fallback: FINDER,
  memoryLimit: COUNT,
  maxProcesses: COUNT,
  seed: COUNT,
  clock: [
    "'real', 'virtual' or an object with monotonic, system and advanceTo",
    (value) =>
      value === 'real' ||
      value === 'virtual' ||
      ['monotonic', 'system', 'advanceTo'].every((name) => isFunction(value?.[name])),
  ],
  boot: FLAG,
  node: ['an object {name, cookie, hidden}', isObject],
  shell: ['true, false or a terminal, {size, raw}', (value) => typeof value === 'boolean' || isFunction(value?.size)],
  args: ['an array of strings', (value) => Array.isArray(value) && value.every((arg) => typeof arg === 'string')],
  env: [
    'an object of strings',
    (value) => isObject(value) && Object.values(value).every((text) => text === undefined || typeof text === 'string'),
  ],
  stdout: OUTPUT,
  stderr: OUTPUT,
  stdin: ['a function', isFunction],
  expose: ['an object of functions', (value) => isObject(value) && isPlain(value)],
  globals: [
    'true or an array of names',
    (value) => value === true || (Array.isArray(value) && value.every((name) => typeof name === 'string')),
  ],
  network: [
    'true, an array of origins, or an object {allow, fetch, WebSocket}',
    (value) => value === true || (typeof value === 'object' && value !== null),
  ],
  budget: ['a positive number', (value) => typeof value === 'number' && value > 0],
  autostart: FLAG,
  slice: COUNT,
  gcStress: FLAG,
  debug: FLAG,
  symbols: ['a path, a URL or bytes', isPlace],
};

/** Throws an ArgumentError for a wrong option. @param {VMOptions} options */
export function checkOptions(options) {
  only(options, 'createVM', Object.keys(KINDS).join(' '));
  for (const [name, value] of Object.entries(options)) {
    const [what, fits] = KINDS[/** @type {keyof VMOptions} */ (name)];
    if (value !== undefined && !fits(value)) throw new ArgumentError(`${name} is ${what}, not ${shown(value)}`);
  }
  if (options.debug && options.wasm !== undefined)
    throw new ArgumentError('debug is a wasm of its own: give it or wasm');
  if (options.node !== undefined) only(options.node, "createVM's node", 'name cookie hidden');
}
