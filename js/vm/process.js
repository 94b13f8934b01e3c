// SPDX-License-Identifier: Apache-2.0
//
// class JsProcess: JavaScript code as an Erlang process. Erlang code can send to it, link to it, monitor it and call it
// like a gen_server. It is a real process of the VM, and its methods run the VM's built-in functions as that process;
// so all that Erlang says about processes holds for it.

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
 * The events of a JavaScript process: a message came; the process has ended; a 'DOWN' message came from a monitor; an
 * exit signal was trapped.
 * @typedef {{message: any, exit: {reason: any}, down: {ref: Ref, target: any, reason: any}, trapped: {from: Pid,
 *   reason: any}}} JsProcessEvents
 */

/**
 * What the VM does for a process.
 * @typedef {object} Host
 * @property {(fun: string, args: Term[]) => any} call calls a built-in function of module erlang as the process
 * @property {(fun: string, args: Term[]) => any} [tell] the same where the value is not wanted; where the VM is in a
 *   worker, both answer with promises, which the methods of the process pass on
 * @property {(reason: Term) => any} exit ends the process
 * @property {(error: unknown, where: string) => void} report reports an error of JavaScript that nobody caught
 */

/**
 * What vm.supervise does in place of a process: it is told whether that wants to trap exits, and is given each exit
 * signal; it answers whether it has dealt with that.
 * @typedef {{trap: (trap: boolean) => void, taken: (from: Pid, reason: any) => boolean}} Supervised
 */

/**
 * JavaScript code as an Erlang process, made by `vm.process()`.
 *
 * Messages wait in the mailbox for `receive` (or the async iterator), unless the event 'message' has a handler: then
 * each message that no `receive` waits for is given to the handler and does not enter the mailbox.
 *
 * A handler that throws, or an asynchronous one that rejects, ends the process, as an uncaught exception ends any
 * process. The exit reason is `{js_error, #{name, message, stack}}`, or the reason of an ErlangError of class exit. The
 * error itself is reported by the VM's 'error' event, or on the console if that has no handler.
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
  /**
   * Set when the process has ended. Makes an error that says why, a new one for each caller, since each has its own
   * stack.
   * @type {(() => Error) | undefined}
   */
  #end;
  /** The errors that `#end` made. @type {WeakSet<object>} */
  #told = new WeakSet();
  /** Whether the process was told to end: it takes no more messages. */
  #exiting = false;
  /** Set when its supervisor wants it to end. @type {(() => Error) | undefined} */
  #leaving;
  /** Of a child of vm.supervise: what takes exit signals before it. @type {Supervised | undefined} */
  #supervised;
  /** Made when its signal is first asked for. @type {AbortController | undefined} */
  #controller;
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
   * Aborts when the process has ended, and when its supervisor tells it to end (vm.supervise); its reason is an
   * ErlangError that says why.
   *
   * @example
   * const vm = await createVM();
   * const process = vm.process();
   * const { signal } = process;
   * vm.exit(process, Atom.for('boom'));
   * await process.exited;
   * `${signal.aborted} ${signal.reason.reason}`; // 'true boom'
   *
   * @returns {AbortSignal}
   */
  get signal() {
    this.#controller ??= new AbortController();
    const end = this.#end ?? this.#leaving;
    if (end) this.#controller.abort(end());
    return this.#controller.signal;
  }

  /**
   * Calls a built-in function of module erlang as this process. Throws an ErlangError if it fails, and
   * an error that says why if this process has ended.
   * @param {string} fun
   * @param {Term[]} args
   */
  #call(fun, args) {
    if (this.#end) throw this.#end();
    return this.#host.call(fun, args);
  }

  /**
   * The same for a function whose value says nothing.
   * @param {string} fun
   * @param {Term[]} args
   * @returns {any}
   */
  #tell(fun, args) {
    if (this.#end) throw this.#end();
    return this.#host.tell ? this.#host.tell(fun, args) : void this.#host.call(fun, args);
  }

  /**
   * Sends a message, as `erlang:send/2` does. A pid whose process has ended is no error; a name that nobody has is an
   * ErlangError.
   *
   * @example
   * const vm = await createVM();
   * const [a, b] = [vm.process(), vm.process({ name: 'b' })];
   * a.send('b', tuple(a.pid, Atom.for('ping')));
   * const [from] = await b.receive();
   * from === a.pid; // true
   *
   * @param {Pid | string | Atom | Ref | JsProcess} to a pid, a registered name or an alias
   * @param {Term} message
   * @returns {void}
   */
  send(to, message) {
    return this.#tell('send', [target(to), message]);
  }

  /**
   * Links this process and another one: when one of them ends, the other gets an exit signal. A
   * process that has ended already is treated as `erlang:link/1` treats it.
   *
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
   * @returns {void}
   */
  link(other) {
    return this.#tell('link', [target(other)]);
  }

  /**
   * Takes the link to another process away.
   *
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
   * @returns {void}
   */
  unlink(other) {
    return this.#tell('unlink', [target(other)]);
  }

  /**
   * Monitors a process: when it ends, this process has a 'down' event and receives a message {'DOWN', ...}. Returns the
   * reference by which they are recognized.
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
   * Takes a monitor away.
   *
   * @example
   * const vm = await createVM();
   * const process = vm.process();
   * const sleeper = vm.spawn('timer', 'sleep', [60_000]);
   * process.demonitor(process.monitor(sleeper), { flush: true });
   * vm.inspect().processes.find((info) => info.pid === process.pid).monitors; // []
   *
   * @param {Ref} ref what `monitor` returned
   * @param {{flush?: boolean}} [options] `flush`: also takes the monitor's DOWN message out of the mailbox
   * @returns {void}
   */
  demonitor(ref, options = {}) {
    const { flush } = only(options, 'demonitor', 'flush');
    if (!(ref instanceof Ref)) throw new ArgumentError(`demonitor takes the Ref that monitor gave, not ${shown(ref)}`);
    const told = this.#tell('demonitor', [ref]);
    const flushed = () => (this.#mailbox = this.#mailbox.filter((m) => !(isDown(m) && m.at(1).equals(ref))));
    if (!boolean(flush ?? false, 'flush')) return told;
    flushed();
    told?.then(flushed, () => {});
    return told;
  }

  /**
   * Sends an exit signal to another process, as `erlang:exit/2` does.
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
   * @returns {void}
   */
  kill(other, reason = Atom.for('kill')) {
    return this.#tell('exit', [target(other), reason]);
  }

  /**
   * Sets whether exit signals become messages {'EXIT', From, Reason} instead of ending this process.
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
   * @returns {void}
   */
  trapExit(trap) {
    boolean(trap, 'what trapExit is given');
    if (!this.#supervised) return this.#tell('process_flag', [Atom.for('trap_exit'), trap]);
    return this.#supervised.trap(trap);
  }

  /**
   * Registers this process under a name. Throws an ErlangError if the name is taken or the process has one already.
   *
   * @example
   * const vm = await createVM();
   * const process = vm.process();
   * process.register('me');
   * (await vm.call('erlang', 'whereis', [Atom.for('me')])) === process.pid; // true
   *
   * @param {string | Atom} name
   * @returns {void}
   */
  register(name) {
    return this.#tell('register', [atom(name, 'a name'), this.pid]);
  }

  /**
   * Ends this process. Processes that are linked to it get an exit signal with the reason.
   *
   * @example
   * const vm = await createVM();
   * const process = vm.process();
   * process.on('exit', ({ reason }) => console.log(`ended: ${reason}`));
   * process.exit(tuple(Atom.for('shutdown'), 1));
   * await process.exited; // {shutdown,1}
   *
   * @param {Term} [reason]
   * @returns {void}
   */
  exit(reason = Atom.for('normal')) {
    if (this.#end || this.#exiting) return undefined;
    const told = this.#host.exit(reason);
    this.#exiting = true;
    return told;
  }

  /**
   * Answers a message that `gen_server:call` sent:
   * `const [, from, request] = await process.receive(isCall); process.reply(from, answer)`.
   * @param {Tuple} from the second element of the message, {Pid, Tag}
   * @param {Term} reply what gen_server:call returns to its caller
   * @returns {void}
   */
  reply(from, reply) {
    if (!(from instanceof Tuple) || from.length !== 2) throw new ArgumentError('from is a tuple of a pid and a tag');
    const [pid, tag] = from;
    const alias = tag instanceof ImproperList && tag.items[0] === Atom.for('alias') ? tag.tail : undefined;
    return this.send(alias ?? pid, Tuple.from([tag, reply]));
  }

  /**
   * Takes the first message that matches out of the mailbox, or waits until one comes. Rejects with an ErlangError when
   * the process ends, with a ClosedError or HaltedError when the VM does, with a TimeoutError after `timeout`
   * milliseconds, and with the reason of `signal` when it aborts.
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
   * @param {(message: any) => boolean} [match] whether a message matches; all do by default
   * @param {{timeout?: number, signal?: AbortSignal}} [options]
   * @returns {Promise<any>}
   */
  async receive(match = () => true, options = {}) {
    if (typeof match !== 'function')
      throw new ArgumentError('what receive is given first is a function that says whether a message matches');
    only(options, 'receive', 'timeout signal').signal?.throwIfAborted?.();
    const found = this.#mailbox.findIndex(match);
    if (found >= 0) return this.#mailbox.splice(found, 1)[0];
    const end = this.#end ?? this.#leaving;
    if (end) throw end();
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
   * The messages, one after the other, until the process ends, or its supervisor tells it to.
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
        if (this.alive && !this.#leaving) throw error;
        return;
      }
    }
  }

  /**
   * Takes a message that has come. Called by the VM.
   * @internal
   * @param {any} message
   */
  deliver(message) {
    if (this.#exiting || (isExit(message) && this.#supervised?.taken(message.at(1), message.at(2)))) return;
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
    if (this.#exiting) return; // a handler of 'down' or 'trapped' threw, which ended the process
    if (!this.emit('message', message)) this.#mailbox.push(message);
  }

  /**
   * Called by the VM when the process has ended.
   * @internal
   * @param {() => Error} why makes an error that says why
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
    this.#tellAll(this.#end);
    this.#resolveExited(reason);
    this.emit('exit', { reason });
    this.endEvents();
  }

  /** What waits is told why it waits in vain. @param {() => Error} why */
  #tellAll(why) {
    for (const { reject, trace } of [...this.#receivers]) reject(toldTo(why(), trace));
    this.#controller?.abort(why());
  }

  /**
   * Hands over who deals with exit signals. Called by vm.supervise.
   * @internal
   * @param {Supervised['trap']} trap
   * @param {Supervised['taken']} taken
   */
  supervised(trap, taken) {
    this.#supervised = { trap, taken };
  }

  /**
   * Tells its function to end: what waits for messages waits no longer. Called by vm.supervise.
   * @internal
   * @param {() => Error} why makes an error that says why
   */
  leave(why) {
    this.#leaving = why;
    this.#tellAll(why);
  }

  /** @protected @override @param {string} name */
  checkEvent(name) {
    if (!['message', 'exit', 'down', 'trapped'].includes(name))
      throw new ArgumentError(`a process has no event ${shown(name)}`);
  }

  /**
   * Reports what a handler threw or rejected with, and ends the process if it has not ended.
   * @internal
   * @override
   * @param {unknown} error
   * @param {string} where
   */
  report(error, where) {
    if (this.#told.has(Object(error))) return; // the handler only passes on that its own process has ended
    this.#host.report(error, where);
    const own = error instanceof ErlangError && error.class === 'exit' ? [error.reason] : [];
    for (const reason of [...own, jsError(error)]) {
      try {
        if (!this.#exiting) this.exit(reason);
      } catch {
        // The reason has a pid of another VM; or this process or its VM has ended meanwhile.
      }
    }
  }

  [Symbol.dispose]() {
    this.exit();
  }
}

/** The reason {js_error, #{name, message, stack}} for what JavaScript threw. @param {any} error @returns {Term} */
export function jsError(error) {
  const utf8 = (/** @type {any} */ value) => new TextEncoder().encode(String(value));
  const { name = 'Error', message = error, stack = '' } = Object(error);
  return Tuple.from([Atom.for('js_error'), { name: utf8(name), message: utf8(message), stack: utf8(stack) }]);
}

/** @param {any} m */
const isDown = (m) => m instanceof Tuple && m.length === 5 && m.at(0) === Atom.for('DOWN') && m.at(1) instanceof Ref;
/** @param {any} m */
const isExit = (m) => m instanceof Tuple && m.length === 3 && m.at(0) === Atom.for('EXIT');
