// SPDX-License-Identifier: Apache-2.0
//
// The functions that vm.wasm imports from its host (module "env", declared in src/host/wasm.c): the clock, the bytes of
// modules, files, inflate, some functions of Math. The core calls them in the middle of a tick, so each returns at once
// and none calls the VM.

import { MATH_NAMES, MODULE_NONE, MODULE_PENDING, MODULE_WHY } from '../base/seam.js';
import { TextDecoder } from '../base/host.js';

/**
 * @typedef {object} Clock
 * @property {() => number} monotonic monotonic time in microseconds, which never goes back
 * @property {() => number} system system time in microseconds since 1970 (UTC)
 * @property {(us: number) => void} advanceTo moves a virtual clock forward to this monotonic time; a real clock
 *   ignores it
 * @property {boolean} virtual whether the clock moves only when it is told to
 */

/** The host's clock. @returns {Clock} */
export function realClock() {
  const origin = performance.now();
  return {
    virtual: false,
    monotonic: () => Math.floor((performance.now() - origin) * 1000) + 1_000_000,
    system: () => Math.floor((performance.timeOrigin + performance.now()) * 1000),
    advanceTo() {},
  };
}

/**
 * Serves the import host_file (src/base/hostcalls.h): files.js the operations below 32, ports.js those from 32 on,
 * library.js those of the libraries. It answers with a number, which is negative for an error, or with bytes.
 * @typedef {(operation: number, handle: number, bytes: Uint8Array, number: number) => number | Uint8Array} HostFiles
 */

/**
 * The inflate functions of node:zlib or fflate.
 * @typedef {object} Compression
 * @property {(data: Uint8Array, size: number) => Uint8Array} inflateRaw `size`: number of bytes of the result
 * @property {(data: Uint8Array, size: number) => {out: Uint8Array, used: number}} inflate inflates a zlib stream, which
 *   other bytes may follow; `used` is the number of bytes that the stream had
 * @property {(data: Uint8Array) => Uint8Array} gunzip
 */

/**
 * Mathematical functions of one or two numbers, by their numbers in host_math of src/base/seam.tab.
 * @type {((x: number, y: number) => number)[]}
 */
const MATH = MATH_NAMES.map(
  (name) => /** @type {any} */ (Math)[name] ?? ((/** @type {number} */ x, /** @type {number} */ y) => x % y),
);

/** Says why a module could not be had, and names the module. @param {string} name @param {any} error what was thrown */
export function whyNot(name, error) {
  const message = String(error.message ?? error);
  return message.includes(name) ? message : `module ${name}: ${message}`;
}

/**
 * The import object of one instance of vm.wasm.
 * @param {object} host
 * @param {() => WebAssembly.Memory} host.memory the instance's memory, once it is made
 * @param {Clock} host.clock
 * @param {Compression} host.zlib
 * @param {(name: string) => Uint8Array | Error | null | 'pending'} host.module the bytes of a module; null if there is
 *   none; an error if it could not be had; 'pending' while it is fetched
 * @param {HostFiles} host.files
 * @returns {WebAssembly.Imports}
 */
export function imports({ memory, clock, zlib, module, files }) {
  const bytes = (/** @type {number} */ at, /** @type {number} */ n) =>
    new Uint8Array(memory().buffer, at >>> 0, n >>> 0);
  const text = new TextDecoder();
  /** The bytes that the last call answered with, until host_take copies them into the VM. */
  let kept = /** @type {Uint8Array} */ (new Uint8Array());
  let used = 0;
  const keep = (/** @type {() => Uint8Array} */ make) => {
    try {
      kept = make();
      return kept.length;
    } catch {
      kept = new Uint8Array();
      return -1;
    }
  };
  return {
    env: {
      host_monotonic: clock.monotonic,
      host_system: clock.system,
      host_math: (/** @type {number} */ which, /** @type {number} */ x, /** @type {number} */ y) => MATH[which](x, y),
      host_utc_offset: (/** @type {number} */ seconds) =>
        clock.virtual ? 0 : -new Date(seconds * 1000).getTimezoneOffset() * 60,
      host_module(/** @type {number} */ at, /** @type {number} */ n) {
        const name = text.decode(bytes(at, n));
        const found = module(name);
        if (found === 'pending') return MODULE_PENDING;
        if (found instanceof Uint8Array) return keep(() => found);
        return found ? MODULE_WHY - keep(() => new TextEncoder().encode(whyNot(name, found))) : MODULE_NONE;
      },
      host_inflate: (/** @type {number} */ at, /** @type {number} */ n, /** @type {number} */ size) =>
        keep(() => {
          const result = zlib.inflate(bytes(at, n), size >>> 0);
          used = result.used;
          return result.out;
        }),
      host_gunzip: (/** @type {number} */ at, /** @type {number} */ n) => keep(() => zlib.gunzip(bytes(at, n))),
      host_file(
        /** @type {number} */ operation,
        /** @type {number} */ handle,
        /** @type {number} */ at,
        /** @type {number} */ n,
        /** @type {number} */ number,
      ) {
        const answer = files(operation, handle, bytes(at, n).slice(), number);
        if (typeof answer === 'number') return answer;
        kept = answer;
        return answer.length;
      },
      host_take(/** @type {number} */ at) {
        bytes(at, kept.length).set(kept);
        kept = new Uint8Array();
        return used;
      },
    },
  };
}
