// SPDX-License-Identifier: Apache-2.0
//
// class Sent: the promise of a method that has no value, such as vm.send, and the request that it stands for. Most
// callers do not wait for it. So the promise itself is made only when somebody does; and a failure that nobody waits
// for is reported by the VM and is no unhandled rejection, which would end a program of Node.

/** @import { ErrorData } from './crossing.js' */

/**
 * What makes errors of what the worker answers.
 * @typedef {object} Teller
 * @property {(data: ErrorData, what: string, whom: unknown, trace?: Error) => unknown} failure of a request that failed
 * @property {(value: Uint8Array, what: string, args: any) => unknown} refusal that a value stands for, if it does
 * @property {(error: unknown) => void} lost is told of an error that nobody waits for
 */

/** @implements {Promise<void>} */
export class Sent {
  #teller;
  #what;
  #about;
  #trace;
  /** @type {{promise: Promise<void>, resolve: (value?: any) => void, reject: (error: unknown) => void} | undefined} */
  #promised;
  #settled = false;
  /** @type {unknown} a promise, if the request has failed */
  #failed;

  /**
   * @param {Teller} teller
   * @param {string} what was asked for
   * @param {any} about whom, or the arguments
   * @param {Error} [trace] where it was asked for
   */
  constructor(teller, what, about, trace) {
    this.#trace = trace;
    this.#teller = teller;
    this.#what = what;
    this.#about = about;
  }

  get [Symbol.toStringTag]() {
    return 'Promise';
  }

  // --- Called by the pipe ---------------------------------------------------------------------------

  /** Whether somebody waits for it. */
  awaited() {
    return this.#promised !== undefined;
  }

  /** @param {Uint8Array | undefined} value */
  done(value) {
    const refusal = value && this.#teller.refusal(value, this.#what, this.#about);
    if (refusal) return this.#fail(refusal);
    this.#settled = true;
    this.#promised?.resolve();
  }

  /** @param {ErrorData} data */
  fail(data) {
    this.#fail(this.#teller.failure(data, this.#what, this.#about, this.#trace));
  }

  /** @param {unknown} error or a promise of it */
  async #fail(error) {
    const why = await error;
    this.#settled = true;
    this.#failed = why;
    if (this.#promised) this.#promised.reject(why);
    else this.#teller.lost(why);
  }

  // --- As a promise ---------------------------------------------------------------------------------

  #promise() {
    if (this.#promised) return this.#promised.promise;
    let resolve = /** @type {(value?: any) => void} */ (() => {});
    let reject = /** @type {(error: unknown) => void} */ (() => {});
    /** @type {Promise<void>} */
    const promise = new Promise((...settle) => {
      [resolve, reject] = settle;
    });
    this.#promised = { promise, resolve, reject };
    if (this.#settled && this.#failed) reject(this.#failed);
    else if (this.#settled) resolve();
    return promise;
  }

  /**
   * @template [T=void]
   * @template [E=never]
   * @param {((value: void) => T | PromiseLike<T>) | null} [fulfilled]
   * @param {((error: any) => E | PromiseLike<E>) | null} [rejected]
   * @returns {Promise<T | E>}
   */
  then(fulfilled, rejected) {
    return this.#promise().then(fulfilled, rejected);
  }

  /**
   * @template [E=never]
   * @param {((error: any) => E | PromiseLike<E>) | null} [rejected]
   * @returns {Promise<void | E>}
   */
  catch(rejected) {
    return this.#promise().catch(rejected);
  }

  /** @param {(() => void) | null} [settled] @returns {Promise<void>} */
  finally(settled) {
    return this.#promise().finally(settled);
  }
}
