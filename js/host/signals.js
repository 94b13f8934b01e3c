// SPDX-License-Identifier: Apache-2.0
//
// Signals of the operating system, in Node: what os:set_signal/2 asks for. A signal that is to be handled becomes a
// message to OTP's process erl_signal_server, for example {notify, sigterm}.

import { SIGNAL_ACTION_DEFAULT, SIGNAL_ACTION_IGNORE } from '../base/seam.js';
import { NoProcessError } from '../base/errors.js';
import { Atom, Tuple } from '../term/term.js';

/** @import { VM } from '../vm/vm.js' */

/** For each VM, its listeners by the name of the signal. @type {WeakMap<VM, Map<string, () => void>>} */
const listening = new WeakMap();

/** The listeners of a VM. They are taken away when it is closed. @param {VM} vm */
function listeners(vm) {
  let all = listening.get(vm);
  if (!all) {
    const made = new Map();
    listening.set(vm, (all = made));
    vm.on('close', () => {
      for (const [signal, listener] of made) globalThis.process.off(signal, listener);
    });
  }
  return all;
}

/**
 * Says what a signal to this program does.
 * @param {VM} vm
 * @param {string} name Erlang's name of the signal, such as 'sigterm'
 * @param {number} action 0: what the system does by default; 1: nothing; 2: erl_signal_server is told
 */
export function setSignal(vm, name, action) {
  const signal = /** @type {NodeJS.Signals} */ (name.toUpperCase());
  const all = listeners(vm);
  const before = all.get(signal);
  if (before) globalThis.process.off(signal, before);
  all.delete(signal);
  if (action === SIGNAL_ACTION_DEFAULT || signal === 'SIGSTOP') return; // SIGSTOP cannot be caught
  const listener = action === SIGNAL_ACTION_IGNORE ? () => {} : () => tell(vm, name);
  all.set(signal, listener);
  globalThis.process.on(signal, listener);
}

/** @param {VM} vm @param {string} name */
function tell(vm, name) {
  try {
    vm.send('erl_signal_server', Tuple.from([Atom.for('notify'), Atom.for(name)]));
  } catch (error) {
    if (!(error instanceof NoProcessError)) throw error; // the application kernel does not run (yet, or any more)
  }
}
