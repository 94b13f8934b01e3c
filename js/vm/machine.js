// SPDX-License-Identifier: Apache-2.0
//
// One instance of vm.wasm: its exports, its linear memory, requests and event records. The only module that touches
// wasm memory. Knows bytes and numbers; what they mean is vm.js's business.

import {
  EVENT_A_TERM,
  EVENT_A_WORD,
  EVENT_BYTES,
  EVENT_B_TERM,
  EVENT_B_WORD,
  EVENT_DETAIL,
  EVENT_PROCESS,
  TAG_PID,
  TAG_PORT,
  TICK_NAMES,
  VM_BAD_CODE,
  VM_BAD_TERM,
  VM_LIMIT,
  VM_NO_MEMORY,
  VM_NO_PROCESS,
  VM_OK,
} from '../base/seam.js';
import { Reader } from '../term/etf.js';
import {
  ArgumentError,
  BusyError,
  ClosedError,
  CrashError,
  LimitError,
  LoadError,
  NoProcessError,
  TermError,
} from '../base/errors.js';
import { TextDecoder, TextEncoder } from '../base/host.js';

/**
 * A pid, or a port, as the VM's own word: its number and serial.
 * @typedef {{number: number, serial: number, port?: boolean}} Word
 */

/** @typedef {{module: string, function: string, arity: number}} FunctionName */

/**
 * An event as it was recorded; terms still encoded.
 * @typedef {object} EventRecord
 * @property {number} kind
 * @property {number} detail
 * @property {Word} subject
 * @property {Word | Uint8Array | undefined} a
 * @property {Word | Uint8Array | undefined} b
 * @property {{name: string, call: FunctionName | undefined} | undefined} process its registered name, and the call it
 *   began with
 * @property {Uint8Array | undefined} bytes
 */

const text = new TextDecoder();

/** Reads the fields of records and snapshots. */
export class Fields extends Reader {
  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    super(bytes, true);
  }

  /** A 64-bit count, exact to 2^53. */
  u64() {
    const low = this.u32();
    return this.u32() * 0x100000000 + low;
  }

  /** Number in bits 8 to 35, serial in bits 36 to 63; a port has tag 0x3f. @returns {Word} */
  word() {
    const low = this.u32();
    const high = this.u32();
    return { number: (low >>> 8) | ((high & 15) << 24), serial: high >>> 4, port: (low & 0xff) === TAG_PORT };
  }

  /** A pid's word, or undefined for the word of no value. */
  optionalWord() {
    const isPid = this.bytes[this.at] === TAG_PID;
    const word = this.word();
    return isPid ? word : undefined;
  }

  /** A copy: the memory below changes. @param {number} n */
  take(n) {
    return this.slice(n).slice();
  }

  shortText() {
    return text.decode(this.slice(this.u8()));
  }
}

export class Machine {
  /** @type {any} the exports */
  #wasm;
  #entered = false;
  #closed = false;
  /** @type {(stack: string) => string[]} */
  #functions;

  /**
   * @param {WebAssembly.Instance} instance
   * @param {(stack: string) => string[]} functions the C functions on the stack of a trap, where they can be named
   */
  constructor(instance, functions) {
    this.#functions = functions;
    this.#wasm = instance.exports;
    this.#wasm._initialize?.();
  }

  /** @returns {WebAssembly.Memory} */
  get memory() {
    return this.#wasm.memory;
  }

  get closed() {
    return this.#closed;
  }

  /** Throws unless the VM may be entered now. */
  check() {
    if (this.#closed) throw new ClosedError();
    if (this.#entered) throw new BusyError();
  }

  /**
   * Calls the export vm_NAME. A trap means that the VM is broken: it is closed, and the caller told.
   * @param {string} name
   * @param {...(number | boolean | undefined)} args
   * @returns {number}
   */
  call(name, ...args) {
    this.check();
    this.#entered = true;
    try {
      return this.#wasm[`vm_${name}`](...args);
    } catch (cause) {
      this.#closed = true;
      throw new CrashError(`the VM failed in vm_${name}: ${this.#why(/** @type {Error} */ (cause))}`, cause);
    } finally {
      this.#entered = false;
    }
  }

  /** What a trap says, or PANIC and ASSERT of a debug build, and in which C functions. @param {Error} trap */
  #why({ message, stack = '' }) {
    const at = this.#wasm.vm_panic_text?.();
    const said = at && text.decode(new Uint8Array(this.memory.buffer, at, 512)).split('\0')[0];
    const functions = this.#functions(stack);
    const why = said?.startsWith('src/') ? said : message;
    return functions.length > 0 ? `${why} (in ${functions.join(' < ')})` : why;
  }

  /**
   * @param {{memoryLimit: number, seed?: number, maxProcesses?: number, slice?: number, gcStress?: boolean}} options
   *   what is not given is 0 for wasm: by default
   */
  open({ memoryLimit, seed, maxProcesses, slice, gcStress }) {
    this.#status(this.call('open', memoryLimit, seed, maxProcesses, slice, gcStress), '');
  }

  /** Gives everything back. Answers the number of blocks left behind, 0 unless there is a leak. */
  close() {
    if (this.#closed) return 0;
    this.call('close');
    const blocks = this.call('blocks');
    this.#closed = true;
    this.#wasm = {};
    return blocks;
  }

  /**
   * Copies pieces of bytes into the VM, calls with (address, length) of each, frees them.
   * @param {Uint8Array[]} pieces
   * @param {(...args: number[]) => number} fn
   */
  #with(pieces, fn) {
    const args = [];
    try {
      for (const piece of pieces) {
        const at = this.call('alloc', piece.length) >>> 0;
        if (at === 0) throw new LimitError(`no memory for ${piece.length} bytes`);
        args.push(at, piece.length);
        new Uint8Array(this.memory.buffer, at, piece.length).set(piece);
      }
      return fn(...args);
    } finally {
      if (!this.#closed) for (let i = 0; i < args.length; i += 2) this.call('free', args[i], args[i + 1]);
    }
  }

  /** The answer of the last request: a copy. */
  #result() {
    const at = this.call('result') >>> 0;
    return new Uint8Array(this.memory.buffer, at, this.call('result_size') >>> 0).slice();
  }

  /** @param {number} status @param {string} what */
  #status(status, what) {
    if (status === VM_OK) return;
    const reason = text.decode(this.#result());
    const message = what ? `${what}: ${reason}` : reason;
    switch (status) {
      case VM_BAD_TERM:
        throw new TermError(message);
      case VM_NO_MEMORY:
      case VM_LIMIT:
        throw new LimitError(message);
      case VM_NO_PROCESS:
        throw new NoProcessError(message);
      case VM_BAD_CODE:
        throw loadError(reason);
      default:
        throw new ArgumentError(message);
    }
  }

  /**
   * A request that takes a term and answers one (or nothing).
   * @param {'spawn' | 'send' | 'exit'} name
   * @param {Uint8Array} term
   * @param {string} what for the message of an error
   */
  request(name, term, what) {
    this.#status(
      this.#with([term], (at, n) => this.call(name, at, n)),
      what,
    );
    return name === 'spawn' ? this.#result() : undefined;
  }

  /**
   * A request in the name of a JS process (src/host/js_process.h).
   * @param {number} operation
   * @param {Uint8Array} term
   * @param {string} what
   */
  js(operation, term, what) {
    this.#status(
      this.#with([term], (at, n) => this.call('js', operation, at, n)),
      what,
    );
    return this.#result();
  }

  /**
   * @param {string} name expected; '' for any
   * @param {Uint8Array} beam
   */
  load(name, beam) {
    const status = this.#with([new TextEncoder().encode(name), beam], (a, b, c, d) => this.call('load', a, b, c, d));
    this.#status(status, `cannot load ${name}`);
    return this.#result();
  }

  moduleArrived() {
    this.call('module_arrived');
  }

  /** @param {number} release of the OTP whose modules run */
  otpRelease(release) {
    this.call('otp_release', release);
  }

  /** An environment variable, as os:getenv sees it. @param {string} name @param {string} value */
  env(name, value) {
    const [a, b] = [name, value].map((t) => new TextEncoder().encode(t));
    this.#status(
      this.#with([a, b], (...args) => this.call('env', ...args)),
      `cannot set ${name}`,
    );
  }

  /** The snapshot of src/host/inspect.h. */
  inspect() {
    this.#status(this.call('inspect'), '');
    return this.#result();
  }

  /**
   * @param {number} budgetUs
   * @param {number} reductions 0: no limit
   */
  tick(budgetUs, reductions) {
    const state = TICK_NAMES[this.call('tick', budgetUs, reductions)];
    return {
      state,
      wakeUs: state === 'timer' ? this.call('wake') : undefined,
      haltStatus: state === 'halted' ? this.call('halt_code') : undefined,
    };
  }

  /** @param {number} mask */
  eventMask(mask) {
    this.call('event_mask', mask);
  }

  /**
   * What was recorded since the last time, in order: for readRecord, until its end.
   * @returns {{records: Fields | undefined, lost: number}}
   */
  takeEvents() {
    const size = this.call('events_size') >>> 0;
    const lost = this.call('events_lost');
    if (size === 0 && lost === 0) return { records: undefined, lost };
    const at = this.call('events') >>> 0;
    const reader = new Fields(new Uint8Array(this.memory.buffer, at, size).slice());
    this.call('events_clear');
    return { records: reader, lost };
  }

  stats() {
    return {
      memory: this.call('memory'),
      blocks: this.call('blocks'),
      processes: this.call('process_count'),
      linearMemory: this.memory.buffer.byteLength,
    };
  }
}

/**
 * undefined where the VM names none.
 * @param {string} module
 * @param {string} fun
 * @param {number} arity
 * @returns {FunctionName | undefined}
 */
export const functionName = (module, fun, arity) => (module ? { module, function: fun, arity } : undefined);

/** What load_error_text of src/host/vm.c wrote. @param {string} reason */
export function loadError(reason) {
  const [module, chunk, offset, why] = reason.split('\n');
  return new LoadError(module, chunk, Number(offset), why);
}

/** @param {Fields} r @returns {EventRecord} */
export function readRecord(r) {
  const end = r.at + r.u32();
  const kind = r.u8();
  const flags = r.u8();
  /** @type {EventRecord} */
  const record = {
    kind,
    detail: r.u16(),
    subject: r.word(),
    a: undefined,
    b: undefined,
    process: undefined,
    bytes: undefined,
  };
  if (flags & EVENT_A_WORD) record.a = r.word();
  else if (flags & EVENT_A_TERM) record.a = r.take(r.u32());
  if (flags & EVENT_B_WORD) record.b = r.word();
  else if (flags & EVENT_B_TERM) record.b = r.take(r.u32());
  if (flags & EVENT_DETAIL) record.detail = r.u64();
  if (flags & EVENT_PROCESS)
    record.process = { name: r.shortText(), call: functionName(r.shortText(), r.shortText(), r.u8()) };
  if (flags & EVENT_BYTES) record.bytes = r.take(r.u32());
  r.at = end;
  return record;
}
