// SPDX-License-Identifier: Apache-2.0
//
// The protocol between a VM in a worker and the thread that uses it, which is called the page here, in Node too. Over
// one message port go, in order:
//
// - batches, Uint8Arrays of frames. A frame is its kind (a byte), the size of its content (four bytes, the most
//   significant first) and the content: terms in the external term format, numbers, JSON. Both sides collect frames
//   and post them together, at most one batch for each turn of their event loops.
// - arrays [word, ...values] for what is rare and not a term: the handshake, options, modules, archives.
//
// The worker answers the requests of the page in their order, so that no request needs a number: by a VALUE, by a
// FAILED, or by being counted in a DONE.

import { TextDecoder, TextEncoder } from '../base/host.js';

/** Changes whenever the two sides of different versions of the package would not understand each other. */
export const PROTOCOL = 1;

/** The property of the first message to a worker, which has the port: { [CONNECT]: PROTOCOL, port }. */
export const CONNECT = 'spawnlink:connect';

// --- Requests, from the page -----------------------------------------------------------------------

/** The terms of machine.request: {Module, Function, Args, Options}; the value is the pid. */
export const SPAWN = 1;
/** {To, Message, undefined}. */
export const SEND = 2;
/** {To, Reason, undefined}. */
export const EXIT = 3;
/** {Pid, erlang, Function, Args}: calls a BIF as a JavaScript process; the value is {ok | Class, Value}. */
export const CALL_AS = 4;
/** {Pid, Reason}: ends a JavaScript process. */
export const EXIT_AS = 5;
/** The size of the name (a byte), the name that the module must have, the beam; the value is the module's name. */
export const LOAD = 6;
/** Which events are recorded (four bytes). */
export const MASK = 7;
/** The value is the snapshot of all processes (src/host/inspect.h). */
export const INSPECT = 8;
/** The value is the numbers of machine.stats, as JSON. */
export const STATS = 9;
/** Options of vm.tick, as JSON; the value is its answer, as JSON. */
export const TICK = 10;
export const START = 11;
export const STOP = 12;
/** The name of a module, as UTF-8; the value is what the search for it gave, as JSON (see engine.js). */
export const ASKED = 13;
/** How many bytes of batches the page has dealt with since it last said so (four bytes). This one is not answered. */
export const DEALT = 14;

// --- Frames from the worker ------------------------------------------------------------------------

/** The next requests, so many (four bytes), are done and have no value. */
export const DONE = 1;
/** The next request's value. */
export const VALUE = 2;
/** The next request has failed: with the error as JSON (crossing.js). */
export const FAILED = 3;
/** Event records, as the machine has written them (machine.js). */
export const RECORDS = 4;
/** The word of a JavaScript process (eight bytes), and messages that it has received. */
export const MAIL = 5;
/** What the VM does (a byte, STATES), and how many requests it had seen then (four bytes). */
export const STATE = 6;
/** The program has halted, with this status (four bytes). */
export const HALTED = 7;
/** The VM has failed: the CrashError as JSON. */
export const CRASHED = 8;
/** An error that no request waits for, as JSON: {error, where}. */
export const REPORT = 9;

/** `stopped`: it has something to do, but does it only when told to, by TICK or START. */
export const STATES = ['idle', 'runnable', 'timer', 'halted', 'stopped'];

// --- Sizes -----------------------------------------------------------------------------------------

/** The worker does not run the VM while the page has so many bytes of batches left to deal with. */
export const MOST_UNDEALT = 4 * 2 ** 20;
/** The page says how much it has dealt with when it posts a batch, and at once from so many bytes on. */
export const SAY_DEALT = 2 ** 20;
/** The page posts a batch of so many bytes at once, and not only when the present turn has ended. */
export const FULL = 2 ** 18;
/** From this size on a batch is transferred; to copy a smaller one costs less. */
const TRANSFERRED = 8192;

const HEAD = 5;
const utf8 = new TextEncoder();
const text = new TextDecoder();

/** @param {unknown} value */
export const toJson = (value) => utf8.encode(JSON.stringify(value));
/** @param {Uint8Array} bytes */
export const fromJson = (bytes) => JSON.parse(text.decode(bytes));

/** @param {number} number */
export function u32(number) {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, number);
  return bytes;
}

/** @param {Uint8Array} bytes @param {number} [at] */
export const readU32 = (bytes, at = 0) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);

/** Frames that are written and not yet posted. */
export class Batch {
  #bytes = new Uint8Array(1024);
  size = 0;

  /** @param {number} kind @param {Uint8Array[]} content pieces of it */
  add(kind, ...content) {
    let size = HEAD;
    for (const piece of content) size += piece.length;
    if (this.size + size > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.size + size));
      larger.set(this.#bytes.subarray(0, this.size));
      this.#bytes = larger;
    }
    let at = this.size;
    const n = size - HEAD;
    this.#bytes[at] = kind;
    this.#bytes[at + 1] = n >>> 24;
    this.#bytes[at + 2] = n >>> 16;
    this.#bytes[at + 3] = n >>> 8;
    this.#bytes[at + 4] = n;
    at += HEAD;
    for (const piece of content) {
      this.#bytes.set(piece, at);
      at += piece.length;
    }
    this.size = at;
  }

  /** Posts the frames, if there are any. @param {{postMessage: (message: any, transfer?: any) => void}} port */
  post(port) {
    if (this.size === 0) return;
    const whole = this.size >= TRANSFERRED;
    const bytes = whole ? this.#bytes.subarray(0, this.size) : this.#bytes.slice(0, this.size);
    if (whole) this.#bytes = new Uint8Array(1024);
    this.size = 0;
    port.postMessage(bytes, whole ? [bytes.buffer] : []);
  }
}

/** Reads the frames of a batch, one after the other. */
export class Frames {
  at = 0;
  kind = 0;

  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    // Not the bytes as they came: those may be of another realm, and so would be all that is made of them.
    this.bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get ended() {
    return this.at >= this.bytes.length;
  }

  /** The kind of the next frame. */
  get next() {
    return this.bytes[this.at];
  }

  /** Passes over the next frame, and returns its content; `kind` is then its kind. */
  take() {
    this.kind = this.bytes[this.at];
    const start = this.at + HEAD;
    this.at = start + readU32(this.bytes, this.at + 1);
    return this.bytes.subarray(start, this.at);
  }
}
