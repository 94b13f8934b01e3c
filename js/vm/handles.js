// SPDX-License-Identifier: Apache-2.0
//
// class Handles: the values of JavaScript that are no terms and that Erlang code holds, as references, by the number
// that they cross the border with (ETF_HANDLE; src/host/handle.h). The VM says when no copy of a reference is left, and
// how often it had been given that value by then; a value that is under way again meanwhile is kept.

import { TermError } from '../base/errors.js';

/** What makes code of strings, in any realm: of these names, and native. */
const EVALUATORS = /^(eval|(Async)?(Generator)?Function|set(Timeout|Interval|Immediate)|execScript)$/;

/** Whether a function evaluates strings as code, which Erlang code may not have done. @param {any} value */
export const evaluates = (value) =>
  typeof value === 'function' &&
  EVALUATORS.test(value.name) &&
  /\[native code\]/.test(Function.prototype.toString.call(value));

/** A value that Erlang code has released, and uses all the same. */
export class Released {}

export class Handles {
  /** @type {Map<unknown, number>} */
  #numbers = new Map();
  /** @type {({value: unknown, given: number} | undefined)[]} */
  #entries = [];
  /** Numbers that are nobody's. @type {number[]} */
  #free = [];

  /** How many values Erlang code holds. */
  get size() {
    return this.#entries.length - this.#free.length;
  }

  /**
   * The number by which a value is given. Throws a TermError for a function that evaluates strings.
   * @param {unknown} value
   */
  give(value) {
    if (evaluates(value)) throw new TermError(`${/** @type {any} */ (value).name} evaluates strings as code`);
    let number = this.#numbers.get(value);
    if (number === undefined) {
      number = this.#free.pop() ?? this.#entries.length;
      this.#entries[number] = { value, given: 0 };
      this.#numbers.set(value, number);
    }
    /** @type {any} */ (this.#entries[number]).given++;
    return number;
  }

  /** The value of a handle that has come from Erlang. @param {number} number */
  take(number) {
    return this.#entries[number]?.value;
  }

  /** So many givings of a value have come to nothing, or their references are gone. @param {number} number */
  freed(number, times = 1) {
    const entry = this.#entries[number];
    if (!entry || (entry.given -= times) > 0) return;
    if (this.#numbers.get(entry.value) === number) this.#numbers.delete(entry.value);
    this.#entries[number] = undefined;
    this.#free.push(number);
  }

  /** Lets a value go though references to it are left. @param {unknown} value */
  release(value) {
    const number = this.#numbers.get(value);
    if (number === undefined) return;
    this.#numbers.delete(value);
    /** @type {any} */ (this.#entries[number]).value = new Released();
  }

  clear() {
    this.#numbers.clear();
    this.#entries.length = this.#free.length = 0;
  }
}
