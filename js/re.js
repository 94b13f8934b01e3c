// SPDX-License-Identifier: Apache-2.0
//
// Regular expressions for one VM: re.wasm (PCRE2; regex/ in the source), with a memory of its own. What
// src/erl/spawnlink_re.erl asks of the host (operations 96 and up of host_file, src/base/hostcalls.h). Loaded when a
// program first uses one.

/** @import { HostFiles } from './imports.js' */
/** @import { WasmSource } from './loader.js' */

const url = import.meta.url.endsWith('/js/re.js') ? new URL('../dist/re.wasm', import.meta.url) : new URL('./re.wasm', import.meta.url);
const REGEX = 96;

/**
 * @param {(source: WasmSource) => Promise<WebAssembly.Module>} compile
 * @param {WasmSource} [source] by default beside this package's code
 * @returns {Promise<HostFiles>} answers one byte when there is no memory
 */
export async function openRegex(compile, source = url) {
  const module = await compile(source);
  /** @type {any} */
  let wasm;
  return (operation, _handle, request) => {
    wasm ??= new WebAssembly.Instance(module).exports;
    try {
      const at = wasm.re_buffer(Math.max(request.length, 1)) >>> 0;
      if (at === 0) throw new RangeError('no memory for the subject');
      new Uint8Array(wasm.memory.buffer, at, request.length).set(request);
      const answer = wasm.re_call(operation - REGEX, request.length) >>> 0;
      if (answer === 0) throw new RangeError('no memory for the matches');
      return new Uint8Array(wasm.memory.buffer, answer, wasm.re_size() >>> 0).slice();
    } catch {
      wasm = undefined; // whatever is wrong with it, the next request gets a new one
      return Uint8Array.of(0);
    }
  };
}
