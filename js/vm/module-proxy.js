// SPDX-License-Identifier: Apache-2.0
//
// What `vm.module` gives: an Erlang module as a JavaScript object whose properties are its functions. Loaded with
// machine.js.

import { atom } from './arguments.js';
import { only } from '../term/only.js';
import { format } from '../term/term.js';
import { SPAWN_NAMES, spawnOptions } from './spawn.js';

/** @import { CallOptions, VM } from './vm.js' */
/** @import { Atom, Term } from '../term/term.js' */

/**
 * The functions of an Erlang module: each takes terms and gives a promise of its value. M says what they take and give,
 * for TypeScript.
 * @template {object} M
 * @typedef {{[K in keyof M]: M[K] extends (...args: infer A) => infer R ? (...args: A) => Promise<Awaited<R>> :
 *   never} & {then?: undefined}} ErlangModule
 */

/** A module of which no types are known. @typedef {Record<string, (...args: Term[]) => any>} AnyModule */

/**
 * What JavaScript itself asks any object for: whether it is a promise, and what it is as JSON. An object must not
 * answer that with a function of Erlang.
 */
const JAVASCRIPT = new Set(['then', 'toJSON']);

/**
 * The module as an object. Throws an ArgumentError for a name or for options that are none; that of each call is
 * checked when the function is called.
 * @param {VM} vm
 * @param {string | Atom} name
 * @param {CallOptions} options
 * @returns {any}
 */
export function moduleProxy(vm, name, options) {
  const module = atom(name, 'the name of a module');
  const {
    timeout: _,
    signal: _1,
    pretty: _2,
    ...spawn
  } = only(options, 'module', `timeout signal pretty ${SPAWN_NAMES}`);
  spawnOptions(spawn);
  /** @type {Map<string, (...args: Term[]) => Promise<any>>} */
  const functions = new Map();
  const target = Object.freeze({
    toString: () => format(module),
    [Symbol.toStringTag]: `Erlang module ${module.name}`,
  });
  return new Proxy(target, {
    get(_target, key) {
      if (typeof key === 'symbol' || key in target || JAVASCRIPT.has(key)) return Reflect.get(target, key);
      let fun = functions.get(key);
      if (!fun) functions.set(key, (fun = (...args) => vm.call(module, key, args, options)));
      return fun;
    },
  });
}
