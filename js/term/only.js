// SPDX-License-Identifier: Apache-2.0
//
// Options: an object, of which every name is known. One that is not is refused by name, so that no mistyped one is
// lost.

import { tagOf } from '../base/bytes.js';
import { ArgumentError } from '../base/errors.js';
import { isPlain } from './term.js';

/** What was given instead of what was wanted, for messages; whatever it is. @param {unknown} value */
export function shown(value) {
  if (typeof value === 'string') return `'${value.slice(0, 100)}'`;
  return typeof value === 'object' || typeof value === 'function' ? `of type ${tagOf(value)}` : String(value);
}

/**
 * @template T
 * @param {T} options
 * @param {string} what has them
 * @param {string} names of the options there are, a space between
 * @returns {T}
 */
export function only(options, what, names) {
  if (typeof options !== 'object' || options === null || !isPlain(options))
    throw new ArgumentError(`the options of ${what} are an object, not ${shown(options)}`);
  for (const key of Object.keys(options))
    if (!names.split(' ').includes(key)) throw new ArgumentError(`${what} has no option '${key}', only: ${names}`);
  return options;
}
