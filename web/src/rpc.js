// SPDX-License-Identifier: Apache-2.0
//
// A worker and the requests to it. A worker that does not answer in time is ended, and all pending requests reject.

export class Remote {
  #url;
  #worker;
  #waiting = new Map();
  #next = 1;
  /** Called with messages that are no replies. */
  onmessage = (_message) => {};

  /** @param {string} url */
  constructor(url) {
    this.#url = url;
    this.#start();
  }

  #start() {
    const worker = new Worker(this.#url, { type: 'module' });
    worker.onmessage = ({ data }) => {
      if (data.type !== 'reply') return this.onmessage(data);
      const waiting = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      if (data.error === undefined) waiting?.resolve(data.value);
      else waiting?.reject(new Error(data.error));
    };
    worker.onerror = (event) => this.#fail(new Error(event.message || 'the worker could not be started'));
    this.#worker = worker;
  }

  #fail(error) {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }

  /** Sends a message without waiting for an answer. */
  tell(type, data = {}) {
    this.#worker.postMessage({ type, ...data });
  }

  /**
   * @param {string} type
   * @param {object} [data]
   * @param {number} [timeout] milliseconds
   * @returns {Promise<any>}
   */
  ask(type, data = {}, timeout = 0) {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ type, id, ...data });
      if (timeout) setTimeout(() => this.#waiting.delete(id) && reject(new Silent()), timeout);
    });
  }

  /** Ends the worker, whatever it is doing, and starts another one. */
  restart() {
    this.#worker.terminate();
    this.#fail(new Error('ended'));
    this.#start();
  }
}

/** The error for a worker that has not answered in time. */
export class Silent extends Error {
  constructor() {
    super('no answer');
  }
}
