// SPDX-License-Identifier: Apache-2.0
//
// Learns that a worker has ended, by itself, by an error or because somebody has terminated it.

/**
 * A connection to a worker, which wants to know when that ends.
 * @typedef {{started: () => boolean, ended: (why: string, cause?: unknown) => void}} Connection
 */

/** The connections to each worker that is watched. @type {WeakMap<object, Set<Connection>>} */
const watched = new WeakMap();

/**
 * Has `ended` called when the worker ends, or fails before it has answered. Answers with a function that ends that.
 * @param {any} worker
 * @param {Connection} connection
 */
export function watch(worker, connection) {
  const all = watched.get(worker) ?? watchFirst(worker);
  all.add(connection);
  return () => all.delete(connection);
}

/** @param {any} worker @returns {Set<Connection>} */
function watchFirst(worker) {
  /** @type {Set<Connection>} */
  const all = new Set();
  watched.set(worker, all);
  const isThread = typeof worker.on === 'function';
  const listen = isThread ? worker.on.bind(worker) : worker.addEventListener.bind(worker);
  listen('error', (/** @type {any} */ event) => {
    for (const connection of [...all]) {
      const started = connection.started();
      const why = event?.message || (started ? 'an error' : 'its script cannot be loaded');
      // A worker of a page survives an error that nobody has caught; a thread of Node does not.
      if (isThread || !started) connection.ended(why, isThread ? event : event?.error);
    }
  });
  const end = (/** @type {string} */ why) => {
    for (const connection of [...all]) connection.ended(why);
  };
  if (isThread) listen('exit', (/** @type {number} */ code) => end(`it has ended with the code ${code}`));
  // No event tells that somebody has ended the worker of a page.
  const { terminate } = worker;
  worker.terminate = function (/** @type {any[]} */ ...args) {
    const ending = terminate.apply(this, args);
    end('it was terminated');
    return ending;
  };
  return all;
}
