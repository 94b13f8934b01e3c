// SPDX-License-Identifier: Apache-2.0
//
// class Pipe: the page's end of the message port to a worker. It collects requests into batches, keeps what has come in
// its order, and hands it on piece by piece, so that a page that is busy is not kept waiting for long.

import { asBytes } from '../base/bytes.js';
import { Loop } from '../vm/loop.js';
import { errorData, errorOf } from './crossing.js';
import * as protocol from './protocol.js';

/**
 * A request that is not answered yet. `done` is called with the value, undefined if it has none; `fail` with the error.
 * Both are called before anything is delivered that the worker has sent later.
 * @typedef {{done: (value: Uint8Array | undefined) => void, fail: (data: import('./crossing.js').ErrorData) => void,
 *   awaited: () => boolean}} Asked `awaited` says whether code of the program may be waiting for the answer
 */

/** @typedef {(kind: number, content: Uint8Array) => boolean} TakeFrame */

/** How long the page is kept at a time, in milliseconds. */
const SLICE = 8;

export class Pipe {
  #port;
  #batch = new protocol.Batch();
  #flushing = false;
  /** How many requests were made. */
  asked = 0;
  /** How many of them are in the batch that is not posted yet. */
  collected = 0;
  /** Those that are not answered; the first ones are answered first. @type {Asked[]} */
  #waiting = [];
  #answered = 0;
  /** What has come. @type {(protocol.Frames | any[])[]} */
  #came = [];
  #dealt = 0;
  #delivering = false;
  #closed = false;
  /** Whether the VM has ended: nothing but the answer to an array is wanted. */
  #ended = false;
  #loop = new Loop(() => this.#turn());
  #take;
  #told;
  /** Who waits for the answer to an array, by its number. @type {Map<number, {resolve: Function, reject: Function}>} */
  #calls = new Map();
  #lastCall = 0;

  /**
   * @param {any} port
   * @param {TakeFrame} take is called with each frame; it answers whether all of it is dealt with. If not, it is called
   *   again with the same frame in a later turn
   * @param {(message: any[]) => void} told is called with each array that is not an answer
   */
  constructor(port, take, told) {
    this.#port = port;
    this.#take = take;
    this.#told = told;
    const came = (/** @type {any} */ data) => this.#receive(data);
    if (port.on) port.on('message', came);
    else port.addEventListener('message', (/** @type {{data: any}} */ { data }) => came(data));
    port.start?.();
    this.#loop.start();
  }

  /** Whether all that has come is delivered, and all requests are answered. */
  get quiet() {
    return this.#came.length === 0 && this.#answered === this.#waiting.length && this.#calls.size === 0;
  }

  /** In Node: whether the port keeps the program from ending. @param {boolean} keeps */
  keep(keeps) {
    if (keeps) this.#port.ref?.();
    else this.#port.unref?.();
  }

  // --- To the worker --------------------------------------------------------------------------------

  /** Makes a request. @param {number} kind @param {Uint8Array[]} content @param {Asked} asked */
  ask(kind, content, asked) {
    this.#batch.add(kind, ...content);
    this.#waiting.push(asked);
    this.asked++;
    this.collected++;
    if (this.#batch.size >= protocol.FULL) this.#flush();
    else this.#flushSoon();
  }

  #flushSoon() {
    if (this.#flushing) return;
    this.#flushing = true;
    queueMicrotask(() => {
      this.#flushing = false;
      this.#flush();
    });
  }

  #flush() {
    if (this.#closed) return;
    if (this.#dealt > 0 && (this.#batch.size > 0 || this.#dealt >= protocol.SAY_DEALT)) {
      this.#batch.add(protocol.DEALT, protocol.u32(this.#dealt));
      this.#dealt = 0;
    }
    this.collected = 0;
    this.#batch.post(this.#port);
  }

  /**
   * Asks for what is rare, after all earlier requests.
   * @param {string} word
   * @param {any} [given]
   * @returns {Promise<any>}
   */
  call(word, given) {
    return new Promise((resolve, reject) => {
      this.tell([word, ++this.#lastCall, given]);
      this.#calls.set(this.#lastCall, { resolve, reject });
    });
  }

  /** @param {any[]} message */
  tell(message) {
    this.#flush();
    if (!this.#closed) this.#port.postMessage(message);
  }

  // --- From the worker ------------------------------------------------------------------------------

  /** @param {any} data */
  #receive(data) {
    if (this.#closed) return;
    const bytes = asBytes(data);
    if (bytes && this.#ended) return;
    this.#came.push(bytes ? new protocol.Frames(bytes) : data);
    if (!this.#delivering && this.#came.length === 1 && this.#turn()) this.#loop.wake();
  }

  /**
   * Delivers what has come. Where the program awaits an answer, what came after that is delivered in a later turn: the
   * code that awaits runs first. Answers whether something is left.
   */
  #turn() {
    if (this.#delivering) return false;
    this.#delivering = true;
    const end = performance.now() + SLICE;
    let awaited = false;
    try {
      for (let n = 1; this.#came.length > 0; n++) {
        const next = this.#came[0];
        if (!(next instanceof protocol.Frames)) {
          if (awaited) return true;
          this.#came.shift();
          awaited = this.#array(next);
        } else if (next.ended) {
          this.#dealt += next.bytes.length;
          this.#came.shift();
        } else if (next.next <= protocol.FAILED) awaited = this.#answer(next) || awaited;
        else if (awaited || !this.#deliver(next)) return true;
        if (n % 32 === 0 && performance.now() >= end) return this.#came.length > 0;
      }
      if (this.#dealt >= protocol.SAY_DEALT) this.#flush();
      return false;
    } finally {
      this.#delivering = false;
    }
  }

  /** Delivers a frame that is no answer. Answers whether all of it is delivered. @param {protocol.Frames} frames */
  #deliver(frames) {
    const { at } = frames;
    const content = frames.take();
    if (this.#take(frames.kind, content)) return true;
    frames.at = at;
    return false;
  }

  /** Answers whether the program may be awaiting it. @param {protocol.Frames} frames */
  #answer(frames) {
    const content = frames.take();
    let awaited = false;
    const last = this.#answered + (frames.kind === protocol.DONE ? protocol.readU32(content) : 1);
    while (this.#answered < last) {
      const asked = this.#waiting[this.#answered];
      /** @type {any} */ (this.#waiting)[this.#answered++] = undefined;
      awaited ||= asked.awaited();
      if (frames.kind === protocol.FAILED) asked.fail(protocol.fromJson(content));
      else asked.done(frames.kind === protocol.VALUE ? content : undefined);
    }
    if (this.#answered > 1024 && 2 * this.#answered > this.#waiting.length) {
      this.#waiting.splice(0, this.#answered);
      this.#answered = 0;
    }
    return awaited;
  }

  /** @param {any[]} message */
  #array(message) {
    const [word, id, value] = message;
    const call = word === 'done' || word === 'failed' ? this.#calls.get(id) : undefined;
    if (call) this.#calls.delete(id);
    else this.#told(message);
    if (word === 'failed') call?.reject(errorOf(value));
    else call?.resolve(value);
    return call !== undefined;
  }

  /** Delivers no more, and has all that is not answered fail. @param {() => Error} why */
  end(why) {
    this.#ended = true;
    const waiting = this.#waiting.splice(0).slice(this.#answered);
    this.#answered = 0;
    this.#came.length = 0;
    for (const asked of waiting) asked.fail({ ...errorData(why()), stack: '' });
  }

  /** @param {() => Error} why */
  close(why) {
    if (this.#closed) return;
    this.#closed = true;
    this.end(why);
    for (const call of this.#calls.values()) call.reject(why());
    this.#calls.clear();
    this.#loop.close();
    this.#port.close?.();
  }
}
