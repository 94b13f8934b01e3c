// SPDX-License-Identifier: Apache-2.0
//
// One instance of vm.wasm: calls its exports, makes requests to it and reads the event records that it writes. This is
// the only module that touches the instance's linear memory. It deals in bytes and numbers; vm.js makes terms of them.

import {
  ANSWER_EVENTS,
  ANSWER_EVENTS_LOST,
  ANSWER_EVENTS_SIZE,
  ANSWER_MAIL_LEFT,
  ANSWER_RESULT,
  ANSWER_RESULT_SIZE,
  ANSWER_ROOM,
  ANSWER_ROOM_SIZE,
  EVENT_A_TERM,
  EVENT_A_WORD,
  EVENT_BYTES,
  EVENT_B_TERM,
  EVENT_B_WORD,
  EVENT_DETAIL,
  EVENT_PROCESS,
  JS_RECEIVE,
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
 * A pid or a port in the form in which the core stores it, a word: its number and serial.
 * @typedef {{number: number, serial: number, port?: boolean}} Word
 */

/** @typedef {{module: string, function: string, arity: number}} FunctionName */

/**
 * An event as the core recorded it; its terms are in the external term format.
 * @typedef {object} EventRecord
 * @property {number} kind what happened (base/seam.js)
 * @property {number} detail a number whose meaning depends on the kind
 * @property {Word} subject the process that it happened to
 * @property {Word | Uint8Array | undefined} a a pid or a term, whose meaning depends on the kind
 * @property {Word | Uint8Array | undefined} b the same
 * @property {{name: string, call: FunctionName | undefined} | undefined} process the subject's registered name, and the
 *   call that it began with
 * @property {Uint8Array | undefined} bytes
 */

const text = new TextDecoder();
const NO_EVENTS = { records: undefined, lost: 0 };

/** Reads the fields of records and snapshots. */
export class Fields extends Reader {
  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    super(bytes, true);
  }

  /** A number of 64 bits; it is exact up to 2^53. */
  u64() {
    const low = this.u32();
    return this.u32() * 0x100000000 + low;
  }

  /**
   * A pid or port. Its number is in bits 8 to 35 and its serial in bits 36 to 63; the low byte of a port is 0x3f.
   * @returns {Word}
   */
  word() {
    const low = this.u32();
    const high = this.u32();
    return { number: (low >>> 8) | ((high & 15) << 24), serial: high >>> 4, port: (low & 0xff) === TAG_PORT };
  }

  /** A pid, or undefined where the core wrote the word that stands for no value. */
  optionalWord() {
    const isPid = this.bytes[this.at] === TAG_PID;
    const word = this.word();
    return isPid ? word : undefined;
  }

  /** The next n bytes, copied, because the memory below them changes. @param {number} n */
  take(n) {
    return this.slice(n).slice();
  }

  shortText() {
    return text.decode(this.slice(this.u8()));
  }
}

/** Event records that need no more room than this are copied to a place that is used again. */
const DESK = 16384;

export class Machine {
  /** @type {any} the exports */
  #wasm;
  /** The exports whose names begin with vm_, without that. @type {Record<string, (...args: any[]) => any>} */
  #exports;
  /** The linear memory as bytes and as words. New ones are made when it has grown, which empties these. */
  #bytes = new Uint8Array();
  #words = new Uint32Array();
  /** Where the exports write what they tell beside their value: the index of a word. */
  #answers = 0;
  /** The address of the room for a small request. */
  #room = 0;
  /** What most records are read from, and whether somebody does. */
  #desk = new Fields(new Uint8Array(DESK));
  #deskTaken = false;
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
    this.#exports = Object.fromEntries(
      Object.entries(this.#wasm).flatMap(([name, it]) => (name.startsWith('vm_') ? [[name.slice(3), it]] : [])),
    );
    this.#wasm._initialize?.();
    this.#answers = this.#wasm.vm_answers() / 4;
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
   * Calls the export vm_NAME. A trap means that the VM is broken: it is then closed, and a CrashError is thrown.
   * @param {string} name
   * @param {...(number | boolean | undefined)} args
   * @returns {number}
   */
  call(name, ...args) {
    this.check();
    this.#entered = true;
    try {
      return this.#exports[name](...args);
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
   * Starts the VM with these options of createVM. The wasm gets 0 for one that is not given, and uses its default.
   * @param {{memoryLimit: number, seed?: number, maxProcesses?: number, slice?: number, gcStress?: boolean}} options
   */
  open({ memoryLimit, seed, maxProcesses, slice, gcStress }) {
    this.#status(this.call('open', memoryLimit, seed, maxProcesses, slice, gcStress), '');
    this.#room = this.#told(ANSWER_ROOM);
  }

  /** Frees everything. Answers the number of memory blocks that are still allocated: 0 unless there is a leak. */
  close() {
    if (this.#closed) return 0;
    this.call('close');
    const blocks = this.call('blocks');
    this.#closed = true;
    this.#wasm = {};
    return blocks;
  }

  /** The linear memory. */
  #heap() {
    if (this.#bytes.length === 0) {
      this.#bytes = new Uint8Array(this.memory.buffer);
      this.#words = new Uint32Array(this.memory.buffer);
    }
    return this.#bytes;
  }

  /** What the last call has told of that kind. @param {number} kind an ANSWER_ of base/seam.js */
  #told(kind) {
    this.#heap();
    return this.#words[this.#answers + kind];
  }

  /**
   * Copies pieces of bytes into the VM, calls `fn` with the address and the length of each, and frees the copies. What
   * is small is written to the room that the VM has for it.
   * @param {Uint8Array[]} pieces
   * @param {(...args: number[]) => number} fn
   */
  #with(pieces, fn) {
    const args = [];
    const allocated = [];
    let room = this.#room;
    const end = room + ANSWER_ROOM_SIZE;
    try {
      for (const piece of pieces) {
        const n = piece.length;
        const at = n <= end - room ? room : this.call('alloc', n) >>> 0;
        if (at === 0) throw new LimitError(`no memory for ${n} bytes`);
        if (at === room) room += n;
        else allocated.push(at, n);
        args.push(at, n);
        this.#heap().set(piece, at);
      }
      return fn(...args);
    } finally {
      if (!this.#closed)
        for (let i = 0; i < allocated.length; i += 2) this.call('free', allocated[i], allocated[i + 1]);
    }
  }

  /**
   * A request with a term: the export NAME, called with the numbers of `before`, the address and the length.
   * @param {string} name
   * @param {Uint8Array} term
   * @param {number[]} before
   */
  #ask(name, term, ...before) {
    if (term.length > ANSWER_ROOM_SIZE) return this.#with([term], (at, n) => this.call(name, ...before, at, n));
    this.check();
    const at = this.#room;
    this.#heap().set(term, at);
    return this.call(name, ...before, at, term.length);
  }

  /** The bytes that the last request answered with, in the VM's memory. */
  #answer() {
    const at = this.#told(ANSWER_RESULT);
    return this.#bytes.subarray(at, at + this.#told(ANSWER_RESULT_SIZE));
  }

  /** A copy of them. */
  #result() {
    return this.#answer().slice();
  }

  /**
   * Throws the error that a status stands for, if it is not OK.
   * @param {number} status
   * @param {string | (() => string)} said what could not be done, for the message
   */
  #status(status, said) {
    if (status === VM_OK) return;
    const reason = text.decode(this.#result());
    const what = typeof said === 'string' ? said : said();
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
   * Makes a request that takes a term. Answers with the term of the new pid for 'spawn', with undefined for the others.
   * The bytes of the pid stand in the VM's memory: they are to be read before the VM is entered again.
   * @param {'spawn' | 'send' | 'exit'} name
   * @param {Uint8Array} term in the external term format
   * @param {() => string} what what could not be done, for the message of an error
   */
  request(name, term, what) {
    this.#status(this.#ask(name, term), what);
    return name === 'spawn' ? this.#answer() : undefined;
  }

  /**
   * Makes a request on behalf of a JS process (src/host/js_process.h). Answers with the bytes of the term, which stand
   * in the VM's memory: they are to be read before the VM is entered again.
   * @param {number} operation
   * @param {Uint8Array} term in the external term format
   * @param {string} what what could not be done, for the message of an error
   */
  js(operation, term, what) {
    this.#status(this.#ask('js', term, operation), what);
    return this.#answer();
  }

  /**
   * Takes messages out of the mailbox of a JS process. The terms of the messages, one after the other, are in `bytes`
   * from `at` to `end`: they are to be read before the VM is entered again. `more` says whether messages are left.
   * @param {Uint8Array} pid in the external term format
   */
  receive(pid) {
    this.#status(this.#ask('js', pid, JS_RECEIVE), 'cannot receive');
    const at = this.#told(ANSWER_RESULT);
    const end = at + this.#told(ANSWER_RESULT_SIZE);
    return { bytes: this.#bytes, at, end, more: this.#told(ANSWER_MAIL_LEFT) !== 0 };
  }

  /**
   * Loads a beam. Answers with the term of the module's name.
   * @param {string} name the name that the module must have; '' for any
   * @param {Uint8Array} beam
   */
  load(name, beam) {
    const status = this.#with([new TextEncoder().encode(name), beam], (a, b, c, d) => this.call('load', a, b, c, d));
    this.#status(status, `cannot load ${name}`);
    return this.#result();
  }

  /** Tells the VM that the bytes of a module that processes wait for have come, or that there is none. */
  moduleArrived() {
    this.call('module_arrived');
  }

  /** Tells the VM of which OTP release the modules are. @param {number} release such as 27 */
  otpRelease(release) {
    this.call('otp_release', release);
  }

  /** Sets an environment variable, which os:getenv shows. @param {string} name @param {string} value */
  env(name, value) {
    const [a, b] = [name, value].map((t) => new TextEncoder().encode(t));
    this.#status(
      this.#with([a, b], (...args) => this.call('env', ...args)),
      `cannot set ${name}`,
    );
  }

  /** The snapshot of all processes, in the form of src/host/inspect.h. */
  inspect() {
    this.#status(this.call('inspect'), '');
    return this.#result();
  }

  /**
   * Runs processes until the time or the reductions are used up, or none is runnable.
   * @param {number} budgetUs microseconds
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

  /** Says which kinds of events are recorded: bit n stands for kind n (base/seam.js). @param {number} mask */
  eventMask(mask) {
    this.call('event_mask', mask);
  }

  /**
   * Takes the events recorded since the last call, in order. readRecord reads them, one a call, until `records` has
   * ended. `lost` is the number of events for which there was no memory.
   * @returns {{records: Fields | undefined, lost: number}}
   */
  takeEvents() {
    const size = this.#told(ANSWER_EVENTS_SIZE);
    const lost = this.#told(ANSWER_EVENTS_LOST);
    if (size === 0 && lost === 0) return NO_EVENTS;
    const at = this.#told(ANSWER_EVENTS);
    const records = this.#records(this.#bytes.subarray(at, at + size));
    this.call('events_clear');
    return { records, lost };
  }

  /** All of these records have been read. @param {Fields} records that takeEvents gave */
  finished(records) {
    if (records === this.#desk) this.#deskTaken = false;
  }

  /** A reader of these bytes, which are copied, since the VM writes there again. @param {Uint8Array} bytes */
  #records(bytes) {
    if (bytes.length > DESK || this.#deskTaken) return new Fields(bytes.slice());
    this.#deskTaken = true;
    this.#desk.bytes.set(bytes);
    this.#desk.reset(0, bytes.length);
    return this.#desk;
  }

  /** Numbers about the VM: bytes and blocks that it has allocated, processes, bytes of the linear memory. */
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
 * The name of a function; undefined where the core wrote none.
 * @param {string} module
 * @param {string} fun
 * @param {number} arity
 * @returns {FunctionName | undefined}
 */
export const functionName = (module, fun, arity) => (module ? { module, function: fun, arity } : undefined);

/** The error for a module that could not be loaded. @param {string} reason a text of load_error_text (src/host/vm.c) */
export function loadError(reason) {
  const [module, chunk, offset, why] = reason.split('\n');
  return new LoadError(module, chunk, Number(offset), why);
}

/** Reads the next event record. @param {Fields} r @returns {EventRecord} */
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
