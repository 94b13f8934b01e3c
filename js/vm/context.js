// SPDX-License-Identifier: Apache-2.0
//
// Marks the functions that want to know who calls them. A module of its own, because the package's entry has it and
// exposed.js, which the entry does not load, asks for the mark.

/** @import { Pid } from '../term/term.js' */
/** @import { VM } from './vm.js' */

/**
 * What an exposed function learns of its call. `signal` aborts when the calling process ends before it has the answer,
 * and when the call has lasted longer than its timeout; who does not look at it costs no monitor.
 * @typedef {{readonly signal: AbortSignal, readonly caller: Pid, readonly vm: VM}} CallContext
 */

/** The same symbol in every copy of the package, such as its ES module and its CommonJS module. */
const MARK = Symbol.for('spawnlink.withContext');

/**
 * Makes of a function one that is given the context of each call before its arguments, when it is exposed to a VM.
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
