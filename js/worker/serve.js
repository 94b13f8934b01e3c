// SPDX-License-Identifier: Apache-2.0
//
// What a worker does when a page connects to it: makes a VM as the page's options want it, and runs it for the page
// until that closes it. A worker can serve many connections, each with a VM of its own.

import { asBytes, isUrl } from '../base/bytes.js';
import { Modules } from '../vm/modules.js';
import { prepare } from '../vm/prepare.js';
import { errorData, errorOf } from './crossing.js';
import { Engine } from './engine.js';
import { PROTOCOL } from './protocol.js';

/** A function of the page that finds modules, and what the page has to be asked. @typedef {{finder: string}} Finder */

class Server {
  #port;
  /** @type {Engine | undefined} */
  #engine;
  /** Who waits for a module of a finder of the page. @type {Map<number, (found: any[]) => void>} */
  #asking = new Map();
  #lastAsked = 0;

  /** @param {any} port */
  constructor(port) {
    this.#port = port;
    const take = (/** @type {any} */ data) => {
      const bytes = asBytes(data);
      if (bytes) this.#engine?.take(bytes);
      else this.#told(data);
    };
    if (port.on) port.on('message', take);
    else port.addEventListener('message', (/** @type {{data: any}} */ { data }) => take(data));
    port.start?.();
  }

  /** @param {any[]} message */
  #told([word, id, ...rest]) {
    if (word === 'found') {
      this.#asking.get(id)?.(rest);
      this.#asking.delete(id);
    } else this.#answer(id, () => this.#serve(word, rest[0]));
  }

  /** @param {number} id @param {() => any} serve */
  async #answer(id, serve) {
    try {
      this.#port.postMessage(['done', id, await serve()]);
    } catch (error) {
      this.#port.postMessage(['failed', id, errorData(error)]);
    }
  }

  /** @param {string} word @param {any} given */
  async #serve(word, given) {
    switch (word) {
      case 'open':
        return this.#open(given);
      case 'settle':
        return this.#engine?.settle();
      case 'archive':
        return this.#engine?.archive(/** @type {Uint8Array} */ (asBytes(given)));
      case 'close':
        return this.#engine?.close();
      default:
        throw new Error(`the worker knows no ${word}`);
    }
  }

  /** @param {Record<string, any>} given options of createVM, in the form in which options.js has them cross */
  async #open(given) {
    const options = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, this.#here(value)]));
    /** @type {Engine | undefined} */
    let engine = undefined;
    const prepared = await prepare(options, () => /** @type {any} */ (engine));
    this.#engine = engine = new Engine(prepared, options, this.#port, Modules);
    engine.begin();
  }

  /** An option's value, as it was before it crossed. @param {any} value @returns {any} */
  #here(value) {
    if (typeof value?.spawnlinkUrl === 'string') return new URL(value.spawnlinkUrl);
    if (typeof value?.spawnlinkFinder === 'string')
      return (/** @type {string} */ name) => this.#find(value.spawnlinkFinder, name);
    if (Array.isArray(value)) return value.map((one) => this.#here(one));
    if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
    return isUrl(value)
      ? value
      : Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, this.#here(inner)]));
  }

  /** Asks a function of the page for a module. @param {string} finder @param {string} name */
  #find(finder, name) {
    const id = ++this.#lastAsked;
    this.#port.postMessage(['find', id, finder, name]);
    return new Promise((resolve, reject) => {
      this.#asking.set(id, ([bytes, error]) => (error ? reject(errorOf(error)) : resolve(bytes)));
    });
  }
}

/** Serves the page that has sent this port. It is the page that compares the protocols. @param {any} port */
export function accept(port) {
  new Server(port);
  port.postMessage(['hello', PROTOCOL]);
}
