// SPDX-License-Identifier: Apache-2.0
//
// What vm.compile does: has OTP's compiler, inside the VM, compile modules from text (src/erl/bridge/
// spawnlink_compile.erl), and loads them. Loaded when first used.

import { ArgumentError, TimeoutError } from '../base/errors.js';
import { compileError, diagnostics } from './diagnostics.js';
import { only, shown } from '../term/only.js';
import { Tuple, isPlain } from '../term/term.js';

/** @import { Diagnostic } from '../base/errors.js' */
/** @import { VMOptions } from './create.js' */
/** @import { VM } from './vm.js' */
/** @import { Term } from '../term/term.js' */

/**
 * Options of vm.compile.
 * @typedef {object} CompileOptions
 * @property {string} [file] the name of the source, for diagnostics and stacks; by default that of its module
 * @property {Record<string, string>} [files] more files, by their names: those that end in '.erl' are compiled too, and
 *   all can be included (`-include("a.hrl")`, `-include_lib("app/include/a.hrl")`)
 * @property {Term[]} [compilerOptions] options of OTP's compile:forms/2 and the macros of erlc, as terms:
 *   `[Atom.for('warnings_as_errors'), tuple(Atom.for('d'), Atom.for('TEST'))]`
 * @property {(warning: Diagnostic) => void} [onWarning] is called for each warning; without it they are not told
 * @property {number} [timeout] in milliseconds
 * @property {AbortSignal} [signal]
 */

/** The name of the file of a source without one, by the name of its module. @param {string} source */
const fileOf = (source) => `${/^\s*-\s*module\s*\(\s*'?([\w@]+)/m.exec(source)?.[1] ?? 'source'}.erl`;

/** @param {unknown} value @param {string} what @returns {string} */
function string(value, what) {
  if (typeof value === 'string' && value !== '') return value;
  throw new ArgumentError(`${what}, not ${shown(value)}`);
}

/**
 * All files as [{Name, Text}].
 * @param {string | undefined} source
 * @param {CompileOptions} options
 */
function all(source, { file, files = {} }) {
  if (typeof files !== 'object' || files === null || !isPlain(files))
    throw new ArgumentError(`files is an object of texts by the names of files, not ${shown(files)}`);
  const named = Object.entries(files).map(([name, text]) => {
    if (typeof text !== 'string') throw new ArgumentError(`the file ${name} is a string, not ${shown(text)}`);
    return Tuple.from([string(name, 'the name of a file is a string'), text]);
  });
  if (file !== undefined) string(file, 'file is the name of the source');
  if (file !== undefined && !file.endsWith('.erl')) throw new ArgumentError(`file ends in .erl, unlike ${shown(file)}`);
  if (source !== undefined) named.unshift(Tuple.from([file ?? fileOf(source), source]));
  if (!named.some((it) => it.at(0).endsWith('.erl')))
    throw new ArgumentError('compile takes the text of a module, or files of which one ends in .erl');
  return named;
}

/**
 * @param {VM} vm
 * @param {VMOptions} own the options of the VM: whether it has files of its own, among which others are looked for
 * @param {string | CompileOptions} given the source or, where all is in `files`, the options
 * @param {CompileOptions} options
 * @returns {Promise<string[]>}
 */
export async function compile(vm, own, given, options) {
  const source = typeof given === 'string' ? given : undefined;
  const usual = source === undefined ? /** @type {CompileOptions} */ (given) : options;
  const {
    compilerOptions = [],
    onWarning,
    timeout,
    signal,
  } = only(usual, 'compile', 'file files compilerOptions onWarning timeout signal');
  if (onWarning !== undefined && typeof onWarning !== 'function')
    throw new ArgumentError(`onWarning is a function, not ${shown(onWarning)}`);
  if (!Array.isArray(compilerOptions))
    throw new ArgumentError(`compilerOptions is an array of terms, not ${shown(compilerOptions)}`);
  const args = [all(source, usual), compilerOptions, Boolean(own.files || own.boot)];
  const results = await vm.call('spawnlink_compile', 'compile', args, { timeout, signal }).catch(late);
  const told = diagnostics(results.flatMap((/** @type {any} */ [, said]) => said));
  const beams = results.map((/** @type {any} */ [outcome]) => (outcome instanceof Tuple ? outcome.at(2) : undefined));
  if (beams.includes(undefined)) throw compileError(told);
  for (const warning of told) onWarning?.(warning);
  // A VM in a worker has them loaded when its promises are fulfilled.
  const loaded = await Promise.all(beams.map((/** @type {Uint8Array} */ beam) => vm.load(beam)));
  return loaded.map(({ name }) => name);
}

/** @param {unknown} error @returns {never} */
function late(error) {
  throw error instanceof TimeoutError ? new TimeoutError(error.message.replace(/^\S+/, 'the compilation')) : error;
}
