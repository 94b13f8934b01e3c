// SPDX-License-Identifier: Apache-2.0
//
// The process registered as `javascript`. Erlang code can ask it for a JavaScript process that is linked to the asking
// process: a counter with gen_server's protocol. For the example of a JavaScript process under an Erlang supervisor.

import { Atom, Tuple } from '../../../js/term/term.js';

const isTagged = (message, tag, length) =>
  message instanceof Tuple && message.length === length && message.at(0) === Atom.for(tag);

/** @param {import('../../../js/vm/vm.js').VM} vm */
export function startJavascript(vm) {
  const service = vm.process({ name: 'javascript', trapExit: true });
  service.on('message', (message) => {
    if (!isTagged(message, 'start_link', 2)) return;
    const counter = startCounter(vm, message.at(1));
    service.send(message.at(1), Tuple.from([Atom.for('javascript'), counter.pid]));
  });
  return service;
}

function startCounter(vm, parent) {
  const counter = vm.process();
  let count = 0;
  counter.link(parent);
  counter.on('message', (message) => {
    if (isTagged(message, '$gen_call', 3)) return counter.reply(message.at(1), ++count);
    if (message === Atom.for('crash')) counter.exit(Tuple.from([Atom.for('js_error'), 'thrown in JavaScript']));
  });
  return counter;
}
