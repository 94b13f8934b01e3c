// SPDX-License-Identifier: Apache-2.0
//
// Converts what OTP's compiler and its parts report about Erlang source into objects, and into an error that contains
// them. Loaded by eval.js and compile.js.

import { CompileError } from '../base/errors.js';
import { text } from '../term/term.js';

/** @import { Diagnostic } from '../base/errors.js' */

/** Makes diagnostics of a list of {Severity, File, Line, Column, Text}. @param {any[]} terms @returns {Diagnostic[]} */
export const diagnostics = (terms) =>
  terms.map(([severity, file, line, column, message]) => ({
    severity: severity.name,
    file: text(file),
    line,
    column,
    message: text(message),
  }));

/** Makes the error; its message has a line for each diagnostic. @param {Diagnostic[]} found */
export function compileError(found) {
  const errors = found.filter(({ severity }) => severity === 'error');
  // There may be none: of warnings_as_errors.
  const lines = (errors.length > 0 ? errors : found).map(
    ({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`,
  );
  return new CompileError(lines.join('\n'), found);
}
