// SPDX-License-Identifier: Apache-2.0
//
// Starts a worker with the package's own script. In pages the call is written as bundlers recognize it, which then
// bundle the script too. In the published bundles Rollup writes the name that the script has there (rollup.config.js).

import { WorkerError } from '../base/errors.js';

/** Node's module of threads. @returns {any} */
const threads = () => globalThis.process?.getBuiltinModule?.('node:worker_threads');

/** @returns {any} */
export function startWorker() {
  const script = './thread.js';
  // Flags of the program, such as --input-type, are not for the script.
  if (threads()) return new (threads().Worker)(new URL(script, import.meta.url), { execArgv: [] });
  if (typeof Worker !== 'function')
    throw new WorkerError('the worker does not start: this host has no Worker; a VM without `worker` runs everywhere');
  try {
    return new Worker(new URL('./thread.js', import.meta.url), { type: 'module' });
  } catch (cause) {
    const { message } = /** @type {Error} */ (cause);
    throw new WorkerError(
      `the worker does not start: ${message} (where the page may not have the package's script as a worker, give ` +
        "connectWorker one whose script is the page's own and imports 'spawnlink/worker')",
      { cause },
    );
  }
}
