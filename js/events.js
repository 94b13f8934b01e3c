// SPDX-License-Identifier: Apache-2.0
//
// Subscriptions: functions by event name, async iterators, and the DOM's EventTarget. Events are delivered in the order
// they happened in the VM; a handler that throws disturbs neither the VM nor other handlers.

import { ArgumentError } from './errors.js';
import { checkSignal, until } from './loop.js';
import { only } from './only.js';

/**
 * @template {Record<string, any>} M
 */
export class Events extends EventTarget {
  /** @type {Map<string, Set<(event: any) => any>>} */
  #handlers = new Map();
  /** @type {Map<string, number>} listeners of the DOM kind */
  #listeners = new Map();
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
    if (typeof handler !== 'function') throw new ArgumentError(`the handler of '${name}' is not a function`);
    this.checkEvent(name);
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
   * The next event of that name.
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
    return until(options, String, (resolve) => {
      only(options, 'once', 'signal');
      return this.on(name, resolve);
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
   * As the DOM's: the listener gets a CustomEvent whose `detail` is the event.
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
    this.#listeners.set(name, (this.#listeners.get(name) ?? 0) + 1);
    super.addEventListener(name, listener, options);
    this.subscribed();
  }

  /**
   * Whether anybody would see an event of that name.
   * @protected
   * @param {string} name
   */
  wants(name) {
    return (this.#handlers.get(name)?.size ?? 0) > 0 || this.#listeners.has(name);
  }

  /**
   * Delivers an event.
   * @protected
   * @param {string} name
   * @param {any} event
   */
  emit(name, event) {
    const handlers = this.#handlers.get(name);
    if (handlers && handlers.size > 0) {
      for (const handler of [...handlers]) {
        if (!handlers.has(handler)) continue;
        try {
          // What an asynchronous handler rejects with is as if it had thrown.
          handler(event)?.then?.(undefined, (/** @type {unknown} */ error) => this.report(error, name));
        } catch (error) {
          this.report(error, name);
        }
      }
    }
    if (this.#listeners.has(name)) this.dispatchEvent(new CustomEvent(name, { detail: event }));
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
    this.#listeners.clear();
  }

  /** @protected @param {string} _name throws if there is no such event */
  checkEvent(_name) {}

  /** Called when the set of handlers changed. @protected */
  subscribed() {}
}
