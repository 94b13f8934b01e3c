// SPDX-License-Identifier: Apache-2.0
//
// class BaseVM: what class VM and class WorkerVM have in common besides their facilities: event records become events,
// output goes where the options say, and input comes from there.

import { ArgumentError } from '../base/errors.js';
import { TextDecoder } from '../base/host.js';
import {
  EVENT_NAMES,
  HOST_EVENT_INPUT,
  HOST_EVENT_LOAD_FAILED,
  HOST_EVENT_OUTPUT,
  HOST_EVENT_VALUE_FREED,
} from '../base/seam.js';
import { shown } from '../term/only.js';
import { Atom, Tuple } from '../term/term.js';
import { makeEvent } from './event-objects.js';
import { Facilities } from './facilities.js';
import { Known } from './known.js';
import { loadError } from './machine.js';
import { Streams } from './streams.js';

/** @import { VMOptions } from './create.js' */
/** @import { EventRecord } from './machine.js' */
/** @import { Pid } from '../term/term.js' */
/** @import { LoadError } from '../base/errors.js' */

const NAMES_OF_EVENTS = new Set([...EVENT_NAMES, 'stdout', 'stderr', 'halt', 'error', 'close']);

export class BaseVM extends Facilities {
  /** What JavaScript knows of the VM. @protected @internal */
  known = new Known((fun, args) => this.self.call('erlang', 'apply', [fun, args]));
  #streams;

  /** @param {VMOptions} options */
  constructor(options) {
    super(options);
    this.#streams = new Streams(options);
  }

  /** @protected @override @param {string} name */
  checkEvent(name) {
    if (!NAMES_OF_EVENTS.has(name)) throw new ArgumentError(`no event ${shown(name)}`);
  }

  /**
   * The kinds of events that are to be recorded, as bits: those with subscribers. Exits of processes that the host has
   * started always are.
   * @protected
   */
  wantedEvents() {
    // A page needs the names of processes that crash (see streams.js).
    const crashes = this.#streams.isPage;
    return EVENT_NAMES.reduce(
      (bits, name, kind) => bits | (this.wants(name) || (name === 'crash' && crashes) ? 1 << kind : 0),
      0,
    );
  }

  /** Does what an event record asks for, and emits its event. @protected @param {EventRecord} record */
  deliverRecord(record) {
    switch (record.kind) {
      case HOST_EVENT_OUTPUT:
        return this.#streams.output(record, {
          wanted: (name) => this.wants(name),
          guarded: (name, handler) => this.guarded(name, handler),
          emit: (name, event) => void this.emit(name, event),
        });
      case HOST_EVENT_INPUT:
        return void this.#input(this.known.word(record.subject));
      case HOST_EVENT_VALUE_FREED:
        return this.known.handles.freed(Math.floor(record.detail / 2 ** 32), record.detail % 2 ** 32);
      case HOST_EVENT_LOAD_FAILED: {
        // The module of a function that was called; the caller got undef.
        const error = loadError(new TextDecoder().decode(record.bytes));
        this.notLoaded(error);
        return this.report(error);
      }
      default: {
        const name = EVENT_NAMES[record.kind];
        const subject = () => this.known.word(record.subject);
        if (name === 'crash') this.#streams.crashed(subject(), record);
        if (this.wants(name))
          this.emit(
            name,
            makeEvent(name, subject(), record, (it) => this.known.value(it)),
          );
        if (name !== 'exit' || this.self.closed) return;
        if (this.known.ended(record.subject, record.a)) this.bridgeEnded();
      }
    }
  }

  /** A module that was called could not be loaded. @protected @param {LoadError} _error */
  notLoaded(_error) {}

  /** The process that gets the results of calls has ended. @protected */
  bridgeEnded() {}

  /** @param {Pid} pid the process that reads */
  async #input(pid) {
    let data = null;
    this.self.hold(1);
    try {
      data = await this.#streams.input();
    } catch (error) {
      this.report(error, 'stdin');
    }
    this.self.hold(-1);
    this.tell(pid, Tuple.from([Atom.for('spawnlink_input'), data ?? Atom.for('eof')]));
  }

  /**
   * Sends a message from the host, unless the VM was closed or has halted meanwhile.
   * @protected
   * @param {any} to
   * @param {any} message
   */
  tell(to, message) {
    if (!this.self.closed && this.self.haltStatus === undefined) this.self.send(to, message);
  }

  /** Lets a value go that Erlang code holds. @internal @param {unknown} value */
  release(value) {
    this.known.handles.release(value);
  }
}
