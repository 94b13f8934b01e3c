// SPDX-License-Identifier: Apache-2.0
//
// What spawn and call are given: options, arguments, counts. Loaded with the machine.

import { atom, boolean } from './arguments.js';
import { ArgumentError } from '../base/errors.js';
import { only, shown } from '../term/only.js';
import { JsProcess } from './process.js';
import { Atom, Pid, Tuple } from '../term/term.js';

/** @import { Term } from '../term/term.js' */

/**
 * @typedef {object} SpawnOptions
 * @property {string | Atom} [name] registered name
 * @property {JsProcess} [parent] who spawns it
 * @property {boolean} [link] to the parent
 * @property {'max' | 'high' | 'normal' | 'low'} [priority]
 * @property {number} [minHeapSize] words
 * @property {number} [maxHeapSize] words; a process that grows beyond is killed
 * @property {Pid | JsProcess} [groupLeader]
 */

/**
 * Erlang's names of the spawn options, and what their values must be.
 * @type {Record<string, [string, (value: any, what: string) => Term]>}
 */
const SPAWN_OPTIONS = {
  name: ['name', atom],
  parent: ['parent', pidOf],
  groupLeader: ['group_leader', pidOf],
  priority: ['priority', priority],
  minHeapSize: ['min_heap_size', count],
  maxHeapSize: ['max_heap_size', count],
};

export const SPAWN_NAMES = `link ${Object.keys(SPAWN_OPTIONS).join(' ')}`;

/** @param {SpawnOptions} given @returns {Term[]} */
export function spawnOptions(given) {
  const { link, ...options } = only(given, 'spawn', SPAWN_NAMES);
  /** @type {Term[]} */
  const list = [];
  for (const [key, value] of Object.entries(options)) {
    const [name, convert] = SPAWN_OPTIONS[key];
    if (value !== undefined) list.push(Tuple.from([Atom.for(name), convert(value, key)]));
  }
  if (boolean(link ?? false, 'link')) {
    if (!options.parent) throw new ArgumentError('link needs a parent');
    list.push(Atom.for('link'));
  }
  return list;
}

/** @param {Term[]} args */
export function array(args) {
  if (Array.isArray(args)) return args;
  throw new ArgumentError(`the arguments of a function are an array, not ${shown(args)}`);
}

/** @param {number} value @param {string} what */
export function count(value, what) {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new ArgumentError(`${what} is a positive integer, not ${shown(value)}`);
}

/** @param {string | Atom} value */
function priority(value) {
  if (/^(max|high|normal|low)$/.test(atom(value, 'priority').name)) return atom(value, '');
  throw new ArgumentError(`priority is max, high, normal or low, not ${shown(String(value))}`);
}

/** @param {Pid | JsProcess} value @param {string} what */
function pidOf(value, what) {
  if (value instanceof Pid) return value;
  if (value instanceof JsProcess) return value.pid;
  throw new ArgumentError(`${what} is a Pid or a JsProcess, not ${shown(value)}`);
}
