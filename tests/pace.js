// SPDX-License-Identifier: Apache-2.0
//
// How slow this machine is just now: budgets of time are meant for one on which a new Node is ready after NODE_MS, and
// are multiplied by what this says. Two machines of the same kind differ by a factor of three, and so do two hours of
// one.

import { execFileSync } from 'node:child_process';

/**
 * After how many milliseconds a new Node runs the first line of a program, on the machine the budgets are meant for.
 */
const NODE_MS = 40;

/**
 * At least 1: the least of some new Nodes' times by NODE_MS. To be asked beside what is measured, not once for all.
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
