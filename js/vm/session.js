// SPDX-License-Identifier: Apache-2.0
//
// class Session: keeps what is bound and defined from one evaluation to the next, as OTP's shell does. Loaded together
// with machine.js; eval.js, which evaluates, is loaded when it is first used.

import { ClosedError } from '../base/errors.js';
import { Atom } from '../term/term.js';

/** @import { Pid } from '../term/term.js' */
/** @import { Bindings, CallOptions, VM } from './vm.js' */

/**
 * A session, made by `vm.session()`: its `eval` keeps variables, records and functions. As in OTP's shell, one process
 * evaluates everything, and what it has linked to lives with it. After an exception and after a timeout, a new process
 * continues, with what earlier forms have bound. Evaluations run one after the other.
 *
 * @example
 * const vm = await createVM();
 * const session = vm.session();
 * await session.eval('-record(point, {x, y = 0}).');
 * await session.eval('double(P) -> P#point{x = 2 * P#point.x}.');
 * await session.eval('P = #point{x = X}.', { X: 21 });
 * await session.eval('(double(P))#point.x.'); // 42
 * session.close();
 */
export class Session {
  #vm;
  /** @type {Pid | undefined} */
  #pid;

  /** Called by vm.session() only. @param {VM} vm @param {Pid} [pid] its process, where that is there already */
  constructor(vm, pid = vm.spawn('spawnlink_eval', 'session')) {
    this.#vm = vm;
    this.#pid = pid;
  }

  /**
   * Evaluates forms as `vm.eval` does, with what was bound and defined before. Rejects as `vm.eval` does, and with a
   * ClosedError when the session is closed.
   *
   * @param {string} source
   * @param {Bindings} [bindings] values of variables, which replace earlier ones
   * @param {CallOptions} [options]
   * @template [T=any]
   * @returns {Promise<T>} the value of the last form
   */
  async eval(source, bindings = {}, options = {}) {
    const { evaluate } = await import('./eval.js');
    const closed = () => new ClosedError('the session is closed');
    if (!this.#pid) throw closed();
    return evaluate(this.#vm, [this.#pid], source, bindings, options).catch((error) => {
      throw this.#pid || this.#vm.closed ? error : closed();
    });
  }

  /** Ends the session's processes. Evaluations under way reject. */
  close() {
    if (this.#pid && !this.#vm.closed && this.#vm.haltStatus === undefined) this.#vm.send(this.#pid, Atom.for('close'));
    this.#pid = undefined;
  }

  [Symbol.dispose]() {
    this.close();
  }
}
