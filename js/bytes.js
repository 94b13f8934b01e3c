// SPDX-License-Identifier: Apache-2.0
//
// What a value of the host is, whatever realm made it: in a window of jsdom, or from another frame, `instanceof` says no of
// Uint8Array, ArrayBuffer, URL.

/** The name of a built-in class, such as 'ArrayBuffer'. @param {unknown} value */
export const tagOf = (value) => Object.prototype.toString.call(value).slice(8, -1);

/**
 * A view of what is given as bytes; undefined: it is no bytes.
 * @param {unknown} value
 * @returns {Uint8Array | undefined}
 */
export function asBytes(value) {
  if (value instanceof Uint8Array) return value;
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return /^(Shared)?ArrayBuffer$/.test(tagOf(value)) ? new Uint8Array(/** @type {ArrayBuffer} */ (value)) : undefined;
}

/** @param {unknown} value @returns {value is URL} */
export const isUrl = (value) => tagOf(value) === 'URL';
