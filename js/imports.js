// SPDX-License-Identifier: Apache-2.0
//
// What vm.wasm imports (module "env", declared in src/host/wasm.c): clock, entropy, module bytes, zlib. Each function
// answers at once and calls nothing of the VM.

import { inflateSync, zlibSync, gunzipSync, Inflate } from 'fflate';

/**
 * @typedef {object} Clock
 * @property {() => number} monotonic microseconds, never going back
 * @property {() => number} system microseconds since 1970
 * @property {(us: number) => void} advanceTo
 * @property {boolean} virtual
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
 * A clock that moves only when the VM has nothing to do but wait, and a little whenever it is read: the same program reads
 * the same times.
 * @param {number} epochMs the system time at the start
 * @returns {Clock}
 */
export function virtualClock(epochMs) {
  let now = 1_000_000;
  const epoch = epochMs * 1000 - now;
  return {
    virtual: true,
    monotonic: () => now++,
    system: () => epoch + now++,
    advanceTo(us) {
      if (us > now) now = us;
    },
  };
}

/**
 * Random bytes: of the host, or by a seed.
 * @param {number | undefined} seed
 * @returns {(bytes: Uint8Array) => void}
 */
export function randomSource(seed) {
  if (seed === undefined) {
    return (bytes) => {
      for (let at = 0; at < bytes.length; at += 65536) crypto.getRandomValues(/** @type {Uint8Array<ArrayBuffer>} */ (bytes.subarray(at, at + 65536)));
    };
  }
  let state = (seed ^ 0x9e3779b9) >>> 0;
  return (bytes) => {
    for (let i = 0; i < bytes.length; i++) {
      // mulberry32
      state = (state + 0x6d2b79f5) >>> 0;
      let t = Math.imul(state ^ (state >>> 15), 1 | state);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      bytes[i] = (t ^ (t >>> 14)) >>> 24;
    }
  };
}

/**
 * The zlib of the host, if it has one, else fflate's. All but inflate and deflate are given whole inputs.
 * @param {typeof import('node:zlib') | undefined} zlib
 */
export function compression(zlib) {
  return {
    /** @param {Uint8Array} data @param {number} size of the result @returns {Uint8Array} */
    inflateRaw: (data, size) => (zlib ? zlib.inflateRawSync(data) : inflateSync(data, { out: new Uint8Array(size) })),
    /**
     * A zlib stream that may be followed by other bytes; also tells how many bytes it took.
     * @param {Uint8Array} data
     * @param {number} size
     * @returns {{out: Uint8Array, used: number}}
     */
    inflate(data, size) {
      if (zlib) {
        const result = /** @type {any} */ (zlib.inflateSync(data, /** @type {any} */ ({ info: true, maxOutputLength: Math.max(size, 1) })));
        return { out: result.buffer, used: result.engine.bytesWritten };
      }
      // fflate does not say where the stream ended, and nobody but binary_to_term(B, [used]) wants to know.
      if (((data[0] << 8) | data[1]) % 31 !== 0 || (data[0] & 15) !== 8) throw new Error('not a zlib stream');
      const out = inflateSync(data.subarray(2), { out: new Uint8Array(size) });
      return { out, used: data.length };
    },
    /** @param {Uint8Array} data @param {number} level @returns {Uint8Array} */
    deflate: (data, level) => (zlib ? zlib.deflateSync(data, { level }) : zlibSync(data, { level: /** @type {any} */ (level < 0 ? 6 : Math.min(level, 9)) })),
    /** @param {Uint8Array} data @returns {Uint8Array} */
    gunzip: (data) => (zlib ? zlib.gunzipSync(data) : gunzipSync(data)),
  };
}

/** Functions of a number or two, in the order of enum host_math (src/host/wasm_libc.c). @type {((x: number, y: number) => number)[]} */
const MATH = [
  Math.sin,
  Math.cos,
  Math.tan,
  Math.asin,
  Math.acos,
  Math.atan,
  Math.sinh,
  Math.cosh,
  Math.tanh,
  Math.asinh,
  Math.acosh,
  Math.atanh,
  Math.atan2,
  (x, y) => x % y,
];

/**
 * @param {object} host
 * @param {() => WebAssembly.Memory} host.memory
 * @param {Clock} host.clock
 * @param {(bytes: Uint8Array) => void} host.random
 * @param {ReturnType<typeof compression>} host.zlib
 * @param {(name: string) => Uint8Array | null | 'pending'} host.module
 * @returns {WebAssembly.Imports}
 */
export function imports({ memory, clock, random, zlib, module }) {
  const bytes = (/** @type {number} */ at, /** @type {number} */ n) => new Uint8Array(memory().buffer, at >>> 0, n >>> 0);
  const text = new TextDecoder();
  /** Answer of the last call, waiting to be taken. */
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
      host_utc_offset: (/** @type {number} */ seconds) => (clock.virtual ? 0 : -new Date(seconds * 1000).getTimezoneOffset() * 60),
      host_random: (/** @type {number} */ at, /** @type {number} */ n) => random(bytes(at, n)),
      host_module(/** @type {number} */ at, /** @type {number} */ n) {
        const found = module(text.decode(bytes(at, n)));
        if (found === 'pending') return -2;
        return found ? keep(() => found) : -1;
      },
      host_inflate: (/** @type {number} */ at, /** @type {number} */ n, /** @type {number} */ size) =>
        keep(() => {
          const result = zlib.inflate(bytes(at, n), size >>> 0);
          used = result.used;
          return result.out;
        }),
      host_deflate: (/** @type {number} */ at, /** @type {number} */ n, /** @type {number} */ level) => keep(() => zlib.deflate(bytes(at, n), level)),
      host_gunzip: (/** @type {number} */ at, /** @type {number} */ n) => keep(() => zlib.gunzip(bytes(at, n))),
      host_take(/** @type {number} */ at) {
        bytes(at, kept.length).set(kept);
        kept = new Uint8Array();
        return used;
      },
    },
  };
}
