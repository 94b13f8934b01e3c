// SPDX-License-Identifier: Apache-2.0
//
// Runs the C libraries that have a wasm of their own (libraries/ in the source): PCRE2, zlib and Zstandard, which serve
// Erlang's modules re, zlib and zstd. Each VM has its own instance, with its own memory. This file and the wasm are
// loaded when a program first needs one of them: before the Erlang module that calls it, spawnlink_re for example
// (vm/prepare.js).

/** @import { HostFiles } from './imports.js' */

/** By library, the number of its first operation of host_file (src/base/hostcalls.h). */
const FIRST = { zlib: 64, re: 96, zstd: 128 };
const NO_MEMORY = -3;

/**
 * Lets a VM use a library. The library's instance is made when its first operation is called.
 * @param {'re' | 'zlib' | 'zstd'} name
 * @param {WebAssembly.Module} module the library's wasm
 * @param {Record<number, HostFiles>} open the VM's table of who serves host_file: entry n has operations 32 * n and up
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
      // The wasm trapped. Matching a regular expression keeps no state, so that the next match may use a new instance;
      // the streams of the other libraries have lost their state and go on failing.
      if (name === 're') wasm = undefined;
      return NO_MEMORY;
    }
  };
}
