// SPDX-License-Identifier: Apache-2.0
//
// class Streams: the standard input and output of a VM. Output goes to the option `stdout` or `stderr`, to the handlers
// of the event of that name, and, where neither takes it, to the streams of the host or the console of the page.

import { asBytes } from '../base/bytes.js';
import { ArgumentError } from '../base/errors.js';
import { TextDecoder } from '../base/host.js';
import { shown } from '../term/only.js';

/** @import { VMOptions } from './create.js' */
/** @import { EventRecord } from './machine.js' */
/** @import { OutputEvent } from './vm.js' */

/**
 * What the VM does for its output.
 * @typedef {object} Receiver
 * @property {(name: string) => boolean} wanted whether an event has handlers
 * @property {(name: string, handler: () => any) => void} guarded calls a handler and reports what it throws
 * @property {(name: 'stdout' | 'stderr', event: OutputEvent) => void} emit
 */

export class Streams {
  #options;
  /**
   * In a page: the names of processes that have crashed, by pid, until their crash reports are written.
   * @type {Map<string, string>}
   */
  #casualties = new Map();
  /** Whether output that nobody takes can only go to the console. */
  isPage = !hasStdout();

  /** @param {VMOptions} options */
  constructor(options) {
    this.#options = options;
  }

  /** A process has crashed, whose crash report is to come. @param {any} pid @param {EventRecord} record */
  crashed(pid, record) {
    if (this.isPage && record.process?.name) this.#casualties.set(String(pid), record.process.name);
  }

  /** @param {EventRecord} record @param {Receiver} vm */
  output(record, vm) {
    const name = record.detail === 2 ? 'stderr' : 'stdout';
    const bytes = record.bytes ?? new Uint8Array();
    const event = { bytes, text: new TextDecoder().decode(bytes) };
    const option = this.#options[name];
    if (typeof option === 'function') vm.guarded(name, () => option(event.text, bytes));
    else if (option !== false && (option === true || !vm.wanted(name))) this.#write(name, event);
    vm.emit(name, event);
  }

  /**
   * Writes output that no option or handler takes. In a page it goes to the console; reports of errors are logged as
   * errors, with the name of the process.
   * @param {'stdout' | 'stderr'} name
   * @param {OutputEvent} event
   */
  #write(name, { text, bytes }) {
    const stream = this.isPage ? undefined : globalThis.process[name];
    if (stream?.write) return stream.write(bytes);
    const names = this.#casualties;
    const report = /^=(ERROR|CRASH|SUPERVISOR) REPORT/.test(text);
    const named = text.replace(/process (<[\d.]+>) with/, (all, pid) => {
      const registered = report && names.get(pid);
      return names.delete(pid) && registered ? `process ${registered} ${pid} with` : all;
    });
    console[report || name === 'stderr' ? 'error' : 'log'](named.replace(/\n$/, ''));
  }

  /** The next piece of input that the option `stdin` gives; null at its end. */
  async input() {
    const data = (await this.#options.stdin?.()) ?? null;
    if (data !== null && typeof data !== 'string' && !asBytes(data))
      throw new ArgumentError(`stdin gave what is neither a string nor bytes, but ${shown(data)}`);
    return data;
  }
}

/**
 * Whether the host has a standard output. Node makes the object process.stdout when it is first read, which takes as
 * long as a twentieth of the start of a VM; so where that is a getter, it is not read.
 */
function hasStdout() {
  const found = Object.getOwnPropertyDescriptor(globalThis.process ?? {}, 'stdout');
  return Boolean(found?.get ?? globalThis.process?.stdout?.write);
}
