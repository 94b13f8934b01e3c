// SPDX-License-Identifier: Apache-2.0
//
// Inflate by fflate, where the host has none that answers at once. Loaded only there.

import { gunzipSync, inflateSync } from 'fflate';

/** @import { Compression } from './imports.js' */

/** @type {Compression} */
export const fflate = {
  inflateRaw: (data, size) => inflateSync(data, { out: new Uint8Array(size) }),
  inflate(data, size) {
    // fflate does not say where the stream ended, and nobody but binary_to_term(B, [used]) wants to know.
    if (((data[0] << 8) | data[1]) % 31 !== 0 || (data[0] & 15) !== 8) throw new Error('not a zlib stream');
    return { out: inflateSync(data.subarray(2), { out: new Uint8Array(size) }), used: data.length };
  },
  gunzip: (data) => gunzipSync(data),
};
