// SPDX-License-Identifier: Apache-2.0
//
// For code that uses a VM of this thread, which answers at once, and one in a worker, which answers with promises.

/**
 * Calls `then` with a value, at once; or with what it is fulfilled with, if it is a promise.
 * @param {any} value
 * @param {(value: any) => any} then
 */
export const when = (value, then) => (typeof value?.then === 'function' ? value.then(then) : then(value));
