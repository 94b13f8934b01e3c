// SPDX-License-Identifier: Apache-2.0
//
// Marks functions that want a context of their calls. This is a module of its own because the package's entry contains
// it, and exposed.js, which the entry does not load, reads the mark.

/** @import { Pid } from '../term/term.js' */
/** @import { VM } from './vm.js' */

/**
 * What an exposed function learns about its call. `signal` aborts when the calling process ends before it has the
 * answer, and when the call has lasted longer than its timeout; a function that does not read it causes no monitor.
 * @typedef {{readonly signal: AbortSignal, readonly caller: Pid, readonly vm: VM}} CallContext
 */

/** The same symbol in every copy of the package, such as its ES module and its CommonJS module. */
const MARK = Symbol.for('spawnlink.withContext');

/**
 * Makes a function that gets the context of each call in front of its arguments, when it is exposed to a VM.
 *
 * @example
 * const wait = withContext(async ({ signal, caller }, ms) => {
 *   await new Promise((done, fail) => {
 *     const timer = setTimeout(done, ms);
 *     signal.addEventListener('abort', () => (clearTimeout(timer), fail(signal.reason)));
 *   });
 *   return caller;
 * });
 * const vm = await createVM({ expose: { wait } });
 * const pid = await vm.call('js', 'call', [Atom.for('wait'), [1]]);
 * pid instanceof Pid; // true
 *
 * @template {any[]} A
 * @template R
 * @param {(context: CallContext, ...args: A) => R} fn
 * @returns {(context: CallContext, ...args: A) => R}
 */
export function withContext(fn) {
  return Object.assign((/** @type {CallContext} */ context, /** @type {A} */ ...args) => fn(context, ...args), {
    [MARK]: true,
  });
}

/** @param {any} fn */
export const wantsContext = (fn) => fn[MARK] === true;
