// SPDX-License-Identifier: Apache-2.0
//
// What a value of the host is, whatever realm made it: in a window of jsdom, or from another frame, `instanceof` says
// no of Uint8Array, ArrayBuffer, URL.

import { ArgumentError } from './errors.js';

/** The name of a built-in class, such as 'ArrayBuffer'. @param {unknown} value */
export const tagOf = (value) => Object.prototype.toString.call(value).slice(8, -1);

/**
 * A view of what is given as bytes; undefined: it is no bytes. Those of a buffer that was transferred elsewhere are
 * refused.
 * @param {unknown} value
 * @returns {Uint8Array | undefined}
 */
export function asBytes(value) {
  const view = ArrayBuffer.isView(value) ? value : undefined;
  if (view && view.byteLength > 0)
    return view instanceof Uint8Array ? view : new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  const buffer = view ? view.buffer : value;
  if (!/^(Shared)?ArrayBuffer$/.test(tagOf(buffer))) return undefined;
  try {
    const bytes = new Uint8Array(/** @type {ArrayBuffer} */ (buffer));
    return view ? bytes.subarray(0, 0) : bytes;
  } catch {
    throw new ArgumentError('the bytes are gone: their ArrayBuffer is detached, it was transferred elsewhere');
  }
}

/** @param {unknown} value @returns {value is URL} */
export const isUrl = (value) => tagOf(value) === 'URL';
