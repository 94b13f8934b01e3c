// SPDX-License-Identifier: Apache-2.0
//
// Makes objects of the snapshot of all processes that the core writes (src/host/inspect.h), for `vm.inspect()`.

import {
  INSPECT_HIBERNATED,
  INSPECT_JS,
  INSPECT_STATE,
  INSPECT_SUSPENDED,
  INSPECT_TRAPS_EXITS,
  PRIORITY_NAMES,
  PROCESS_NAMES,
} from '../base/seam.js';
import { Fields, functionName } from './machine.js';

/** @import { Word } from './machine.js' */
/** @import { Pid } from '../term/term.js' */

/**
 * @typedef {object} ProcessInfo
 * @property {Pid} pid
 * @property {string | undefined} name
 * @property {{module: string, function: string, arity: number} | undefined} initialCall
 * @property {{module: string, function: string, arity: number} | undefined} current the function that it is executing
 * @property {'runnable' | 'running' | 'waiting' | 'exiting' | 'suspended' | 'hibernated'} state
 * @property {boolean} trapExit
 * @property {boolean} js whether it is a JavaScript process
 * @property {'max' | 'high' | 'normal' | 'low'} priority
 * @property {number} messages number of messages in its mailbox
 * @property {number} memory in bytes
 * @property {number} reductions how many it has executed
 * @property {Pid | undefined} parent
 * @property {Pid[]} links the processes that it is linked to
 * @property {Pid[]} monitors the processes that it monitors
 */

/** @typedef {{processes: ProcessInfo[]}} Snapshot */

/**
 * @param {Uint8Array} bytes
 * @param {(word: Word) => Pid} pid
 * @returns {Snapshot}
 */
export function readSnapshot(bytes, pid) {
  const r = new Fields(bytes);
  const pids = () => Array.from({ length: r.u32() }, () => pid(r.word()));
  const processes = Array.from({ length: r.u32() }, () => {
    const self = pid(r.word());
    const state = r.u8();
    const flags = r.u8();
    const priority = PRIORITY_NAMES[r.u8()];
    const initialArity = r.u8();
    const arity = r.u8();
    const messages = r.u32();
    const memory = r.u64();
    const reductions = r.u64();
    const parent = r.optionalWord();
    const [name, initialModule, initialFunction, module, fun] = Array.from({ length: 5 }, () => r.shortText());
    return {
      pid: self,
      name: name || undefined,
      initialCall: functionName(initialModule, initialFunction, initialArity),
      current: functionName(module, fun, arity),
      state:
        state & INSPECT_SUSPENDED
          ? /** @type {const} */ ('suspended')
          : state & INSPECT_HIBERNATED
            ? /** @type {const} */ ('hibernated')
            : PROCESS_NAMES[state & INSPECT_STATE],
      trapExit: (flags & INSPECT_TRAPS_EXITS) !== 0,
      js: (flags & INSPECT_JS) !== 0,
      priority,
      messages,
      memory,
      reductions,
      parent: parent && pid(parent),
      links: pids(),
      monitors: pids(),
    };
  });
  return { processes };
}
