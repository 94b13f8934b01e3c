// SPDX-License-Identifier: Apache-2.0
//
// The virtual clock (option `clock: 'virtual'`), by which a program sees the same times in every run. Loaded with
// options.js.

/** @import { Clock } from '../host/imports.js' */

/**
 * A clock that jumps to the next timer when the VM can only wait, and otherwise moves by a microsecond whenever it is
 * read; so the same program reads the same times.
 * @param {number} epochMs the system time at the start, in milliseconds since 1970
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
