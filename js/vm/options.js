// SPDX-License-Identifier: Apache-2.0
//
// The options of createVM that choose a clock or the seed of random numbers. Loaded only when one of them is given.

import { virtualClock } from './repeatable.js';

/** @import { Clock } from '../host/imports.js' */
/** @import { VMOptions } from './create.js' */

/**
 * The clock and the seed that the options ask for; undefined where they leave it to the host.
 * @param {VMOptions} options
 * @returns {{clock?: Clock, seed?: number}}
 */
export function openOptions(options) {
  const virtual = options.clock === 'virtual';
  const clock =
    typeof options.clock === 'object' ? options.clock : virtual ? virtualClock(Date.UTC(2025, 0, 1)) : undefined;
  return { clock, seed: options.seed ?? (virtual ? 1 : undefined) };
}
