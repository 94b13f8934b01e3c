// SPDX-License-Identifier: Apache-2.0
//
// class Proc: what JavaScript calls a gen_server by, as Erlang code does. Loaded with machine.js.

import { boolean, target } from './arguments.js';
import { ArgumentError, NoProcessError } from '../base/errors.js';
import { only, shown } from '../term/only.js';
import { Atom, Pid, Tuple } from '../term/term.js';

/** @import { VM } from './vm.js' */
/** @import { Term } from '../term/term.js' */

/** How long gen_server:call waits unless it is told, and the most that it takes, in milliseconds. */
const USUAL = 5000;
const MOST = 2 ** 32 - 1;

/** The timeout of gen_server:call. @param {number} ms @returns {Term} */
function timeoutTerm(ms) {
  if (typeof ms !== 'number' || !(ms >= 0))
    throw new ArgumentError(`timeout is a number of milliseconds, not ${shown(ms)}`);
  return ms > MOST ? Atom.for('infinity') : Math.ceil(ms);
}

/**
 * A process that is a gen_server (or a gen_statem, or answers as they do), made by `vm.proc(whom)`. Whether it is there
 * is seen when it is called.
 *
 * @example
 * const vm = await createVM();
 * const source = `-module(counter).
 *   -export([init/1, handle_call/3, handle_cast/2, handle_info/2]).
 *   init(N) -> {ok, N}.
 *   handle_call(get, _From, N) -> {reply, N, N}.
 *   handle_cast({add, M}, N) -> {noreply, N + M}.
 *   handle_info(reset, _N) -> {noreply, 0}.`;
 * await vm.compile(source);
 * await vm.eval('gen_server:start({local, counter}, counter, 1, []).');
 * const counter = vm.proc('counter');
 * counter.cast(tuple(Atom.for('add'), 2));
 * await counter.call(Atom.for('get')); // 3
 * counter.info(Atom.for('reset'));
 * await counter.call(Atom.for('get')); // 0
 * const error = await vm.proc('nobody').call(Atom.for('get')).catch((error) => error);
 * `${error.class} ${error.reason.at(0)}`; // 'exit noproc'
 */
export class Proc {
  #vm;
  #whom;

  /** Use vm.proc. @param {VM} vm @param {any} whom */
  constructor(vm, whom) {
    const term = target(whom);
    if (![Pid, Atom, Tuple].some((kind) => term instanceof kind))
      throw new ArgumentError(`proc takes a pid, a JsProcess or the name of a process, not ${shown(whom)}`);
    this.#vm = vm;
    this.#whom = term;
  }

  /**
   * Asks and waits for the answer, by OTP's gen_server:call/3 in a process of its own. Rejects with an ErlangError of
   * class exit as that exits: `{noproc, {gen_server, call, Args}}` if there is no such process, `{Reason, ...}` if it
   * ends meanwhile, `{timeout, ...}` after `timeout` milliseconds; with the reason of `signal` when that aborts.
   *
   * @param {Term} request
   * @param {{timeout?: number, signal?: AbortSignal, pretty?: boolean}} [options] `timeout`: 5000 if not given, as in
   *   OTP, and Infinity for none; `pretty`: the answer as the usual JavaScript
   * @template [T=any]
   * @returns {Promise<T>}
   */
  async call(request, options = {}) {
    const { timeout = USUAL, signal, pretty = false } = only(options, "proc's call", 'timeout signal pretty');
    const args = [this.#whom, request, timeoutTerm(timeout)];
    return this.#vm.call('gen_server', 'call', args, { signal, pretty: boolean(pretty, 'pretty') });
  }

  /**
   * Sends a request that has no answer, as gen_server:cast/2 does: nobody says whether it arrives.
   * @param {Term} request
   * @returns {void}
   */
  cast(request) {
    if (this.#whom instanceof Tuple) return void this.#vm.spawn('gen_server', 'cast', [this.#whom, request]);
    try {
      const sent = /** @type {any} */ (this.#vm.send(this.#whom, Tuple.from([Atom.for('$gen_cast'), request])));
      sent?.catch(() => {}); // a VM in a worker says it later
    } catch (error) {
      if (!(error instanceof NoProcessError)) throw error;
    }
  }

  /**
   * Sends a message, which a gen_server takes by its handle_info/2. Throws a NoProcessError for a name of this VM that
   * nobody has.
   * @param {Term} message
   * @returns {void}
   */
  info(message) {
    const [kind, name, via] = this.#whom instanceof Tuple ? this.#whom : [];
    if (kind === Atom.for('global')) return void this.#vm.spawn('global', 'send', [name, message]);
    if (kind === Atom.for('via')) return void this.#vm.spawn(name, 'send', [via, message]);
    return this.#vm.send(this.#whom, message);
  }
}
