// SPDX-License-Identifier: Apache-2.0
//
// Time that is the same in every run: the option `clock: 'virtual'`. Loaded only when it, or another rare option, is
// given.

/** @import { Clock } from '../host/imports.js' */

/**
 * A clock that moves only when the VM has nothing to do but wait, and a little whenever it is read: the same program
 * reads the same times.
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
