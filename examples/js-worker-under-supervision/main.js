// SPDX-License-Identifier: Apache-2.0
// A JavaScript process as the child of an Erlang supervisor: called like a gen_server, restarted when it fails,
// told to end when the supervisor does.
import { readFile } from 'node:fs/promises';
import { Atom, createVM } from '../../js/index.js';

const vm = await createVM({ stdout: false, stderr: false });
vm.load(await readFile(new URL('../../build/examples/js-worker-under-supervision/js_sup.beam', import.meta.url)));
let started = 0;

/** Answers {'$gen_call', From, {add, A, B}} until it is told to end, or fails. */
async function work(worker, number) {
  for await (const [tag, from, request] of worker) {
    if (tag === Atom.for('EXIT')) {
      console.log(`worker ${number} is told to end: ${request}`);
      return worker.exit(request);
    }
    const [, a, b] = request;
    if (typeof a !== 'number' || typeof b !== 'number') {
      console.log(`worker ${number} cannot add ${a} and ${b}`);
      return worker.exit(Atom.for('not_numbers'));
    }
    worker.reply(from, a + b);
  }
}

async function makeWorkers(factory) {
  for await (const [, from, [, supervisor]] of factory) {
    const worker = vm.process({ name: 'adder', trapExit: true });
    worker.link(supervisor);
    console.log(`worker ${++started} starts`);
    work(worker, started);
    factory.reply(from, worker.pid);
  }
}

makeWorkers(vm.process({ name: 'js_factory' }));
await vm.call('js_sup', 'start');
console.log(`1 + 2 = ${await vm.call('js_sup', 'add', [1, 2])}`);
const error = await vm.call('js_sup', 'add', [1, Atom.for('two')]).catch((e) => e);
console.log(`1 + two: ${error.reason.at(0)}`);
await vm.idle();
console.log(`3 + 4 = ${await vm.call('js_sup', 'add', [3, 4])}`);
await vm.call('js_sup', 'stop');
vm.close();
