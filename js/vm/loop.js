// SPDX-License-Identifier: Apache-2.0
//
// When to tick. The cheapest turn the host has (setImmediate, a MessageChannel), timers only for timers, nothing at all
// while idle: so an idle VM costs nothing and lets Node exit. The only module that touches timers.

import { ArgumentError, TimeoutError } from '../base/errors.js';
import { immediate } from '../base/host.js';
import { shown } from '../term/only.js';

const MAX_DELAY = 2 ** 31 - 1;

/**
 * @param {() => void} turn
 * @returns {{ask: () => void, close: () => void}} `ask`: for one turn
 */
function turns(turn) {
  const soon = immediate;
  if (soon) return { ask: () => void soon(turn), close() {} };
  if (!globalThis.MessageChannel) return { ask: () => void setTimeout(turn, 0), close() {} };
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = turn;
  return { ask: () => port2.postMessage(0), close: () => port1.close() };
}

export class Loop {
  #turns = turns(() => this.#turn());
  #run;
  #running = false;
  /** A turn was asked for. */
  #asked = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #closed = false;

  /**
   * @param {() => number | boolean} run one turn: true to be called again as soon as the host allows, a number of
   *   milliseconds to be called then, false to wait until `wake`
   */
  constructor(run) {
    this.#run = run;
  }

  start() {
    if (this.#closed) return;
    this.#running = true;
    this.wake();
  }

  stop() {
    this.#running = false;
    clearTimeout(this.#timer);
  }

  /** Something may be there to do. */
  wake() {
    if (!this.#running || this.#asked) return;
    clearTimeout(this.#timer);
    this.#asked = true;
    this.#turns.ask();
  }

  close() {
    this.stop();
    this.#closed = true;
    this.#turns.close();
  }

  #turn() {
    this.#asked = false;
    if (!this.#running) return;
    const next = this.#run();
    if (!this.#running || this.#asked) return;
    if (next === true || next === 0) this.wake();
    else if (typeof next === 'number') {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#turn(), Math.min(Math.ceil(next), MAX_DELAY));
    }
  }
}

/**
 * Calls fn after ms; answers how to prevent it.
 * @param {number} ms
 * @param {() => void} fn
 */
export function after(ms, fn) {
  const timer = setTimeout(fn, Math.min(ms, MAX_DELAY));
  return () => clearTimeout(timer);
}

/** @param {AbortSignal | undefined} signal */
export function checkSignal(signal) {
  if (signal !== undefined && typeof signal?.throwIfAborted !== 'function')
    throw new ArgumentError(`signal is an AbortSignal, not ${shown(signal)}`);
  return signal;
}

/**
 * The frames of a stack, without its first line where that is no frame, and without two of ours.
 * @param {Error} trace
 */
export function frames(trace) {
  const lines = (trace.stack ?? '').split('\n').filter(Boolean);
  return lines.slice(/^\w*Error\b/.test(lines[0]) ? 3 : 2);
}

/**
 * Gives an error that is made in a turn of the loop the stack of whom it is told to.
 * @template {Error} E
 * @param {E} error
 * @param {Error} trace made where they called
 * @returns {E}
 */
export function toldTo(error, trace) {
  error.stack = [`${error.name}: ${error.message}`, ...frames(trace)].join('\n');
  return error;
}

/**
 * A promise that ends early when `signal` aborts, with its reason, and after `timeout` milliseconds, with a
 * TimeoutError.
 * @template T
 * @param {{timeout?: number, signal?: AbortSignal}} options checked here
 * @param {() => string} late message of the TimeoutError
 * @param {(resolve: (value: T) => void, reject: (error: unknown) => void, trace: Error) => (early: boolean) => void}
 *   begin starts what is waited for; answers what to do when it has ended. It settles nothing at once. `trace`: where
 *   the caller called
 * @returns {Promise<T>}
 */
export function until(options, late, begin) {
  const trace = new Error();
  return new Promise((resolve, reject) => {
    const { timeout, signal } = options ?? {};
    if (timeout !== undefined && !(typeof timeout === 'number' && timeout >= 0))
      throw new ArgumentError(`timeout is a number of milliseconds, not ${shown(timeout)}`);
    checkSignal(signal)?.throwIfAborted();
    let cancel = () => {};
    /** @param {(value: any) => void} settle @param {boolean} early */
    const end = (settle, early) => (/** @type {any} */ value) => {
      signal?.removeEventListener('abort', abort);
      cancel();
      settle(value);
      ended(early);
    };
    const abort = () => end(reject, true)(/** @type {AbortSignal} */ (signal).reason);
    const ended = begin(end(resolve, false), end(reject, false), trace);
    if (timeout !== undefined)
      cancel = after(timeout, () => end(reject, true)(toldTo(new TimeoutError(late()), trace)));
    signal?.addEventListener('abort', abort);
  });
}
