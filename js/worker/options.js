// SPDX-License-Identifier: Apache-2.0
//
// The options of createVM as they are posted to a worker. Some stay here: what they give is a function or an object of
// this thread. Others, which would have to answer the VM at once, cannot be given to a VM in a worker.

import { isUrl } from '../base/bytes.js';
import { ArgumentError } from '../base/errors.js';

/** @import { VMOptions } from '../vm/create.js' */

/** These are dealt with here, where the streams, functions and objects are. */
const HERE = ['stdin', 'stdout', 'stderr', 'expose', 'globals', 'network'];
const WASMS = ['wasm', 're', 'zlib', 'zstd'];
const isNode = Boolean(globalThis.process?.versions?.node);

/** A value in which each URL is an object that can be posted. @param {any} value @returns {any} */
function posted(value) {
  if (isUrl(value)) return { spawnlinkUrl: value.href };
  if (Array.isArray(value)) return value.map(posted);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, posted(inner)]));
}

/** A path of a page is relative to the page, also in a worker whose script is elsewhere. @param {any} value */
const place = (value) =>
  typeof value === 'string' && !isNode
    ? new URL(value, globalThis.document?.baseURI ?? /** @type {any} */ (globalThis).location?.href)
    : value;

/**
 * @param {VMOptions} options
 * @param {(source: any, wanted: string) => Promise<WebAssembly.Module>} compile
 * @returns {Promise<Record<string, any>>}
 */
export async function postedOptions(options, compile) {
  if (typeof options.clock === 'object')
    throw new ArgumentError("a clock of your own would have to answer a worker at once: give 'virtual' or 'real'");
  if (typeof options.shell === 'object')
    throw new ArgumentError(
      'a terminal would have to answer a worker at once: the VM of a shell runs without `worker`',
    );
  /** @type {Record<string, any>} */
  const all = {};
  for (const [name, given] of Object.entries(options)) {
    /** @type {any} */
    const value = given;
    if (value === undefined || HERE.includes(name)) continue;
    if (typeof value === 'function') all[name] = { spawnlinkFinder: name };
    else if (WASMS.includes(name) && (value.arrayBuffer || value.then)) all[name] = await compile(value, 'createVM');
    else if (WASMS.includes(name) || name === 'symbols') all[name] = posted(place(value));
    else if (name === 'otp') all[name] = posted(Array.isArray(value) ? value.map(place) : place(value));
    else all[name] = posted(value);
  }
  return all;
}
