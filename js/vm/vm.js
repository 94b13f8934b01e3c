// SPDX-License-Identifier: Apache-2.0
//
// class VM: one Erlang virtual machine. It owns the wasm instance, the loop that runs it, the JavaScript processes and
// the calls under way. It turns terms into requests to the instance, and event records of the instance into events.
// createVM makes it, close ends it.

import { HOST_EVENT_MAIL, JS_CALL, JS_EXIT } from '../base/seam.js';
import { ArgumentError, ClosedError, CrashError, HaltedError, NoProcessError } from '../base/errors.js';
import { Decoder, decodeAll, encoded } from '../term/etf.js';
import { TextEncoder } from '../base/host.js';
import { Loop, after, toldTo, until } from './loop.js';
import { only, shown } from '../term/only.js';
import { open } from './open.js';
import { BaseVM } from './base-vm.js';
import { JsProcess } from './process.js';
import { Session } from './session.js';
import { Modules } from './modules.js';
import { SPAWN_NAMES, array, count, spawnOptions } from './spawn.js';
import { callError, processError } from './wording.js';
import { readRecord } from './machine.js';
import { readSnapshot } from './inspect.js';
import { Atom, Pid, Tuple, pretty } from '../term/term.js';
import { atom, boolean, target } from './arguments.js';
import { asBytes } from '../base/bytes.js';

/** @import { LoadError } from '../base/errors.js' */
/** @import { EventRecord, Fields, Machine, Word } from './machine.js' */
/** @import { Clock } from '../host/imports.js' */
/** @import { SpawnOptions } from './spawn.js' */
/** @import { VMOptions } from './create.js' */
/** @import { ModuleFinder } from '../otp/otp.js' */
/** @import { Snapshot } from './inspect.js' */
/** @import { Term } from '../term/term.js' */

/**
 * The function by which a process is known, as in OTP's Observer. For a process of a behaviour it is the callback
 * (`bank:init/1`, `supervisor:shop/1`); for a process of proc_lib, the function that proc_lib was given; for a process
 * that began in a fun, the fun (`'-start/0-fun-0-'`). `erlang:process_info/2` shows what was spawned instead:
 * `proc_lib:init_p/5`, `erlang:apply/2`.
 *
 * @typedef {object} InitialCall
 * @property {string} module
 * @property {string} function
 * @property {number} arity
 */

/**
 * @typedef {{pid: Pid, name: string | undefined, initialCall: InitialCall | undefined, reason: any, normal: boolean}}
 *   ExitEvent a process has ended
 */
/**
 * @typedef {{from: any, to: Pid, reason: any, cause: 'link' | 'exit' | 'host', outcome: 'killed' | 'trapped' |
 *   'ignored'}} SignalEvent an exit signal arrived
 */
/** @typedef {{pid: Pid, parent: Pid | undefined, initialCall: InitialCall | undefined}} SpawnEvent */
/** @typedef {{pid: Pid, peer: any}} LinkEvent */
/** @typedef {{pid: Pid, target: any}} MonitorEvent */
/** @typedef {{pid: Pid, target: any, reason: any}} DownEvent */
/** @typedef {{pid: Pid, name: string}} RegisterEvent */
/** @typedef {{from: Pid | undefined, to: Pid, message: any}} MessageEvent */
/**
 * @typedef {{pid: Pid, name: string | undefined, initialCall: InitialCall | undefined, reason: any, stack: any}}
 *   CrashEvent an error or throw nobody caught
 */
/**
 * @typedef {{timeout?: number, signal?: AbortSignal, pretty?: boolean} & SpawnOptions} CallOptions options of a call:
 *   `timeout` in milliseconds; `pretty` converts the value into usual JavaScript values (see pretty)
 */
/** @typedef {Record<string, Term>} Bindings values of Erlang variables by their names */
/** @typedef {{text: string, bytes: Uint8Array}} OutputEvent */
/** @typedef {{status: number}} HaltEvent */

/**
 * @typedef {{exit: ExitEvent, signal: SignalEvent, spawn: SpawnEvent, link: LinkEvent, unlink: LinkEvent, monitor:
 *   MonitorEvent, demonitor: MonitorEvent, down: DownEvent, register: RegisterEvent, unregister: RegisterEvent,
 *   message: MessageEvent, crash: CrashEvent, stdout: OutputEvent, stderr: OutputEvent, halt: HaltEvent, error:
 *   unknown, close: undefined}} VMEvents
 */

/** Reductions of a tick under the virtual clock, where time cannot end a tick. */
const VIRTUAL_TICK = 4_000_000;

export class VM extends BaseVM {
  /** @type {Machine} */
  #machine;
  /** @type {Required<Pick<VMOptions, 'budget'>> & VMOptions} */
  #options;
  /** @type {Clock} */
  #clock;
  #loop = new Loop(() => this.#turn());
  /**
   * Event records not yet delivered, in order; and functions to be called when the records before them are delivered.
   * @type {(Fields | (() => void))[]}
   */
  #pending = [];
  #delivering = false;
  /** Reads messages in the VM's memory, until that grows. @type {Decoder | undefined} */
  #mailReader;
  #mask = -1;
  /** @type {Modules} */
  #modules;
  /** @type {(() => void)[]} */
  #idlers = [];
  /** Whether a receiver that a process waits for has answered while events were delivered (see `again`). */
  #again = false;
  /** @type {number | undefined} */
  #wakeUs;
  #state = /** @type {'idle' | 'runnable' | 'timer' | 'halted'} */ ('runnable');
  /** @type {number | undefined} */
  #halted;
  /** Number of reads of standard input and running programs, which keep the VM from being idle. */
  #reading = 0;

  /**
   * Called by createVM only.
   * @param {Machine} machine
   * @param {VMOptions} options
   * @param {Clock} clock
   * @param {ModuleFinder[]} finders
   */
  constructor(machine, options, clock, finders) {
    super(options);
    this.#machine = machine;
    this.#options = { ...options, budget: options.budget ?? 8 };
    this.#clock = clock;
    this.#modules = new Modules(finders, {
      report: (error, where) => this.report(error, where),
      arrived: () => {
        this.#machine.moduleArrived();
        this.#state = 'runnable';
        this.#loop.wake();
      },
      closed: () => this.#machine.closed,
    });
    /**
     * Number of memory blocks that close() found still in use; it is 0 unless the VM has a bug.
     * @type {number | undefined}
     */
    this.leaked = undefined;
    open.add(this);
    this.subscribed();
  }

  // --- Code ---------------------------------------------------------------------------------------

  /**
   * Loads a module from the bytes of its .beam file. Returns its name.
   *
   * @example
   * const vm = await createVM();
   * // In a page `await (await fetch('hello.beam')).arrayBuffer()`, in Node `await readFile('hello.beam')`.
   * const beam = await readBeam('hello');
   * String(vm.load(beam)); // 'hello'
   *
   * @param {Uint8Array | ArrayBuffer} bytes
   * @param {{name?: string | Atom}} [options] `name`: the name that the module must have
   * @returns {Atom}
   */
  load(bytes, options = {}) {
    const { name = '' } = only(options, 'load', 'name');
    const wanted = atom(name, 'the name of a module');
    const beam = asBytes(bytes);
    if (!beam) throw new ArgumentError(`load takes the bytes of a .beam file, not ${shown(bytes)}`);
    this.check();
    return this.known.decode(this.#machine.load(wanted.name, beam));
  }

  /**
   * Makes the modules of an archive known: an .ez or other zip, a .tar, a .tar.gz, an escript. Each is loaded when it
   * is first called; it takes precedence over OTP's module of the same name. Resolves with their names.
   * @param {Uint8Array | ArrayBuffer} bytes
   * @returns {Promise<string[]>}
   */
  async loadArchive(bytes) {
    const archive = asBytes(bytes);
    if (!archive) throw new ArgumentError(`loadArchive takes the bytes of an archive, not ${shown(bytes)}`);
    this.check();
    const modules = (await import('../otp/archives.js')).openArchive(archive);
    if (!modules) throw new ArgumentError('neither a beam nor an archive');
    this.#modules.first((name) => modules.get(name));
    return [...modules.keys()].sort();
  }

  // --- Processes ----------------------------------------------------------------------------------

  /**
   * Starts a process that runs module:function(...args).
   *
   * @example
   * const vm = await createVM();
   * const pid = vm.spawn('timer', 'sleep', [60_000], { name: 'sleeper' });
   * vm.exit('sleeper', Atom.for('enough'));
   * (await vm.once('exit')).pid === pid; // true
   *
   * @param {string | Atom} module
   * @param {string | Atom} fun
   * @param {Term[]} [args]
   * @param {SpawnOptions} [options]
   * @returns {Pid}
   */
  spawn(module, fun, args = [], options = {}) {
    return this.#spawn(module, fun, args, spawnOptions(options), args, options.name);
  }

  /**
   * @param {string | Atom} module
   * @param {string | Atom} fun
   * @param {Term[]} args
   * @param {Term[]} options
   * @param {Term[]} [given] the part of the arguments that the caller gave, for errors
   * @param {string | Atom} [name] the name that the caller gave, for errors
   * @returns {Pid}
   */
  #spawn(module, fun, args, options, given = args, name = '') {
    this.check();
    const request = Tuple.from([atom(module, 'a module'), atom(fun, 'a function'), array(args), options]);
    const answer = this.#machine.request(
      'spawn',
      this.#encode(request, 'args', given),
      () => `cannot spawn ${module}:${fun}/${args.length}${name && ` as ${name}`}`,
    );
    this.#loop.wake();
    return this.known.decode(/** @type {Uint8Array} */ (answer));
  }

  /**
   * Sends a message without a sender (to send in the name of a process, use the send of a JsProcess).
   *
   * @example
   * const vm = await createVM();
   * const process = vm.process({ name: 'me' });
   * vm.send('me', tuple(Atom.for('hello'), 1));
   * await process.receive(); // {hello,1}
   *
   * @param {Pid | string | Atom | JsProcess | import('../term/term.js').Ref} to a pid, a registered name or an alias
   * @param {Term} message
   */
  send(to, message) {
    this.#signal('send', to, message);
  }

  /**
   * Sends an exit signal, as exit/2 does. If the process has ended, nothing happens.
   *
   * @example
   * const vm = await createVM();
   * const pid = vm.spawn('timer', 'sleep', [60_000]);
   * vm.exit(pid, Atom.for('kill'));
   * (await vm.once('exit')).reason; // killed
   *
   * @param {Pid | string | Atom | JsProcess} process
   * @param {Term} reason
   */
  exit(process, reason) {
    this.#signal('exit', process, reason);
  }

  /** @param {'send' | 'exit'} kind @param {any} to a JS process is written as its pid @param {Term} content */
  #signal(kind, to, content) {
    const whom = target(to);
    if (kind === 'exit' && !(whom instanceof Pid || whom instanceof Atom))
      throw new ArgumentError(`exit takes a pid, a JsProcess or a registered name, not ${shown(to)}`);
    this.check();
    const request = this.#encode(
      Tuple.from([whom, content, Atom.for('undefined')]),
      kind === 'send' ? 'message' : 'reason',
      content,
    );
    this.#machine.request(kind, request, () => `cannot ${kind === 'send' ? 'send to' : kind} ${whom}`);
    this.#loop.wake();
  }

  /** Throws unless the VM is open and has not halted. @internal */
  check() {
    this.#machine.check();
    if (this.#halted !== undefined) throw new HaltedError(this.#halted);
  }

  /**
   * A JavaScript process: with a pid, a mailbox, links and monitors like any other.
   *
   * @example
   * const vm = await createVM();
   * const watcher = vm.process({ trapExit: true, name: 'watcher' });
   * const pid = vm.spawn('timer', 'sleep', [60_000]);
   * watcher.link(pid);
   * vm.exit(pid, Atom.for('boom'));
   * const [tag, from, reason] = await watcher.receive();
   * `${tag} ${reason}`; // 'EXIT boom'
   *
   * @param {{trapExit?: boolean, name?: string | Atom}} [options]
   * @returns {JsProcess}
   */
  process(options = {}) {
    const { trapExit = false, name } = only(options, 'process', 'trapExit name');
    /** @type {Term[]} */
    const list = [Atom.for('js'), Tuple.from([Atom.for('trap_exit'), boolean(trapExit, 'trapExit')])];
    if (name !== undefined) list.push(Tuple.from([Atom.for('name'), atom(name, 'a name')]));
    const pid = this.#spawn('spawnlink', 'js', [], list, [], name);
    const process = new JsProcess(pid, {
      call: (fun, args) => this.#jsCall(pid, fun, args),
      exit: (reason) => {
        this.check();
        this.#machine.js(JS_EXIT, this.#encode(Tuple.from([pid, reason]), 'reason', reason), 'cannot exit');
        this.#loop.wake();
      },
      report: (error, where) => this.report(error, `${where} of ${pid}${name === undefined ? '' : ` (${name})`}`),
    });
    this.known.adopt(process);
    return process;
  }

  /**
   * Calls a BIF in the name of a JavaScript process.
   * @param {Pid} pid
   * @param {string} fun
   * @param {Term[]} args
   */
  #jsCall(pid, fun, args) {
    this.check();
    const request = Tuple.from([pid, Atom.for('erlang'), Atom.for(fun), args]);
    const [kind, value] = this.known.decode(
      this.#machine.js(JS_CALL, this.#encode(request, fun, args.at(-1)), `cannot ${fun}`),
    );
    this.#loop.wake();
    if (kind.name !== 'ok') throw processError(kind.name, value, fun, args, () => this.inspect().processes);
    return value;
  }

  // --- Calls --------------------------------------------------------------------------------------

  /**
   * Calls a function in a process of its own. Resolves with its value, which for TypeScript has the type T. Rejects
   * with an ErlangError if the function raises or its process is killed (see ErlangError), with a HaltedError if the
   * program halts, with a TimeoutError after `timeout` milliseconds, and with the signal's reason when `signal` aborts.
   * In the last two cases the process is killed.
   *
   * @example
   * const vm = await createVM();
   * await vm.call('lists', 'sum', [[1, 2, 3]]); // 6
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
        const id = this.known.newCall();
        this.known.bridge ??= this.#spawn('spawnlink', 'js', [], [Atom.for('js')]);
        const request = [this.known.bridge, id, atom(module, 'a module'), atom(fun, 'a function'), array(args)];
        boolean(asPretty, 'pretty');
        const pid = this.#spawn('spawnlink_js', 'call', request, spawnOptions(spawn), args, spawn.name);
        const forget = () => this.known.forget(id, pid);
        const settle = (/** @type {any} */ [kind, value, ...details]) => {
          forget(); // how its process ends later does not matter
          try {
            if (kind.name === 'ok') resolve(asPretty ? pretty(value) : value);
            else reject(this.#callError(kind.name, value, details, trace));
          } catch (error) {
            reject(error); // pretty cannot convert the value
          }
        };
        this.known.called(id, { settle, fail: (why) => reject(toldTo(why(), trace)) });
        this.known.calling(id, pid);
        return (early) => {
          forget();
          if (early && !this.#machine.closed && this.#halted === undefined) this.exit(pid, Atom.for('kill'));
        };
      },
    );
  }

  /**
   * The error with which a call rejects, with Erlang's reason.
   * @param {'error' | 'exit' | 'throw'} kind
   * @param {any} reason
   * @param {any[]} details from spawnlink_js: the stack, whether its module is loaded, notes about arguments
   * @param {Error} trace where the call was made
   */
  #callError(kind, reason, [stack, loaded = true, notes], trace) {
    return callError(
      { kind, reason, stack, loaded, notes, asked: this.#modules.asked, booted: Boolean(this.#options.boot) },
      trace,
    );
  }

  /**
   * A session: its `eval` keeps variables, records and functions, as OTP's shell does. Close it when it is no longer
   * needed.
   *
   * @example
   * const vm = await createVM();
   * const session = vm.session();
   * await session.eval('X = 20.');
   * await session.eval('X + 1.'); // 21
   * session.close();
   */
  session() {
    return new Session(this);
  }

  // --- Running ------------------------------------------------------------------------------------

  /**
   * Runs the VM for a while, when `start` does not. With `reductions` the amount of work is limited instead of the
   * time, so that runs are repeatable.
   *
   * @example
   * const vm = await createVM({ autostart: false, clock: 'virtual', seed: 1 });
   * const pid = vm.spawn('timer', 'sleep', [3_600_000]);
   * let ticks = 0;
   * while (vm.tick({ reductions: 1000 }).state !== 'idle') ticks++;
   * vm.inspect().processes.some((info) => info.pid === pid); // false
   *
   * @param {{budget?: number, reductions?: number}} [options]
   * @returns {{state: 'idle' | 'runnable' | 'timer' | 'halted', wake?: number}} `wake`: milliseconds until the next
   *   timer
   */
  tick(options = {}) {
    const { budget = this.#options.budget, reductions } = only(options, 'tick', 'budget reductions');
    if (!(typeof budget === 'number' && budget > 0))
      throw new ArgumentError(`budget is a positive number, not ${shown(budget)}`);
    if (reductions !== undefined) count(reductions, 'reductions');
    return this.#tick(budget, reductions);
  }

  /**
   * @param {number} budget
   * @param {number} [reductions]
   * @returns {{state: 'idle' | 'runnable' | 'timer' | 'halted', wake?: number}}
   */
  #tick(budget, reductions) {
    this.#machine.check();
    if (this.#halted !== undefined && this.#pending.length === 0) return { state: 'halted' };
    if (this.#clock.virtual) {
      if (this.#state === 'timer' && this.#wakeUs !== undefined) this.#clock.advanceTo(this.#wakeUs);
      reductions ??= VIRTUAL_TICK;
    }
    const unhurried = reductions !== undefined && !this.#clock.virtual;
    const begun = performance.now();
    // Events that the last tick had no time to deliver come first; the program does not run before they are delivered.
    const late = this.#pending.length > 0 && !this.#delivering;
    if (late && !this.#deliver(unhurried ? Infinity : begun + budget)) return { state: 'runnable' };
    try {
      const left = Math.max(late ? budget - (performance.now() - begun) : budget, 1);
      const { state, wakeUs, haltStatus } = this.#machine.tick(
        reductions === undefined ? left * 1000 : 1e12,
        reductions ?? 0,
      );
      this.#state = state;
      this.#wakeUs = wakeUs;
      const { records, lost } = this.#machine.takeEvents();
      if (records) this.#pending.push(records);
      if (lost > 0)
        this.#pending.push(() => this.emit('error', new Error(`${lost} events were lost: no memory to record them`)));
      if (state === 'halted') this.#halt(haltStatus ?? 0);
    } catch (error) {
      if (error instanceof CrashError) this.#crashed(error);
      throw error;
    }
    const all = this.#deliver(unhurried ? Infinity : begun + 1.5 * budget);
    if (this.#machine.closed) return { state: 'halted' };
    if (!all) return { state: 'runnable' };
    if (this.#state !== 'runnable' && !this.#modules.fetching) this.#modules.forget();
    if (this.#quiet()) for (const resolve of this.#idlers.splice(0)) resolve();
    const wake = this.#wakeUs === undefined ? undefined : Math.max(0, (this.#wakeUs - this.#clock.monotonic()) / 1000);
    return { state: this.#state, wake };
  }

  #turn() {
    let result;
    const end = performance.now() + this.#options.budget / 2;
    try {
      do {
        this.#again = false;
        result = this.#tick(this.#options.budget);
      } while (this.#again && performance.now() < end);
    } catch (error) {
      // All who wait were told of the crash, and no caller waits for this tick.
      if (!(error instanceof CrashError)) throw error;
      return false;
    }
    if (result.state === 'runnable') return true;
    if (result.state === 'timer') return this.#clock.virtual || /** @type {number} */ (result.wake);
    return false;
  }

  /**
   * Runs the VM once more in this turn of the event loop, because the answer that a process waits for was sent while
   * events were delivered.
   * @internal
   */
  again() {
    this.#again = true;
  }

  /** Lets the VM run by itself. It does so from the start unless `autostart` is false. */
  start() {
    this.#machine.check();
    this.#loop.start();
  }

  /**
   * Stops running by itself; then `tick` runs the VM.
   *
   * @example
   * const vm = await createVM();
   * vm.stop();
   * vm.spawn('erlang', 'exit', [Atom.for('done')]);
   * vm.on('exit', ({ reason }) => console.log(String(reason)));
   * vm.tick();
   * vm.start();
   */
  stop() {
    this.#loop.stop();
  }

  /** Whether nothing is left to do. A VM that has halted does not wait for what it asked of the host, such as input. */
  #quiet() {
    return (
      this.#pending.length === 0 &&
      (this.#halted !== undefined || (this.#state === 'idle' && !this.#modules.fetching && this.#reading === 0))
    );
  }

  /**
   * Resolves when nothing is left to do: no process can run and no timer is set.
   *
   * @example
   * const vm = await createVM();
   * let ended = 0;
   * vm.on('exit', () => ended++);
   * for (let i = 0; i < 3; i++) vm.spawn('timer', 'sleep', [i]);
   * await vm.idle();
   * ended; // 3
   *
   * @param {{timeout?: number, signal?: AbortSignal}} [options] it rejects with a TimeoutError after `timeout`
   *   milliseconds, and with the signal's reason when `signal` aborts
   * @returns {Promise<void>}
   */
  idle(options = {}) {
    return until(
      options,
      () => `not idle within ${options.timeout} ms`,
      (/** @type {(value: void) => void} */ resolve) => {
        only(options, 'idle', 'timeout signal');
        this.#machine.check();
        if (this.#halted !== undefined) queueMicrotask(resolve);
        else this.#idlers.push(resolve);
        this.#loop.wake();
        return () => (this.#idlers = this.#idlers.filter((one) => one !== resolve));
      },
    );
  }

  /**
   * A snapshot of all processes and their connections.
   *
   * @example
   * const vm = await createVM();
   * const process = vm.process({ trapExit: true });
   * vm.spawn('timer', 'sleep', [60_000], { name: 'sleeper', parent: process, link: true });
   * const sleeper = vm.inspect().processes.find((info) => info.name === 'sleeper');
   * sleeper.links[0] === process.pid; // true
   * sleeper.initialCall; // { module: 'timer', function: 'sleep', arity: 1 }
   *
   * @returns {Snapshot}
   */
  inspect() {
    return readSnapshot(this.#machine.inspect(), (word) => this.known.word(word));
  }

  /**
   * Memory in use and number of processes.
   *
   * @example
   * const vm = await createVM();
   * const before = vm.stats().processes;
   * vm.process();
   * vm.stats().processes - before; // 1
   */
  stats() {
    return { ...this.#machine.stats(), handles: this.known.handles.size };
  }

  get closed() {
    return this.#machine.closed;
  }

  /** The status with which the program has halted; undefined while it has not. */
  get haltStatus() {
    return this.#halted;
  }

  /**
   * Ends the VM and frees its memory. Calls under way reject with a ClosedError.
   *
   * @example
   * const vm = await createVM();
   * const call = vm.call('timer', 'sleep', [60_000]);
   * vm.close();
   * await call.catch((error) => error.code); // 'CLOSED'
   */
  close() {
    if (!open.has(this)) return;
    this.#shut(() => new ClosedError());
    this.leaked = this.#machine.close();
  }

  [Symbol.dispose]() {
    this.close();
  }

  /** @param {() => Error} why makes an error for each caller that waits */
  #shut(why) {
    open.delete(this);
    this.#loop.close();
    this.known.endAll(why);
    for (const resolve of this.#idlers.splice(0)) resolve();
    this.#pending.length = 0;
    this.emit('close', undefined);
    this.endEvents();
    this.#modules.forget();
    this.known.clear();
  }

  /** @param {number} status */
  #halt(status) {
    if (this.#halted !== undefined) return;
    this.#halted = status;
    this.#pending.push(() => {
      this.#loop.stop();
      this.known.endAll(() => new HaltedError(status));
      this.emit('halt', { status });
    });
  }

  /** @param {CrashError} error */
  #crashed(error) {
    if (this.wants('error')) this.emit('error', error);
    this.#shut(() => new CrashError(error.message, error.cause));
  }

  // --- Events -------------------------------------------------------------------------------------

  /** @protected @override */
  subscribed() {
    if (this.#machine.closed) return;
    const mask = this.wantedEvents();
    if (mask !== this.#mask) this.#machine.eventMask(mask);
    this.#mask = mask;
  }

  /**
   * Delivers recorded events until the deadline. Returns whether all are delivered.
   * @param {number} deadline
   */
  #deliver(deadline) {
    if (this.#delivering) return false;
    this.#delivering = true;
    try {
      for (let n = 1; this.#pending.length > 0; n++) {
        const next = this.#pending[0];
        if (typeof next === 'function') {
          this.#pending.shift();
          next();
        } else if (next.ended) {
          this.#pending.shift();
          this.#machine.finished(next);
        } else this.#record(readRecord(next));
        if (n % 32 === 0 && performance.now() >= deadline) return this.#pending.length === 0;
      }
      return true;
    } finally {
      this.#delivering = false;
    }
  }

  /** @param {EventRecord} record */
  #record(record) {
    if (record.kind === HOST_EVENT_MAIL) this.#mail(record.subject);
    else this.deliverRecord(record);
  }

  /** @protected @override @param {LoadError} error */
  notLoaded(error) {
    this.#modules.asked.set(error.module, error);
  }

  /** Receives all messages in the mailbox of a JavaScript process. @param {Word} word */
  #mail(word) {
    if (!this.known.receives(word)) return;
    const pid = this.known.word(word);
    while (!this.#machine.closed) {
      try {
        const { bytes, at, end, more } = this.#machine.receive(this.#encode(pid));
        if (this.#mailReader?.bytes !== bytes) this.#mailReader = new Decoder(bytes, this.known.identity);
        this.#mailReader.reset(at, end);
        // All messages are decoded before the first is delivered, because its receiver may enter the VM again.
        this.known.deliver(word, decodeAll(this.#mailReader));
        if (!more) return;
      } catch (error) {
        // The process may have ended meanwhile, or ends now for want of memory. The loop of other events goes on.
        if (error instanceof CrashError) throw error;
        return error instanceof NoProcessError ? undefined : this.report(error);
      }
    }
  }

  /**
   * Looks for a module that the VM does not have.
   * @internal
   * @param {string} name
   */
  findModule(name) {
    return this.#modules.find(name);
  }

  // --- Terms --------------------------------------------------------------------------------------

  /**
   * The external form of a term, to be used before the next one is written.
   * @param {any} term
   * @param {string} [name] of the argument, for errors
   * @param {any} [given] its value
   */
  #encode(term, name, given) {
    this.#machine.check();
    return encoded(term, this.known.identity, name, given);
  }

  /**
   * Passes on a message from the outside of a port.
   * @internal
   * @param {number} number the port's
   * @param {string} kind
   * @param {Term} data
   */
  fromPort(number, kind, data) {
    this.tell(this.known.port(number), Tuple.from([Atom.for('spawnlink_port'), Atom.for(kind), data]));
  }

  /** Counts the running programs that keep the VM from being idle. @internal @param {number} change */
  hold(change) {
    this.#reading += change;
    this.#loop.wake();
  }

  /**
   * Starts the services of a bare VM, or boots OTP, and waits until they run.
   * @internal
   */
  async boot() {
    const { args = [], boot } = this.#options;
    this.spawn(boot ? 'spawnlink_boot' : 'spawnlink_init', 'start', [args.map((arg) => new TextEncoder().encode(arg))]);
    const { expose, globals, network } = this.#options;
    if (expose || globals || network) await this.expose(expose ?? {});
    while (this.tick({ budget: 50 }).state === 'runnable' || this.#modules.fetching)
      await new Promise((resolve) => after(0, () => resolve(undefined)));
    if (this.#options.autostart !== false) this.#loop.start();
  }
}
