// SPDX-License-Identifier: Apache-2.0
//
// Measures how slow this machine is at present. Budgets of time are meant for a machine on which a new Node is ready
// after NODE_MS, and are multiplied by the result. Two machines of the same kind differ by a factor of three, and so
// does one machine from hour to hour.

import { execFileSync } from 'node:child_process';

/**
 * Milliseconds until a new Node runs the first line of a program, on the machine that the budgets are meant for.
 */
const NODE_MS = 40;

/**
 * The shortest start of several new Nodes divided by NODE_MS, but at least 1. Call this next to each measurement, not
 * once for all.
 *
 * @param {number} [runs]
 * @param {string[]} [flags] for Node
 */
export function pace(runs = 5, flags = []) {
  const ready = () =>
    Number(
      execFileSync(process.execPath, [...flags, '-e', 'process.stdout.write(String(performance.now()))'], {
        encoding: 'utf8',
      }),
    );
  return Math.max(1, Math.min(...Array.from({ length: runs }, ready)) / NODE_MS);
}
