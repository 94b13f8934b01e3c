// SPDX-License-Identifier: Apache-2.0
//
// Decides when the VM runs its next tick. While there is work it asks for the cheapest turn of the event loop that the
// host has (setImmediate, or a message to itself); while the VM waits for a timer it sets one timer of the host; while
// the VM is idle it asks for nothing, so that an idle VM costs nothing and lets Node exit. This is the only module that
// sets timers.

import { ArgumentError, TimeoutError } from '../base/errors.js';
import { immediate } from '../base/host.js';
import { shown } from '../term/only.js';

const MAX_DELAY = 2 ** 31 - 1;

/**
 * The host's cheapest way to have a function called in the next turn of the event loop.
 * @param {() => void} turn the function
 * @returns {{ask: () => void, close: () => void}} `ask` has the function called once
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
  /** Whether a turn was asked for that has not come yet. */
  #asked = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #closed = false;

  /**
   * @param {() => number | boolean} run called in each turn; it answers true to be called again as soon as the host
   *   allows, a number of milliseconds to be called after them, or false to be called only after `wake`
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

  /** Asks for a turn, because the VM may have something to do. */
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
 * Calls `fn` after some time. Answers with a function that prevents it.
 * @param {number} ms milliseconds
 * @param {() => void} fn
 */
export function after(ms, fn) {
  const timer = setTimeout(fn, Math.min(ms, MAX_DELAY));
  return () => clearTimeout(timer);
}

/** The signal; throws an ArgumentError if it is no AbortSignal. @param {AbortSignal | undefined} signal */
export function checkSignal(signal) {
  if (signal !== undefined && typeof signal?.throwIfAborted !== 'function')
    throw new ArgumentError(`signal is an AbortSignal, not ${shown(signal)}`);
  return signal;
}

/**
 * The lines of an error's stack that name functions of the caller: without the first line, where that is the message,
 * and without the two innermost functions, which are of this package.
 * @param {Error} trace
 */
export function frames(trace) {
  const lines = (trace.stack ?? '').split('\n').filter(Boolean);
  return lines.slice(/^\w*Error\b/.test(lines[0]) ? 3 : 2);
}

/**
 * Gives an error the stack of the code that waits for it. The error was made in a turn of the loop, whose own stack
 * would tell the user nothing.
 * @template {Error} E
 * @param {E} error
 * @param {Error} trace made where the waiting code called
 * @returns {E}
 */
export function toldTo(error, trace) {
  error.stack = [`${error.name}: ${error.message}`, ...frames(trace)].join('\n');
  return error;
}

/**
 * A promise that also rejects when `signal` aborts, with the signal's reason, and after `timeout` milliseconds, with a
 * TimeoutError.
 * @template T
 * @param {{timeout?: number, signal?: AbortSignal}} options checked here
 * @param {() => string} late gives the message of the TimeoutError
 * @param {(resolve: (value: T) => void, reject: (error: unknown) => void, trace: Error) => (early: boolean) => void}
 *   begin starts what the promise waits for, and must not settle it before it returns; `trace` has the stack of the
 *   caller. The function that `begin` returns is called when the promise is settled, with true if that was early: by
 *   the signal or the timeout
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
