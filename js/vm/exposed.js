// SPDX-License-Identifier: Apache-2.0
//
// The functions of the host that Erlang code may call. A JavaScript process, registered as spawnlink_host, calls them
// when the Erlang module js (src/erl/bridge/js.erl) asks it to. Loaded when the first function is given.

import { ArgumentError, GrantError, TimeoutError } from '../base/errors.js';
import { ErlangError } from '../term/erlang-error.js';
import { shown } from '../term/only.js';
import { Atom, Fun, Pid, Ref, Tuple, isPlain, text } from '../term/term.js';
import { wantsContext } from './context.js';
import { jsError } from './process.js';
import { when } from './when.js';

/** @import { CallContext } from './context.js' */
/** @import { JsProcess } from './process.js' */
/** @import { VM } from './vm.js' */

/**
 * Functions by name, and objects of functions, whose names are put in front: `{ storage: { get } }` exposes
 * 'storage.get'.
 * @typedef {{[name: string]: ((...args: any[]) => any) | Exposable}} Exposable
 */

/**
 * @typedef {object} Given
 * @property {(...args: any[]) => any} fn
 * @property {object | undefined} self the object that contains it, which is its `this`
 */

/**
 * The functions of an object and of the objects in it, by name. Throws an ArgumentError for a property that cannot be
 * called, except that non-enumerable ones, such as Math.PI, are skipped.
 * @param {any} object
 * @param {Map<string, Given>} found
 * @param {string} [before] the name of the object, with a dot
 * @param {any[]} [around] the objects that it is in
 */
function collect(object, found, before = '', around = []) {
  for (const name of Object.getOwnPropertyNames(object)) {
    const value = object[name];
    if (typeof value === 'function') found.set(before + name, { fn: value, self: before ? object : undefined });
    else if (isNamespace(value) && !around.includes(value))
      collect(value, found, `${before}${name}.`, [...around, object]);
    else if (Object.prototype.propertyIsEnumerable.call(object, name))
      throw new ArgumentError(`expose takes functions, and objects of functions: ${before}${name} is ${shown(value)}`);
  }
  return found;
}

/** Objects that no class made, and those such as Math. @param {any} it */
const isNamespace = (it) =>
  typeof it === 'object' && it !== null && (isPlain(it) || Object.getPrototypeOf(it) === Object.prototype);

/**
 * What Erlang modules of ours ask for by js:ask/3: an operation, for a process, with arguments. `end` is called when
 * nobody is left who could be told.
 * @typedef {{run: (operation: string, caller: Pid, args: any[]) => any, end: () => void}} Service
 */

/** The services by their names. @type {{[name: string]: () => Promise<{Service: new (host: Exposed) => Service}>}} */
const SERVICES = {
  objects: () => import('./objects.js').then(({ Objects }) => ({ Service: Objects })),
  http: () => import('./http.js').then(({ Http }) => ({ Service: Http })),
  stream: () => import('./readables.js').then(({ Readables }) => ({ Service: Readables })),
};

/**
 * Opens the process by which the program reaches what the options give it.
 * @param {VM} vm
 * @param {import('./create.js').VMOptions} options
 */
export async function openExposed(vm, { globals, network }) {
  const grant = network && new (await import('./network.js')).Network(network);
  const exposed = new Exposed(vm, globals, grant);
  await exposed.opened;
  return exposed;
}

/** A call under way. */
class Call {
  #host;
  #ref;
  #caller;
  /** @type {AbortController | undefined} */
  #controller;
  /** @type {Ref | undefined} */
  #monitor;
  #waiting = false;

  /** @param {Exposed} host @param {Ref | undefined} ref undefined for a cast @param {Pid} caller */
  constructor(host, ref, caller) {
    this.#host = host;
    this.#ref = ref;
    this.#caller = caller;
  }

  get caller() {
    return this.#caller;
  }

  /** The context for a function made by withContext. @returns {CallContext} */
  get context() {
    const signal = () => this.#signal();
    return {
      get signal() {
        return signal();
      },
      caller: this.#caller,
      vm: this.#host.vm,
    };
  }

  /** The caller is monitored only when the function reads the signal. */
  #signal() {
    if (this.#controller) return this.#controller.signal;
    this.#controller = new AbortController();
    this.#monitor = this.#host.watch(this.#caller, this);
    return this.#controller.signal;
  }

  /** Called when the function has returned a promise. */
  waits() {
    this.#waiting = true;
    this.#host.vm.hold(1);
    if (this.#ref) this.#host.calls.set(String(this.#ref), this);
  }

  /** @param {Error} reason */
  stop(reason) {
    this.#controller?.abort(reason);
  }

  end() {
    if (this.#monitor) this.#host.watchNoMore(this.#monitor);
    if (this.#waiting) {
      this.#host.vm.hold(-1);
      if (this.#ref) this.#host.calls.delete(String(this.#ref));
    }
    this.#waiting = false;
    this.#monitor = undefined;
  }
}

/** The process that calls functions for Erlang code. */
export class Exposed {
  /** @type {Map<string, Given>} */
  #functions = new Map();
  /**
   * Who is told when a process ends, by the reference of the monitor.
   * @type {Map<string, {stop: (reason: Error) => void}>}
   */
  #watching = new Map();
  /** Calls that wait for a promise, by the reference of the call. @type {Map<string, Call>} */
  calls = new Map();
  /** The process, which is there once `opened` is fulfilled. @type {JsProcess} */
  process = /** @type {any} */ (undefined);

  #network;
  /** Those of SERVICES that were wanted, by their names. @type {Map<string, Service>} */
  #services = new Map();

  /**
   * @param {VM} vm
   * @param {true | string[]} [globals] which globals the program may reach
   * @param {import('./network.js').Network} [network] which servers it may reach
   */
  constructor(vm, globals = [], network = undefined) {
    this.vm = vm;
    this.globals = globals;
    this.#network = network;
    /** Where the VM is in a worker: a promise that is fulfilled once the process is there. */
    this.opened = this.#open();
  }

  /** What the program may reach of the network. Throws a GrantError when that is nothing. */
  get network() {
    if (this.#network) return this.#network;
    throw new GrantError("no network is granted to this VM: createVM's option network gives origins, or true");
  }

  /**
   * Adds functions; a function replaces an earlier one of the same name.
   * @param {Exposable} functions
   */
  add(functions) {
    if (!isNamespace(functions))
      throw new ArgumentError(`expose takes an object of functions, not ${shown(functions)}`);
    for (const [name, given] of collect(functions, new Map())) this.#functions.set(name, given);
  }

  /** Starts the process that receives requests. When it is killed, another one takes its place. */
  #open() {
    return when(this.vm.process({ name: 'spawnlink_host', trapExit: true }), (process) => this.#listen(process));
  }

  /** @param {JsProcess} process */
  #listen(process) {
    this.process = process;
    process.on('message', (message) => this.#asked(message));
    process.on('down', ({ ref, reason }) => this.#watching.get(String(ref))?.stop(new ErlangError('exit', reason)));
    process.on('exit', ({ reason }) => {
      // The reason is an Error when the whole VM has ended.
      const ended = reason instanceof Error;
      for (const call of this.calls.values()) call.stop(ended ? reason : new ErlangError('exit', reason));
      this.#watching.clear();
      for (const service of this.#services.values()) service.end();
      this.#services.clear();
      if (!ended) this.opened = this.#open();
    });
  }

  /**
   * Has a call, or whoever else has a method `stop`, told when a process ends.
   * @param {Pid} caller
   * @param {{stop: (reason: Error) => void}} call
   * @returns {Ref | undefined} where the VM is in a worker, a promise of it
   */
  watch(caller, call) {
    if (!this.process.alive) return undefined;
    return when(this.process.monitor(caller), (ref) => {
      this.#watching.set(String(ref), call);
      return ref;
    });
  }

  /** @param {Ref} monitor what `watch` has answered */
  watchNoMore(monitor) {
    when(monitor, (ref) => {
      if (this.#watching.delete(String(ref)) && this.process.alive) this.process.demonitor(ref, { flush: true });
    });
  }

  /** Handles a message of js.erl; other messages are ignored. @param {any} message */
  #asked(message) {
    if (!(message instanceof Tuple)) return;
    const [tag, first, second, third, fourth] = message.elements;
    const n = message.length;
    if (tag === CALL && n === 5 && first instanceof Ref && Array.isArray(fourth))
      this.#call(first, second, third, fourth);
    else if (tag === CAST && n === 4 && first instanceof Pid && Array.isArray(third)) this.#cast(first, second, third);
    else if (tag === STOP) this.calls.get(String(first))?.stop(new TimeoutError('js:call has waited long enough'));
  }

  /**
   * Calls the function that Erlang code has asked for.
   * @param {Call} call
   * @param {any} name
   * @param {any[]} args
   */
  #run(call, name, args) {
    if (name instanceof Tuple) return this.#operate(call, [...name].map(String), args);
    if (typeof name === 'function' && !(name instanceof Fun)) return this.#settled(call, name(...args));
    const found = this.#functions.get(ArrayBuffer.isView(name) ? text(name) : String(name));
    if (!found) throw new ErlangError('error', Tuple.from([UNDEF, name, [...this.#functions.keys()].sort()]));
    const { fn, self } = found;
    return this.#settled(call, wantsContext(fn) ? fn.call(self, call.context, ...args) : fn.apply(self, args));
  }

  /** @param {Call} call @param {any} value that a function has given */
  #settled(call, value) {
    if (typeof value?.then === 'function') call.waits();
    return value;
  }

  /**
   * An operation of a service. Its code is loaded when first wanted.
   * @param {Call} call
   * @param {string[]} name of the operation; that of the service before it, unless it is objects
   * @param {any[]} args
   */
  #operate(call, [first, second], args) {
    const [name, operation] = second === undefined ? ['objects', first] : [first, second];
    const open = this.#services.get(name);
    if (open) return this.#settled(call, open.run(operation, call.caller, args));
    if (!Object.hasOwn(SERVICES, name)) throw new ArgumentError(`the host has no service ${name}`);
    call.waits();
    return SERVICES[name]().then(({ Service }) => {
      const service = this.#services.get(name) ?? new Service(this);
      this.#services.set(name, service);
      return service.run(operation, call.caller, args);
    });
  }

  /** @param {Ref} ref @param {Pid} caller @param {any} name @param {any[]} args */
  #call(ref, caller, name, args) {
    const call = new Call(this, ref, caller);
    let value;
    try {
      value = this.#run(call, name, args);
    } catch (error) {
      return this.#failed(call, ref, error);
    }
    if (typeof value?.then !== 'function') return this.#answer(call, ref, value);
    Promise.resolve(value).then(
      (it) => this.#answer(call, ref, it),
      (error) => this.#failed(call, ref, error),
    );
  }

  /** @param {Pid} caller @param {any} name @param {any[]} args */
  async #cast(caller, name, args) {
    const call = new Call(this, undefined, caller);
    try {
      await this.#run(call, name, args);
    } catch (error) {
      /** @type {any} */ (this.vm).report(error, `js:cast by ${caller}`);
    }
    call.end();
  }

  /** @param {Call} call @param {Ref} ref @param {unknown} error */
  #failed(call, ref, error) {
    call.end();
    this.#tell(ref, [ref, ERROR, reasonOf(error)]);
  }

  /** @param {Call} call @param {Ref} ref @param {any} value */
  #answer(call, ref, value) {
    call.end();
    try {
      this.#tell(ref, [ref, value]);
    } catch (error) {
      this.#tell(ref, [ref, ERROR, jsError(error)]); // the function's value has no term
    }
  }

  /** @param {Ref} ref @param {any[]} message */
  #tell(ref, message) {
    if (this.vm.closed || this.vm.haltStatus !== undefined) return;
    this.vm.send(ref, Tuple.from(message));
    this.vm.again();
  }
}

const [CALL, CAST, STOP, ERROR, UNDEF] = ['call', 'cast', 'stop', 'error', 'js_undef'].map((name) => Atom.for(name));

/** The reason of the error that js:call raises. @param {unknown} error */
const reasonOf = (error) =>
  error instanceof ErlangError && error.reason instanceof Tuple && error.reason.at(0) === UNDEF
    ? error.reason
    : jsError(error);
