// SPDX-License-Identifier: Apache-2.0
// Every exit and every exit signal in a supervision tree, as JavaScript sees them.
import { readFile } from 'node:fs/promises';
import { Atom, createVM } from '../../js/index.js';

const vm = await createVM({ stdout: false, stderr: false });
vm.load(await readFile(new URL('../../build/examples/supervisor-events/depot.beam', import.meta.url)));

const names = new Map(); // pid -> name, also after death
const who = (pid) => names.get(String(pid)) ?? 'somebody';
vm.on('register', ({ pid, name }) => {
  names.set(String(pid), name);
  console.log(`start   ${name}`);
});
vm.on('exit', ({ pid, reason }) => names.has(String(pid)) && console.log(`exit    ${who(pid)}: ${reason}`));
vm.on('signal', ({ from, to, reason, cause, outcome }) => {
  if (names.has(String(to))) console.log(`signal  ${who(from)} -> ${who(to)} by ${cause}: ${outcome}, ${reason}`);
});

await vm.call('depot', 'open');
console.log('--- the crane breaks');
const children = await vm.call('depot', 'fail', [Atom.for('crane')]);
console.log(`--- at work again: ${children.join(', ')}`);
await vm.call('depot', 'close');
vm.close();
