// SPDX-License-Identifier: Apache-2.0
//
// The JavaScript error for an exception that an Erlang program did not catch.

import { SpawnlinkError } from '../base/errors.js';
import { format } from './term.js';

/**
 * @typedef {object} StackEntry
 * @property {string} module
 * @property {string} function
 * @property {number} arity
 * @property {import('./term.js').Term[]} [args] the arguments, where the Erlang stack has them in place of the arity
 * @property {string} [file]
 * @property {number} [line]
 */

/**
 * An exception of class error, exit or throw that nobody caught, as `catch Class:Reason:Stack` would see it. `vm.call`
 * rejects with one whose message says it in the words of OTP's shell, and whose `stack` lists the Erlang functions
 * before the JavaScript functions that called them. Where a function is undefined because its module could not be
 * fetched, `cause` is the error that says why.
 *
 * @example
 * const vm = await createVM();
 * const error = await vm.call('lists', 'summ', [[1]]).catch((error) => error);
 * error.message; // 'undefined function lists:summ/1'
 * `${error.class} ${error.reason}`; // 'error undef'
 * error.stack.split('\n')[1]; // '    at lists:summ([1])'
 * const lacking = await vm.call('no_such_module', 'start').catch((error) => error.message);
 * lacking.split(' (')[0]; // 'undefined function no_such_module:start/0'
 * lacking.split(' (')[1]; // 'there is no module no_such_module)'
 */
export class ErlangError extends SpawnlinkError {
  /**
   * @param {'error' | 'exit' | 'throw'} kind Erlang's class of the exception
   * @param {import('./term.js').Term} reason
   * @param {StackEntry[]} [stack] most recent call first
   * @param {{message?: string, cause?: unknown}} [options]
   */
  constructor(kind, reason, stack = [], { message = `${kind}: ${format(reason, { limit: 500 })}`, ...options } = {}) {
    super('ERLANG', message, options);
    /** Erlang's class of the exception. */
    this.class = kind;
    /** The reason, a term. */
    this.reason = reason;
    /** Where it was raised, most recent call first. */
    this.erlangStack = stack;
  }
}
