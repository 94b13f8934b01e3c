// SPDX-License-Identifier: Apache-2.0
// A JavaScript function as a worker under OTP's supervisor: called like a gen_server, started again when it throws,
// told to end when the supervisor does.
import { Atom, createVM, text, tuple } from '../../js/index.js';

const vm = await createVM({ stdout: false, stderr: false });
vm.on('error', (error) => console.log(`worker ${started} fails: ${error.message}`));
let started = 0;

/** Answers {'$gen_call', From, {A, B}} with the sum, until it is told to end, or fails. */
async function adder(process) {
  console.log(`worker ${++started} starts`);
  for await (const [, from, [a, b]] of process) {
    if (typeof a !== 'number' || typeof b !== 'number') throw new TypeError(`cannot add ${a} and ${b}`);
    process.reply(from, a + b);
  }
  console.log(`worker ${started} is told to end: ${process.signal.reason.reason}`);
}

const supervisor = await vm.supervise({
  strategy: 'one_for_one',
  intensity: 3,
  period: 10,
  children: [{ id: 'adder', name: 'adder', start: adder, shutdown: 1000 }],
});
console.log(`1 + 2 = ${await vm.proc('adder').call(tuple(1, 2))}`);
const error = await vm
  .proc('adder')
  .call(tuple(1, Atom.for('two')))
  .catch((e) => e);
console.log(`1 + two: ${text(error.reason.at(0).at(1).getAtom('message'))}`);
await vm.idle();
console.log(`3 + 4 = ${await vm.proc('adder').call(tuple(3, 4))}`);
await supervisor.stop();
vm.close();
