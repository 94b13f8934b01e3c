// SPDX-License-Identifier: Apache-2.0
// A supervision tree in Erlang (shop.erl), watched from JavaScript: every exit signal arrives as an event
// and is printed with who sent it, who got it, the reason, and what it did.
import { readFile } from 'node:fs/promises';
import { Atom, createVM } from '../../js/index.js';

const beams = new URL('../../build/examples/supervisor/', import.meta.url);
const vm = await createVM();
const names = new Map(); // pid -> registered name, also after death
const short = (reason) => (String(reason).length > 60 ? `${String(reason).slice(0, 57)}...` : String(reason));
const who = (pid) => `${pid}${names.has(String(pid)) ? ` ${names.get(String(pid))}` : ''}`;

vm.on('register', ({ pid, name }) => names.set(String(pid), name));
vm.on('signal', ({ from, to, reason, cause, outcome }) => {
  console.log(
    `signal ${who(from).padEnd(20)} -> ${who(to).padEnd(20)} ${outcome.padEnd(8)} by ${cause.padEnd(5)} ` +
      `${short(reason)}`,
  );
});
vm.on('exit', ({ pid, normal, reason }) => {
  console.log(`exit   ${who(pid).padEnd(20)}    ${normal ? 'normal' : short(reason)}`);
});

for (const name of ['shop', 'shop_worker']) vm.load(await readFile(new URL(`${name}.beam`, beams)));
const [left, reason] = await vm.call('shop', 'day', [], { timeout: 10_000 });
console.log(`still standing at the end of the day: ${left.join(', ')}; the shop closed with reason ${reason}`);
vm.close();

const expected = ['till', 'kitchen_sup', 'oven', 'waiter'];
if (left.length !== expected.length || left.some((name, i) => name !== Atom.for(expected[i]))) process.exitCode = 1;
