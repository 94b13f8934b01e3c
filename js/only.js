// SPDX-License-Identifier: Apache-2.0
//
// Options: an object, of which every name is known. One that is not is refused by name, so that no mistyped one is lost.

import { ArgumentError } from './errors.js';

/**
 * @template T
 * @param {T} options
 * @param {string} what has them
 * @param {string} names of the options there are, a space between
 * @returns {T}
 */
export function only(options, what, names) {
  if (typeof options !== 'object' || options === null) throw new ArgumentError(`the options of ${what} are an object`);
  for (const key of Object.keys(options)) if (!names.split(' ').includes(key)) throw new ArgumentError(`${what} has no option '${key}', only: ${names}`);
  return options;
}
