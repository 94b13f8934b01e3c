// SPDX-License-Identifier: Apache-2.0
//
// Makes of a record of the VM the object that the handlers of the event are called with.

import { EVENT_END, EXIT_CAUSE_NAMES, SIGNAL_NAMES } from '../base/seam.js';
import { Atom, Tuple } from '../term/term.js';

/** @import { Pid } from '../term/term.js' */
/** @import { EventRecord, Word } from './machine.js' */

/**
 * @param {string} name of the event
 * @param {Pid} pid the record's subject
 * @param {EventRecord} record
 * @param {(value: Word | Uint8Array | undefined) => any} read makes the term of a value of the record
 * @returns {any}
 */
export function makeEvent(name, pid, record, read) {
  const a = read(record.a);
  const b = read(record.b);
  const about = record.process;
  const known = { pid, name: about?.name || undefined, initialCall: about?.call };
  switch (name) {
    case 'exit':
      return { ...known, reason: a, normal: a === Atom.for('normal') };
    case 'signal':
      return {
        from: a,
        to: pid,
        reason: b,
        cause: EXIT_CAUSE_NAMES[record.detail >> 8],
        outcome: SIGNAL_NAMES[record.detail & 255],
      };
    case 'spawn':
      return { pid, parent: a, initialCall: known.initialCall };
    case 'message':
      return { from: a, to: pid, message: b };
    case 'crash': {
      const [reason, stack] = a instanceof Tuple && a.length === 2 ? a : [a, []];
      return { ...known, reason, stack };
    }
    case 'down':
      return { pid, target: a, reason: b };
    default:
      return { pid, [EVENT_END[record.kind]]: name.endsWith('register') ? String(a) : a };
  }
}
