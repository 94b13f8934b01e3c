// SPDX-License-Identifier: Apache-2.0
//
// class Known: what JavaScript knows of one VM, wherever that runs: its pids, its JavaScript processes, the calls under
// way, and the values of JavaScript that its Erlang code holds. It makes terms of bytes, and tells processes and calls
// what has become of them.

import { Registry, Weak } from '../base/host.js';
import { ErlangError } from '../term/erlang-error.js';
import { decode } from '../term/etf.js';
import { Atom, Pid, Port, Tuple } from '../term/term.js';
import { Handles } from './handles.js';

/** @import { Identity } from '../term/etf.js' */
/** @import { Fun } from '../term/term.js' */
/** @import { Word } from './machine.js' */
/** @import { JsProcess } from './process.js' */

/** The name of the node of every VM. */
export const NODE = 'nonode@nohost';
const REPLY = Atom.for('spawnlink_reply');

/**
 * A call under way: `settle` is called with the outcome that spawnlink_js tells, `fail` when none will come.
 * @typedef {{settle: (outcome: any) => void, fail: (why: () => Error) => void}} Call
 */

/** @param {Word} word */
const keyOfWord = ({ number, serial }) => (serial < 2 ** 24 ? serial * 2 ** 28 + number : `${serial}.${number}`);
/** @param {Pid} pid */
const keyOfPid = (pid) => keyOfWord({ number: pid.numbers[0], serial: pid.numbers[1] });

export class Known {
  #owner = { vm: true };
  /** The values of JavaScript that Erlang code holds. */
  handles = new Handles();
  /** The pids that JavaScript knows, so that each has only one object. @type {Map<number | string, WeakRef<Pid>>} */
  #pids = new Map();
  #forget = new Registry((/** @type {number | string} */ key) => {
    if (this.#pids.get(key)?.deref() === undefined) this.#pids.delete(key);
  });
  /** Living JavaScript processes by the key of their pid. @type {Map<number | string, JsProcess>} */
  #processes = new Map();
  /** The process that gets the results of calls. @type {Pid | undefined} */
  bridge;
  /** @type {Map<number, Call>} */
  #calls = new Map();
  /** The ids of calls by the key of the pid that does the call. @type {Map<number | string, number>} */
  #callPids = new Map();
  #lastCall = 0;

  /** @param {(fun: Fun, args: any[]) => Promise<any>} apply calls a fun of the VM */
  constructor(apply) {
    /** @type {Identity} */
    this.identity = {
      node: NODE,
      owner: this.#owner,
      pid: (_node, id, serial, creation) => this.pid(id, serial, creation),
      handles: this.handles,
      apply,
    };
  }

  // --- Terms --------------------------------------------------------------------------------------

  /** @param {Uint8Array} bytes */
  decode(bytes) {
    return decode(bytes, this.identity);
  }

  /** The only object for a pid. @param {number} number @param {number} serial @param {number} creation */
  pid(number, serial, creation) {
    const key = keyOfWord({ number, serial });
    let pid = this.#pids.get(key)?.deref();
    if (pid === undefined) {
      pid = new Pid(NODE, [number, serial], creation, this.#owner);
      this.#pids.set(key, new Weak(pid));
      this.#forget.register(pid, key);
    }
    return pid;
  }

  /** @param {number} number */
  port(number) {
    return new Port(NODE, [number], 0, this.#owner);
  }

  /** @param {Word} word */
  word({ number, serial, port }) {
    return port ? /** @type {any} */ (this.port(number)) : this.pid(number, serial, 0);
  }

  /** @param {Word | Uint8Array | undefined} value a value of an event record */
  value(value) {
    if (value === undefined) return undefined;
    return ArrayBuffer.isView(value) ? this.decode(value) : this.word(value);
  }

  // --- Processes and calls --------------------------------------------------------------------------

  /** @param {JsProcess} process that lives from now on */
  adopt(process) {
    this.#processes.set(keyOfPid(process.pid), process);
  }

  /** The id of a new call. @returns {number} */
  newCall() {
    return ++this.#lastCall;
  }

  /** @param {number} id @param {Call} call */
  called(id, call) {
    this.#calls.set(id, call);
  }

  /** A process does the call. @param {number} id @param {Pid} pid */
  calling(id, pid) {
    this.#callPids.set(keyOfPid(pid), id);
  }

  /** What becomes of the call does not matter any more. @param {number} id @param {Pid} [pid] of its process */
  forget(id, pid) {
    this.#calls.delete(id);
    if (pid) this.#callPids.delete(keyOfPid(pid));
  }

  /** Whether JavaScript receives the messages of a process. @param {Word} word its pid */
  receives(word) {
    return this.#processes.has(keyOfWord(word)) || this.#isBridge(word);
  }

  /** @param {Word} word */
  #isBridge(word) {
    return this.bridge !== undefined && keyOfWord(word) === keyOfPid(this.bridge);
  }

  /** Delivers messages that a process has received. @param {Word} word its pid @param {any[]} messages */
  deliver(word, messages) {
    const process = this.#processes.get(keyOfWord(word));
    for (const message of messages)
      if (process) process.deliver(message);
      else this.#reply(message);
  }

  /** @param {any} message to the bridge */
  #reply(message) {
    if (!(message instanceof Tuple) || message.length !== 3 || message.at(0) !== REPLY) return;
    this.#calls.get(message.at(1))?.settle(message.at(2));
  }

  /**
   * A process has ended, which may be a JavaScript process, that of a call or the bridge. Answers whether it was the
   * bridge, without which all calls under way fail.
   * @param {Word} word its pid
   * @param {Word | Uint8Array | undefined} why
   */
  ended(word, why) {
    const key = keyOfWord(word);
    const id = this.#callPids.get(key);
    const js = this.#processes.get(key);
    const isBridge = this.#isBridge(word);
    if (id === undefined && js === undefined && !isBridge) return false;
    const reason = this.value(why);
    const error = () => new ErlangError('exit', reason);
    if (isBridge) {
      this.bridge = undefined;
      this.failCalls(error);
    }
    this.#processes.delete(key);
    js?.ended(error);
    if (id !== undefined) this.#calls.get(id)?.settle([Atom.for('exit'), reason]);
    return isBridge;
  }

  /** @param {() => Error} why makes an error for each caller */
  failCalls(why) {
    for (const call of [...this.#calls.values()]) call.fail(why);
  }

  /** Ends all calls and JavaScript processes, because no process of this VM will run again. @param {() => Error} why */
  endAll(why) {
    this.failCalls(why);
    for (const process of this.#processes.values()) process.ended(why);
    this.#processes.clear();
  }

  /** Forgets pids and handles, because the VM is closed. */
  clear() {
    this.#pids.clear();
    this.handles.clear();
  }
}
