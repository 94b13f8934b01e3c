// SPDX-License-Identifier: Apache-2.0
//
// Connects this thread to a worker: the handshake, the end of the worker, the functions of this thread that the worker
// asks. Loaded when the first VM in a worker is wanted.

import { ArgumentError, WorkerError } from '../base/errors.js';
import { shown } from '../term/only.js';
import { after } from '../vm/loop.js';
import { checkGiven, compile } from '../vm/prepare.js';
import { errorData } from './crossing.js';
import { postedOptions } from './options.js';
import { Pipe } from './pipe.js';
import { CONNECT, PROTOCOL } from './protocol.js';
import { WorkerVM } from './vm.js';
import { watch } from './watch.js';

/** @import { WorkerOptions } from './create.js' */
/** @import { VMOptions } from '../vm/create.js' */

/** How long a worker may take to load its script and answer, in milliseconds. */
const PATIENCE = 30_000;
const NO_ANSWER = `no answer in ${PATIENCE / 1000} s: does its script import 'spawnlink/worker'?`;

/** @param {any} given */
function checkWorker(given) {
  const fits = ['postMessage', 'terminate'].every((name) => typeof given?.[name] === 'function');
  const listens = ['on', 'addEventListener'].some((name) => typeof given?.[name] === 'function');
  if (!fits || !listens) throw new ArgumentError(`connectWorker takes a Worker, not ${shown(given)}`);
}

/** A promise that is settled from outside. */
function outcome() {
  const made = {
    resolved: false,
    resolve: () => {},
    reject: /** @type {(error: Error) => void} */ (() => {}),
    promise: Promise.resolve(),
  };
  made.promise = new Promise((resolve, reject) => {
    made.resolve = () => {
      made.resolved = true;
      resolve();
    };
    made.reject = reject;
  });
  return made;
}

/** A connection to a worker, and the VM there. */
class Connection {
  #worker;
  #own;
  #options;
  #pipe;
  #hello = outcome();
  #over = false;
  #unwatch;
  #cancel;
  /** @type {WorkerVM | undefined} */
  #vm;

  /** @param {any} worker @param {VMOptions} options @param {boolean} own whether the worker ends with the VM */
  constructor(worker, options, own) {
    this.#worker = worker;
    this.#own = own;
    this.#options = options;
    const { port1, port2 } = new MessageChannel();
    this.#pipe = new Pipe(
      port1,
      (kind, content) => this.#vm?.take(kind, content) ?? true,
      (message) => this.#told(message),
    );
    port1.addEventListener?.('close', () => this.ended('its end of the message port is closed'));
    this.#cancel = after(PATIENCE, () => this.ended(NO_ANSWER));
    this.#unwatch = watch(worker, this);
    worker.postMessage({ [CONNECT]: PROTOCOL, port: port2 }, [port2]);
    if (own) worker.unref?.(); // the port keeps a program of Node running as long as the VM has something to do
  }

  /** Makes the VM. @param {Record<string, any>} posted the options, as they are posted */
  async open(posted) {
    try {
      await this.#hello.promise;
      this.#cancel();
      await this.#pipe.call('open', posted);
      const { expose, globals, network } = this.#options;
      this.#vm = new WorkerVM(this.#pipe, this.#options, () => this.#close());
      if (expose || globals || network) await this.#vm.expose(expose ?? {});
      await this.#pipe.call('settle');
      return this.#vm;
    } catch (error) {
      if (this.#vm) await this.#vm.close();
      else this.#pipe.close(() => /** @type {Error} */ (error));
      this.#close();
      throw error;
    }
  }

  started() {
    return this.#hello.resolved;
  }

  /** The worker is gone, or does not start. @param {string} why @param {unknown} [cause] */
  ended(why, cause) {
    if (this.#over) return;
    const error = new WorkerError(`the worker ${this.started() ? 'is gone' : 'does not start'}: ${why}`, { cause });
    this.#hello.reject(error);
    if (this.#vm) this.#vm.gone(error);
    else this.#pipe.close(() => error);
    this.#close();
  }

  /** Lets the worker go. */
  #close() {
    if (this.#over) return;
    this.#over = true;
    this.#cancel();
    this.#unwatch();
    if (this.#own) this.#worker.terminate();
  }

  /** What the worker says besides answers and frames. @param {any[]} message */
  #told([word, ...rest]) {
    if (word === 'gone') this.ended('it has closed itself');
    else if (word === 'find') this.#find(rest);
    else if (word !== 'hello') return;
    else if (rest[0] === PROTOCOL) this.#hello.resolve();
    else this.ended(`its script is of another version of spawnlink (protocol ${rest[0]}, not ${PROTOCOL})`);
  }

  /** Asks a function of this thread for a module. @param {any[]} asked */
  async #find([id, option, name]) {
    try {
      const find = /** @type {Record<string, any>} */ (this.#options)[option];
      this.#pipe.tell(['found', id, await find(name)]);
    } catch (error) {
      this.#pipe.tell(['found', id, null, errorData(error)]);
    }
  }
}

/** @param {any} given @returns {Promise<[VMOptions, Record<string, any>]>} the options, and as they are posted */
async function checked(given) {
  const { worker, ...rest } = Object(given);
  const options = worker === undefined ? given : rest;
  await checkGiven(options);
  return [options, await postedOptions(options, compile)];
}

/**
 * @param {any} worker
 * @param {WorkerOptions} options
 * @returns {Promise<WorkerVM>}
 */
export async function connectWorker(worker, options) {
  checkWorker(worker);
  const [given, posted] = await checked(options);
  return new Connection(worker, given, false).open(posted);
}

/** @param {WorkerOptions} options @returns {Promise<WorkerVM>} */
export async function createInWorker(options) {
  const [given, posted] = await checked(options);
  const { startWorker } = await import('./start.js');
  return new Connection(startWorker(), given, true).open(posted);
}
