// SPDX-License-Identifier: Apache-2.0
//
// The clock of the program's VM: the host's clock at a pace that can be changed; a pace of 0 stops it. It never goes
// back.

/** @param {number} pace */
export function pacedClock(pace = 1) {
  let host = performance.now();
  let us = 1_000_000;
  const epoch = Math.floor(performance.timeOrigin + host) * 1000 - us;
  const now = () => {
    const at = performance.now();
    us += (at - host) * 1000 * pace;
    host = at;
    return Math.floor(us);
  };
  return {
    virtual: false,
    monotonic: now,
    system: () => epoch + now(),
    advanceTo() {},
    /** @param {number} next */
    setPace(next) {
      now();
      pace = next;
    },
    /** Skips time, as a step to the next timer. @param {number} ms */
    skip(ms) {
      us += ms * 1000;
    },
  };
}
