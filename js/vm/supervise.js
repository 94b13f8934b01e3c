// SPDX-License-Identifier: Apache-2.0
//
// What vm.supervise does: JavaScript functions as workers under OTP's own supervisor. Erlang's side is
// src/erl/bridge/spawnlink_js_sup.erl. Loaded when first used.

import { atom, boolean } from './arguments.js';
import { ArgumentError } from '../base/errors.js';
import { ErlangError } from '../term/erlang-error.js';
import { only, shown } from '../term/only.js';
import { jsError } from './process.js';
import { count } from './spawn.js';
import { when } from './when.js';
import { Atom, Tuple } from '../term/term.js';

/** @import { JsProcess } from './process.js' */
/** @import { VM } from './vm.js' */
/** @import { Pid, Term } from '../term/term.js' */

/**
 * A worker of vm.supervise.
 * @typedef {object} Child
 * @property {string | Atom} id
 * @property {((process: JsProcess) => any) | [module: string | Atom, fun: string | Atom, args: Term[]]} start what runs
 *   as the process, and the process lives until it returns; or the function of Erlang that starts a process and links
 *   to it, as OTP's specifications have it
 * @property {'permanent' | 'transient' | 'temporary'} [restart] whether it is started again when it ends: always (if
 *   not given), unless it returned, or never
 * @property {number | 'brutal_kill' | 'infinity'} [shutdown] how many milliseconds it has to return when it is told to
 *   end, 5000 if not given; then it is killed
 * @property {string | Atom} [name] the name under which the process of each start is registered
 * @property {boolean} [trapExit] whether exit signals of others than the supervisor are messages to it, instead of its
 *   end
 * @property {'worker' | 'supervisor'} [type] what a function of Erlang starts
 */

/**
 * Options of vm.supervise: the flags of OTP's supervisor, with OTP's defaults.
 * @typedef {object} SuperviseOptions
 * @property {'one_for_one' | 'one_for_all' | 'rest_for_one'} [strategy] who is started again when one ends
 * @property {number} [intensity] how many restarts there may be in `period` seconds, 1 if not given; at one more the
 *   supervisor gives up and ends
 * @property {number} [period] in seconds, 5 if not given
 * @property {Child[]} children in the order in which they are started
 * @property {string | Atom} [name] the name under which the supervisor is registered
 */

const SHUTDOWN = Atom.for('shutdown');
const NORMAL = Atom.for('normal');

/** One of some words, as an atom. @param {any} value @param {string} what @param {string} words */
function oneOf(value, what, words) {
  if (typeof value === 'string' && words.split(' ').includes(value)) return Atom.for(value);
  throw new ArgumentError(`${what} is one of ${words.replaceAll(' ', ', ')}, not ${shown(value)}`);
}

/** @param {any} value @returns {Term} */
function shutdownTerm(value) {
  if (value === Infinity) return Atom.for('infinity');
  return typeof value === 'number' ? count(value, 'shutdown') : oneOf(value, 'shutdown', 'brutal_kill infinity');
}

/** The function of Erlang that starts a child. @param {any} start @param {Pid} factory @param {number} index */
function starter(start, factory, index) {
  if (typeof start === 'function')
    return Tuple.from([Atom.for('spawnlink_js_sup'), Atom.for('start_child'), [factory, index]]);
  if (!Array.isArray(start) || start.length !== 3 || !Array.isArray(start[2]))
    throw new ArgumentError(`start is a function, or [module, function, arguments] of Erlang, not ${shown(start)}`);
  return Tuple.from([atom(start[0], 'a module'), atom(start[1], 'a function'), start[2]]);
}

/** A child's specification, as OTP has it. @param {Child} child @param {Pid} factory @param {number} index */
function specification(child, factory, index) {
  const names = 'id start restart shutdown name trapExit type';
  const { id, start, restart = 'permanent', shutdown = 5000 } = only(child, 'a child', names);
  const { type = 'worker', name, trapExit = false } = child;
  if (name !== undefined) atom(name, 'a name');
  if (typeof start !== 'function' && (name !== undefined || child.trapExit !== undefined))
    throw new ArgumentError('name and trapExit are for a child whose start is a function');
  boolean(trapExit, 'trapExit');
  return {
    id: atom(id, 'id'),
    start: starter(start, factory, index),
    restart: oneOf(restart, 'restart', 'permanent transient temporary'),
    shutdown: shutdownTerm(shutdown),
    type: oneOf(type, 'type', 'worker supervisor'),
  };
}

/**
 * Makes the process of a child and has its function run.
 * @param {VM} vm
 * @param {Child} child
 * @param {Pid} supervisor
 * @returns {any} its pid; where the VM is in a worker, a promise of that
 */
function startWorker(vm, child, supervisor) {
  const process = vm.process({ trapExit: true, ...(child.name !== undefined && { name: child.name }) });
  return when(process, (process) => runWorker(vm, process, child, supervisor));
}

/**
 * @param {VM} vm
 * @param {JsProcess} process
 * @param {Child} child
 * @param {Pid} supervisor
 */
function runWorker(vm, process, child, supervisor) {
  let traps = child.trapExit ?? false;
  /** @type {Term} */
  let stopping;
  /** The errors by which the function was told to end. */
  const told = new WeakSet();
  process.supervised(
    (trap) => (traps = trap),
    (from, reason) => {
      if (from === supervisor) {
        stopping = reason;
        process.leave(() => {
          const error = new ErlangError('exit', reason);
          told.add(error);
          return error;
        });
        return true;
      }
      if (!traps && reason !== NORMAL) process.exit(reason);
      return !traps;
    },
  );
  const isTold = (/** @type {any} */ error) =>
    stopping !== undefined && [error, error?.cause].some((it) => told.has(Object(it)) || it?.name === 'AbortError');
  const body = async () => /** @type {(process: JsProcess) => any} */ (child.start)(process);
  const end = (/** @type {Term} */ reason) => {
    if (process.alive && !vm.closed && vm.haltStatus === undefined) process.exit(reason);
  };
  return when(process.link(supervisor), () => {
    body().then(
      () => end(stopping ?? NORMAL),
      (error) => (isTold(error) ? end(stopping) : process.report(error, `the function of child ${child.id}`)),
    );
    return process.pid;
  });
}

/** A supervisor whose children are JavaScript functions, made by `vm.supervise`. */
export class Supervisor {
  #vm;

  /** Use vm.supervise. @param {VM} vm @param {Pid} pid @param {Promise<any>} exited */
  constructor(vm, pid, exited) {
    this.#vm = vm;
    /** To be asked by OTP's module: `vm.call('supervisor', 'which_children', [supervisor.pid])`. */
    this.pid = pid;
    /** Resolves with the exit reason once the supervisor has ended. */
    this.exited = exited;
  }

  /**
   * Ends the children, the last first, and the supervisor, as a supervisor of its own would. Resolves when they have
   * ended; also if they had before.
   * @returns {Promise<void>}
   */
  async stop() {
    const { closed, haltStatus } = this.#vm;
    if (closed || haltStatus !== undefined) return;
    await this.#vm.call('gen_server', 'stop', [this.pid, SHUTDOWN, Atom.for('infinity')]).catch((error) => {
      const gone = error instanceof ErlangError && error.class === 'exit';
      if (!gone && error.code !== 'CLOSED' && error.code !== 'HALTED') throw error;
    });
    await this.exited;
  }

  /** Has it stop, and does not wait. */
  [Symbol.dispose]() {
    this.stop().catch(() => {});
  }
}

/**
 * @param {VM} vm
 * @param {SuperviseOptions} options
 * @returns {Promise<Supervisor>}
 */
export async function supervise(vm, options) {
  const {
    strategy = 'one_for_one',
    intensity = 1,
    period = 5,
    children,
    name,
  } = only(options, 'supervise', 'strategy intensity period children name');
  if (!Array.isArray(children)) throw new ArgumentError(`children is an array, not ${shown(children)}`);
  const flags = {
    strategy: oneOf(strategy, 'strategy', 'one_for_one one_for_all rest_for_one'),
    intensity: count(intensity, 'intensity'),
    period: count(period, 'period'),
  };
  const registered = name === undefined ? [] : atom(name, 'a name');
  const factory = await vm.process({ trapExit: true }); // a promise, where the VM is in a worker
  try {
    const specifications = children.map((child, index) => specification(child, factory.pid, index));
    /** @type {Pid | undefined} */
    let pid;
    const exited = new Promise((resolve) => {
      factory.exited.then(resolve);
      factory.on('message', (message) => {
        const [tag, from, request] = message;
        if (tag === Atom.for('EXIT')) {
          if (from === pid) resolve(request);
          if (from === pid) factory.exit();
        } else if (tag === Atom.for('$gen_call'))
          started(vm, children, request, (answer) => factory.reply(from, answer));
      });
    });
    pid = /** @type {Pid} */ (await vm.call('spawnlink_js_sup', 'start', [registered, flags, specifications]));
    await factory.link(pid);
    return new Supervisor(vm, pid, exited);
  } catch (error) {
    if (factory.alive) factory.exit();
    throw error;
  }
}

/**
 * Starts a child that the supervisor wants, and answers it.
 * @param {VM} vm
 * @param {Child[]} children
 * @param {any} request
 * @param {(answer: Term) => void} answer
 */
function started(vm, children, [, supervisor, index], answer) {
  const failed = (/** @type {unknown} */ error) => answer(Tuple.from([Atom.for('error'), jsError(error)]));
  try {
    const pid = startWorker(vm, children[index], supervisor);
    const answered = when(pid, (it) => answer(Tuple.from([Atom.for('ok'), it])));
    answered?.catch?.(failed);
  } catch (error) {
    failed(error);
  }
}
