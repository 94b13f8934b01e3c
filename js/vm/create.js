// SPDX-License-Identifier: Apache-2.0
//
// createVM: has prepared what a VM needs of its host (prepare.js), and starts a VM on it.

import { UnsupportedError } from '../base/errors.js';
import { VM } from './vm.js';

/** @import { Clock } from '../host/imports.js' */
/** @import { WasmSource } from '../host/loader.js' */
/** @import { ModuleFinder, OtpSource } from '../otp/otp.js' */

/**
 * Options of createVM.
 * @typedef {object} VMOptions
 * @property {WasmSource} [wasm] where vm.wasm is: URL, bytes, Response or compiled module; by default beside this
 *   package
 * @property {WasmSource} [re] the same for re.wasm, which is fetched when a program first uses a regular expression
 * @property {WasmSource} [zlib] the same for zlib.wasm, which is fetched when a program first compresses
 * @property {WasmSource} [zstd] the same for zstd.wasm
 * @property {OtpSource | OtpSource[] | false} [otp] OTP's modules: packs, or in Node folders; by default this package's
 *   pack
 * @property {Record<string, Uint8Array> | Map<string, Uint8Array> | ModuleFinder} [modules] your own modules, looked up
 *   first
 * @property {'host' | Record<string, string | Uint8Array | URL>} [files] what the module file sees: in Node 'host', the
 *   machine's own; or files in memory, these to begin with, where in Node a URL hands over a folder of the machine;
 *   without it there are no files
 * @property {'host'} [ports] in Node: programs may be started, as open_port and os:cmd do; without it no program is
 *   found
 * @property {ModuleFinder} [fallback] asked for modules that neither `modules` nor `otp` have
 * @property {number} [memoryLimit] bytes the VM may use; the process that asks for more is killed. Default 2 GiB
 * @property {number} [maxProcesses] default 1,048,576
 * @property {number} [seed] makes what is random repeatable
 * @property {'real' | 'virtual' | Clock} [clock] virtual: time passes only while everything waits, and then at once; or
 *   your own
 * @property {boolean} [boot] OTP's own init starts kernel and stdlib, as erl does, instead of a few light services;
 *   takes longer
 * @property {{name: string, cookie?: string, hidden?: boolean}} [node] with `boot`: it is a node of that name
 *   ('name@host'), which `connect` of 'spawnlink/distribution' joins to others
 * @property {boolean | Terminal} [shell] with `boot`: OTP's shell runs on stdin and stdout, as erl starts it; with line
 *   editing if they are a terminal
 * @property {string[]} [args] the command line, as init:get_plain_arguments and get_argument show it
 * @property {Record<string, string | undefined>} [env] environment variables, as os:getenv shows them; none by default
 * @property {boolean | ((text: string, bytes: Uint8Array) => void)} [stdout] what to do with output; false: nothing
 * @property {boolean | ((text: string, bytes: Uint8Array) => void)} [stderr]
 * @property {() => string | Uint8Array | null | Promise<string | Uint8Array | null>} [stdin] the next piece of input;
 *   null at its end
 * @property {number} [budget] milliseconds of a tick, default 8
 * @property {boolean} [autostart] whether the loop runs from the start, default true
 * @property {number} [slice] reductions a process runs at a time (tests)
 * @property {boolean} [gcStress] collect at every opportunity (tests)
 * @property {boolean} [debug] in a checkout, after `scripts/build debug`: the VM with assertions and the heap verifier, and
 *   errors that name C's files and lines; the published package has none
 * @property {string | URL | Uint8Array} [symbols] the map vm.wasm.symbols of this vm.wasm (path, URL or bytes), by which a
 *   CrashError names C functions; in a checkout it is found by itself
 */

/**
 * A terminal behind stdin and stdout. When its size has changed, `vm.send('spawnlink_tty',
 * tuple(Atom.for('spawnlink_tty'), Atom.for('winch')))`.
 * @typedef {object} Terminal
 * @property {() => {columns: number, rows: number}} size now
 * @property {(on: boolean) => void} [raw] on: keys come one by one and are not shown, as an editor of lines needs it
 */

/**
 * A new virtual machine.
 *
 * @example
 * import { createVM } from 'spawnlink';
 *
 * const vm = await createVM();
 * console.log(await vm.call('lists', 'reverse', [[1, 2, 3]])); // [ 3, 2, 1 ]
 * vm.close();
 *
 * @param {VMOptions} [options]
 * @returns {Promise<VM>}
 */
export async function createVM(options = {}) {
  /** @type {VM | undefined} */
  let vm = undefined;
  const tools = await import('./prepare.js').catch((cause) => {
    const never = 'ServiceWorkerGlobalScope' in globalThis;
    throw never ? new UnsupportedError("a Service Worker has no import(): use 'spawnlink/static'", { cause }) : cause;
  });
  const { machine, clock, args, finders } = await tools.prepare(options, () => /** @type {VM} */ (vm));
  vm = new VM(machine, { ...options, args }, clock, finders, tools);
  try {
    await vm.boot();
  } catch (error) {
    vm.close();
    throw error;
  }
  return vm;
}
