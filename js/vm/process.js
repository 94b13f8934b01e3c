// SPDX-License-Identifier: Apache-2.0
//
// class JsProcess: JavaScript as an Erlang process. Erlang code can send to it, link to it, monitor it and call it as a
// gen_server; what it does itself is done by the VM in its name, so everything that holds for processes holds for it.

import { atom, boolean, target } from './arguments.js';
import { ArgumentError } from '../base/errors.js';
import { ErlangError } from '../term/erlang-error.js';
import { Events } from './events.js';
import { TextEncoder } from '../base/host.js';
import { toldTo, until } from './loop.js';
import { only, shown } from '../term/only.js';
import { Atom, ImproperList, Ref, Tuple } from '../term/term.js';

/** @import { Pid, Term } from '../term/term.js' */

/**
 * @typedef {{message: any, exit: {reason: any}, down: {ref: Ref, target: any, reason: any}, trapped: {from: Pid,
 *   reason: any}}} JsProcessEvents
 */

/**
 * What the VM does for a process.
 * @typedef {object} Host
 * @property {(fun: string, args: Term[]) => any} call
 * @property {(reason: Term) => void} exit
 * @property {(error: unknown, where: string) => void} report tells of an error of JavaScript's that nobody caught
 */

/**
 * Made by `vm.process()`.
 *
 * Messages wait in the mailbox for `receive` (or the async iterator), unless somebody listens to 'message': then each
 * that no receive is waiting for goes there and is gone.
 *
 * A handler that throws, or an asynchronous one that rejects, ends the process, as an uncaught exception ends any: with
 * the reason `{js_error, #{name, message, stack}}`, or with that of an ErlangError of class exit. The VM's 'error'
 * event (without a handler of it, the console) has the error itself.
 *
 * @example
 * // A server in JavaScript, called by Erlang code.
 * const vm = await createVM();
 * const server = vm.process({ name: 'adder' });
 * server.on('message', ([tag, from, request]) => {
 *   const [a, b] = request;
 *   server.reply(from, a + b);
 * });
 * await vm.call('gen_server', 'call', [Atom.for('adder'), tuple(1, 2)]); // 3
 *
 * @example
 * // Its handler throws: who waits for its answer is told at once.
 * const vm = await createVM({ stdout: false });
 * vm.on('error', (error) => console.log(`The error itself: ${error.stack}`));
 * const server = vm.process({ name: 'adder' });
 * server.on('message', async () => {
 *   throw new RangeError('not a pair');
 * });
 * const error = await vm.call('gen_server', 'call', [Atom.for('adder'), 1]).catch((error) => error);
 * const [[tag, details]] = error.reason;
 * `${tag} ${text(details.getAtom('name'))}: ${text(details.getAtom('message'))}`; // 'js_error RangeError: not a pair'
 *
 * @extends {Events<JsProcessEvents>}
 */
export class JsProcess extends Events {
  #host;
  /** @type {any[]} */
  #mailbox = [];
  /**
   * @type {{match: (message: any) => boolean, resolve: (message: any) => void, reject: (error: unknown) => void, trace:
   *   Error}[]}
   */
  #receivers = [];
  /** @type {(() => Error) | undefined} why it has ended: an error for each who waits or calls, with their stack */
  #end;
  /** The errors that told so. @type {WeakSet<object>} */
  #told = new WeakSet();
  /** It has asked to end: it gets no messages any more. */
  #exiting = false;
  /** @type {(reason: any) => void} */
  #resolveExited = () => {};

  /**
   * @param {Pid} pid
   * @param {Host} host
   */
  constructor(pid, host) {
    super();
    this.pid = pid;
    this.#host = host;
    /** Resolves with the exit reason once the process has ended. @type {Promise<any>} */
    this.exited = new Promise((resolve) => (this.#resolveExited = resolve));
  }

  get alive() {
    return this.#end === undefined;
  }

  /**
   * @param {string} fun
   * @param {Term[]} args
   */
  #call(fun, args) {
    if (this.#end) throw this.#end();
    return this.#host.call(fun, args);
  }

  /**
   * @example
   * const vm = await createVM();
   * const [a, b] = [vm.process(), vm.process({ name: 'b' })];
   * a.send('b', tuple(a.pid, Atom.for('ping')));
   * const [from] = await b.receive();
   * from === a.pid; // true
   *
   * @param {Pid | string | Atom | Ref | JsProcess} to
   * @param {Term} message
   */
  send(to, message) {
    this.#call('send', [target(to), message]);
  }

  /**
   * @example
   * const vm = await createVM();
   * const [a, b] = [vm.process(), vm.process()];
   * a.link(b);
   * b.exit(Atom.for('boom'));
   * // It does not trap exits: it dies of the signal, and says so.
   * await a.exited; // boom
   * a.alive; // false
   *
   * @param {Pid | JsProcess} other
   */
  link(other) {
    this.#call('link', [target(other)]);
  }

  /**
   * @example
   * const vm = await createVM();
   * const [a, b] = [vm.process(), vm.process()];
   * a.link(b);
   * a.unlink(b);
   * b.exit(Atom.for('boom'));
   * await b.exited;
   * a.alive; // true
   *
   * @param {Pid | JsProcess} other
   */
  unlink(other) {
    this.#call('unlink', [target(other)]);
  }

  /**
   * Watches a process: a 'down' event, and a {'DOWN', ...} message, when it ends.
   *
   * @example
   * const vm = await createVM();
   * const process = vm.process();
   * const sleeper = vm.spawn('timer', 'sleep', [60_000]);
   * const ref = process.monitor(sleeper);
   * vm.exit(sleeper, Atom.for('tired'));
   * const down = await process.once('down');
   * down.reason; // tired
   * down.ref.equals(ref); // true
   *
   * @param {Pid | string | Atom | JsProcess} other
   * @returns {Ref}
   */
  monitor(other) {
    return this.#call('monitor', [Atom.for('process'), target(other)]);
  }

  /**
   * @example
   * const vm = await createVM();
   * const process = vm.process();
   * const sleeper = vm.spawn('timer', 'sleep', [60_000]);
   * process.demonitor(process.monitor(sleeper), { flush: true });
   * vm.inspect().processes.find((info) => info.pid === process.pid).monitors; // []
   *
   * @param {Ref} ref
   * @param {{flush?: boolean}} [options] `flush`: also take its DOWN message out of the mailbox
   */
  demonitor(ref, options = {}) {
    const { flush } = only(options, 'demonitor', 'flush');
    if (!(ref instanceof Ref)) throw new ArgumentError(`demonitor takes the Ref that monitor gave, not ${shown(ref)}`);
    this.#call('demonitor', [ref]);
    if (boolean(flush ?? false, 'flush'))
      this.#mailbox = this.#mailbox.filter((m) => !(isDown(m) && m.at(1).equals(ref)));
  }

  /**
   * Sends an exit signal to another process, as exit/2.
   *
   * @example
   * const vm = await createVM();
   * const [a, b] = [vm.process(), vm.process({ trapExit: true })];
   * a.kill(b, Atom.for('please_end'));
   * const [, from, reason] = await b.receive();
   * reason; // please_end
   * a.kill(b);
   * await b.exited; // killed
   *
   * @param {Pid | JsProcess} other
   * @param {Term} reason
   */
  kill(other, reason = Atom.for('kill')) {
    this.#call('exit', [target(other), reason]);
  }

  /**
   * Whether exit signals become messages.
   *
   * @example
   * const vm = await createVM();
   * const process = vm.process();
   * process.trapExit(true);
   * vm.exit(process, Atom.for('stop'));
   * const [tag] = await process.receive();
   * String(tag); // 'EXIT'
   *
   * @param {boolean} trap
   */
  trapExit(trap) {
    this.#call('process_flag', [Atom.for('trap_exit'), boolean(trap, 'what trapExit is given')]);
  }

  /**
   * @example
   * const vm = await createVM();
   * const process = vm.process();
   * process.register('me');
   * (await vm.call('erlang', 'whereis', [Atom.for('me')])) === process.pid; // true
   *
   * @param {string | Atom} name
   */
  register(name) {
    this.#call('register', [atom(name, 'a name'), this.pid]);
  }

  /**
   * Ends this process; those linked to it are told.
   *
   * @example
   * const vm = await createVM();
   * const process = vm.process();
   * process.on('exit', ({ reason }) => console.log(`ended: ${reason}`));
   * process.exit(tuple(Atom.for('shutdown'), 1));
   * await process.exited; // {shutdown,1}
   *
   * @param {Term} [reason]
   */
  exit(reason = Atom.for('normal')) {
    if (this.#end || this.#exiting) return;
    this.#host.exit(reason);
    this.#exiting = true;
  }

  /**
   * Answers a gen_server:call: `const [, from, request] = await process.receive(isCall); process.reply(from, answer)`.
   * @param {Tuple} from
   * @param {Term} reply
   */
  reply(from, reply) {
    if (!(from instanceof Tuple) || from.length !== 2) throw new ArgumentError('from is a tuple of a pid and a tag');
    const [pid, tag] = from;
    const alias = tag instanceof ImproperList && tag.items[0] === Atom.for('alias') ? tag.tail : undefined;
    this.send(alias ?? pid, Tuple.from([tag, reply]));
  }

  /**
   * The first message that matches, out of the mailbox or when it comes. Rejects when the process ends, with a
   * TimeoutError after `timeout` milliseconds, with the signal's reason when it aborts.
   *
   * @example
   * const vm = await createVM();
   * const process = vm.process();
   * for (const n of [1, 2, 3]) vm.send(process, n);
   * await process.receive((message) => message === 2); // 2
   * await process.receive(); // 1
   * await process.receive(() => false, { timeout: 10 }).catch((error) => error.code); // 'TIMEOUT'
   * const controller = new AbortController();
   * const waiting = process.receive(() => false, { signal: controller.signal });
   * controller.abort(new Error('no longer'));
   * await waiting.catch((error) => error.message); // 'no longer'
   *
   * @param {(message: any) => boolean} [match]
   * @param {{timeout?: number, signal?: AbortSignal}} [options]
   * @returns {Promise<any>}
   */
  async receive(match = () => true, options = {}) {
    if (typeof match !== 'function')
      throw new ArgumentError('what receive is given first is a function that says whether a message matches');
    only(options, 'receive', 'timeout signal').signal?.throwIfAborted?.();
    const found = this.#mailbox.findIndex(match);
    if (found >= 0) return this.#mailbox.splice(found, 1)[0];
    if (this.#end) throw this.#end();
    return until(
      options,
      () => `no message within ${options.timeout} ms`,
      (resolve, reject, trace) => {
        const receiver = { match, resolve, reject, trace };
        this.#receivers.push(receiver);
        return () => (this.#receivers = this.#receivers.filter((r) => r !== receiver));
      },
    );
  }

  /**
   * The messages, one after the other, until the process ends.
   *
   * @example
   * const vm = await createVM();
   * const process = vm.process();
   * for (const n of [1, 2, 3]) vm.send(process, n);
   * let sum = 0;
   * for await (const message of process) if ((sum += message) === 6) break;
   * sum; // 6
   */
  async *[Symbol.asyncIterator]() {
    for (;;) {
      try {
        yield await this.receive();
      } catch (error) {
        if (this.alive) throw error;
        return;
      }
    }
  }

  /**
   * A message has come. Called by the VM.
   * @internal
   * @param {any} message
   */
  deliver(message) {
    if (this.#exiting) return;
    if (isDown(message)) this.emit('down', { ref: message.at(1), target: message.at(3), reason: message.at(4) });
    else if (isExit(message)) this.emit('trapped', { from: message.at(1), reason: message.at(2) });
    for (const receiver of this.#receivers) {
      try {
        if (!receiver.match(message)) continue;
      } catch (error) {
        receiver.reject(error);
        continue;
      }
      return receiver.resolve(message);
    }
    if (this.#exiting) return; // a handler of 'down' or 'trapped' has failed
    if (!this.emit('message', message)) this.#mailbox.push(message);
  }

  /**
   * The process has ended. Called by the VM.
   * @internal
   * @param {() => Error} why
   */
  ended(why) {
    if (this.#end) return;
    this.#end = () => {
      const error = why();
      this.#told.add(error);
      return error;
    };
    const error = why();
    const reason = error instanceof ErlangError ? error.reason : error;
    for (const { reject, trace } of [...this.#receivers]) reject(toldTo(this.#end(), trace));
    this.#resolveExited(reason);
    this.emit('exit', { reason });
    this.endEvents();
  }

  /** @protected @override @param {string} name */
  checkEvent(name) {
    if (!['message', 'exit', 'down', 'trapped'].includes(name))
      throw new ArgumentError(`a process has no event ${shown(name)}`);
  }

  /**
   * A handler threw or rejected: the process ends, if it has not yet.
   * @protected
   * @override
   * @param {unknown} error
   * @param {string} where
   */
  report(error, where) {
    if (this.#told.has(Object(error))) return; // it waited for what the end of its own process has ended
    this.#host.report(error, where);
    const own = error instanceof ErlangError && error.class === 'exit' ? [error.reason] : [];
    for (const reason of [...own, jsError(error)]) {
      try {
        if (!this.#exiting) this.exit(reason);
      } catch {
        // The reason is of another VM; or this process, or its VM, has ended meanwhile.
      }
    }
  }

  [Symbol.dispose]() {
    this.exit();
  }
}

/** What a process ends with that does not catch this. @param {any} error @returns {Term} */
function jsError(error) {
  const utf8 = (/** @type {any} */ value) => new TextEncoder().encode(String(value));
  const { name = 'Error', message = error, stack = '' } = Object(error);
  return Tuple.from([Atom.for('js_error'), { name: utf8(name), message: utf8(message), stack: utf8(stack) }]);
}

/** @param {any} m */
const isDown = (m) => m instanceof Tuple && m.length === 5 && m.at(0) === Atom.for('DOWN') && m.at(1) instanceof Ref;
/** @param {any} m */
const isExit = (m) => m instanceof Tuple && m.length === 3 && m.at(0) === Atom.for('EXIT');
