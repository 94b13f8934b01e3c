// SPDX-License-Identifier: Apache-2.0
//
// The options of createVM that few give: limits, other clocks and chance. Checked and made here; loaded only when
// one of them is given, or one that there is not.

import { ArgumentError } from './errors.js';
import { only } from './only.js';
import { virtualClock } from './repeatable.js';

/** @import { Clock } from './imports.js' */
/** @import { VMOptions } from './create.js' */

/** Options that are counts. */
const COUNTS = /** @type {const} */ (['memoryLimit', 'maxProcesses', 'seed', 'slice']);

const NAMES =
  'wasm re zlib zstd otp modules files ports fallback memoryLimit maxProcesses seed clock boot node shell args env stdout stderr stdin budget autostart slice gcStress';

/** @param {VMOptions} options */
function check(options) {
  only(options, 'createVM', NAMES);
  if (options.node !== undefined) only(options.node, "createVM's node", 'name cookie hidden');
  for (const key of COUNTS) {
    const value = options[key];
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= 0)) throw new ArgumentError(`${key} is a positive integer`);
  }
  const { budget = 8, clock = 'real' } = options;
  if (!(budget > 0)) throw new ArgumentError('budget is a positive number');
  if (typeof clock !== 'object' && clock !== 'real' && clock !== 'virtual') throw new ArgumentError("clock is 'real' or 'virtual'");
}

/**
 * What the options ask for; undefined where the host's own will do.
 * @param {VMOptions} options
 * @returns {{clock?: Clock, seed?: number}}
 */
export function openOptions(options) {
  check(options);
  const virtual = options.clock === 'virtual';
  const clock = typeof options.clock === 'object' ? options.clock : virtual ? virtualClock(Date.UTC(2025, 0, 1)) : undefined;
  return { clock, seed: options.seed ?? (virtual ? 1 : undefined) };
}
