// SPDX-License-Identifier: Apache-2.0
//
// The functions createVM and connectWorker of the package: for a VM of this thread, and for one in a worker, whose code
// is loaded when it is wanted.

import { ArgumentError } from '../base/errors.js';
import { shown } from '../term/only.js';
import { createVM as createHere } from '../vm/create.js';

/** @import { VM } from '../vm/vm.js' */
/** @import { VMOptions } from '../vm/create.js' */
/** @import { WorkerVM } from './vm.js' */

/**
 * Options of a VM in a worker: those of createVM, but a clock and a shell that are objects, which would have to answer
 * the VM at once.
 * @typedef {Omit<VMOptions, 'clock' | 'shell'> & {worker?: true, clock?: 'real' | 'virtual', shell?: boolean}}
 *   WorkerOptions
 */

/**
 * Makes a new virtual machine and starts it. Rejects with an ArgumentError for a wrong option, with an AssetError if a
 * file that the VM needs cannot be had, and with an UnsupportedError if the host does not allow WebAssembly.
 *
 * With `worker: true` the VM runs in a Worker (in Node, a thread of node:worker_threads) of its own, so that whatever
 * it computes does not keep this thread. It is used in the same way, except that what answers with something of the VM
 * answers with a promise (see WorkerVM). Rejects with a WorkerError if the worker cannot be started.
 *
 * @example
 * import { createVM } from 'spawnlink';
 *
 * const vm = await createVM();
 * console.log(await vm.call('lists', 'reverse', [[1, 2, 3]])); // [ 3, 2, 1 ]
 * vm.close();
 *
 * @example
 * const vm = await createVM({ worker: true });
 * await vm.call('lists', 'reverse', [[1, 2, 3]]); // [ 3, 2, 1 ]
 *
 * @overload
 * @param {WorkerOptions & {worker: true}} options
 * @returns {Promise<WorkerVM>}
 */
/**
 * @overload
 * @param {VMOptions & {worker?: false}} [options]
 * @returns {Promise<VM>}
 */
/**
 * @param {any} [options]
 * @returns {Promise<any>}
 */
export async function createVM(options = {}) {
  if (Object(options) !== options || !('worker' in options)) return createHere(options);
  const { worker, ...rest } = options;
  if (worker === true) return (await import('./connect.js')).createInWorker(rest);
  if (worker === false || worker === undefined) return createHere(rest);
  throw new ArgumentError(
    `worker is true or false, not ${shown(worker)}: a Worker of your own is given to connectWorker`,
  );
}

/**
 * Makes a virtual machine in a worker of your own, whose script imports 'spawnlink/worker'. A bundler then bundles the
 * script as any worker of yours. Each call makes another VM in the worker; `close` ends the VM and not the worker.
 *
 * Rejects with a WorkerError if the worker's script cannot be loaded, if the worker ends, or if it does not answer for
 * 30 seconds.
 *
 * @example
 * import { Worker } from 'node:worker_threads';
 *
 * // In a page: new Worker(new URL('./erlang.js', import.meta.url), { type: 'module' })
 * const worker = new Worker("import('spawnlink/worker')", { eval: true });
 * const vm = await connectWorker(worker);
 * await vm.call('lists', 'sum', [[1, 2, 3]]); // 6
 * await vm.close();
 * await worker.terminate();
 *
 * @param {any} worker a Worker, or a Worker of node:worker_threads
 * @param {WorkerOptions} [options]
 * @returns {Promise<WorkerVM>}
 */
export const connectWorker = async (worker, options = {}) =>
  (await import('./connect.js')).connectWorker(worker, options);
