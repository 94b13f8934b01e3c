// SPDX-License-Identifier: Apache-2.0
//
// class WorkerVM: the VM that a program sees whose machine runs in a worker (engine.js). It does what class VM does
// above the machine: terms, calls, JavaScript processes, events, handles. Loaded when first used.

import { ArgumentError, ClosedError, HaltedError } from '../base/errors.js';
import { TextEncoder } from '../base/host.js';
import { asBytes } from '../base/bytes.js';
import { Decoder, decodeAll, encoded } from '../term/etf.js';
import { only, shown } from '../term/only.js';
import { Atom, Pid, Tuple, pretty } from '../term/term.js';
import { atom, boolean, target } from '../vm/arguments.js';
import { BaseVM } from '../vm/base-vm.js';
import { toldTo, until } from '../vm/loop.js';
import { readSnapshot } from '../vm/inspect.js';
import { Fields, readRecord } from '../vm/machine.js';
import { open } from '../vm/open.js';
import { JsProcess } from '../vm/process.js';
import { Session } from '../vm/session.js';
import { SPAWN_NAMES, array, count, spawnOptions } from '../vm/spawn.js';
import { callError, processError } from '../vm/wording.js';
import { errorOf } from './crossing.js';
import * as protocol from './protocol.js';
import { Sent } from './sent.js';

/** @import { LoadError } from '../base/errors.js' */
/** @import { VMOptions } from '../vm/create.js' */
/** @import { Word } from '../vm/machine.js' */
/** @import { CallOptions } from '../vm/vm.js' */
/** @import { SpawnOptions } from '../vm/spawn.js' */
/** @import { Snapshot } from '../vm/inspect.js' */
/** @import { Ref, Term } from '../term/term.js' */
/** @import { ErrorData } from './crossing.js' */
/** @import { Pipe } from './pipe.js' */

/**
 * A JavaScript process of a VM in a worker: a JsProcess whose methods that ask the VM answer with promises. Those of
 * methods without a value need not be awaited: what goes wrong then is told by the VM's 'error' event.
 * @typedef {{
 *   send(...given: Parameters<JsProcess['send']>): Promise<void>,
 *   link(...given: Parameters<JsProcess['link']>): Promise<void>,
 *   unlink(...given: Parameters<JsProcess['unlink']>): Promise<void>,
 *   monitor(...given: Parameters<JsProcess['monitor']>): Promise<Ref>,
 *   demonitor(...given: Parameters<JsProcess['demonitor']>): Promise<void>,
 *   kill(...given: Parameters<JsProcess['kill']>): Promise<void>,
 *   trapExit(...given: Parameters<JsProcess['trapExit']>): Promise<void>,
 *   register(...given: Parameters<JsProcess['register']>): Promise<void>,
 *   exit(...given: Parameters<JsProcess['exit']>): Promise<void>,
 *   reply(...given: Parameters<JsProcess['reply']>): Promise<void>,
 * } & JsProcess} WorkerProcess
 */

/**
 * Numbers about a VM.
 * @typedef {{memory: number, blocks: number, processes: number, linearMemory: number, handles: number}} Stats
 */
/** What vm.tick answers. @typedef {{state: 'idle' | 'runnable' | 'timer' | 'halted', wake?: number}} Ticked */

const NONE = new Uint8Array();
/** The stack of the caller is kept for so many of the requests without a value that are posted together. */
const TRACED = 64;
const UNDEFINED = Atom.for('undefined');

/**
 * A virtual machine in a worker, which `createVM({ worker: true })` and `connectWorker` make. It has the methods and
 * events of a VM of this thread, with these differences:
 *
 * - What answers with something of the VM answers with a promise: `load`, `spawn`, `process`, `session`, `inspect`,
 *   `stats`, `tick`, and a process's `monitor`. `call`, `eval`, `compile` and their like do so in any VM.
 * - `send`, `exit`, `start`, `stop`, `close` and the methods of processes have nothing to say; their promises may be
 *   awaited, and reject where the method of a VM of this thread throws. Where nobody awaits one, its failure is an
 *   'error' event. What can be seen without the VM (a wrong argument, a value that is no term) is thrown at once.
 * - `closed`, `haltStatus` and a process's `alive` say what the worker had told by then.
 * - `createVM` takes no `clock` and no `shell` that are objects, because they would have to answer at once.
 *
 * Code that awaits these methods works with both kinds of VMs. All calls are carried out in the order in which they
 * were made, and code that awaits an answer runs before the events that came after it.
 *
 * @example
 * const vm = await createVM({ worker: true });
 * await vm.call('lists', 'sum', [[1, 2, 3]]); // 6
 * const watcher = await vm.process({ trapExit: true });
 * const pid = await vm.spawn('timer', 'sleep', [60_000]);
 * watcher.link(pid);
 * vm.exit(pid, Atom.for('boom'));
 * const [tag, from, reason] = await watcher.receive();
 * `${tag} ${from === pid} ${reason}`; // 'EXIT true boom'
 * (await vm.inspect()).processes.some((info) => info.pid === watcher.pid); // true
 * await vm.close();
 *
 */
export class WorkerVM extends BaseVM {
  #pipe;
  /** @type {VMOptions} */
  #options;
  /** Calls that wait for the process that gets their results. @type {(() => void)[]} */
  #waiting = [];
  #mask = -1;
  #idlers = /** @type {(() => void)[]} */ ([]);
  /** Reads of standard input and calls of exposed functions that have not ended. */
  #held = 0;
  #state = 'runnable';
  /** How many requests the worker had seen when it told its state. */
  #seen = 0;
  /** @type {Error | undefined} why there is no VM any more */
  #over;
  /** @type {number | undefined} */
  #halted;
  /** Modules that could not be loaded, and why. @type {Map<string, unknown>} */
  #asked = new Map();
  /** Records that are being delivered. @type {{content: Uint8Array, records: any} | undefined} */
  #reading;
  #end;
  /** @type {Promise<void> | undefined} */
  #closing;

  /**
   * Called by connect.js only.
   * @param {Pipe} pipe
   * @param {VMOptions} options
   * @param {() => void} end is called when the worker has closed the VM, or is gone
   */
  constructor(pipe, options, end) {
    super(options);
    this.#pipe = pipe;
    this.#options = options;
    this.#end = end;
    /**
     * Number of memory blocks that the worker found still in use when it closed the VM; 0 unless the VM has a bug.
     * @type {number | undefined}
     */
    this.leaked = undefined;
    open.add(this);
    this.subscribed();
    this.#openBridge();
  }

  // --- Code -----------------------------------------------------------------------------------------

  /**
   * Loads a module from the bytes of its .beam file. Resolves with its name.
   *
   * @example
   * const vm = await createVM({ worker: true });
   * String(await vm.load(await readBeam('hello'))); // 'hello'
   *
   * @param {Uint8Array | ArrayBuffer} bytes
   * @param {{name?: string | Atom}} [options] `name`: the name that the module must have
   * @returns {Promise<Atom>}
   */
  async load(bytes, options = {}) {
    const { name = '' } = only(options, 'load', 'name');
    const wanted = new TextEncoder().encode(atom(name, 'the name of a module').name);
    const beam = asBytes(bytes);
    if (!beam) throw new ArgumentError(`load takes the bytes of a .beam file, not ${shown(bytes)}`);
    this.check();
    return this.#value(protocol.LOAD, [new Uint8Array([wanted.length]), wanted, beam]).then((b) =>
      this.known.decode(b),
    );
  }

  /**
   * Makes the modules of an archive known, as a VM of this thread does.
   * @param {Uint8Array | ArrayBuffer} bytes
   * @returns {Promise<string[]>}
   */
  async loadArchive(bytes) {
    const archive = asBytes(bytes);
    if (!archive) throw new ArgumentError(`loadArchive takes the bytes of an archive, not ${shown(bytes)}`);
    this.check();
    return this.#pipe.call('archive', archive.slice());
  }

  // --- Processes ------------------------------------------------------------------------------------

  /**
   * Starts a process that runs module:function(...args).
   *
   * @example
   * const vm = await createVM({ worker: true });
   * const pid = await vm.spawn('timer', 'sleep', [60_000], { name: 'sleeper' });
   * vm.exit('sleeper', Atom.for('enough'));
   * (await vm.once('exit')).pid === pid; // true
   *
   * @param {string | Atom} module
   * @param {string | Atom} fun
   * @param {Term[]} [args]
   * @param {SpawnOptions} [options]
   * @returns {Promise<Pid>}
   */
  async spawn(module, fun, args = [], options = {}) {
    const request = this.#spawnRequest(module, fun, args, spawnOptions(options), args);
    return this.#value(protocol.SPAWN, [request], notSpawned(module, fun, args, options.name)).then((b) =>
      this.known.decode(b),
    );
  }

  /** @param {any} module @param {any} fun @param {Term[]} args @param {Term[]} options @param {Term[]} given */
  #spawnRequest(module, fun, args, options, given) {
    this.check();
    const request = Tuple.from([atom(module, 'a module'), atom(fun, 'a function'), array(args), options]);
    return this.#encode(request, 'args', given);
  }

  /**
   * Sends a message without a sender.
   *
   * @example
   * const vm = await createVM({ worker: true });
   * const process = await vm.process({ name: 'me' });
   * vm.send('me', tuple(Atom.for('hello'), 1));
   * await process.receive(); // {hello,1}
   * await vm.send('nobody', 1).catch((error) => error.message); // 'cannot send to nobody: no process has that name'
   *
   * @param {Pid | string | Atom | JsProcess | Ref} to a pid, a registered name or an alias
   * @param {Term} message
   * @returns {Promise<void>}
   */
  send(to, message) {
    return this.#signal('send', to, message);
  }

  /**
   * Sends an exit signal, as exit/2 does. If the process has ended, nothing happens.
   *
   * @param {Pid | string | Atom | JsProcess} process
   * @param {Term} reason
   * @returns {Promise<void>}
   */
  exit(process, reason) {
    return this.#signal('exit', process, reason);
  }

  /** @param {'send' | 'exit'} kind @param {any} to @param {Term} content */
  #signal(kind, to, content) {
    const whom = target(to);
    const isSend = kind === 'send';
    if (!isSend && !(whom instanceof Pid || whom instanceof Atom))
      throw new ArgumentError(`exit takes a pid, a JsProcess or a registered name, not ${shown(to)}`);
    this.check();
    const request = this.#encode(Tuple.from([whom, content, UNDEFINED]), isSend ? 'message' : 'reason', content);
    const op = isSend ? protocol.SEND : protocol.EXIT;
    return this.#sent(op, request, isSend ? 'send to' : kind, whom);
  }

  /**
   * A JavaScript process of this thread: with a pid, a mailbox, links and monitors like any other.
   *
   * @example
   * const vm = await createVM({ worker: true });
   * const process = await vm.process({ trapExit: true });
   * const pid = await vm.spawn('timer', 'sleep', [60_000]);
   * const ref = await process.monitor(pid);
   * vm.exit(pid, Atom.for('tired'));
   * const down = await process.once('down');
   * `${down.ref.equals(ref)} ${down.reason}`; // 'true tired'
   *
   * @param {{trapExit?: boolean, name?: string | Atom}} [options]
   * @returns {Promise<WorkerProcess>}
   */
  async process(options = {}) {
    const { trapExit = false, name } = only(options, 'process', 'trapExit name');
    /** @type {Term[]} */
    const list = [Atom.for('js'), Tuple.from([Atom.for('trap_exit'), boolean(trapExit, 'trapExit')])];
    if (name !== undefined) list.push(Tuple.from([Atom.for('name'), atom(name, 'a name')]));
    const request = this.#spawnRequest('spawnlink', 'js', [], list, []);
    return this.#value(protocol.SPAWN, [request], notSpawned('spawnlink', 'js', [], name), (bytes) =>
      this.#adopt(this.known.decode(bytes), name),
    );
  }

  /** @param {Pid} pid @param {any} name @returns {any} */
  #adopt(pid, name) {
    const process = new JsProcess(pid, {
      call: (fun, args) => this.#callAs(pid, fun, args),
      tell: (fun, args) => this.#tellAs(pid, fun, args),
      exit: (reason) => {
        this.check();
        const request = this.#encode(Tuple.from([pid, reason]), 'reason', reason);
        return this.#sent(protocol.EXIT_AS, request, 'exit');
      },
      report: (error, where) => this.report(error, `${where} of ${pid}${name === undefined ? '' : ` (${name})`}`),
    });
    this.known.adopt(process);
    return process;
  }

  /** @param {Pid} pid @param {string} fun @param {Term[]} args */
  #requestAs(pid, fun, args) {
    this.check();
    return this.#encode(Tuple.from([pid, Atom.for('erlang'), Atom.for(fun), args]), fun, args.at(-1));
  }

  /** Calls a BIF in the name of a JavaScript process. @param {Pid} pid @param {string} fun @param {Term[]} args */
  #callAs(pid, fun, args) {
    const request = this.#requestAs(pid, fun, args);
    return this.#value(protocol.CALL_AS, [request], () => `cannot ${fun}`).then((bytes) => {
      const [kind, value] = this.known.decode(bytes);
      if (kind.name !== 'ok') throw processError(kind.name, value, fun, args, () => []);
      return value;
    });
  }

  /** The same where nobody wants the value. @param {Pid} pid @param {string} fun @param {Term[]} args */
  #tellAs(pid, fun, args) {
    const request = this.#requestAs(pid, fun, args);
    return this.#sent(protocol.CALL_AS, request, fun, args);
  }

  // --- Calls ----------------------------------------------------------------------------------------

  /**
   * Calls a function in a process of its own, as a VM of this thread does.
   *
   * @example
   * const vm = await createVM({ worker: true });
   * await vm.call('lists', 'sum', [[1, 2, 3]]); // 6
   * const error = await vm.call('timer', 'sleep', [60_000], { timeout: 10 }).catch((error) => error);
   * error.code; // 'TIMEOUT'
   *
   * @param {string | Atom} module
   * @param {string | Atom} fun
   * @param {Term[]} [args]
   * @template [T=any]
   * @param {CallOptions} [options]
   * @returns {Promise<T>}
   */
  call(module, fun, args = [], options = {}) {
    return until(
      options,
      () => `${module}:${fun}/${args.length} took longer than ${options.timeout} ms`,
      (resolve, reject, trace) => {
        const {
          timeout: _,
          signal: _1,
          pretty: asPretty = false,
          ...spawn
        } = only(options, 'call', `timeout signal pretty ${SPAWN_NAMES}`);
        boolean(asPretty, 'pretty');
        const wanted = spawnOptions(spawn);
        const what = notSpawned('spawnlink_js', 'call', { length: 5 }, spawn.name);
        const id = this.known.newCall();
        /** @type {Pid | undefined} */
        let pid;
        let over = false;
        const forget = () => {
          over = true;
          this.known.forget(id, pid);
        };
        const fail = (/** @type {ErrorData} */ data) =>
          !over && reject(errorOf(said(data, what), (error) => toldTo(error, trace)));
        const settle = (/** @type {any} */ [kind, value, ...details]) => {
          forget(); // how its process ends later does not matter
          try {
            if (kind.name === 'ok') resolve(asPretty ? pretty(value) : value);
            else this.#callError(kind.name, value, details, trace).then(reject, reject);
          } catch (error) {
            reject(error); // pretty cannot convert the value
          }
        };
        const kill = () => void (pid && !this.#stopped && this.exit(pid, Atom.for('kill')).catch(() => {}));
        const done = (/** @type {any} */ bytes) => {
          pid = this.known.decode(bytes);
          if (over) kill();
          else this.known.calling(id, /** @type {Pid} */ (pid));
        };
        const begin = () => {
          const given = [this.known.bridge, id, atom(module, 'a module'), atom(fun, 'a function'), array(args)];
          const request = this.#spawnRequest('spawnlink_js', 'call', /** @type {any} */ (given), wanted, args);
          this.#ask(protocol.SPAWN, [request], { done, fail, awaited: () => false });
        };
        this.check();
        if (this.known.bridge) begin();
        else this.#waiting.push(() => over || attempt(begin, reject));
        this.known.called(id, { settle, fail: (why) => reject(toldTo(why(), trace)) });
        return (early) => {
          forget();
          if (early) kill();
        };
      },
    );
  }

  /**
   * The error with which a call rejects. The worker knows why a module is not there.
   * @param {'error' | 'exit' | 'throw'} kind
   * @param {any} reason
   * @param {any[]} details from spawnlink_js: the stack, whether its module is loaded, notes about arguments
   * @param {Error} trace where the call was made
   */
  async #callError(kind, reason, [stack, loaded = true, notes], trace) {
    const module = loaded ? undefined : stack?.[0]?.at?.(0);
    const asked = module instanceof Atom ? await this.#lookUp(module.name) : new Map();
    return callError({ kind, reason, stack, loaded, notes, asked, booted: Boolean(this.#options.boot) }, trace);
  }

  /** What the search for a module gave. @param {string} module @returns {Promise<Map<string, unknown>>} */
  async #lookUp(module) {
    if (this.#asked.has(module) || this.#stopped) return this.#asked;
    const { found, error } = protocol.fromJson(await this.#value(protocol.ASKED, [new TextEncoder().encode(module)]));
    return new Map([[module, error ? errorOf(error) : found]]);
  }

  /** Starts the process that gets the results of calls. */
  #openBridge() {
    const request = this.#spawnRequest('spawnlink', 'js', [], [Atom.for('js')], []);
    const done = (/** @type {any} */ bytes) => {
      this.known.bridge = this.known.decode(bytes);
      for (const begin of this.#waiting.splice(0)) begin();
    };
    // If there is no memory for it, calls fail with that.
    const fail = (/** @type {ErrorData} */ data) => {
      this.#waiting.length = 0;
      this.known.failCalls(() => errorOf(data));
    };
    this.#ask(protocol.SPAWN, [request], { done, fail, awaited: () => false });
  }

  /**
   * A session, whose `eval` keeps variables, records and functions.
   *
   * @example
   * const vm = await createVM({ worker: true });
   * const session = await vm.session();
   * await session.eval('X = 20.');
   * await session.eval('X + 1.'); // 21
   * session.close();
   *
   * @returns {Promise<Session>}
   */
  async session() {
    return new Session(/** @type {any} */ (this), await this.spawn('spawnlink_eval', 'session'));
  }

  // --- Running --------------------------------------------------------------------------------------

  /**
   * Runs the VM for a while, when it does not run by itself. Resolves when what was recorded has been delivered.
   *
   * @example
   * const vm = await createVM({ worker: true, autostart: false, clock: 'virtual', seed: 1 });
   * vm.spawn('timer', 'sleep', [3_600_000]);
   * let ticks = 0;
   * while ((await vm.tick({ reductions: 1000 })).state !== 'idle') ticks++;
   *
   * @param {{budget?: number, reductions?: number}} [options]
   * @returns {Promise<Ticked>} `wake`: milliseconds until the next timer
   */
  async tick(options = {}) {
    const { budget, reductions } = only(options, 'tick', 'budget reductions');
    if (budget !== undefined && !(typeof budget === 'number' && budget > 0))
      throw new ArgumentError(`budget is a positive number, not ${shown(budget)}`);
    if (reductions !== undefined) count(reductions, 'reductions');
    this.#open();
    return this.#value(protocol.TICK, [protocol.toJson(options)]).then(protocol.fromJson);
  }

  /** Lets the VM run by itself. It does so from the start unless `autostart` is false. @returns {Promise<void>} */
  start() {
    this.#open();
    return this.#sent(protocol.START, NONE, 'start');
  }

  /** Stops running by itself; then `tick` runs the VM. @returns {Promise<void>} */
  stop() {
    this.#open();
    return this.#sent(protocol.STOP, NONE, 'stop');
  }

  /**
   * Resolves when nothing is left to do, here and in the worker.
   *
   * @param {{timeout?: number, signal?: AbortSignal}} [options]
   * @returns {Promise<void>}
   */
  idle(options = {}) {
    return until(
      options,
      () => `not idle within ${options.timeout} ms`,
      (/** @type {(value: void) => void} */ resolve) => {
        only(options, 'idle', 'timeout signal');
        this.#open();
        this.#idlers.push(resolve);
        queueMicrotask(() => this.#settled());
        return () => (this.#idlers = this.#idlers.filter((one) => one !== resolve));
      },
    );
  }

  /** Whether the worker has nothing to do, as of the last request, and all that it sent is delivered. */
  get #quiet() {
    if (this.#halted !== undefined) return this.#pipe.quiet;
    return this.#pipe.quiet && this.#seen === this.#pipe.asked && this.#state === 'idle' && this.#held === 0;
  }

  /** Called when something has ended. In Node a VM that is idle does not keep the program from ending. */
  #settled() {
    if (this.#over) return;
    const quiet = this.#quiet;
    if (quiet) for (const resolve of this.#idlers.splice(0)) resolve();
    this.#pipe.keep(!quiet && !(this.#state === 'stopped' && this.#pipe.quiet));
  }

  /**
   * A snapshot of all processes and their connections.
   *
   * @example
   * const vm = await createVM({ worker: true });
   * const { pid } = await vm.process({ name: 'me' });
   * (await vm.inspect()).processes.find(({ name }) => name === 'me').pid === pid; // true
   *
   * @returns {Promise<Snapshot>}
   */
  async inspect() {
    this.#open();
    const bytes = await this.#value(protocol.INSPECT, [NONE]);
    return readSnapshot(bytes, (word) => this.known.word(word));
  }

  /** Memory in use and number of processes. @returns {Promise<Stats>} */
  async stats() {
    this.#open();
    const stats = protocol.fromJson(await this.#value(protocol.STATS, [NONE]));
    return { ...stats, handles: this.known.handles.size };
  }

  /** Whether it is a VM in a worker. */
  get inWorker() {
    return true;
  }

  get closed() {
    return this.#over !== undefined;
  }

  /** The status with which the program has halted; undefined while it is not known to have. */
  get haltStatus() {
    return this.#halted;
  }

  /**
   * Ends the VM; calls under way reject with a ClosedError at once. Resolves when the worker has freed its memory; a
   * worker that createVM has made ends then.
   *
   * @example
   * const vm = await createVM({ worker: true });
   * const call = vm.call('timer', 'sleep', [60_000]);
   * vm.close();
   * await call.catch((error) => error.code); // 'CLOSED'
   * await vm.close();
   * vm.leaked; // 0
   *
   * @returns {Promise<void>}
   */
  close() {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close() {
    if (this.#over) return;
    this.#shut(new ClosedError());
    this.#pipe.keep(true);
    this.leaked = await this.#pipe.call('close').catch(() => undefined);
    this.#pipe.close(() => new ClosedError());
    this.#end();
  }

  [Symbol.dispose]() {
    this.close();
  }

  [Symbol.asyncDispose]() {
    return this.close();
  }

  /** The worker is gone, and the VM with it. @internal @param {Error} why */
  gone(why) {
    if (!this.#over) {
      if (this.wants('error')) this.emit('error', why);
      this.#shut(why);
    }
    this.#pipe.close(() => again(why));
    this.#end();
  }

  /** @param {Error} why */
  #shut(why) {
    this.#over = why;
    open.delete(this);
    this.#waiting.length = 0;
    this.known.endAll(() => again(why));
    this.#pipe.end(() => again(why));
    for (const resolve of this.#idlers.splice(0)) resolve();
    this.emit('close', undefined);
    this.endEvents();
    this.known.clear();
    this.#reading = undefined;
  }

  /** Throws unless the VM is open. */
  #open() {
    if (this.#over) throw again(this.#over);
  }

  /** Throws unless the VM is open and has not halted. @internal */
  check() {
    this.#open();
    if (this.#halted !== undefined) throw new HaltedError(this.#halted);
  }

  get #stopped() {
    return this.#over !== undefined || this.#halted !== undefined;
  }

  // --- Requests -------------------------------------------------------------------------------------

  /** @param {number} kind @param {Uint8Array[]} content @param {import('./pipe.js').Asked} asked */
  #ask(kind, content, asked) {
    this.#pipe.ask(kind, content, asked);
    this.#pipe.keep(true);
  }

  /**
   * Makes a request that has a value. `read` is called with it at once, before anything is delivered that came later.
   * @param {number} kind
   * @param {Uint8Array[]} content
   * @param {() => string} [what] what could not be done, if it cannot
   * @param {(value: any) => any} [read]
   * @returns {Promise<any>}
   */
  #value(kind, content, what, read = (value) => value) {
    const trace = new Error();
    return new Promise((resolve, reject) =>
      this.#ask(kind, content, {
        done: (value) => attempt(() => resolve(read(value?.slice())), reject),
        fail: (data) => reject(errorOf(said(data, what), (error) => toldTo(error, trace))),
        awaited: () => true,
      }),
    );
  }

  /**
   * Makes a request that has no value, or one that only says whether it has failed.
   * @param {number} kind
   * @param {Uint8Array} content
   * @param {string} what was asked for
   * @param {any} [about] whom it was asked of, or the arguments
   */
  #sent(kind, content, what, about) {
    // To learn who asks takes longer than all else, so it is left undone where very many requests are made at once.
    const trace = this.#pipe.collected < TRACED ? new Error() : undefined;
    const sent = new Sent(this.#teller, what, about, trace);
    this.#ask(kind, [content], sent);
    return sent;
  }

  /** @type {import('./sent.js').Teller} */
  #teller = {
    failure: (data, what, whom, trace) =>
      errorOf(
        said(data, () => `cannot ${what}${whom === undefined || Array.isArray(whom) ? '' : ` ${whom}`}`),
        trace && ((error) => toldTo(error, trace)),
      ),
    refusal: (value, what, args) => {
      const [kind, reason] = this.known.decode(value);
      if (kind.name === 'ok') return undefined;
      const error = (/** @type {any[]} */ all) => processError(kind.name, reason, what, args, () => all);
      // Only a name that cannot be registered wants to know who has one.
      if (what !== 'register') return error([]);
      return this.inspect().then(
        ({ processes }) => error(processes),
        () => error([]),
      );
    },
    // That its process or the VM has ended is no news.
    lost: (/** @type {any} */ error) => {
      if (!this.#stopped && error.code !== 'CLOSED' && error.code !== 'HALTED') this.report(error);
    },
  };

  // --- Events ---------------------------------------------------------------------------------------

  /** @protected @override */
  subscribed() {
    if (this.#over) return;
    const mask = this.wantedEvents();
    const asked = { done: () => {}, fail: () => {}, awaited: () => false };
    if (mask !== this.#mask) this.#ask(protocol.MASK, [protocol.u32(mask)], asked);
    this.#mask = mask;
  }

  /**
   * Takes a frame of the worker. Answers whether all of it is dealt with.
   * @internal
   * @param {number} kind
   * @param {Uint8Array} content
   */
  take(kind, content) {
    if (this.#over) return true;
    switch (kind) {
      case protocol.RECORDS:
        return this.#records(content);
      case protocol.MAIL:
        this.#mail(new Fields(content).word(), content.subarray(8));
        return true;
      case protocol.STATE:
        this.#state = protocol.STATES[content[0]];
        this.#seen = protocol.readU32(content, 1);
        queueMicrotask(() => this.#settled());
        return true;
      case protocol.HALTED:
        this.#halt(protocol.readU32(content));
        return true;
      case protocol.CRASHED:
        this.gone(errorOf(protocol.fromJson(content)));
        return true;
      default:
        this.#reported(protocol.fromJson(content));
        return true;
    }
  }

  /** @param {{error: ErrorData, where?: string}} reported */
  #reported({ error, where }) {
    this.report(errorOf(error), where);
  }

  /** @param {number} status */
  #halt(status) {
    if (this.#halted !== undefined) return;
    this.#halted = status;
    this.known.endAll(() => new HaltedError(status));
    this.emit('halt', { status });
  }

  /** Delivers event records, some at a time. @param {Uint8Array} content */
  #records(content) {
    if (this.#reading?.content.byteOffset !== content.byteOffset || this.#reading.content.buffer !== content.buffer)
      this.#reading = { content, records: new Fields(content) };
    const { records } = this.#reading;
    const end = performance.now() + 8;
    for (let n = 1; !records.ended; n++) {
      this.deliverRecord(readRecord(records));
      if (this.#over) return true;
      if (n % 32 === 0 && performance.now() >= end) return false;
    }
    this.#reading = undefined;
    return true;
  }

  /** @protected @override @param {LoadError} error */
  notLoaded(error) {
    this.#asked.set(error.module, error);
  }

  /** @protected @override */
  bridgeEnded() {
    if (!this.#stopped) this.#openBridge();
  }

  /** Delivers the messages that a JavaScript process has received. @param {Word} word @param {Uint8Array} bytes */
  #mail(word, bytes) {
    if (this.known.receives(word)) this.known.deliver(word, decodeAll(new Decoder(bytes, this.known.identity)));
  }

  // --- What exposed.js asks of a VM -----------------------------------------------------------------

  /** @internal */
  again() {}

  /** Counts what keeps the VM from being idle. @internal @param {number} change */
  hold(change) {
    this.#held += change;
    if (change < 0) queueMicrotask(() => this.#settled());
  }

  // --- Terms ----------------------------------------------------------------------------------------

  /**
   * The external form of a term, to be given to the pipe, which copies it, before the next one is written.
   * @param {any} term
   * @param {string} [name] of the argument, for errors
   * @param {any} [given] its value
   */
  #encode(term, name, given) {
    return encoded(term, this.known.identity, name, given);
  }
}

/** @param {any} module @param {any} fun @param {{length: number}} args @param {any} [name] */
const notSpawned = (module, fun, args, name) => () =>
  `cannot spawn ${module}:${fun}/${args.length}${name === undefined ? '' : ` as ${name}`}`;

/** An error of the machine, which says what could not be done. @param {ErrorData} data @param {() => string} [what] */
function said(data, what) {
  const plain = ['TermError', 'LimitError', 'NoProcessError', 'ArgumentError'].includes(data.name);
  return what && plain ? { ...data, message: `${what()}: ${data.message}` } : data;
}

/** A new error of the same kind for each caller, since each has its own stack. @param {Error} why */
const again = (why) =>
  Object.defineProperties(
    Reflect.construct(Error, [why.message], why.constructor),
    Object.getOwnPropertyDescriptors(why),
  );

/** @param {() => void} action @param {(error: unknown) => void} failed */
function attempt(action, failed) {
  try {
    action();
  } catch (error) {
    failed(error);
  }
}
