// SPDX-License-Identifier: Apache-2.0
//
// Checks arguments that JavaScript gives to methods, and makes terms of them. Each function throws an ArgumentError for
// a value of the wrong type; `what` names the argument in the message.

import { ArgumentError } from '../base/errors.js';
import { shown } from '../term/only.js';
import { JsProcess } from './process.js';
import { Atom, Pid, Port, Ref, Tuple } from '../term/term.js';

/**
 * @param {string | Atom} value
 * @param {string} what
 */
export function atom(value, what) {
  if (value instanceof Atom) return value;
  if (typeof value === 'string') return Atom.for(value);
  throw new ArgumentError(`${what} is a string or an Atom, not ${shown(value)}`);
}

/** @param {boolean} value @param {string} what */
export function boolean(value, what) {
  if (typeof value === 'boolean') return value;
  throw new ArgumentError(`${what} is true or false, not ${shown(value)}`);
}

/** The receiver of a message or an exit signal, as a term. @param {any} to @returns {any} */
export function target(to) {
  if (typeof to === 'string') return Atom.for(to);
  if (to instanceof Pid || to instanceof Atom || to instanceof Ref) return to;
  if (to instanceof JsProcess) return to.pid;
  if (to instanceof Port || to instanceof Tuple) return to;
  throw new ArgumentError(`a pid, a JsProcess, a registered name or an alias was expected, not ${shown(to)}`);
}
