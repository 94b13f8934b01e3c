// SPDX-License-Identifier: Apache-2.0
//
// Subscriptions: functions by event name, async iterators, and the DOM's EventTarget. Events are delivered in the order
// they happened in the VM; a handler that throws disturbs neither the VM nor other handlers.

import { ArgumentError, ClosedError } from '../base/errors.js';
import { checkSignal, toldTo, until } from './loop.js';
import { only, shown } from '../term/only.js';

/**
 * @template {Record<string, any>} M
 */
export class Events extends EventTarget {
  /** @type {Map<string, Set<(event: any) => any>>} */
  #handlers = new Map();
  /** Names of events that had listeners of the DOM kind. @type {Set<string>} */
  #listened = new Set();
  /**
   * What calls each listener of the DOM kind, and tells of what it throws.
   * @type {WeakMap<object, (event: Event) => void>}
   */
  #callers = new WeakMap();
  /** Whether anybody has taken the event under way. */
  #taken = false;
  /** @type {Set<() => void>} called when no more events will come */
  #closers = new Set();
  #ended = false;

  /**
   * Calls `handler` for each event of that name from now on. Answers a function that ends it.
   *
   * @example
   * const vm = await createVM();
   * const off = vm.on('exit', ({ pid, name, initialCall, reason, normal }) => console.log(`${name} ended: ${reason}`));
   * vm.on('signal', ({ from, to, reason, cause, outcome }) => console.log(`${cause} ${reason} ${outcome}`));
   * const a = vm.process({ name: 'a', trapExit: true });
   * const b = vm.process({ name: 'b', trapExit: true });
   * a.kill(b, Atom.for('hello'));
   * await vm.idle();
   * off();
   *
   * @template {keyof M & string} K
   * @param {K} name
   * @param {(event: M[K]) => void} handler
   * @param {{signal?: AbortSignal}} [options]
   * @returns {() => void}
   */
  on(name, handler, options = {}) {
    const signal = checkSignal(only(options, 'on', 'signal').signal);
    this.checkEvent(name);
    if (typeof handler !== 'function')
      throw new ArgumentError(`the handler of '${name}' is not a function, but ${shown(handler)}`);
    // Each subscription is its own, though the same function be given twice.
    const own = (/** @type {M[K]} */ event) => handler(event);
    const off = () => {
      signal?.removeEventListener('abort', off);
      if (this.#handlers.get(name)?.delete(own)) this.subscribed();
    };
    if (signal?.aborted) return () => {};
    signal?.addEventListener('abort', off, { once: true });
    let set = this.#handlers.get(name);
    if (!set) this.#handlers.set(name, (set = new Set()));
    set.add(own);
    this.subscribed();
    return off;
  }

  /**
   * The next event of that name. Rejects with a ClosedError when no more will come: the VM is closed, the process has
   * ended.
   *
   * @example
   * const vm = await createVM();
   * vm.spawn('erlang', 'atom_to_list', [1]);
   * const { reason, normal } = await vm.once('exit');
   * `${reason.at(0)} ${normal}`; // 'badarg false'
   *
   * @template {keyof M & string} K
   * @param {K} name
   * @param {{signal?: AbortSignal}} [options]
   * @returns {Promise<M[K]>}
   */
  once(name, options = {}) {
    return until(options, String, (resolve, reject, trace) => {
      only(options, 'once', 'signal');
      const end = () => reject(toldTo(new ClosedError(`no '${name}' will come any more`), trace));
      const off = this.on(name, resolve);
      if (this.#ended) queueMicrotask(end);
      this.#closers.add(end);
      return () => {
        this.#closers.delete(end);
        off();
      };
    });
  }

  /**
   * The events of that name as an async iterator. It ends when the VM is closed, when `signal` aborts, or at `break`.
   * Events that come while the loop's body runs wait for it.
   *
   * @example
   * const vm = await createVM();
   * const controller = new AbortController();
   * vm.spawn('erlang', 'exit', [Atom.for('one')]);
   * vm.spawn('erlang', 'exit', [Atom.for('two')]);
   * const reasons = [];
   * for await (const { reason } of vm.events('exit', { signal: controller.signal })) {
   *   reasons.push(String(reason));
   *   if (reasons.length === 2) controller.abort();
   * }
   * reasons; // [ 'one', 'two' ]
   *
   * @template {keyof M & string} K
   * @param {K} name
   * @param {{signal?: AbortSignal}} [options]
   * @returns {AsyncIterableIterator<M[K]>}
   */
  events(name, options = {}) {
    const signal = checkSignal(only(options, 'events', 'signal').signal);
    /** @type {M[K][]} */
    const queue = [];
    /** @type {((result: IteratorResult<M[K]>) => void)[]} */
    const waiting = [];
    let ended = this.#ended || Boolean(signal?.aborted);
    const off = ended
      ? () => {}
      : this.on(name, (event) => {
          const next = waiting.shift();
          if (next) next({ value: event, done: false });
          else queue.push(event);
        });
    const end = () => {
      ended = true;
      off();
      this.#closers.delete(end);
      signal?.removeEventListener('abort', end);
      for (const next of waiting.splice(0)) next({ value: undefined, done: true });
    };
    if (!ended) {
      this.#closers.add(end);
      signal?.addEventListener('abort', end, { once: true });
    }
    return {
      [Symbol.asyncIterator]() {
        return this;
      },
      next() {
        if (queue.length > 0) return Promise.resolve({ value: /** @type {M[K]} */ (queue.shift()), done: false });
        if (ended) return Promise.resolve({ value: undefined, done: true });
        return new Promise((resolve) => waiting.push(resolve));
      },
      return() {
        end();
        queue.length = 0;
        return Promise.resolve({ value: undefined, done: true });
      },
    };
  }

  /**
   * As the DOM's: the listener gets a CustomEvent whose `detail` is the event. Where the DOM's would end Node, a
   * listener that throws, or rejects, is told of as a handler of `on` is: by an 'error' event, or on the console. The
   * VM goes on.
   *
   * @example
   * const vm = await createVM();
   * const reasons = [];
   * vm.addEventListener('exit', (event) => reasons.push(String(event.detail.reason)), { once: true });
   * vm.spawn('erlang', 'exit', [Atom.for('one')]);
   * vm.spawn('erlang', 'exit', [Atom.for('two')]);
   * await vm.idle();
   * reasons; // [ 'one' ]
   *
   * @override
   * @param {string} name
   * @param {EventListenerOrEventListenerObject | null} listener
   * @param {AddEventListenerOptions | boolean} [options]
   */
  addEventListener(name, listener, options) {
    this.checkEvent(name);
    super.addEventListener(name, this.#caller(listener), options);
    this.#listened.add(name);
    this.subscribed();
  }

  /**
   * @override
   * @param {string} name
   * @param {EventListenerOrEventListenerObject | null} listener
   * @param {EventListenerOptions | boolean} [options]
   */
  removeEventListener(name, listener, options) {
    super.removeEventListener(name, this.#caller(listener), options);
  }

  /** What stands for a listener: one for each, so that the DOM's rules hold for them. @param {any} listener */
  #caller(listener) {
    if (listener == null) return null;
    const isFunction = typeof listener === 'function';
    if (!isFunction && typeof listener !== 'object')
      throw new ArgumentError(`a listener is a function or an object, not ${shown(listener)}`);
    let caller = this.#callers.get(listener);
    if (!caller) {
      caller = (event) => {
        this.#taken = true;
        this.guarded(event.type, () => (isFunction ? listener.call(this, event) : listener.handleEvent(event)));
      };
      this.#callers.set(listener, caller);
    }
    return caller;
  }

  /**
   * What an asynchronous handler rejects with is as if it had thrown.
   * @protected
   * @param {string} name
   * @param {() => any} handler
   */
  guarded(name, handler) {
    try {
      handler()?.then?.(undefined, (/** @type {unknown} */ error) => this.report(error, name));
    } catch (error) {
      this.report(error, name);
    }
  }

  /**
   * Whether anybody would see an event of that name.
   * @protected
   * @param {string} name
   */
  wants(name) {
    return (this.#handlers.get(name)?.size ?? 0) > 0 || this.#listened.has(name);
  }

  /**
   * Delivers an event. Answers whether anybody has taken it.
   * @protected
   * @param {string} name
   * @param {any} event
   */
  emit(name, event) {
    let taken = false;
    const handlers = this.#handlers.get(name);
    for (const handler of handlers ? [...handlers] : []) {
      if (!handlers?.has(handler)) continue;
      taken = true;
      this.guarded(name, () => handler(event));
    }
    if (!this.#listened.has(name)) return taken;
    this.#taken = taken;
    this.dispatchEvent(new CustomEvent(name, { detail: event }));
    return this.#taken;
  }

  /**
   * An 'error' event, or a line on the console if nobody listens to that.
   * @protected
   * @param {unknown} error
   * @param {string} [where] the event whose handler threw it, or the option
   */
  report(error, where) {
    if (where !== 'error' && this.wants('error')) this.emit('error', error);
    else console.error(`spawnlink: ${where ? `a handler of ${where} threw` : error}`, error);
  }

  /** Ends all iterators: no more events will come. @protected */
  endEvents() {
    this.#ended = true;
    for (const end of [...this.#closers]) end();
    this.#handlers.clear();
    this.#listened.clear();
  }

  /** @protected @param {string} _name throws if there is no such event */
  checkEvent(_name) {}

  /** Called when the set of handlers changed. @protected */
  subscribed() {}
}
