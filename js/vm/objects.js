// SPDX-License-Identifier: Apache-2.0
//
// What the Erlang module js does with values of JavaScript: globals, properties, methods, promises, events. A program
// reaches no object that it was not given: by createVM's option `globals`, as an argument or as a result. Loaded when a
// program first does such a thing.

import { ArgumentError } from '../base/errors.js';
import { Atom, ErlangMap, Ref, Tuple, isForeign, pretty, text } from '../term/term.js';
import { Released, evaluates } from './handles.js';

/** @import { Pid } from '../term/term.js' */
/** @import { Exposed } from './exposed.js' */

/** @param {any} name an atom, a binary or a number */
const nameOf = (name) => {
  if (name instanceof Atom || typeof name === 'boolean' || typeof name === 'number') return String(name);
  if (ArrayBuffer.isView(name)) return text(name);
  throw new ArgumentError(`a name is an atom or a binary, not ${String(name)}`);
};

/** A value that has properties; throws for one that has been released, and for what is a term. @param {any} it */
function object(it) {
  if (it instanceof Released) throw new ReferenceError('this handle was released');
  if (!isForeign(it)) throw new TypeError('not a handle of a value of JavaScript');
  return it;
}

/** @param {any} fun @param {any} what */
function callable(fun, what) {
  if (typeof fun !== 'function') throw new TypeError(`${what} is not a function`);
  return fun;
}

/** @param {any} value */
const typeOf = (value) => Atom.for(value === null ? 'null' : typeof value);

const SWITCHES = ['once', 'capture', 'passive', 'prevent_default', 'stop_propagation'];

/** @param {any} given a map @returns {{fields: any[] | undefined, on: Set<string>}} */
function listenOptions(given) {
  if (!(given instanceof ErlangMap)) throw new ArgumentError('the options of js:listen are a map');
  const on = new Set();
  let fields;
  for (const [key, value] of given) {
    const name = String(key);
    if (name === 'fields' && Array.isArray(value)) fields = value;
    else if (SWITCHES.includes(name) && typeof value === 'boolean') value && on.add(name);
    else throw new ArgumentError(`js:listen has no option ${name} with that value`);
  }
  return { fields, on };
}

/** The value at a path of property names with dots. @param {any} value @param {any} field */
const at = (value, field) =>
  nameOf(field)
    .split('.')
    .reduce((inner, name) => inner?.[name], value);

export class Objects {
  #host;
  /** By the text of their reference. @type {Map<string, {end: () => void}>} */
  #listeners = new Map();

  /** @param {Exposed} host */
  constructor(host) {
    this.#host = host;
  }

  /**
   * Does what js.erl asks for.
   * @param {string} operation
   * @param {Pid} caller
   * @param {any[]} args
   */
  run(operation, caller, args) {
    switch (operation) {
      case 'global':
        return this.#global(args);
      case 'get':
        return object(args[0])[nameOf(args[1])];
      case 'set':
        object(args[0])[nameOf(args[1])] = pretty(args[2]);
        return undefined;
      case 'invoke':
        return this.#invoke(object(args[0]), nameOf(args[1]), args[2].map(pretty));
      case 'new':
        return Reflect.construct(callable(object(args[0]), 'the class'), args[1].map(pretty));
      case 'await':
        return object(args[0]);
      case 'typeof':
        return typeOf(pretty(args[0]));
      case 'release':
        return this.#host.vm.release(args[0] instanceof Released ? args[0] : object(args[0]));
      case 'listen':
        return this.#listen(caller, object(args[0]), nameOf(args[1]), listenOptions(args[2]), args[3]);
      case 'unlisten':
        return this.#listeners.get(String(args[0]))?.end();
      default:
        throw new ArgumentError(`js has no operation ${operation}`);
    }
  }

  /** @param {any[]} args */
  #global([given]) {
    const { globals } = this.#host;
    if (globals === true) return given === undefined ? globalThis : /** @type {any} */ (globalThis)[nameOf(given)];
    const name = given === undefined ? undefined : nameOf(given);
    if (name === undefined || !globals.includes(name)) {
      const which = globals.length > 0 ? `only ${globals.join(', ')}` : 'no globals';
      throw new ReferenceError(`${name ?? 'globalThis'} is not given to this VM: its option globals gives ${which}`);
    }
    return /** @type {any} */ (globalThis)[name];
  }

  /** @param {any} target @param {string} method @param {any[]} args */
  #invoke(target, method, args) {
    const fun = callable(target[method], method);
    // A timer may be given a function, but no text.
    const isTimer = /^set(Timeout|Interval|Immediate)$/.test(fun.name);
    if (isTimer) callable(args[0], `what ${method} is given`);
    else if (evaluates(fun)) throw new EvalError(`${method} evaluates strings as code`);
    return fun.apply(target, args);
  }

  /**
   * @param {Pid} owner
   * @param {any} target
   * @param {string} type
   * @param {{fields: any[] | undefined, on: Set<string>}} options
   * @param {Ref} ref
   */
  #listen(owner, target, type, { fields, on }, ref) {
    const { vm } = this.#host;
    const isTarget = typeof target.addEventListener === 'function';
    if (!isTarget && typeof target.on !== 'function')
      throw new TypeError('it has no events: neither addEventListener nor on');
    const listener = (/** @type {any[]} */ ...events) => {
      const [event] = events;
      if (on.has('once')) entry.end();
      if (vm.closed || vm.haltStatus !== undefined) return;
      const names = fields ?? (isTarget ? [Atom.for('type')] : undefined);
      try {
        if (on.has('prevent_default')) event.preventDefault();
        if (on.has('stop_propagation')) event.stopPropagation();
        const data = names ? new ErlangMap(names.map((field) => [field, at(event, field)])) : events;
        vm.send(owner, Tuple.from([Atom.for('js_event'), ref, data]));
      } catch (error) {
        // A field has no term, or an emitter's event none of the DOM's methods.
        /** @type {any} */ (vm).report(error, `js:listen of '${type}'`);
      }
    };
    const monitor = this.#host.watch(owner, { stop: () => entry.end() });
    const entry = {
      end: () => {
        if (!this.#listeners.delete(String(ref))) return;
        if (isTarget) target.removeEventListener(type, listener, { capture: on.has('capture') });
        else (target.off ?? target.removeListener).call(target, type, listener);
        if (monitor) this.#host.watchNoMore(monitor);
      },
    };
    this.#listeners.set(String(ref), entry);
    if (isTarget) target.addEventListener(type, listener, { capture: on.has('capture'), passive: on.has('passive') });
    else target.on(type, listener);
  }

  /** Nobody is left who could be told. */
  end() {
    for (const listener of [...this.#listeners.values()]) listener.end();
  }
}
