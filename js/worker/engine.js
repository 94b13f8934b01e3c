// SPDX-License-Identifier: Apache-2.0
//
// class Engine: runs one VM in a worker for a page. It knows no terms: requests come from the page as bytes and go to
// the machine, and what the machine records goes to the page as bytes. What class VM does besides, it does not do: the
// page's WorkerVM does that.

import { ArgumentError, CrashError, HaltedError, NoProcessError } from '../base/errors.js';
import { HOST_EVENT_MAIL, JS_CALL, JS_EXIT } from '../base/seam.js';
import { TextDecoder, TextEncoder } from '../base/host.js';
import { encode } from '../term/etf.js';
import { Atom, Pid, Port, Tuple } from '../term/term.js';
import { Loop, after } from '../vm/loop.js';
import { NODE } from '../vm/known.js';
import { errorData } from './crossing.js';
import * as protocol from './protocol.js';

/** @import { Machine, Word } from '../vm/machine.js' */
/** @import { Clock } from '../host/imports.js' */
/** @import { ModuleFinder } from '../otp/otp.js' */

/**
 * What prepare.js has made for the VM.
 * @typedef {{machine: Machine, clock: Clock, finders: ModuleFinder[], args?: string[]}} Prepared
 */
/**
 * The options that the engine itself reads.
 * @typedef {{budget?: number, autostart?: boolean, boot?: boolean}} Options
 */

/** Reductions of a tick under the virtual clock, where time cannot end a tick. */
const VIRTUAL_TICK = 4_000_000;
const owner = { vm: true };
const identity = { node: NODE, owner };
/** Of an event record: its size (four bytes), its kind (a byte), flags, the detail (two bytes), the subject. */
const [RECORD_KIND, RECORD_SUBJECT, RECORD_HEAD] = [4, 8, 16];

export class Engine {
  #machine;
  #clock;
  #options;
  #budget;
  #modules;
  #port;
  #batch = new protocol.Batch();
  /** How many requests are done whose DONE is not written yet. */
  #done = 0;
  /** How many requests have come. */
  #seen = 0;
  #told = '';
  /** Bytes of batches that the page has not dealt with. */
  #undealt = 0;
  #loop = new Loop(() => this.#turn());
  #running = false;
  /** @type {'idle' | 'runnable' | 'timer' | 'halted'} */
  #state = 'runnable';
  /** @type {number | undefined} */
  #wakeUs;
  /** @type {number | undefined} */
  #halted;
  /** Running programs, which keep the VM from being idle. */
  #held = 0;
  /** @type {(() => void)[]} called when the VM is closed */
  #closers = [];
  #args;

  /**
   * @param {Prepared} prepared
   * @param {Options} options
   * @param {{postMessage: (message: any, transfer?: any) => void}} port
   * @param {typeof import('../vm/modules.js').Modules} Modules
   */
  constructor({ machine, clock, finders, args = [] }, options, port, Modules) {
    this.#machine = machine;
    this.#clock = clock;
    this.#options = options;
    this.#budget = options.budget ?? 8;
    this.#port = port;
    this.#args = args;
    this.#modules = new Modules(finders, {
      report: (error, where) => this.report(error, where),
      arrived: () => {
        this.#machine.moduleArrived();
        this.#changed();
        this.#loop.wake();
      },
      closed: () => machine.closed,
    });
  }

  get closed() {
    return this.#machine.closed;
  }

  // --- What prepare.js and the services of the host ask of a VM -------------------------------------

  /** Looks for a module that the VM does not have. @param {string} name */
  findModule(name) {
    return this.#modules.find(name);
  }

  /** Reports an error that no request waits for. @param {unknown} error @param {string} [where] */
  report(error, where) {
    this.#frame(protocol.REPORT, protocol.toJson({ error: errorData(error), where }));
    this.#flushSoon();
  }

  /** Passes on a message from the outside of a port. @param {number} number @param {string} kind @param {any} data */
  fromPort(number, kind, data) {
    if (this.#halted !== undefined) return;
    const port = new Port(NODE, [number], 0, owner);
    this.send(port, Tuple.from([Atom.for('spawnlink_port'), Atom.for(kind), data]));
  }

  /** @param {number} change */
  hold(change) {
    this.#held += change;
    this.#changed();
    this.#loop.wake();
  }

  /** @param {any} to @param {any} message */
  send(to, message) {
    const whom = typeof to === 'string' ? Atom.for(to) : to;
    this.#machine.request('send', encode(Tuple.from([whom, message, Atom.for('undefined')]), identity), () => '');
    this.#changed();
    this.#loop.wake();
  }

  /** @param {'close'} _name @param {() => void} handler */
  on(_name, handler) {
    this.#closers.push(handler);
  }

  // --- Running --------------------------------------------------------------------------------------

  /** Starts the services of a bare VM, or OTP's init. They run from `settle` on. */
  begin() {
    const args = this.#args.map((arg) => new TextEncoder().encode(arg));
    const module = Atom.for(this.#options.boot ? 'spawnlink_boot' : 'spawnlink_init');
    this.#machine.request('spawn', encode(Tuple.from([module, Atom.for('start'), [args], []]), identity), () => '');
  }

  /** Runs until the services wait. */
  async settle() {
    while (this.tick({ budget: 50 }).state === 'runnable' || this.#modules.fetching) {
      this.flush();
      await new Promise((resolve) => after(0, () => resolve(undefined)));
      if (this.closed) return;
    }
    if (this.#options.autostart !== false) this.#start();
    this.flush();
  }

  #start() {
    this.#running = true;
    this.#loop.start();
  }

  /** Something may have to run now. */
  #changed() {
    if (this.#state !== 'halted') this.#state = 'runnable';
  }

  /**
   * @param {{budget?: number, reductions?: number}} options
   * @returns {{state: 'idle' | 'runnable' | 'timer' | 'halted', wake?: number}}
   */
  tick({ budget = this.#budget, reductions }) {
    this.#machine.check();
    if (this.#halted !== undefined) return { state: 'halted' };
    if (this.#clock.virtual) {
      if (this.#state === 'timer' && this.#wakeUs !== undefined) this.#clock.advanceTo(this.#wakeUs);
      reductions ??= VIRTUAL_TICK;
    }
    const us = reductions === undefined ? Math.max(budget, 1) * 1000 : 1e12;
    try {
      const { state, wakeUs, haltStatus } = this.#machine.tick(us, reductions ?? 0);
      this.#state = state;
      this.#wakeUs = wakeUs;
      this.#takeEvents();
      if (state === 'halted') this.#halt(haltStatus ?? 0);
    } catch (error) {
      if (error instanceof CrashError) this.#crashed(error);
      throw error;
    }
    if (this.#state !== 'runnable' && !this.#modules.fetching) this.#modules.forget();
    const wake = this.#wakeUs === undefined ? undefined : Math.max(0, (this.#wakeUs - this.#clock.monotonic()) / 1000);
    return { state: this.#state, wake };
  }

  /** A turn of the loop. @returns {number | boolean} when the next one is to come, as Loop wants it */
  #turn() {
    if (this.#undealt > protocol.MOST_UNDEALT) return false; // DEALT goes on
    let result;
    try {
      result = this.tick({});
    } catch (error) {
      this.flush();
      if (!(error instanceof CrashError)) throw error;
      return false;
    }
    this.flush();
    if (result.state === 'timer') return this.#clock.virtual || /** @type {number} */ (result.wake);
    return result.state === 'runnable';
  }

  /** @param {number} status */
  #halt(status) {
    this.#halted = status;
    this.#loop.stop();
    this.#frame(protocol.HALTED, protocol.u32(status));
  }

  /** @param {CrashError} error */
  #crashed(error) {
    this.#frame(protocol.CRASHED, protocol.toJson(errorData(error)));
    this.#end();
  }

  #end() {
    this.#loop.close();
    for (const close of this.#closers.splice(0)) close();
  }

  /** Frees the VM. Answers the number of blocks that were still in use. */
  close() {
    this.#end();
    const leaked = this.#machine.close();
    this.#modules.forget();
    return leaked;
  }

  // --- What the machine has recorded ----------------------------------------------------------------

  #takeEvents() {
    const { records, lost } = this.#machine.takeEvents();
    if (records) {
      this.#records(records.bytes.subarray(records.at, records.end));
      this.#machine.finished(records);
    }
    if (lost > 0) this.report(new Error(`${lost} events were lost: no memory to record them`));
  }

  /** Passes records on; instead of saying that a process has mail, it takes that. @param {Uint8Array} bytes */
  #records(bytes) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let from = 0;
    for (let at = 0; at < bytes.length; at += view.getUint32(at, true)) {
      if (bytes[at + RECORD_KIND] === HOST_EVENT_MAIL) {
        if (at > from) this.#frame(protocol.RECORDS, bytes.subarray(from, at));
        this.#mail(bytes.subarray(at + RECORD_SUBJECT, at + RECORD_HEAD));
        from = at + view.getUint32(at, true);
      }
    }
    if (from < bytes.length) this.#frame(protocol.RECORDS, bytes.subarray(from));
  }

  /** Receives all messages in the mailbox of a JavaScript process. @param {Uint8Array} word its pid */
  #mail(word) {
    const [low, high] = [0, 4].map((at) => new DataView(word.buffer, word.byteOffset).getUint32(at, true));
    const pid = new Pid(NODE, [(low >>> 8) | ((high & 15) << 24), high >>> 4], 0, owner);
    const request = encode(pid, identity);
    for (;;) {
      try {
        const { bytes, at, end, more } = this.#machine.receive(request);
        if (end > at) this.#frame(protocol.MAIL, word, bytes.subarray(at, end));
        if (!more) return;
      } catch (error) {
        if (error instanceof CrashError) throw error;
        // The process may have ended meanwhile, or ends now for want of memory.
        return error instanceof NoProcessError ? undefined : this.report(error);
      }
    }
  }

  // --- Frames to the page ---------------------------------------------------------------------------

  /** @param {number} kind @param {Uint8Array[]} content */
  #frame(kind, ...content) {
    if (this.#done > 0) this.#batch.add(protocol.DONE, protocol.u32(this.#done));
    this.#done = 0;
    this.#batch.add(kind, ...content);
  }

  /** Posts what is written, and what the VM does now if that is not what the page knows. */
  flush() {
    const busy = this.#modules.fetching || this.#held > 0 ? 'runnable' : this.#state;
    const state = this.#state === 'runnable' && !this.#running && this.#halted === undefined ? 'stopped' : busy;
    const now = `${state} ${this.#seen}`;
    if (now !== this.#told)
      this.#frame(protocol.STATE, new Uint8Array([protocol.STATES.indexOf(state)]), protocol.u32(this.#seen));
    this.#told = now;
    if (this.#batch.size > 0) this.#undealt += this.#batch.size;
    this.#batch.post(this.#port);
  }

  #flushSoon() {
    queueMicrotask(() => this.flush());
  }

  // --- Requests of the page -------------------------------------------------------------------------

  /** Does what a batch asks for, and runs the VM. @param {Uint8Array} bytes */
  take(bytes) {
    const frames = new protocol.Frames(bytes);
    while (!frames.ended) {
      const content = frames.take();
      if (frames.kind === protocol.DEALT) this.#undealt -= protocol.readU32(content);
      else this.#request(frames.kind, content);
    }
    // What was asked for may have given the VM something to do: it is done before the page is answered.
    const run = this.#running && !this.closed && this.#halted === undefined && this.#state !== 'idle';
    if (run && this.#turn() !== false) this.#loop.wake();
    this.flush();
  }

  /** @param {number} kind @param {Uint8Array} content */
  #request(kind, content) {
    this.#seen++;
    try {
      const value = this.#serve(kind, content);
      if (value === undefined) this.#done++;
      else this.#frame(protocol.VALUE, value);
    } catch (error) {
      this.#frame(protocol.FAILED, protocol.toJson(errorData(error)));
      if (error instanceof CrashError) this.#crashed(error);
    }
  }

  /** Throws unless the VM is open and has not halted. */
  #check() {
    this.#machine.check();
    if (this.#halted !== undefined) throw new HaltedError(this.#halted);
  }

  /**
   * Answers with the request's value, if it has one: bytes that may be in the machine's memory.
   * @param {number} kind
   * @param {Uint8Array} content
   * @returns {Uint8Array | undefined | void}
   */
  #serve(kind, content) {
    const machine = this.#machine;
    switch (kind) {
      case protocol.SPAWN:
      case protocol.SEND:
      case protocol.EXIT: {
        this.#check();
        const name = kind === protocol.SPAWN ? 'spawn' : kind === protocol.SEND ? 'send' : 'exit';
        const answer = machine.request(name, content, () => '');
        this.#changed();
        return answer;
      }
      case protocol.CALL_AS:
      case protocol.EXIT_AS: {
        this.#check();
        const answer = machine.js(kind === protocol.CALL_AS ? JS_CALL : JS_EXIT, content, '');
        this.#changed();
        return kind === protocol.CALL_AS ? answer : undefined;
      }
      case protocol.LOAD: {
        this.#check();
        const end = 1 + content[0];
        return machine.load(new TextDecoder().decode(content.subarray(1, end)), content.subarray(end));
      }
      default:
        return this.#manage(kind, content);
    }
  }

  /** @param {number} kind @param {Uint8Array} content @returns {Uint8Array | undefined | void} */
  #manage(kind, content) {
    switch (kind) {
      case protocol.MASK:
        return this.#machine.eventMask(protocol.readU32(content) | 0);
      case protocol.INSPECT:
        return this.#machine.inspect();
      case protocol.STATS:
        return protocol.toJson(this.#machine.stats());
      case protocol.TICK:
        return protocol.toJson(this.tick(protocol.fromJson(content)));
      case protocol.START:
        this.#machine.check();
        return this.#start();
      case protocol.STOP:
        this.#running = false;
        return this.#loop.stop();
      case protocol.ASKED: {
        const found = this.#modules.asked.get(new TextDecoder().decode(content));
        return protocol.toJson(found instanceof Error ? { error: errorData(found) } : { found });
      }
      default:
        throw new ArgumentError(`the worker knows no request ${kind}`);
    }
  }

  /** Makes the modules of an archive known. @param {Uint8Array} bytes @returns {Promise<string[]>} */
  async archive(bytes) {
    this.#check();
    const modules = (await import('../otp/archives.js')).openArchive(bytes);
    if (!modules) throw new ArgumentError('neither a beam nor an archive');
    this.#modules.first((name) => modules.get(name));
    return [...modules.keys()].sort();
  }
}
