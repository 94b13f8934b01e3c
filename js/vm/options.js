// SPDX-License-Identifier: Apache-2.0
//
// The options of createVM that few give: other clocks and chance. Loaded only when one of them is given.

import { virtualClock } from './repeatable.js';

/** @import { Clock } from '../host/imports.js' */
/** @import { VMOptions } from './create.js' */

/**
 * What the options ask for; undefined where the host's own will do.
 * @param {VMOptions} options
 * @returns {{clock?: Clock, seed?: number}}
 */
export function openOptions(options) {
  const virtual = options.clock === 'virtual';
  const clock =
    typeof options.clock === 'object' ? options.clock : virtual ? virtualClock(Date.UTC(2025, 0, 1)) : undefined;
  return { clock, seed: options.seed ?? (virtual ? 1 : undefined) };
}
