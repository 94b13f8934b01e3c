// SPDX-License-Identifier: Apache-2.0
//
// Implements vm.eval and the eval of a session: OTP's erl_scan, erl_parse and erl_eval evaluate the forms
// (src/erl/bridge/spawnlink_eval.erl). Loaded when first used.

import { boolean } from './arguments.js';
import { ArgumentError, TimeoutError } from '../base/errors.js';
import { compileError, diagnostics } from './diagnostics.js';
import { only, shown } from '../term/only.js';
import { SPAWN_NAMES } from './spawn.js';
import { Atom, Tuple, isPlain, pretty } from '../term/term.js';

/** @import { Bindings, CallOptions, VM } from './vm.js' */
/** @import { Pid, Term } from '../term/term.js' */

/** A name of a variable for erl_scan; '_' is none. */
const VARIABLE = /^(_[\p{L}\p{N}_@]|\p{Lu})[\p{L}\p{N}_@]*$/u;

/**
 * The values of variables as [{Name, Value}].
 * @param {Bindings} bindings
 * @returns {Term[]}
 */
function pairs(bindings) {
  if (typeof bindings !== 'object' || bindings === null || !isPlain(bindings))
    throw new ArgumentError(`bindings are an object of values by the names of variables, not ${shown(bindings)}`);
  return Object.entries(bindings).map(([name, value]) => {
    if (!VARIABLE.test(name))
      throw new ArgumentError(`'${name}' is no name of an Erlang variable, which begins with a capital letter or _`);
    return Tuple.from([Atom.for(name), value]);
  });
}

/**
 * @param {VM} vm
 * @param {Pid[]} session empty, or the process of the session
 * @param {string} source
 * @param {Bindings} bindings
 * @param {CallOptions} options
 */
export async function evaluate(vm, session, source, bindings, options) {
  if (typeof source !== 'string') throw new ArgumentError(`eval takes Erlang as a string, not ${shown(source)}`);
  const { pretty: asPretty = false, ...call } = only(options, 'eval', `timeout signal pretty ${SPAWN_NAMES}`);
  boolean(asPretty, 'pretty');
  const [kind, value] = await vm
    .call('spawnlink_eval', 'eval', [...session, source, pairs(bindings)], call)
    .catch(late);
  if (kind.name !== 'ok') throw compileError(diagnostics(value));
  return asPretty ? pretty(value) : value;
}

/** @param {unknown} error @returns {never} */
function late(error) {
  throw error instanceof TimeoutError ? new TimeoutError(error.message.replace(/^\S+/, 'the evaluation')) : error;
}
