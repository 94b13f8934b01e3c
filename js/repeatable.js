// SPDX-License-Identifier: Apache-2.0
//
// Time and chance that are the same in every run: the options `clock: 'virtual'` and `seed`. Loaded only when one of them
// is given.

/** @import { Clock } from './imports.js' */

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
 * Random bytes by a seed.
 * @param {number} seed
 * @returns {(bytes: Uint8Array) => void}
 */
export function seededRandom(seed) {
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
