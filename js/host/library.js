// SPDX-License-Identifier: Apache-2.0
//
// Libraries with a wasm of their own (libraries/ in the source), one instance for each VM, with a memory of its own:
// PCRE2, zlib and Zstandard, for modules re, zlib and zstd. Loaded when a program first needs one, before the module of
// ours that asks it (prepare.js).

/** @import { HostFiles } from './imports.js' */

/** The first of its operations of host_file (src/base/hostcalls.h). */
const FIRST = { zlib: 64, re: 96, zstd: 128 };
const NO_MEMORY = -3;

/**
 * @param {'re' | 'zlib' | 'zstd'} name
 * @param {WebAssembly.Module} module its wasm
 * @param {Record<number, HostFiles>} open where it is put, under the 32nd part of its operations' numbers
 */
export function openLibrary(name, module, open) {
  const first = FIRST[name];
  /** @type {any} */
  let wasm;
  open[first >> 5] ??= (operation, handle, request, number) => {
    wasm ??= new WebAssembly.Instance(module).exports;
    try {
      const at = wasm.library_buffer(Math.max(request.length, 1)) >>> 0;
      if (at === 0) return NO_MEMORY;
      new Uint8Array(wasm.memory.buffer, at, request.length).set(request);
      const size = wasm.library_request(operation - first, handle, request.length, number);
      return size < 0 ? size : new Uint8Array(wasm.memory.buffer, wasm.library_answer() >>> 0, size).slice();
    } catch {
      // It trapped. A regular expression is matched by a new instance next time; streams have lost what they knew.
      if (name === 're') wasm = undefined;
      return NO_MEMORY;
    }
  };
}
