// SPDX-License-Identifier: Apache-2.0
//
// class Modules: looks for the modules that a VM does not have, asking one finder after the other. A finder may return
// a promise; then the VM asks again when the module has arrived.

import { asBytes } from '../base/bytes.js';
import { ArgumentError, AssetError } from '../base/errors.js';
import { shown } from '../term/only.js';

/** @import { ModuleFinder } from '../otp/otp.js' */

export class Modules {
  #finders;
  #vm;
  /**
   * What was fetched for a module and not yet taken by the VM: its bytes; null, there is no such module; or an error.
   * @type {Map<string, Uint8Array | Error | null>}
   */
  #arrived = new Map();
  /** @type {Set<string>} */
  #fetching = new Set();
  /**
   * The results for modules that were looked for: true, found; null, no finder has it; or an error.
   * @type {Map<string, unknown>}
   */
  asked = new Map();

  /**
   * @param {ModuleFinder[]} finders
   * @param {{report: (error: unknown, where?: string) => void, arrived: () => void, closed: () => boolean}} vm
   *   `report` reports an error that no promise rejects with, `arrived` makes the VM ask again, `closed` says whether
   *   the VM is closed
   */
  constructor(finders, vm) {
    this.#finders = finders;
    this.#vm = vm;
  }

  /** Adds a finder that is asked before all others. @param {ModuleFinder} finder */
  first(finder) {
    this.#finders.unshift(finder);
  }

  /** Whether modules are being fetched. */
  get fetching() {
    return this.#fetching.size > 0;
  }

  /** Forgets what was fetched, because no process waits for it any more. */
  forget() {
    if (this.#arrived.size > 0) this.#arrived.clear();
  }

  /**
   * Looks for a module that the VM does not have.
   * @param {string} name
   * @returns {Uint8Array | Error | null | 'pending'}
   */
  find(name) {
    const arrived = this.#arrived.get(name);
    if (arrived !== undefined) return arrived;
    if (this.#fetching.has(name)) return 'pending';
    return this.#find(name, 0, null);
  }

  /**
   * @param {string} name
   * @param {number} from
   * @param {Error | null} fault what an earlier finder failed with
   * @returns {Uint8Array | Error | null | 'pending'}
   */
  #find(name, from, fault) {
    for (let i = from; i < this.#finders.length; i++) {
      let found;
      try {
        found = /** @type {any} */ (this.#finders[i](name));
        if (typeof found?.then === 'function') {
          this.#fetch(name, i, found, fault);
          return 'pending';
        }
        const bytes = bytesOfModule(name, found);
        if (bytes) {
          this.asked.set(name, true);
          return bytes;
        }
      } catch (error) {
        fault = this.#faulty(error);
      }
    }
    this.asked.set(name, fault);
    if (fault instanceof AssetError) queueMicrotask(() => this.#vm.report(fault));
    return fault;
  }

  /**
   * Reports the error of a finder. A file that cannot be had is reported later, if no other finder has the module.
   * @param {unknown} error
   */
  #faulty(error) {
    if (!(error instanceof AssetError)) queueMicrotask(() => this.#vm.report(error, 'modules'));
    return Object(error);
  }

  /**
   * @param {string} name
   * @param {number} index
   * @param {Promise<Uint8Array | null | undefined>} promise
   * @param {Error | null} fault
   */
  async #fetch(name, index, promise, fault) {
    this.#fetching.add(name);
    /** @type {Uint8Array | Error | null | 'pending' | undefined} */
    let bytes;
    try {
      bytes = bytesOfModule(name, await promise);
    } catch (error) {
      fault = this.#faulty(error);
    }
    this.#fetching.delete(name);
    if (this.#vm.closed()) return;
    if (bytes) this.asked.set(name, true);
    else bytes = this.#find(name, index + 1, fault);
    if (bytes === 'pending') return;
    this.#arrived.set(name, bytes);
    this.#vm.arrived();
  }
}

/** Checks what a finder has returned. @param {string} name @param {unknown} found */
function bytesOfModule(name, found) {
  const bytes = found == null ? null : asBytes(found);
  if (bytes === undefined) throw new ArgumentError(`of module ${name} came what is no bytes, but ${shown(found)}`);
  return bytes;
}
