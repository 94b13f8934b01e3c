// SPDX-License-Identifier: Apache-2.0
//
// Finds where in the program an error happened: the first line of the stack that is in none of OTP's modules; and
// Erlang's words for the error.

import { Tuple } from '../../../js/term/term.js';
import { stackEntries, wording } from '../../../js/vm/wording.js';

/** How deep to look into reasons: the reason of a caller contains that of the server that it has called. */
const DEPTH = 4;

/**
 * @param {any} reason an exit reason
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

/** The program's files have no folder, and neither have OTP's modules here, so the names of the files are needed. */
let own = new Set();
const isOwn = (file) => own.has(file);

/** @param {string[]} files the names of the program's files */
export function ownFiles(files) {
  own = new Set(files);
}

/** {nocatch, Term} is a throw that was not caught. */
function wordsOf(reason, stack) {
  const thrown = reason instanceof Tuple && reason.length === 2 && String(reason.at(0)) === 'nocatch';
  return thrown ? wording('throw', reason.at(1), stack) : wording('error', reason, stack);
}
