// SPDX-License-Identifier: Apache-2.0
//
// Subscriptions to events: by functions (on, once), by async iterators (events), and as the DOM's EventTarget. Events
// are delivered in the order in which they happened in the VM. A handler that throws disturbs neither the VM nor the
// other handlers.

import { ArgumentError, ClosedError } from '../base/errors.js';
import { checkSignal, toldTo, until } from './loop.js';
import { only, shown } from '../term/only.js';

/**
 * What VM and JsProcess have in common: subscriptions to their events.
 * @template {Record<string, any>} M the type of each event, by its name
 */
export class Events extends EventTarget {
  /** @type {Map<string, Set<(event: any) => any>>} */
  #handlers = new Map();
  /** The names of events that have or had listeners of addEventListener. @type {Set<string>} */
  #listened = new Set();
  /**
   * By listener of addEventListener, the function that calls it and reports what it throws.
   * @type {WeakMap<object, (event: Event) => void>}
   */
  #callers = new WeakMap();
  /** Whether a listener or handler was called for the event that is being delivered. */
  #taken = false;
  /** @type {Set<() => void>} called when no more events will come */
  #closers = new Set();
  #ended = false;

  /**
   * Calls `handler` for each event of that name from now on, until the returned function is called or `signal` aborts.
   * Throws an ArgumentError for an unknown event name.
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
    // Two subscriptions with the same function are two: each is ended by its own `off`.
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
   * Resolves with the next event of that name. Rejects with a ClosedError when no more will come, because the VM is
   * closed or the process has ended, with a TimeoutError after `timeout` milliseconds, and with the reason of `signal`
   * when it aborts.
   *
   * @example
   * const vm = await createVM();
   * vm.spawn('erlang', 'atom_to_list', [1]);
   * const { reason, normal } = await vm.once('exit');
   * `${reason.at(0)} ${normal}`; // 'badarg false'
   *
   * @template {keyof M & string} K
   * @param {K} name
   * @param {{timeout?: number, signal?: AbortSignal}} [options]
   * @returns {Promise<M[K]>}
   */
  once(name, options = {}) {
    const late = () => `no '${name}' within ${options.timeout} ms`;
    return until(options, late, (resolve, reject, trace) => {
      only(options, 'once', 'timeout signal');
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
   * The events of that name from now on, as an async iterator. It ends when the VM is closed (or the process has
   * ended), when `signal` aborts, or when the loop is left by `break`. Events that come while the body of the loop runs
   * are kept for its next turns.
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
   * Adds a listener, as the DOM's method of that name. It is given a CustomEvent, whose `detail` is the event. Unlike
   * with Node's own EventTarget, a listener that throws or rejects does not end the program: its error is reported as
   * that of a handler of `on` is, by an 'error' event or on the console.
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
   * Takes a listener away, as the DOM's method of that name.
   * @override
   * @param {string} name
   * @param {EventListenerOrEventListenerObject | null} listener
   * @param {EventListenerOptions | boolean} [options]
   */
  removeEventListener(name, listener, options) {
    super.removeEventListener(name, this.#caller(listener), options);
  }

  /**
   * The function that is registered with the DOM's EventTarget in place of a listener. It is always the same for the
   * same listener, so that adding it twice and removing it work as in the DOM.
   * @param {any} listener
   */
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
   * Calls a handler and reports what it throws, or rejects with if it is asynchronous.
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
   * Whether an event of that name has any handler or listener.
   * @protected
   * @param {string} name
   */
  wants(name) {
    return (this.#handlers.get(name)?.size ?? 0) > 0 || this.#listened.has(name);
  }

  /**
   * Delivers an event to all handlers and listeners. Answers whether there was one.
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
   * Reports an error that no caller can catch: by an 'error' event, or on the console if that has no handler.
   * @protected
   * @param {unknown} error
   * @param {string} [where] the event whose handler threw it, or the option
   */
  report(error, where) {
    if (where !== 'error' && this.wants('error')) this.emit('error', error);
    else console.error(`spawnlink: ${where ? `a handler of ${where} threw` : error}`, error);
  }

  /** Ends all subscriptions, because no more events will come. @protected */
  endEvents() {
    this.#ended = true;
    for (const end of [...this.#closers]) end();
    this.#handlers.clear();
    this.#listened.clear();
  }

  /** Throws an ArgumentError if there is no event of that name. @protected @param {string} _name */
  checkEvent(_name) {}

  /** Called when handlers or listeners were added or taken away. @protected */
  subscribed() {}
}
