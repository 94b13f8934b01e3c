// SPDX-License-Identifier: Apache-2.0
//
// Where in the program an error was: the first line of its stack that is in none of OTP's modules, and Erlang's words
// for it.

import { Tuple } from '../../../js/term/term.js';
import { stackEntries, wording } from '../../../js/vm/wording.js';

/** Reasons hold reasons: of a caller, that of the server which it has called. */
const DEPTH = 4;

/**
 * @param {any} reason of an exit
 * @returns {{file: string, line: number, text: string} | undefined} undefined: it has no stack, or none with a line of
 *   the program
 */
export function faultOf(reason) {
  for (let depth = 0; depth < DEPTH && reason instanceof Tuple && reason.length === 2; depth++) {
    const stack = stackEntries(reason.at(1));
    const at = stack.find(({ file }) => file !== undefined && isOwn(file));
    if (at) return { file: at.file, line: at.line, text: wordsOf(reason.at(0), stack) };
    reason = reason.at(0);
  }
  return undefined;
}

/** Files of the program have no folder, and OTP's modules are compiled with the name of their file alone as well. */
let own = new Set();
const isOwn = (file) => own.has(file);

/** @param {string[]} files names of the program's files */
export function ownFiles(files) {
  own = new Set(files);
}

/** {nocatch, Term} is a throw that nobody has caught. */
function wordsOf(reason, stack) {
  const thrown = reason instanceof Tuple && reason.length === 2 && String(reason.at(0)) === 'nocatch';
  return thrown ? wording('throw', reason.at(1), stack) : wording('error', reason, stack);
}
