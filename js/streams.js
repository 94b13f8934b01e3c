// SPDX-License-Identifier: Apache-2.0
//
// The streams of OTP's module zlib: what src/erl/spawnlink_zlib.erl asks of the host (operations 64 and up of host_file,
// src/base/hostcalls.h). Loaded when a program first uses one. Answers are bytes, or -1 - the index of an error.

import { DataError, DICTIONARY, StreamError } from './checksums.js';
import { Deflate } from './deflate.js';
import { Inflate } from './inflate.js';

/** @import { HostFiles } from './imports.js' */

const [DEFLATE_INIT, INFLATE_INIT, RUN, SET_DICTIONARY, GET_DICTIONARY, RESET, PARAMS, END] = Array.from({ length: 8 }, (_, index) => 64 + index);
const STREAM_ERROR = -1;
const DATA_ERROR = -2;

/** @param {number[]} values as 32 bits each @param {Uint8Array} [more] */
function answer(values, more = new Uint8Array()) {
  const bytes = new Uint8Array(values.length * 4 + more.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => view.setUint32(index * 4, value));
  bytes.set(more, values.length * 4);
  return bytes;
}

/** @returns {HostFiles} */
export function zlibStreams() {
  /** @type {Map<number, Inflate | Deflate>} */
  const open = new Map();
  let next = 1;
  const keep = (/** @type {Inflate | Deflate} */ stream) => {
    open.set(next, stream);
    return answer([next++]);
  };
  const byte = (/** @type {number} */ n) => (n << 24) >> 24;
  const init = (/** @type {number} */ operation, /** @type {Uint8Array} */ bytes) => {
    const [level, windowBits, strategy] = [byte(bytes[0]), byte(bytes[1]), bytes[2]];
    const size = Math.abs(windowBits);
    if (operation === INFLATE_INIT) {
      if (!(windowBits < 0 ? size >= 8 && size <= 15 : windowBits < 48 && ((size & 15) >= 8 || (size & 15) === 0))) return STREAM_ERROR;
      return keep(new Inflate(windowBits));
    }
    const bits = windowBits > 15 ? windowBits - 16 : size;
    if (bits < 8 || bits > 15 || (bits === 8 && size !== windowBits) || (windowBits > 15 && bits === 8) || level < -1 || level > 9 || strategy > 4) return STREAM_ERROR;
    return keep(new Deflate(level, windowBits, strategy));
  };
  return (operation, handle, bytes, number) => {
    try {
      if (operation === DEFLATE_INIT || operation === INFLATE_INIT) return init(operation, bytes);
      const stream = open.get(handle);
      if (!stream) return STREAM_ERROR;
      switch (operation) {
        case RUN: {
          const { used, out } = stream.run(bytes, number >>> 3, number & 7);
          return answer([used, stream.status, stream.status === DICTIONARY ? /** @type {Inflate} */ (stream).adler : 0], out);
        }
        case SET_DICTIONARY: {
          const sum = stream.setDictionary(bytes);
          return sum === false || sum === undefined ? STREAM_ERROR : answer([Number(sum)]);
        }
        case GET_DICTIONARY: return /** @type {Inflate} */ (stream).dictionary();
        case RESET: stream.reset(); return answer([]);
        case PARAMS: /** @type {Deflate} */ (stream).setParams(byte(bytes[0]), bytes[2]); return answer([]);
        case END: open.delete(handle); return /** @type {Deflate} */ (stream).isBusy ? DATA_ERROR : answer([]);
        default: return STREAM_ERROR;
      }
    } catch (error) {
      if (error instanceof DataError) return DATA_ERROR;
      if (error instanceof StreamError) return STREAM_ERROR;
      throw error;
    }
  };
}
