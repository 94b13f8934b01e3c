// SPDX-License-Identifier: Apache-2.0
//
// Recognizes built-in objects (Uint8Array, ArrayBuffer, URL) whatever realm made them. `instanceof` cannot do that: it
// is false for an object that comes from another frame, or from Node while Jest runs the program in a window of jsdom.

import { ArgumentError } from './errors.js';

/** The name of the built-in class that a value is an instance of, such as 'ArrayBuffer'. @param {unknown} value */
export const tagOf = (value) => Object.prototype.toString.call(value).slice(8, -1);

/**
 * A Uint8Array over the same memory as the value, which is a view or an ArrayBuffer. A value of any other type gives
 * undefined. A buffer that was transferred elsewhere has lost its bytes and is refused with an ArgumentError.
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

/** The bytes as characters, one for each. @param {Uint8Array} bytes */
export function latin1(bytes) {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
