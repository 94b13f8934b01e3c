// SPDX-License-Identifier: Apache-2.0
//
// Errors as data that can be posted, and back: with their class, their message, their stack and their own properties.

import * as errors from '../base/errors.js';

/**
 * An error as data. A cause, if there is one, is an error in the same form.
 * @typedef {{name: string, message: string, stack: string, own: Record<string, any>, cause?: ErrorData, id?: number}}
 *   ErrorData
 */

/** @param {any} value */
const isPosted = (value) => value === undefined || ['string', 'number', 'boolean'].includes(typeof value);

/**
 * @param {any} error whatever was thrown
 * @param {number} [depth] how many causes are kept
 * @returns {ErrorData}
 */
export function errorData(error, depth = 4) {
  if (!(Object(error) === error && typeof error.message === 'string'))
    return { name: 'Error', message: String(error), stack: '', own: {} };
  const own = Object.entries(error).filter(([key, value]) => !STANDARD.includes(key) && isPosted(value));
  return {
    name: String(error.name),
    message: error.message,
    stack: String(error.stack ?? ''),
    own: Object.fromEntries(own),
    ...(error.cause !== undefined && depth > 0 && { cause: errorData(error.cause, depth - 1) }),
  };
}

const STANDARD = ['name', 'message', 'stack', 'cause'];

/** The class of an error, of this package or of JavaScript; one that is not known here is an Error of that name. */
const classOf = (/** @type {string} */ name) => {
  const found = /** @type {any} */ (errors)[name] ?? /** @type {any} */ (globalThis)[name];
  return typeof found === 'function' && found.prototype instanceof Error ? found : Error;
};

/**
 * The error that these data describe. Where it is known who waits for it, its stack is that of the waiting code, and
 * below it that of the worker.
 * @param {ErrorData} data
 * @param {(error: Error) => void} [place] gives it the stack of the waiting code
 * @returns {any}
 */
export function errorOf(data, place) {
  const error = Reflect.construct(Error, [data.message], classOf(data.name));
  const hidden = { configurable: true, writable: true };
  Object.defineProperty(error, 'name', { value: data.name, ...hidden });
  const frames = data.stack.split('\n').filter((line) => /^\s+at |@/.test(line));
  const head = `${data.name}: ${data.message}`;
  Object.defineProperty(error, 'stack', { value: [head, ...frames].join('\n'), ...hidden });
  if (data.cause) Object.defineProperty(error, 'cause', { value: errorOf(data.cause), ...hidden });
  Object.assign(error, data.own);
  if (!place) return error;
  place(error);
  if (frames.length > 0) error.stack = [error.stack, '    -- in the worker --', ...frames].join('\n');
  return error;
}
