// SPDX-License-Identifier: Apache-2.0
// A restart storm: a worker dies at once, again and again. Counted and drawn from JavaScript, on a virtual clock:
// a minute of it takes no time and is the same every time.
import { readFile } from 'node:fs/promises';
import { createVM } from '../../js/index.js';

const vm = await createVM({ clock: 'virtual', seed: 1, stdout: false, stderr: false });
vm.load(await readFile(new URL('../../build/examples/restart-storm/storm.beam', import.meta.url)));

const counts = new Map();
const count = (what) => counts.set(what, (counts.get(what) ?? 0) + 1);
vm.on('exit', ({ name, normal, reason }) => normal || count(`${name ?? 'moth'} exits: ${reason}`));
vm.on('signal', ({ cause, outcome, reason }) => count(`signal by ${cause}, ${outcome}: ${reason}`));

/** The tree from here down, one line a process. */
function draw(processes, pid, depth = 0) {
  const p = processes.find((q) => q.pid.equals(pid));
  console.log(`${'  '.repeat(depth + 1)}${p.name ?? 'moth'} ${p.state}`);
  for (const child of processes.filter((q) => q.parent?.equals(pid))) draw(processes, child.pid, depth + 1);
}

await vm.call('storm', 'start', [4]);
const { processes } = vm.inspect();
console.log('the tree:');
draw(processes, processes.find((p) => p.name === 'top').pid);
await vm.idle();
console.log('after the storm:');
for (const [what, n] of [...counts].sort()) console.log(`  ${String(n).padStart(3)} x ${what}`);
console.log(
  `still standing: ${vm.inspect().processes.filter((p) => ['top', 'inner', 'calm'].includes(p.name)).length}`,
);
vm.close();
