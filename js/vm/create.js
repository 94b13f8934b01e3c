// SPDX-License-Identifier: Apache-2.0
//
// The function createVM: it has prepare.js get ready what a VM needs of its host, and starts a VM with that.

import { UnsupportedError } from '../base/errors.js';

/** @import { VM } from './vm.js' */
/** @import { Clock } from '../host/imports.js' */
/** @import { WasmSource } from '../host/loader.js' */
/** @import { ModuleFinder, OtpSource } from '../otp/otp.js' */

/**
 * Options of createVM.
 * @typedef {object} VMOptions
 * @property {WasmSource} [wasm] where vm.wasm is: URL, bytes, Response or compiled module; by default beside this
 *   package
 * @property {WasmSource} [re] where re.wasm is, which is fetched when a program first uses a regular expression
 * @property {WasmSource} [zlib] where zlib.wasm is, which is fetched when a program first uses the module zlib
 * @property {WasmSource} [zstd] where zstd.wasm is, which is fetched when a program first uses the module zstd
 * @property {OtpSource | OtpSource[] | false} [otp] OTP's modules: packs, or in Node folders; by default this package's
 *   pack
 * @property {Record<string, Uint8Array> | Map<string, Uint8Array> | ModuleFinder} [modules] the program's own modules,
 *   as beams by name or a function that looks for one; they are looked up before those of OTP
 * @property {'host' | Record<string, string | Uint8Array | URL>} [files] the files that the program sees: 'host' (in
 *   Node) for those of the machine, or contents by path for files in memory, among which a URL (in Node) mounts a
 *   folder of the machine; without the option there are no files
 * @property {'host'} [ports] in Node: the program may start programs of the machine, by open_port and os:cmd; without
 *   the option no program is found
 * @property {ModuleFinder} [fallback] looks for a module that neither `modules` nor `otp` has
 * @property {number} [memoryLimit] bytes that the VM may use, 2 GiB by default; a process that asks for more is killed
 * @property {number} [maxProcesses] how many processes there may be at a time, 1,048,576 by default
 * @property {number} [seed] of random numbers, which are then the same in every run
 * @property {'real' | 'virtual' | Clock} [clock] 'virtual': time jumps to the next timer whenever all processes wait;
 *   or a clock of your own
 * @property {boolean} [boot] whether OTP's own init starts kernel and stdlib, as erl does, which takes longer than the
 *   few light services that a VM has otherwise
 * @property {{name: string, cookie?: string, hidden?: boolean}} [node] with `boot`: the VM is an Erlang node of that
 *   name ('name@host'), which `connect` of 'spawnlink/distribution' joins to others
 * @property {boolean | Terminal} [shell] with `boot`: OTP's shell runs on stdin and stdout, as erl starts it; given a
 *   Terminal, it edits lines
 * @property {string[]} [args] the command line that init:get_plain_arguments and init:get_argument show
 * @property {Record<string, string | undefined>} [env] the environment variables that os:getenv shows; none by default
 * @property {boolean | ((text: string, bytes: Uint8Array) => void)} [stdout] takes the program's output; true: it goes
 *   to the host's output (in a page the console); false: it does not; by default it does unless a handler listens to it
 * @property {boolean | ((text: string, bytes: Uint8Array) => void)} [stderr] the same for the standard error output
 * @property {() => string | Uint8Array | null | Promise<string | Uint8Array | null>} [stdin] gives the next piece of
 *   input whenever the program wants one, and null at the end
 * @property {import('./exposed.js').Exposable} [expose] the functions of JavaScript that the program may call, by
 *   `js:call(Name, Args)`; one that is to know its caller is made by `withContext`. By default it may call none
 * @property {true | string[]} [globals] which properties of globalThis the program may reach by `js:global(Name)`, true
 *   for all; it can then read, change and call what they lead to. By default it reaches none
 * @property {import('./network.js').NetworkGrant} [network] which servers the program may reach, by `httpc` and the
 *   like: origins such as 'https://api.example.com', or true for all; by default none. `{ allow, fetch, WebSocket }`
 *   gives other implementations than those of the host
 * @property {number} [budget] how many milliseconds the VM runs before it returns to the event loop, 8 by default
 * @property {boolean} [autostart] whether the VM runs by itself from the start, true by default
 * @property {number} [slice] how many reductions a process runs at a time (for tests)
 * @property {boolean} [gcStress] whether the garbage collector runs at every opportunity (for tests)
 * @property {boolean} [debug] in a checkout, after `scripts/build debug`: the VM with assertions and the heap verifier,
 *   and errors that name C's files and lines; the published package has none
 * @property {string | URL | Uint8Array} [symbols] the map vm.wasm.symbols of this vm.wasm (path, URL or bytes), by
 *   which a CrashError names C functions; in a checkout it is found by itself
 */

/**
 * A terminal that stdin and stdout belong to. Whoever gives one tells the VM when its size has changed, by
 * `vm.send('spawnlink_tty', tuple(Atom.for('spawnlink_tty'), Atom.for('winch')))`.
 * @typedef {object} Terminal
 * @property {() => {columns: number, rows: number}} size gives the present size
 * @property {(on: boolean) => void} [raw] sets the raw mode, in which keys come one by one and are not shown, as
 *   OTP's line editor needs it
 */

/**
 * Makes a new virtual machine and starts it. Rejects with an ArgumentError for a wrong option, with an AssetError if a
 * file that the VM needs cannot be had, and with an UnsupportedError if the host does not allow WebAssembly.
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
  vm = new tools.VM(machine, { ...options, args }, clock, finders);
  try {
    await vm.boot();
  } catch (error) {
    vm.close();
    throw error;
  }
  return vm;
}
