// SPDX-License-Identifier: Apache-2.0
//
// Runs the C libraries that have a wasm of their own (libraries/ in the source): PCRE2, zlib and Zstandard, which serve
// Erlang's modules re, zlib and zstd. Each VM has its own instance, with its own memory. This file and the wasm are
// loaded when a program first needs one of them: before the Erlang module that calls it, spawnlink_re for example
// (vm/prepare.js).

import { LIBRARY_NO_MEMORY } from '../base/seam.js';

/** @import { HostFiles } from './imports.js' */

/**
 * Lets a VM use a library. The library's instance is made when its first operation is called.
 * @param {'re' | 'zlib' | 'zstd'} name
 * @param {WebAssembly.Module} module the library's wasm
 * @returns {HostFiles} who serves its operations
 */
export function openLibrary(name, module) {
  /** @type {any} */
  let wasm;
  return (operation, handle, request, number) => {
    wasm ??= new WebAssembly.Instance(module).exports;
    try {
      const at = wasm.library_buffer(Math.max(request.length, 1)) >>> 0;
      if (at === 0) return LIBRARY_NO_MEMORY;
      new Uint8Array(wasm.memory.buffer, at, request.length).set(request);
      const size = wasm.library_request(operation, handle, request.length, number);
      return size < 0 ? size : new Uint8Array(wasm.memory.buffer, wasm.library_answer() >>> 0, size).slice();
    } catch {
      // The wasm trapped. Matching a regular expression keeps no state, so that the next match may use a new instance;
      // the streams of the other libraries have lost their state and go on failing.
      if (name === 're') wasm = undefined;
      return LIBRARY_NO_MEMORY;
    }
  };
}
