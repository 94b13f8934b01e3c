// SPDX-License-Identifier: Apache-2.0
//
// The package's declarations in a strict TypeScript project that only has ECMAScript 2022: without `skipLibCheck`,
// without the types of the DOM and without those of Node. If types became `any`, an expected error would not occur, and
// tsc would report this.

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** @param {boolean} modules whether the parts of the package that are only ES modules can be imported */
const program = (
  modules,
) => `import { Atom, AssetError, createVM, ErlangError, tuple, type Pid, type VM, type WorkerVM } from 'spawnlink';
import { connect } from 'spawnlink/distribution';
import { connectWorker } from 'spawnlink/worker';
${
  modules
    ? `import { createVM as createStatic } from 'spawnlink/static';
import spawnlink from 'spawnlink/esbuild';
export const plugin: string = spawnlink().name;
export const vm: Promise<VM> = createStatic();
// @ts-expect-error no such option
void createStatic({ memory: 1 });`
    : ''
}
export async function main(): Promise<void> {
  const vm = await createVM({ memoryLimit: 64e6, stdout: (text: string) => void text.length, otp: [new Uint8Array()] });
  const off: () => void = vm.on('exit', ({ pid, reason, normal }) => void [String(pid), reason, normal === true]);
  const sum: number = await vm.call<number>('lists', 'sum', [tuple(Atom.for('a'), 1n), ...tuple(1, 2)]);
  // @ts-expect-error the value is said to be a number
  const wrong: string = await vm.call<number>('lists', 'sum', [[sum]]);
  // @ts-expect-error an AbortSignal is no number
  vm.on('exit', () => {}, { signal: 1 });
  // @ts-expect-error a pack is bytes, or a path or URL of them
  await createVM({ otp: 5 });
  // @ts-expect-error a connection is by a port or a function
  connect(vm, 'b@localhost', 1);
  vm.addEventListener('exit', () => {});
  // @ts-expect-error a VM is a class of ours, not any
  vm.nothing();
  try { await vm.idle(); } catch (error) {
    if (error instanceof AssetError) void [error.url.length, error.status];
    if (error instanceof ErlangError) void error.erlangStack[0].module;
  }
  for await (const { reason } of vm.events('exit')) void [reason, wrong];
  off();
  vm[Symbol.dispose]();
}
export async function elsewhere(worker: unknown): Promise<void> {
  const vm: WorkerVM = await createVM({ worker: true, memoryLimit: 64e6 });
  const pid: Pid = await vm.spawn('timer', 'sleep', [1]);
  // @ts-expect-error it is a promise of a pid
  const wrong: Pid = vm.spawn('timer', 'sleep', [1]);
  const process = await vm.process({ trapExit: true });
  await process.link(pid);
  const ref: string = (await process.monitor(wrong)).toString();
  // @ts-expect-error it is a promise of the snapshot
  void vm.inspect().processes;
  for (const { name } of (await vm.inspect()).processes) void [name, ref, process.pid === pid];
  await vm.spawn('timer', 'sleep', [1], { parent: process, link: true });
  // @ts-expect-error a clock of one's own would have to answer at once
  await createVM({ worker: true, clock: { monotonic: () => 1, system: () => 1, advanceTo() {}, virtual: false } });
  const other: WorkerVM = await connectWorker(worker, { boot: true });
  (await other.session()).close();
  await other.close();
}
`;

/** moduleResolution, module, and a file whose ending says what kind of module it is. */
export const VARIANTS = [
  ['bundler', 'esnext', 'bundled.ts'],
  ['node16', 'node16', 'typed.mts'],
  ['node16', 'node16', 'typed.cts'],
  ['node10', 'commonjs', 'old.ts'],
];

/**
 * Checks one variant in a folder that has the package in node_modules; returns what tsc prints, which is nothing when
 * all is well.
 * @param {string} tsc
 * @param {string} folder
 * @param {string[]} variant
 */
export function compileTypes(tsc, folder, [moduleResolution, module, name]) {
  writeFileSync(join(folder, name), program(!name.endsWith('.cts')));
  const compilerOptions = {
    noEmit: true,
    strict: true,
    target: 'es2022',
    lib: ['es2022'],
    types: [],
    module,
    moduleResolution,
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [name] }));
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.json'], {
    cwd: folder,
    encoding: 'utf8',
  });
  return status === 0 ? '' : stdout || `tsc ended with ${status}`;
}
