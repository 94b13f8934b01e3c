// SPDX-License-Identifier: Apache-2.0
//
// Listens, in a worker, for pages that connect to it; in a page it does nothing. All other messages are left alone:
// they belong to the worker's own script.

import { CONNECT } from './protocol.js';

/** The port to who has started this thread, in Node; null in its main thread. @returns {any} */
const parentPort = () => globalThis.process?.getBuiltinModule?.('node:worker_threads')?.parentPort;

/** @param {(port: any) => void} accept is called with the port of each page */
export function listen(accept) {
  /** Ports of pages, which are told before the worker closes itself. @type {any[]} */
  const ports = [];
  const take = (/** @type {any} */ data) => {
    if (typeof data?.[CONNECT] !== 'number') return;
    ports.push(data.port);
    accept(data.port);
  };
  const parent = parentPort();
  const scope = /** @type {any} */ (globalThis);
  if (parent) return void parent.on('message', take);
  if (!('WorkerGlobalScope' in scope) || typeof scope.postMessage !== 'function') return;
  scope.addEventListener('message', (/** @type {{data: any}} */ { data }) => take(data));
  const { close } = scope;
  scope.close = () => {
    for (const port of ports) port.postMessage(['gone']);
    close.call(scope);
  };
}
