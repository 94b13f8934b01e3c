// SPDX-License-Identifier: Apache-2.0
//
// Makes the errors that vm.call rejects with and that methods of JS processes throw. Their messages use Erlang's own
// words for each class and reason (those of OTP's erl_error), and say why a function is undefined. Their stacks list
// the Erlang functions, and below them the JavaScript functions that called. Loaded with machine.js.

import { ErlangError } from '../term/erlang-error.js';
import { whyNot } from '../host/imports.js';
import { frames } from './loop.js';
import { Atom, Fun, Tuple, format, text } from '../term/term.js';

/** @import { StackEntry } from '../term/erlang-error.js' */

/** How many characters of a value a message shows, and how many of each argument a stack shows. */
const VALUE = 500;
const ARGUMENT = 60;

/** Words for exceptions of class error whose reason is an atom. @type {Record<string, string>} */
const ATOMS = {
  badarg: 'bad argument',
  badarith: 'an error occurred when evaluating an arithmetic expression',
  if_clause: 'no true branch found when evaluating an if expression',
  noproc: 'no such process or port',
  notalive: 'the node cannot be part of a distributed system',
  system_limit: 'a system limit has been reached',
  timeout_value: 'bad receive timeout value',
};

/**
 * Words for exceptions of class error whose reason is a pair of an atom and a value, to which the value is added.
 * @type {Record<string, string>}
 */
const PAIRS = {
  badarg: 'bad argument: ',
  badfun: 'bad function ',
  badkey: 'bad key: ',
  badmap: 'bad map: ',
  badmatch: 'no match of right hand side value ',
  bad_filter: 'bad filter ',
  bad_generator: 'bad generator ',
  case_clause: 'no case clause matching ',
  try_clause: 'no try clause matching ',
};

const show = (/** @type {any} */ term) => format(term, { limit: VALUE });
/** @param {string} module @param {string} fun */
const name = (module, fun) => `${format(Atom.for(module))}:${format(Atom.for(fun))}`;
/** @param {StackEntry} entry */
const functionOf = (entry) => `${name(entry.module, entry.function)}/${entry.arity}`;

/** @param {number} n */
const argumentsText = (n) => (n > 2 ? `${n} arguments` : ['no arguments', 'one argument', 'two arguments'][n]);

/** @param {any} reason @param {StackEntry | undefined} top @returns {string | undefined} */
function wordsOfAtom(reason, top) {
  if (reason.name === 'undef' && top) return `undefined function ${functionOf(top)}`;
  if (reason.name !== 'function_clause') return Object.hasOwn(ATOMS, reason.name) ? ATOMS[reason.name] : undefined;
  return top?.args && `no function clause matching ${name(top.module, top.function)}(${argumentList(top.args, VALUE)})`;
}

/** @param {any} tag @param {any} value @returns {string | undefined} */
function wordsOfPair(tag, value) {
  if (!(tag instanceof Atom)) return undefined;
  if (Object.hasOwn(PAIRS, tag.name)) return PAIRS[tag.name] + show(value);
  if (tag.name === 'unbound') return `variable ${show(value)} is unbound`;
  if (tag.name === 'argument_limit') return 'limit of number of arguments to interpreted function exceeded';
  const [fun, given] = tag.name === 'badarity' && value instanceof Tuple ? value : [];
  return fun instanceof Fun && Array.isArray(given)
    ? `${show(fun).replace(/^fun /, '')} called with ${argumentsText(given.length)}`
    : undefined;
}

/**
 * The words for an exception: those that OTP's shell prints after "exception", except that "error: " is left out before
 * words from the tables above.
 * @param {string} kind
 * @param {any} reason
 * @param {StackEntry[]} stack
 */
export function wording(kind, reason, stack) {
  /** @type {string | undefined} */
  let words;
  if (kind === 'exit' && reason === Atom.for('calling_self'))
    return 'exit: the current process attempted to call itself';
  if (kind === 'error' && reason instanceof Atom) words = wordsOfAtom(reason, stack[0]);
  else if (kind === 'error' && reason instanceof Tuple && reason.length === 2)
    words = wordsOfPair(reason.at(0), reason.at(1));
  return words ?? `${kind}: ${show(reason)}`;
}

/** @param {any[]} args @param {number} limit */
const argumentList = (args, limit) => args.map((arg) => format(arg, { limit })).join();

/** @param {StackEntry} entry */
function stackLine(entry) {
  const called = entry.args
    ? `${name(entry.module, entry.function)}(${argumentList(entry.args, ARGUMENT)})`
    : functionOf(entry);
  return `    at ${called}${entry.file ? ` (${entry.file}:${entry.line})` : ''}`;
}

/** The entries of an Erlang stack trace. @param {any} stack a term @returns {StackEntry[]} */
export function stackEntries(stack) {
  if (!Array.isArray(stack)) return [];
  return stack
    .filter((entry) => entry instanceof Tuple && entry.length === 4)
    .map(([module, fun, arity, location]) => {
      const at = (/** @type {string} */ key) =>
        (Array.isArray(location) ? location : []).find((t) => t instanceof Tuple && t.at(0) === Atom.for(key))?.at(1);
      /** @type {StackEntry} */
      const entry = {
        module: String(module),
        function: String(fun),
        arity: Array.isArray(arity) ? arity.length : arity,
      };
      if (Array.isArray(arity)) entry.args = arity;
      const file = at('file');
      if (file !== undefined) Object.assign(entry, { file: text(file), line: at('line') });
      return entry;
    });
}

/**
 * Says why a function is undefined whose module is not loaded.
 * @param {string} module
 * @param {unknown} found what the search for the module gave: true if it was found, null if no source has it, what a
 *   source threw; undefined if it was not searched for
 * @param {boolean} booted whether OTP's own code server searches for modules; the VM does not learn what it found
 */
function whyNotLoaded(module, found, booted) {
  if (typeof found === 'object' && found) return whyNot(module, found);
  if (booted || found === undefined) return `module ${module} is not loaded`;
  if (found === null) return `there is no module ${module}`;
  return `the on_load function of module ${module} failed: it needs native functions (NIFs), which no library here has`;
}

/** The usual reasons with which the stubs of native functions (NIFs) fail when their library is not loaded. */
const NO_NIF = /^\{?'?(nif_|nif_library_|library_|)not_loaded\b/i;

/** What the message adds to Erlang's words, in parentheses. @param {any} failure @param {StackEntry | undefined} top */
function hint({ kind, reason, notes, loaded, asked, booted }, top) {
  if (kind !== 'error') return '';
  if (reason === Atom.for('undef') && top && !loaded)
    return ` (${whyNotLoaded(top.module, asked.get(top.module), booted)})`;
  if (NO_NIF.test(format(reason, { limit: 40 }))) return ' (a native function, NIF, that no library here has)';
  const lines = (Array.isArray(notes) ? notes : []).map((note) => text(note));
  return lines.length > 0 ? ` (${lines.join(', ')})` : '';
}

/**
 * The error that a failed call rejects with.
 * @param {object} failure
 * @param {'error' | 'exit' | 'throw'} failure.kind
 * @param {any} failure.reason
 * @param {any} failure.stack a term
 * @param {any} [failure.notes] a list of texts: what OTP says about the arguments of the function that failed
 * @param {boolean} failure.loaded whether the module of the first entry of the stack is loaded
 * @param {Map<string, unknown>} failure.asked by module, what the search for it gave (see whyNotLoaded)
 * @param {boolean} failure.booted
 * @param {Error} trace where the call was made
 * @returns {ErlangError}
 */
export function callError(failure, trace) {
  const { kind, reason } = failure;
  const stack = stackEntries(failure.stack);
  const message = wording(kind, reason, stack) + hint(failure, stack[0]);
  const cause =
    !failure.loaded && reason === Atom.for('undef') && stack[0] ? failure.asked.get(stack[0].module) : undefined;
  const error = new ErlangError(kind, reason, stack, { message, ...(cause instanceof Object && { cause }) });
  error.stack = [`${error.name}: ${message}`, ...stack.map(stackLine), ...frames(trace)].join('\n');
  return error;
}

/**
 * What OTP (erl_erts_errors) says about the first argument of a built-in function that refused it.
 * @type {Record<string, string>}
 */
const REFUSED = { link: 'not a pid', unlink: 'not a pid', exit: 'not a pid', send: 'invalid destination' };

/**
 * What OTP says about the arguments of a built-in function that refused a call by a JS process, with more detail where
 * OTP says little.
 * @param {string} fun
 * @param {any[]} args
 * @param {() => {pid: any, name?: string}[]} processes lists all processes
 */
function refused(fun, args, processes) {
  const [first] = args;
  if (fun === 'monitor') return 'argument 2: not a pid';
  if (fun === 'send' && first instanceof Atom)
    return `argument 1: invalid destination, no process is registered as ${format(first)}`;
  if (fun !== 'register') return Object.hasOwn(REFUSED, fun) ? `argument 1: ${REFUSED[fun]}` : '';
  const own = processes().find(({ pid }) => pid === args[1])?.name;
  if (own !== undefined) return `argument 2: this process or port already has a name, ${format(Atom.for(own))}`;
  if (!(first instanceof Atom)) return 'argument 1: not an atom';
  return `argument 1: ${first.name === 'undefined' ? "'undefined' is not a valid name" : 'name is in use'}`;
}

/**
 * The error that a method of a JS process throws when the built-in function that it stands for failed.
 * @param {'error' | 'exit' | 'throw'} kind
 * @param {any} reason
 * @param {string} fun
 * @param {any[]} args
 * @param {() => {pid: any, name?: string}[]} processes lists all processes
 */
export function processError(kind, reason, fun, args, processes) {
  /** @type {StackEntry} */
  const entry = { module: 'erlang', function: fun, arity: args.length, args };
  const why = reason === Atom.for('badarg') ? refused(fun, args, processes) : '';
  const message = `cannot ${fun}: ${wording(kind, reason, [entry])}${why && ` (${why})`}`;
  const error = new ErlangError(kind, reason, [entry], { message });
  error.stack = [`${error.name}: ${message}`, stackLine(entry), ...frames(error).slice(1)].join('\n');
  return error;
}
