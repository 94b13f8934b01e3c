// SPDX-License-Identifier: Apache-2.0
//
// The result of `vm.module`: an Erlang module as a JavaScript object whose properties are its functions. Loaded
// together with machine.js.

import { atom } from './arguments.js';
import { only } from '../term/only.js';
import { format } from '../term/term.js';
import { SPAWN_NAMES, spawnOptions } from './spawn.js';

/** @import { CallOptions, VM } from './vm.js' */
/** @import { Atom, Term } from '../term/term.js' */

/**
 * The functions of an Erlang module: each takes terms and returns a promise of its value. M has the types of their
 * arguments and values, for TypeScript.
 * @template {object} M
 * @typedef {{[K in keyof M]: M[K] extends (...args: infer A) => infer R ? (...args: A) => Promise<Awaited<R>> :
 *   never} & {then?: undefined}} ErlangModule
 */

/** A module without known types. @typedef {Record<string, (...args: Term[]) => any>} AnyModule */

/**
 * Properties that JavaScript itself reads of any object: whether it is a promise, and its form as JSON. They must not
 * be functions of the Erlang module.
 */
const JAVASCRIPT = new Set(['then', 'toJSON']);

/**
 * The module as an object. Throws an ArgumentError for a bad name or bad options; the name of a function is checked
 * when it is called.
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
