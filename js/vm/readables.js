// SPDX-License-Identifier: Apache-2.0
//
// ReadableStreams and async iterators for Erlang code (js:stream): a chunk is asked for from the source only when the
// process has asked for one, so a source that is faster than the process waits. Loaded when first used.

import { ArgumentError } from '../base/errors.js';
import { Atom, Tuple, isForeign } from '../term/term.js';
import { Released } from './handles.js';
import { jsError } from './process.js';

/** @import { Pid, Ref } from '../term/term.js' */
/** @import { Exposed } from './exposed.js' */

/**
 * Where chunks come from, one at a time.
 * @typedef {{next: () => Promise<{done?: boolean, value?: any}>, cancel: (reason?: unknown) => any}} Source
 */

const [DATA, EOF, ERROR, STREAM] = ['data', 'eof', 'error', 'js_stream'].map((name) => Atom.for(name));

/**
 * The source that a value is: a ReadableStream, or what is iterable or an iterator, asynchronous or not. Throws a
 * TypeError for others.
 * @param {any} value
 * @returns {Source}
 */
export function sourceOf(value) {
  if (value instanceof Released) throw new ReferenceError('this handle was released');
  if (!isForeign(value)) throw new TypeError('not a handle of a value of JavaScript');
  if (typeof value.getReader === 'function') {
    const reader = value.getReader();
    return { next: () => reader.read(), cancel: (reason) => reader.cancel(reason) };
  }
  const iterator = (value[Symbol.asyncIterator] ?? value[Symbol.iterator])?.call(value) ?? value;
  if (typeof iterator.next !== 'function') throw new TypeError('neither a ReadableStream nor an iterator');
  return { next: async () => iterator.next(), cancel: () => iterator.return?.() };
}

/** A stream that a process reads. */
class Reading {
  #source;
  #host;
  #owner;
  #ref;
  #done;
  /** How many chunks the process has asked for and not been sent. */
  #demand = 0;
  #busy = false;
  /** Whether nothing more comes from the source. */
  #ended = false;
  /** Whether nobody wants more. */
  #stopped = false;

  /** @param {Exposed} host @param {Pid} owner @param {Ref} ref @param {Source} source @param {() => void} done */
  constructor(host, owner, ref, source, done) {
    this.#source = source;
    this.#host = host;
    this.#owner = owner;
    this.#ref = ref;
    this.#done = done;
    this.monitor = host.watch(owner, this);
  }

  /** Sends so many chunks more, each when it is there. @param {number} count */
  async more(count) {
    this.#demand += count;
    if (this.#busy) return;
    while (this.#demand > 0 && !this.#ended) {
      this.#demand--;
      const result = await this.#next();
      if (this.#stopped || this.#host.vm.closed || this.#host.vm.haltStatus !== undefined) return;
      try {
        this.#host.vm.send(this.#owner, Tuple.from([STREAM, this.#ref, result]));
      } catch (error) {
        // The chunk has no term.
        this.stop(error);
        this.#host.vm.send(this.#owner, Tuple.from([STREAM, this.#ref, Tuple.from([ERROR, jsError(error)])]));
      }
    }
  }

  /** The next chunk, for a process that waits: {data, Chunk}, eof or {error, Reason}. */
  read() {
    if (this.#busy || this.#demand > 0) throw new ArgumentError('chunks of this stream are under way as messages');
    return this.#ended ? EOF : this.#next();
  }

  async #next() {
    this.#busy = true;
    this.#host.vm.hold(1);
    try {
      const { done, value } = await this.#source.next();
      if (!done) return Tuple.from([DATA, value]);
      this.#finish();
      return EOF;
    } catch (error) {
      this.#finish();
      return Tuple.from([ERROR, jsError(error)]);
    } finally {
      this.#busy = false;
      this.#host.vm.hold(-1);
    }
  }

  /** Nothing more comes. */
  #finish() {
    if (this.#ended) return;
    this.#ended = true;
    if (this.monitor) this.#host.watchNoMore(this.monitor);
    this.#done();
  }

  /** Tells the source that nobody wants more. @param {unknown} [reason] */
  stop(reason) {
    if (this.#ended) return;
    this.#stopped = true;
    this.#finish();
    // A source that fails while it is being cancelled is of no interest to anybody.
    Promise.resolve()
      .then(() => this.#source.cancel(reason))
      .catch(() => {});
  }
}

export class Readables {
  #host;
  /** By the text of their reference. @type {Map<string, Reading>} */
  #open = new Map();

  /** @param {Exposed} host */
  constructor(host) {
    this.#host = host;
  }

  /**
   * Does what js.erl asks for.
   * @param {string} operation
   * @param {Pid} caller
   * @param {any[]} args
   */
  run(operation, caller, args) {
    switch (operation) {
      case 'open':
        return void this.open(caller, args[2], sourceOf(args[0])).more(demandOf(args[1]));
      case 'next':
        return void this.#open.get(String(args[0]))?.more(demandOf(args[1]));
      case 'read':
        return this.#open.get(String(args[0]))?.read() ?? EOF;
      case 'cancel':
        return this.#open.get(String(args[0]))?.stop();
      default:
        throw new ArgumentError(`js has no stream operation ${operation}`);
    }
  }

  /** @param {Pid} owner @param {Ref} ref by which the stream is known @param {Source} source */
  open(owner, ref, source) {
    const key = String(ref);
    const reading = new Reading(this.#host, owner, ref, source, () => this.#open.delete(key));
    this.#open.set(key, reading);
    return reading;
  }

  /** Nobody is left who could be told. */
  end() {
    for (const reading of [...this.#open.values()]) reading.stop();
  }
}

/** @param {any} given false, once, true or a number of chunks */
function demandOf(given) {
  if (given === true) return Infinity;
  if (given === false) return 0;
  return given === Atom.for('once') ? 1 : given;
}
