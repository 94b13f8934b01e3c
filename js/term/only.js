// SPDX-License-Identifier: Apache-2.0
//
// Checks an object of options. A name that is not a known option is refused with an error that tells it, so that a
// mistyped option is never silently ignored.

import { tagOf } from '../base/bytes.js';
import { ArgumentError } from '../base/errors.js';
import { isPlain } from './term.js';

/** Describes a wrong value for an error message, whatever type it has. @param {unknown} value */
export function shown(value) {
  if (typeof value === 'string') return `'${value.slice(0, 100)}'`;
  return typeof value === 'object' || typeof value === 'function' ? `of type ${tagOf(value)}` : String(value);
}

/**
 * The options, once it is sure that they are a plain object without unknown names; an ArgumentError otherwise.
 * @template T
 * @param {T} options
 * @param {string} what whose options they are, such as 'createVM', for the message
 * @param {string} names the names of all options, with spaces between them
 * @returns {T}
 */
export function only(options, what, names) {
  if (typeof options !== 'object' || options === null || !isPlain(options))
    throw new ArgumentError(`the options of ${what} are an object, not ${shown(options)}`);
  for (const key of Object.keys(options))
    if (!names.split(' ').includes(key)) throw new ArgumentError(`${what} has no option '${key}', only: ${names}`);
  return options;
}
