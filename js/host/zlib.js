// SPDX-License-Identifier: Apache-2.0
//
// The inflate functions by the package fflate, for hosts that have none of their own that is synchronous: pages. Loaded
// only there.

import { gunzipSync, inflateSync } from 'fflate';

/** @import { Compression } from './imports.js' */

/** @type {Compression} */
export const fflate = {
  inflateRaw: (data, size) => inflateSync(data, { out: new Uint8Array(size) }),
  inflate(data, size) {
    // fflate does not tell where the stream ended, so `used` says that it took everything. Only
    // binary_to_term(Binary, [used]) shows the difference.
    if (((data[0] << 8) | data[1]) % 31 !== 0 || (data[0] & 15) !== 8) throw new Error('not a zlib stream');
    return { out: inflateSync(data.subarray(2), { out: new Uint8Array(size) }), used: data.length };
  },
  gunzip: (data) => gunzipSync(data),
};
