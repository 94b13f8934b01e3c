// SPDX-License-Identifier: Apache-2.0
//
// What files.js and memory-files.js share: the form in which errors and the information about a file are given to the
// core. It is bundled with files.js.

import { HOST_EIO, HOST_ENOENT, HOST_NAMES } from '../base/seam.js';
import { TextDecoder, TextEncoder } from '../base/host.js';

/** @import { HostFiles } from './imports.js' */

/** Errors by what node:fs calls them. @type {readonly string[]} */
const ERRORS = HOST_NAMES;
/** @param {string} code */
const failure = (code) => {
  const index = ERRORS.indexOf(code.toLowerCase());
  return index < 0 ? HOST_EIO : HOST_ENOENT - index;
};

export const encoder = new TextEncoder();
export const decoder = new TextDecoder();

/** An error with a `code`, as node:fs throws it. @param {string} code such as 'ENOENT' */
export const fail = (code) => Object.assign(new Error(code), { code });

/** The information about a file: 13 numbers of 64 bits, little-endian. @param {(number | bigint)[]} values */
export function information(values) {
  const bytes = new Uint8Array(104);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => view.setBigInt64(index * 8, BigInt(Math.trunc(Number(value))), true));
  return bytes;
}

/**
 * Has `run` answer with a negative number where it throws an error with a code.
 * @param {(operation: number, handle: number, bytes: Uint8Array, number: number) => number | Uint8Array | void} run
 * @returns {HostFiles}
 */
export function guarded(run) {
  return (...args) => {
    try {
      return run(...args) ?? 0;
    } catch (error) {
      return failure(/** @type {any} */ (error)?.code ?? 'EIO');
    }
  };
}

/**
 * Serves host_file with one function for each operation; an operation without a function fails with ENOTSUP.
 * @param {Record<number, (bytes: Uint8Array, number: number, handle: number) => number | Uint8Array | void>} table
 */
export function dispatcher(table) {
  return guarded((operation, handle, bytes, number) =>
    table[operation] ? table[operation](bytes, number, handle) : failure('ENOTSUP'),
  );
}

/**
 * Sets the position of an open file. Positions are kept here, also for files of the machine.
 * @param {{size: number, position: number}} file
 * @param {number} to
 */
export function seek(file, to) {
  if (to < 0) throw fail('EINVAL');
  file.position = to;
  return to;
}
