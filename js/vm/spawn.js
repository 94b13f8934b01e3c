// SPDX-License-Identifier: Apache-2.0
//
// Checks the options and arguments of spawn and call, and makes terms of them. Loaded with machine.js.

import { atom, boolean } from './arguments.js';
import { ArgumentError } from '../base/errors.js';
import { only, shown } from '../term/only.js';
import { JsProcess } from './process.js';
import { Atom, Pid, Tuple } from '../term/term.js';

/** @import { Term } from '../term/term.js' */

/**
 * @typedef {object} SpawnOptions
 * @property {string | Atom} [name] the name under which the process is registered
 * @property {JsProcess} [parent] the JavaScript process that spawns it
 * @property {boolean} [link] whether the process is linked to its parent
 * @property {'max' | 'high' | 'normal' | 'low'} [priority]
 * @property {number} [minHeapSize] in words
 * @property {number} [maxHeapSize] in words; a process whose heap grows beyond is killed
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

/**
 * The options as the list of terms that the core expects. Throws an ArgumentError for a wrong one.
 * @param {SpawnOptions} given
 * @returns {Term[]}
 */
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

/** The arguments of a function, if they are an array; throws an ArgumentError otherwise. @param {Term[]} args */
export function array(args) {
  if (Array.isArray(args)) return args;
  throw new ArgumentError(`the arguments of a function are an array, not ${shown(args)}`);
}

/** The value, if it is an integer from 0 on; an ArgumentError otherwise. @param {number} value @param {string} what */
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
